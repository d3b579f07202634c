import type { Descriptor } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import { isImageManifestType, isIndexType } from '../../oci/media-types.ts'
import {
  type ReferrerFilter,
  wantsCosignTags,
  wantsReferrers,
  wantsType,
} from '../../oci/referrer-filter.ts'
import { artifactTypeOf } from '../../oci/referrers.ts'
import { RegistryError } from '../errors.ts'
import type { Repository } from '../http/repository.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import { fetchReferrer } from '../content/referrers.ts'
import { MAX_REFERRERS } from '../content/referrers-api.ts'
import { waitForAll, waitForBoth } from '../wait-for-all.ts'
import type { SourceReferrers } from './source-referrers.ts'

/** A signature of a bill of materials of an image is the third; honest ones go no deeper. */
const MAX_LEVELS = 8

export type PresentReferrers = (
  subject: Digest,
  listed: readonly Digest[],
) => Promise<ReadonlySet<Digest>>

export interface Search {
  readonly source: Repository
  readonly found: SourceReferrers
  readonly filter: ReferrerFilter
  /** What ends up at the destination. */
  readonly subjects: readonly Digest[]
  readonly destination: Repository
  /**
   * What the destination has of those that refer to a manifest; undefined where it is taken to have
   * none.
   */
  readonly present?: PresentReferrers | undefined
}

/** A manifest that refers to another one. */
export interface FoundReferrer {
  readonly subject: Digest
  readonly digest: Digest
  /** Whether the destination has it, and lists it. */
  readonly isPresent: boolean
  /** Whether it comes along as a part of the image. */
  readonly isPart: boolean
  /** Undefined where the destination has it and nothing of it has to be known. */
  readonly fetched: FetchedManifest | undefined
}

/** An image that cosign keeps under a tag. */
export interface FoundCosignImage {
  readonly tag: string
  readonly digest: Digest
  /** Undefined where the destination may have it, so that it may not be needed. */
  readonly fetched: FetchedManifest | undefined
}

/** What refers to the manifests of the level before. */
export interface ReferrersLevel {
  readonly referrers: readonly FoundReferrer[]
  readonly cosignImages: readonly FoundCosignImage[]
}

export interface FoundReferrers {
  readonly levels: readonly ReferrersLevel[]
  /** How many of those that were found are not wanted. */
  readonly filtered: number
}

/**
 * Finds all that belongs to an image: what refers to it and to its parts, what cosign keeps for
 * them, and what belongs to these in turn. Throws INVALID_MANIFEST where that has no end, and the
 * errors of every request.
 */
export async function findAllReferrers(search: Search): Promise<FoundReferrers> {
  return new Walk(search).run()
}

class Walk {
  readonly #search: Search
  readonly #parts: ReadonlySet<Digest>
  /** Whatever has been looked for already: lists may run in circles. */
  readonly #seen: Set<Digest>
  #filtered = 0
  #count = 0

  constructor(search: Search) {
    this.#search = search
    this.#parts = new Set(search.subjects)
    this.#seen = new Set(search.subjects)
  }

