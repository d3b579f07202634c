import { type Digest, digestOf } from '../oci/digest.ts'
import { formatPlatform, parsePlatformFilter, type PlatformFilter } from '../oci/platform.ts'
import type { Reference } from '../oci/reference.ts'
import { addBytes, type BytesMoved, noBytes } from '../registry/copy/bytes-moved.ts'
import type { Client, Target } from '../registry/client.ts'
import { copyByDigest, copyContent, type Route } from '../registry/copy/copy-image.ts'
import { RegistryError } from '../registry/errors.ts'
import type { Member } from '../registry/copy/fan-out.ts'
import { type Logger, silentLogger } from '../registry/logger.ts'
import { heldDigest, resolveDigest } from '../registry/content/manifests.ts'
import { publishManifest } from '../registry/content/push-manifest.ts'
import type { ImageProgress } from '../registry/copy/image-progress.ts'
import { pushWithRepair } from '../registry/copy/push-with-repair.ts'
import type { Repository } from '../registry/http/repository.ts'
import { waitForAll } from '../registry/wait-for-all.ts'
import type { SyncResult } from './report.ts'
import { type NamedSource, nameSource } from './named-source.ts'
import type { Document, Release, SourceImage } from './source-image.ts'
import { readUncounted } from './read-at-destination.ts'
import { mayOverwrite, TagGuard } from './tag-guard.ts'

/** What is copied unless somebody says otherwise. */
const DEFAULT_PLATFORMS = 'linux/amd64,linux/arm64'

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

/** Between which registries, and how. */
export interface SyncerOptions extends Partial<SyncPolicy> {
  readonly source: Client
  readonly destination: Client
  readonly logger?: Logger
  /**
   * The place among several destinations that the image goes to.
   *
   * @internal
   */
  readonly member?: Member | undefined
  /**
   * Called, and waited for, before a tag is moved.
   *
   * @internal
   */
  readonly beforeTag?: (() => Promise<unknown>) | undefined
  /**
   * Told of the blobs, for those who watch.
   *
   * @internal
   */
  readonly progress?: ImageProgress | undefined
}

/** What became of one destination, but for the names and the time, which the caller knows. */
export type SyncOutcome = Pick<
  SyncResult,
  'status' | 'digest' | 'sourceDigest' | 'previousDigest' | 'platforms' | 'bytes'
>

/**
 * Copies images from one registry to another: all of what is wanted, nothing that is there already,
 * the tag last. Methods throw RegistryError.
 */
export class Syncer {
  readonly #source: Client
  readonly #destination: Client
  readonly #logger: Logger
  readonly #policy: SyncPolicy
  readonly #member: Member | undefined
  readonly #beforeTag: (() => Promise<unknown>) | undefined
  readonly #progress: ImageProgress | undefined

  constructor(options: SyncerOptions) {
    this.#member = options.member
    this.#beforeTag = options.beforeTag
    this.#progress = options.progress
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
   * Brings the destination up to date with the source. A destination without a tag takes the
   * source's; if that has only a digest, the image goes there by digest. Returns the digest that
   * the destination has then: computed here, unless the tag was left alone as `onExisting: 'skip'`
   * wants it. Throws a RegistryError whose code says what went wrong, and then the tag is where it
   * was.
   */
  async syncImage(source: string | Reference, destination: string | Reference): Promise<Digest> {
    const { digest, previousDigest } = await this.sync(source, destination)
    const held = digest ?? previousDigest
    if (held === undefined) throw new TypeError('a finished sync has a digest')
    return held
  }

  /**
   * Whether the destination has that image; false only if its registry says "not found". Throws a
   * RegistryError for every other answer.
   */
  async checkExists(reference: string | Reference): Promise<boolean> {
    const { repository, tag, digest } = this.#destination.parse(
      reference,
      'PARSE_IMAGE_REFERENCE',
      'destination',
    )
    const place = this.#destination.repository(repository, 'destination')
    return (await resolveDigest(place, digest ?? tag ?? 'latest')) !== undefined
  }

