import type { Digest } from '../oci/digest.ts'
import { formatPlatform, parsePlatformFilter, type PlatformFilter } from '../oci/platform.ts'
import { formatReference, type Reference } from '../oci/reference.ts'
import { addBytes, type BytesMoved, noBytes } from '../registry/bytes-moved.ts'
import type { Client } from '../registry/client.ts'
import { copyByDigest, copyContent, type Route } from '../registry/copy-image.ts'
import { RegistryError } from '../registry/errors.ts'
import { type Logger, silentLogger } from '../registry/logger.ts'
import { pushManifest, resolveDigest, verifyPushed } from '../registry/manifests.ts'
import type { Repository } from '../registry/repository.ts'
import { settled } from '../registry/settled.ts'
import type { SyncResult } from './report.ts'
import { expectedDigest, knownPlatforms, prepareRelease, type Release, resolveSource, type SourceImage } from './source-image.ts'

/** What is copied unless somebody says otherwise. */
export const DEFAULT_PLATFORMS = 'linux/amd64,linux/arm64'

/** How an image is synced. */
export interface SyncPolicy {
  readonly platforms: PlatformFilter
  /** When an index lacks some of the wanted platforms. */
  readonly onMissingPlatform: 'warn' | 'fail'
  /** When the destination tag has another digest. */
  readonly onExisting: 'overwrite' | 'skip' | 'fail'
  /** Compute and compare everything, write nothing. */
  readonly dryRun: boolean
}

export interface SyncerOptions extends Partial<SyncPolicy> {
  readonly source: Client
  readonly destination: Client
  readonly logger?: Logger
}

/** What became of one destination, but for the names and the time, which the caller knows. */
export type SyncOutcome = Pick<
  SyncResult,
  'status' | 'digest' | 'sourceDigest' | 'previousDigest' | 'platforms' | 'bytes'
>

/** Copies images from one registry to another: all of what is wanted, nothing that is there already, the tag last. */
export class Syncer {
  readonly #source: Client
  readonly #destination: Client
  readonly #logger: Logger
  readonly #policy: SyncPolicy

  constructor(options: SyncerOptions) {
    this.#source = options.source
    this.#destination = options.destination
    this.#logger = options.logger ?? silentLogger
    this.#policy = {
      platforms: options.platforms ?? parsePlatformFilter(DEFAULT_PLATFORMS),
      onMissingPlatform: options.onMissingPlatform ?? 'warn',
      onExisting: options.onExisting ?? 'overwrite',
      dryRun: options.dryRun ?? false,
    }
  }

  /**
   * Brings the destination up to date with the source. Returns the digest that the destination has then: computed here,
   * unless it was found with another one and left alone as `onExisting: 'skip'` wants it.
   */
  async syncImage(source: string | Reference, destination: string | Reference): Promise<Digest> {
    const { digest, previousDigest } = await this.sync(source, destination)
    const shown = digest ?? previousDigest
    if (shown === undefined) throw new TypeError('a finished sync has a digest')
    return shown
  }

  /** Whether the destination has that image: true, false only for "not found", an error for everything else. */
  async checkExists(reference: string | Reference): Promise<boolean> {
    return await this.#destination.checkExists(reference)
  }

  /** As `syncImage`, and tells what was done. `resolved` is the source, where the caller has it already. */
  async sync(
    source: string | Reference,
    destination: string | Reference,
    resolved?: Promise<SourceImage>,
  ): Promise<SyncOutcome> {
    const to = this.#destination.parse(destination, 'PARSE_DESTINATION_REFERENCE', 'destination')
    const target = this.#destination.repository(to.repository, 'destination')
    const [image, tagged] = await both(
      resolved ?? this.resolve(source),
      to.tag === undefined ? Promise.resolve(undefined) : resolveDigest(target, to.tag),
    )
    this.#checkSelection(image)
    const known = { sourceDigest: image.top.digest, platforms: knownPlatforms(image), bytes: noBytes }
    const expected = expectedDigest(image)
    if (tagged === expected) return { ...known, ...unchanged(expected) }

    const release = await prepareRelease(image, this.#policy.platforms)
    // Without a tag the destination is the digest itself, which is there or not.
    const previous = to.tag === undefined ? await resolveDigest(target, release.digest) : tagged
    const found = { ...known, platforms: release.platforms, ...(previous === undefined ? {} : { previousDigest: previous }) }
    if (previous === release.digest) return { ...found, ...unchanged(previous) }
    if (previous !== undefined && !this.#mayOverwrite(target, to, previous, release.digest)) {
      return { ...found, status: 'skipped' }
    }
    const bytes = this.#policy.dryRun ? noBytes : await this.#push(image, release, target, to.tag)
    return { ...found, status: 'copied', digest: release.digest, bytes }
  }

  /** Fetches what a source reference names, once for all of its destinations. */
  async resolve(source: string | Reference): Promise<SourceImage> {
    const from = this.#source.parse(source, 'PARSE_SOURCE_REFERENCE', 'source')
    return await resolveSource(this.#source.repository(from.repository, 'source'), from, this.#policy.platforms)
  }

  #checkSelection(image: SourceImage): void {
    if (image.kind === 'whole') return
    const { missing, leftOut } = image.selection
    if (leftOut.length > 0) this.#logger.info(`left out: ${leftOut.join(', ')}`)
    if (missing.length === 0) return
    const reason = `the source lacks ${missing.map(formatPlatform).join(', ')}`
    if (this.#policy.onMissingPlatform === 'fail') {
      throw new RegistryError('PLATFORM', reason, image.repository.place('select platforms of', image.top.digest))
    }
    this.#logger.warning(reason)
  }

  #mayOverwrite(target: Repository, to: Reference, previous: Digest, wanted: Digest): boolean {
    if (this.#policy.onExisting === 'overwrite') return true
    const reason = `it has ${previous}, the source gives ${wanted}`
    if (this.#policy.onExisting === 'fail') {
      throw new RegistryError('EXISTS', `the tag exists and may not be overwritten: ${reason}`, target.place('write', to.tag))
    }
    this.#logger.info(`skipped ${formatReference(to)}: ${reason}`)
    return false
  }

  /** Blobs, then platform images by digest, then the tag: one write, last. */
  async #push(
    image: SourceImage,
    release: Release,
    target: Repository,
    tag: string | undefined,
  ): Promise<BytesMoved> {
    const route: Route = { source: image.repository, destination: target, ledger: this.#destination.ledger }
    const moved =
      image.kind === 'whole'
        ? await copyContent(route, image.top)
        : addBytes(await settled(release.children.map(async (child) => copyByDigest(route, child))))
    const name = tag ?? release.digest
    await pushManifest(target, name, release)
    await verifyPushed(target, name, release.digest)
    return moved
  }
}

function unchanged(digest: Digest): { status: 'unchanged'; digest: Digest; previousDigest: Digest } {
  return { status: 'unchanged', digest, previousDigest: digest }
}

/** Both results; the failure of the first counts first, and nothing is left running. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [one, other] = await Promise.allSettled([first, second])
  if (one.status === 'rejected') throw one.reason
  if (other.status === 'rejected') throw other.reason
  return [one.value, other.value]
}
