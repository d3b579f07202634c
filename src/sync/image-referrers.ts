import type { Digest } from '../oci/digest.ts'
import type { ReferrerFilter } from '../oci/referrer-filter.ts'
import { presentReferrers } from '../registry/content/pushed-referrers.ts'
import type { BytesMoved } from '../registry/copy/bytes-moved.ts'
import type { Route } from '../registry/copy/copy-image.ts'
import { copyReferrers } from '../registry/copy/copy-referrers.ts'
import { findLostReferrers, type LostReferrer } from '../registry/copy/find-lost-referrers.ts'
import {
  findAllReferrers,
  type FoundReferrers,
  type PresentReferrers,
} from '../registry/copy/find-referrers.ts'
import type { SourceReferrers } from '../registry/copy/source-referrers.ts'
import { RegistryError } from '../registry/errors.ts'
import type { Logger } from '../registry/logger.ts'
import type { ReferrersResult } from './report.ts'
import type { SourceImage } from './source-image.ts'

/** Lost referrers that one message names. */
const NAMED = 5
export interface ImageReferrersOptions {
  readonly image: SourceImage
  /** What the source is called. */
  readonly name: string
  readonly route: Route
  /** What is known of the source. */
  readonly found: SourceReferrers
  readonly logger: Logger
  readonly referrers: ReferrerFilter
  readonly onLostReferrers: 'warn' | 'fail'
}

/** What was done about an image's referrers. */
export interface ReferrersDone {
  readonly result: ReferrersResult
  readonly moved: BytesMoved
}

/**
 * What belongs to an image on its way to one destination: signatures, bills of materials,
 * attestations, and whatever else refers to it or to its parts.
 */
export class ImageReferrers {
  readonly #options: ImageReferrersOptions

  constructor(options: ImageReferrersOptions) {
    this.#options = options
  }

  /** Whether `judge` may throw LOST_REFERRERS, so that nothing is written before. */
  get mustNotLose(): boolean {
    return this.#options.onLostReferrers === 'fail'
  }

  /**
   * Finds out what will stay behind, before anything is written. Throws LOST_REFERRERS where nothing
   * may.
   */
  async judge(): Promise<Pick<ReferrersResult, 'lost' | 'filtered'>> {
    const { image, found, referrers, logger, name } = this.#options
    const { selection, repository, top } = image
    if (selection === undefined) return { lost: [], filtered: 0 }
    const subjects = [top.digest, ...selection.dissolved]
    const judged = await findLostReferrers(repository, found, referrers, subjects)
    if (judged.lost.length === 0) return judged
    const reason = `${lostText(judged.lost)}; take the index whole with platforms: all, or sign the copy`
    if (this.mustNotLose) {
      const place = repository.place('select referrers', top.digest)
      throw new RegistryError('LOST_REFERRERS', reason, place)
    }
    logger.warning(`${name}: ${reason}`)
    return judged
  }

  /** Finds all that belongs to what ends up at the destination, which is taken to have none of it. */
  async find(): Promise<FoundReferrers> {
    return this.#find(undefined)
  }

  /** As `find`, for an image that the destination has: it may have some of it, too. */
  async compare(): Promise<FoundReferrers> {
    return this.#compare(() => true)
  }

  /**
   * What `find` has found, for an image of which the destination turned out to have some parts.
   *
   * @param present digests of parts that were there
   */
  async compareParts(found: FoundReferrers, present: ReadonlySet<Digest>): Promise<FoundReferrers> {
    if (present.size === 0 || found.levels.length === 0) return found
    const { image } = this.#options
    const { digest } = image.top
    const parts = await image.digests()
    // An index is not looked for by itself.
    const isAllPresent = parts.every((part) => part === digest || present.has(part))
    return this.#compare((subject) => present.has(subject) || (isAllPresent && subject === digest))
  }

  async #compare(has: (subject: Digest) => boolean): Promise<FoundReferrers> {
    const there = new Set<Digest>()
    return this.#find(async (subject, digests) => {
      if (!has(subject) && !there.has(subject)) return new Set()
      const present = await presentReferrers(this.#options.route.destination, subject, digests)
      for (const digest of present) there.add(digest)
      return present
    })
  }

  async #find(present: PresentReferrers | undefined): Promise<FoundReferrers> {
    const { image, found, referrers: filter } = this.#options
    const { source, destination } = this.#options.route
    // What belongs to an image in the same repository is there by definition.
    if (source.sharesRegistryWith(destination) && source.name === destination.name) {
      return { levels: [], filtered: 0 }
    }
    const subjects = await image.digests()
    return findAllReferrers({ source, destination, found, filter, subjects, present })
  }

  /** Copies what was found; the image itself is there by then. In a dry run, counts it. */
  async bring(
    found: FoundReferrers,
    judged: Pick<ReferrersResult, 'lost' | 'filtered'>,
  ): Promise<ReferrersDone> {
    const { route } = this.#options
    const done = await copyReferrers(route, this.#options.found, found.levels)
    const { copied, existing, moved } = done
    const filtered = found.filtered + judged.filtered
    return {
      result: { copied, existing, filtered, lost: judged.lost },
      moved,
    }
  }
}

function lostText(lost: readonly LostReferrer[]): string {
  const count = lost.length === 1 ? '1 referrer' : `${lost.length} referrers`
  const verb = lost.length === 1 ? 'does' : 'do'
  const named = lost.slice(0, NAMED).map(({ artifactType, predicateType, digest }) => {
    const about = predicateType === undefined ? '' : ` (${predicateType})`
    return `${artifactType}${about} ${digest}`
  })
  const rest = lost.length > NAMED ? ` and ${lost.length - NAMED} more` : ''
  return `${count} of the source's index ${verb} not fit the new index: ${named.join(', ')}${rest}`
}
