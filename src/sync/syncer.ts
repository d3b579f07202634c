import type { Digest } from '../oci/digest.ts'
import type { Reference } from '../oci/reference.ts'
import { noBytes } from '../registry/copy/bytes-moved.ts'
import type { Client, Target } from '../registry/client.ts'
import type { Route } from '../registry/copy/copy-image.ts'
import type { Taker } from '../registry/copy/shared-downloads.ts'
import { type Logger, silentLogger } from '../registry/logger.ts'
import { presentDigest, resolveDigest } from '../registry/content/manifests.ts'
import type { ImageProgress } from '../registry/copy/image-progress.ts'
import type { Repository } from '../registry/http/repository.ts'
import type { Holdings } from '../registry/copy/unchanged-images.ts'
import { waitForBoth } from '../registry/wait-for-all.ts'
import { ImageReferrers } from './image-referrers.ts'
import { type Bringing, planImage, type PushedImage, pushImage } from './push-image.ts'
import { wantedOf } from './pinned.ts'
import type { BroughtImage, KnownOutcome } from './sync-outcome.ts'
import { fullSettings, type SyncSettings } from './sync-settings.ts'
import { type NamedSource, nameSource } from './named-source.ts'
import type { SourceImage } from './source-image.ts'
import { readSource } from './read-source.ts'
import { tellSelection, whatIsMissing } from './tell-selection.ts'
import { mayOverwrite, TagGuard } from './tag-guard.ts'
import type { TagMove } from './tag-set.ts'
import type { TrustGate } from './trust-gate.ts'
import { type Comparison, compareWithDestination } from './up-to-date.ts'

/** Between which registries, and how. */
export interface SyncerOptions extends Partial<SyncSettings> {
  readonly source: Client
  readonly destination: Client
  readonly logger?: Logger
  /**
   * Its part in what several registries download together.
   *
   * @internal
   */
  readonly taker?: Taker | undefined
  /**
   * Called, and waited for, before a tag is moved, with the digest that it shows, and with what is to
   * be told of the image if it is not moved.
   *
   * @internal
   */
  readonly beforeTag?: ((move: TagMove, brought: BroughtImage) => Promise<unknown>) | undefined
  /**
   * A destination that does not let its tag be looked at fails: nothing could be given back there.
   *
   * @internal
   */
  readonly mustSeeTag?: boolean
  /**
   * Ends the write of a tag once it has been sent, in place of the network's own signal.
   *
   * @internal
   */
  readonly endsLater?: AbortSignal | undefined
  /**
   * Told of the blobs, for those who watch.
   *
   * @internal
   */
  readonly progress?: ImageProgress | undefined
  /**
   * A run may have staged the image: where its document is at the destination by its digest, so is
   * everything beneath it, unless the registry refuses the document then.
   *
   * @internal
   */
  readonly mayBeStaged?: boolean
  /**
   * Asked before anything is done about an image.
   *
   * @internal
   */
  readonly trust?: TrustGate | undefined
}

/** What a destination lacks. */
type Change = Bringing & Omit<Comparison, 'release'> & { readonly tag: string | undefined }

/**
 * Copies images from one registry to another: all of what is wanted, nothing that is there already,
 * the tag last. Methods throw RegistryError.
 */
export class Syncer {
  readonly #source: Client
  readonly #destination: Client
  readonly #logger: Logger
  readonly #settings: Required<SyncSettings>
  readonly #taker: Taker | undefined
  readonly #beforeTag: SyncerOptions['beforeTag']
  readonly #mustSeeTag: boolean
  readonly #endsLater: AbortSignal | undefined
  readonly #progress: ImageProgress | undefined
  readonly #mayBeStaged: boolean
  readonly #trust: TrustGate | undefined