  /**
   * As `syncImage`, and tells what was done. `named` is the source, for those who have several
   * destinations for one.
   *
   * @internal
   */
  async sync(
    source: string | Reference,
    destination: string | Reference,
    named: NamedSource = nameSource(this.#source, source, this.#policy.platforms),
  ): Promise<SyncOutcome> {
    const { repository, tag } = this.#target(source, destination)
    // What must not be overwritten has to be seen; what may be is only compared.
    const held = this.#policy.onExisting === 'overwrite' ? heldDigest : resolveDigest
    const looking = tag === undefined ? Promise.resolve(undefined) : held(repository, tag)
    const [image, tagged] = await both(this.#read(named, repository, looking), looking)
    this.#tellSelection(image, named.name)
    // Without a tag the destination is the digest itself, which is there or not.
    const lookUp = async (digest: Digest): Promise<Digest | undefined> =>
      tag === undefined ? heldDigest(repository, digest) : tagged
    const known = {
      sourceDigest: image.top.digest,
      platforms: image.knownPlatforms(),
      bytes: noBytes,
    }
    const expected = digestUnder(tag, image.expected())
    const found = await lookUp(expected)
    if (found === expected) {
      this.#destination.seen.add(repository, image.parts())
      return { ...known, ...unchanged(expected) }
    }

    const release = await image.release()
    const digest = digestUnder(tag, release)
    const previous = digest === expected ? found : await lookUp(digest)
    const outcome = { ...known, platforms: release.platforms }
    if (previous === digest) return { ...outcome, ...unchanged(digest) }
    const before = previous === undefined ? {} : { previousDigest: previous }
    const { onExisting, dryRun } = this.#policy
    const write = { repository, tag, digest, onExisting, logger: this.#logger }
    if (previous !== undefined && !mayOverwrite(write, previous)) {
      return { ...outcome, ...before, status: 'skipped' }
    }
    if (dryRun) return { ...outcome, ...before, status: 'copied', digest }
    const guard = new TagGuard(write)
    const bytes = await this.#push(image, { ...release, digest }, { repository, tag }, guard)
    if (guard.shown === digest) return { ...outcome, ...unchanged(digest), bytes }
    if (guard.shown !== undefined) {
      return { ...outcome, previousDigest: guard.shown, status: 'skipped', bytes }
    }
    return { ...outcome, ...before, status: 'copied', digest, bytes }
  }

  /** The source's image, from the source or, where that saves a pull that counts, from elsewhere. */
  async #read(
    named: NamedSource,
    destination: Repository,
    looking: Promise<Digest | undefined>,
  ): Promise<SourceImage> {
    if (named.repository.http.family?.countsPulls !== true) return named.image()
    return (await readUncounted(named, destination, await looking)) ?? named.image()
  }

  #target(source: string | Reference, destination: string | Reference): Target {
    const from = this.#source.parse(source, 'PARSE_SOURCE_REFERENCE', 'source')
    const { repository, tag } = this.#destination.target(destination, 'PARSE_DESTINATION_REFERENCE')
    return {
      repository,
      tag: tag ?? from.tag ?? (from.digest === undefined ? 'latest' : undefined),
    }
  }

  #tellSelection({ selection, repository, top }: SourceImage, name: string): void {
    if (selection === undefined) return
    if (selection.leftOut !== '') this.#logger.info(`left out: ${selection.leftOut}`)
    if (selection.lost !== '') this.#logger.info(`not in the new index: ${selection.lost}`)
    if (selection.missing.length === 0) return
    const reason = `the image lacks ${selection.missing.map(formatPlatform).join(', ')}`
    if (this.#policy.onMissingPlatform === 'fail') {
      const place = repository.place('select platforms', top.digest)
      throw new RegistryError('PLATFORM', reason, place)
    }
    this.#logger.warning(`${name}: ${reason}`)
  }

  /** Blobs, then platform images by digest, then the tag: one write, last. */
  async #push(
    image: SourceImage,
    release: Release,
    target: Target,
    { isWanted }: TagGuard,
  ): Promise<BytesMoved> {
    const { repository, tag } = target
    const { ledger, seen } = this.#destination
    const route: Route = {
      source: image.repository,
      destination: repository,
      ledger,
      seen,
      member: this.#member,
      read: image.read,
      progress: this.#progress,
    }
    const moved = await copyBeneath(route, image, release)
    const name = tag ?? release.digest
    if (tag !== undefined) await this.#beforeTag?.()
    await pushWithRepair(
      async () => publishManifest(repository, name, release, isWanted),
      async () => copyBeneath({ ...route, again: true }, image, release),
    )
    return moved
  }
}

/** Copies what a release refers to. */
async function copyBeneath(
  route: Route,
  { top }: SourceImage,
  { children }: Release,
): Promise<BytesMoved> {
  if (children === undefined) return copyContent(route, top)
  route.progress?.expect(children.length - 1)
  return addBytes(await waitForAll(children.map(async (child) => copyByDigest(route, child))))
}

/**
 * The digest by which a destination will know a document. Registries name what a tag shows by
 * sha256, also where the source's reference has a digest of another algorithm.
 */
function digestUnder(tag: string | undefined, document: Document): Digest {
  return tag === undefined ? document.digest : digestOf(document.bytes)
}

function unchanged(digest: Digest): Pick<SyncOutcome, 'status' | 'digest' | 'previousDigest'> {
  return { status: 'unchanged', digest, previousDigest: digest }
}

/** Both results; the failure of the first counts first, and nothing is left running. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [one, other] = await Promise.allSettled([first, second])
  if (one.status === 'rejected') throw one.reason
  if (other.status === 'rejected') throw other.reason
  return [one.value, other.value]
}