  async run(): Promise<FoundReferrers> {
    const levels: ReferrersLevel[] = []
    let subjects: readonly Digest[] = [...this.#seen]
    while (subjects.length > 0) {
      const found = await waitForAll(subjects.map(async (subject) => this.#look(subject)))
      const level = {
        referrers: found.flatMap(({ referrers }) => referrers),
        cosignImages: found.flatMap(({ cosignImages }) => cosignImages),
      }
      const isEmpty = level.referrers.length + level.cosignImages.length === 0
      if (!isEmpty && levels.push(level) > MAX_LEVELS) {
        throw this.#refusal(`referrers of referrers, more than ${MAX_LEVELS} deep`)
      }
      subjects = this.#next(level)
    }
    return { levels, filtered: this.#filtered }
  }

  async #look(subject: Digest): Promise<ReferrersLevel> {
    const { source, found, filter } = this.#search
    const [entries, images] = await waitForBoth(
      wantsReferrers(filter) ? found.list(source, subject) : Promise.resolve([]),
      wantsCosignTags(filter) ? found.cosignImages(source, subject) : Promise.resolve([]),
    )
    this.#count += entries.length + images.length
    if (this.#count > MAX_REFERRERS) throw this.#refusal(`more than ${MAX_REFERRERS} referrers`)
    const [referrers, cosignImages] = await waitForBoth(
      this.#referrers(subject, entries),
      waitForAll(images.map(async ({ tag }) => this.#cosignImage(tag))),
    )
    return { referrers, cosignImages: cosignImages.filter((image) => image !== undefined) }
  }

  async #cosignImage(tag: string): Promise<FoundCosignImage | undefined> {
    const { source, found, present } = this.#search
    // Where nothing is known to be there, it will be needed whole.
    const fetched = present === undefined ? await found.cosignImage(source, tag) : undefined
    const digest = fetched?.digest ?? (present && (await found.cosignDigest(source, tag)))
    if (digest !== undefined) return { tag, digest, fetched }
    source.http.logger.info(`${tag} is listed in ${source.name}, and not there: not counted`)
    return undefined
  }

  async #referrers(
    subject: Digest,
    entries: readonly Descriptor[],
  ): Promise<readonly FoundReferrer[]> {
    if (entries.length === 0) return []
    const digests = entries.map(({ digest }) => digest)
    const present = (await this.#search.present?.(subject, digests)) ?? new Set()
    const found = await waitForAll(
      entries.map(async (entry) => this.#referrer(subject, entry, present.has(entry.digest))),
    )
    return found.filter((referrer) => referrer !== undefined)
  }

  /** Undefined for what is not wanted, or does not refer to it. */
  async #referrer(
    subject: Digest,
    entry: Descriptor,
    isPresent: boolean,
  ): Promise<FoundReferrer | undefined> {
    const { source, destination, filter } = this.#search
    const { digest, mediaType, artifactType } = entry
    const isPart = this.#parts.has(digest)
    const referrer = { subject, digest, isPresent, isPart }
    const isIndex = isIndexType(mediaType)
    // What its source may count as a pull is not fetched again and again.
    if (isPresent && filter === 'all' && !isIndex) return { ...referrer, fetched: undefined }
    // Manifests of other types cannot be read; those that are not wanted do not have to be.
    const isReadable = isIndex || isImageManifestType(mediaType)
    const isUnwanted = artifactType !== undefined && !wantsType(filter, artifactType)
    if (isReadable || !isUnwanted) {
      const fetched = await fetchReferrer(isPresent ? destination : source, subject, entry)
      if (fetched === undefined) return undefined
      if (wantsType(filter, artifactTypeOf(fetched.manifest))) return { ...referrer, fetched }
    }
    this.#filtered++
    return undefined
  }

  /** What has come along and was not looked for yet. */
  #next({ referrers, cosignImages }: ReferrersLevel): readonly Digest[] {
    const came = [
      ...referrers.flatMap(({ digest, fetched }) => [digest, ...childrenOf(fetched)]),
      ...cosignImages.map(({ digest }) => digest),
    ]
    const next = new Set(came.filter((digest) => !this.#seen.has(digest)))
    for (const digest of next) this.#seen.add(digest)
    return [...next]
  }

  #refusal(reason: string): RegistryError {
    const [subject] = this.#search.subjects
    const place = this.#search.source.place('list referrers', subject)
    return new RegistryError('INVALID_MANIFEST', reason, place)
  }
}

function childrenOf(fetched: FetchedManifest | undefined): readonly Digest[] {
  if (fetched?.manifest.kind !== 'index') return []
  return fetched.manifest.manifests
    .filter(({ mediaType }) => isIndexType(mediaType) || isImageManifestType(mediaType))
    .map(({ digest }) => digest)
}