  constructor(options: SyncerOptions) {
    this.#taker = options.taker
    this.#beforeTag = options.beforeTag
    this.#mustSeeTag = options.mustSeeTag ?? false
    this.#endsLater = options.endsLater
    this.#progress = options.progress
    this.#mayBeStaged = options.mayBeStaged ?? false
    this.#trust = options.trust
    this.#source = options.source
    this.#destination = options.destination
    this.#logger = options.logger ?? silentLogger
    this.#settings = fullSettings(options)
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
    named: NamedSource = nameSource(this.#source, source, this.#settings),
  ): Promise<KnownOutcome> {
    const { repository, tag } = this.#target(source, destination)
    // What must not be overwritten has to be seen; what may be is only compared.
    const mustSee = this.#mustSeeTag || this.#settings.onExisting !== 'overwrite'
    const look = mustSee ? resolveDigest : presentDigest
    const looking = tag === undefined ? Promise.resolve(undefined) : look(repository, tag)
    const reading = readSource(named, repository, looking, this.#trust)
    const [{ image, verified }, tagged] = await waitForBoth(reading, looking)
    const { onMissingPlatform } = this.#settings
    const isByDigest = tag === undefined
    tellSelection(image, named.name, { onMissingPlatform, isByDigest }, this.#logger)
    const known = {
      sourceDigest: image.top.digest,
      platforms: image.knownPlatforms(),
      ...whatIsMissing(image),
      bytes: noBytes,
      wanted: wantedOf(image, this.#settings),
      ...(verified !== undefined && { verified }),
    }
    const mayBeStaged = this.#mayBeStaged && !this.#settings.stage && !this.#settings.dryRun
    const compared = { image, repository, tag, tagged, mayBeStaged }
    const { release, ...shown } = await compareWithDestination(compared)
    const route = this.#route(image, repository)
    const referrers = this.#referrers(image, route, named.name)
    if (release === undefined) {
      this.#holdings.seen.add(repository, image.parts())
      return this.#unchanged({ ...known, ...unchanged(shown.digest) }, referrers)
    }
    const outcome = { ...known, platforms: release.platforms }
    if (shown.previous === shown.digest) {
      return this.#unchanged({ ...outcome, ...unchanged(shown.digest) }, referrers)
    }
    return this.#change({ image, tag, release, route, referrers, ...shown }, outcome)
  }

  /** Brings what a destination lacks. */
  async #change(change: Change, outcome: BroughtImage): Promise<KnownOutcome> {
    const { route, tag, digest, previous, ...bringing } = change
    const before = previous === undefined ? {} : { previousDigest: previous }
    const { onExisting, dryRun, stage } = this.#settings
    const repository = route.destination
    const write = { repository, tag, digest, onExisting, logger: this.#logger }
    if (previous !== undefined && !mayOverwrite(write, previous)) {
      return { ...outcome, ...before, status: 'skipped' }
    }
    const copied = { ...before, status: 'copied', digest } as const
    if (dryRun) return { ...outcome, ...copied, ...(await planImage({ route, ...bringing })) }

    const guard = new TagGuard(write)
    const pushed = await pushImage({
      route,
      ...bringing,
      tag: stage ? undefined : tag,
      beforeTag: async (brought: PushedImage): Promise<unknown> =>
        this.#beforeTag?.({ digest, previousDigest: previous }, { ...outcome, ...brought }),
      isWanted: guard.isWanted,
      endsLater: this.#endsLater,
    })
    const whole = { ...outcome, ...pushed }
    if (guard.shown === digest) return { ...whole, ...unchanged(digest) }
    if (guard.shown !== undefined) {
      return { ...whole, previousDigest: guard.shown, status: 'skipped' }
    }
    return { ...whole, ...copied }
  }

  #target(source: string | Reference, destination: string | Reference): Target {
    const from = this.#source.parse(source, 'PARSE_SOURCE_REFERENCE', 'source')
    const { repository, tag } = this.#destination.target(destination, 'PARSE_DESTINATION_REFERENCE')
    return {
      repository,
      tag: tag ?? from.tag ?? (from.digest === undefined ? 'latest' : undefined),
    }
  }

  /** What the destination's registry holds, or would by then. */
  get #holdings(): Holdings {
    const { planned, holdings } = this.#destination
    return this.#settings.dryRun ? planned : holdings
  }

  #route(image: SourceImage, destination: Repository): Route {
    const { ledger, seen } = this.#holdings
    const { repository: source, read } = image
    const { dryRun: isPlan } = this.#settings
    // Nobody shares a download that does not take place.
    const taker = isPlan ? undefined : this.#taker
    const progress = this.#progress
    return { source, destination, ledger, seen, isPlan, taker, read, progress }
  }

  /** Undefined where nobody has asked for them. */
  #referrers(image: SourceImage, route: Route, name: string): ImageReferrers | undefined {
    if (this.#settings.referrers === 'none') return undefined
    const { referrers: found } = this.#source
    return new ImageReferrers({
      image,
      name,
      route,
      found,
      logger: this.#logger,
      ...this.#settings,
    })
  }

  /** An image that is there may have been signed since. */
  async #unchanged(
    outcome: KnownOutcome,
    referrers: ImageReferrers | undefined,
  ): Promise<KnownOutcome> {
    if (referrers === undefined) return outcome
    const [found, judged] = await waitForBoth(referrers.compare(), referrers.judge())
    const { result, moved: bytes } = await referrers.bring(found, judged)
    const status = result.copied > 0 ? 'copied' : outcome.status
    return { ...outcome, status, bytes, referrers: result }
  }
}

function unchanged(digest: Digest): Pick<KnownOutcome, 'status' | 'digest' | 'previousDigest'> {
  return { status: 'unchanged', digest, previousDigest: digest }
}
