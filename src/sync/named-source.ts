import type { Digest } from '../oci/digest.ts'
import type { PlatformFilter } from '../oci/platform.ts'
import { formatReference, type Reference } from '../oci/reference.ts'
import { resolveDigest } from '../registry/content/manifests.ts'
import { fetchNamed } from '../registry/content/named-manifest.ts'
import type { FetchedManifest } from '../registry/learned/fetched-manifest.ts'
import type { Client } from '../registry/client.ts'
import type { SourceReferrers } from '../registry/copy/source-referrers.ts'
import type { Repository } from '../registry/http/repository.ts'
import { type AttestationPolicy, SourceImage } from './source-image.ts'
import type { SyncSettings } from './sync-settings.ts'

/** What is wanted of a source. */
type SourceSettings = Pick<SyncSettings, 'platforms' | 'attestations' | 'referrers'>

/** The source that a reference to a client's registry names. Throws PARSE_SOURCE_REFERENCE. */
export function nameSource(
  client: Client,
  source: string | Reference,
  wanted: SourceSettings,
): NamedSource {
  const reference = client.parse(source, 'PARSE_SOURCE_REFERENCE', 'source')
  const repository = client.repository(reference.repository, 'source')
  return new NamedSource(repository, client.referrers, reference, wanted)
}

/**
 * What a source reference names, and what is wanted of it: found out once, so that all of its
 * destinations get the same even if the tag moves in between.
 */
export class NamedSource {
  readonly repository: Repository
  /** What belongs to the images of its registry, as far as that is known. */
  readonly referrers: SourceReferrers
  readonly platforms: PlatformFilter
  /** Whether anything comes along of what refers to the images. */
  readonly bringsReferrers: boolean
  readonly #reference: Reference
  readonly #attestations: AttestationPolicy
  #digest: Promise<Digest | undefined> | undefined
  #top: Promise<FetchedManifest> | undefined
  #image: Promise<SourceImage> | undefined

  constructor(
    repository: Repository,
    referrers: SourceReferrers,
    reference: Reference,
    { platforms, attestations = 'drop', referrers: along = 'none' }: SourceSettings,
  ) {
    this.repository = repository
    this.referrers = referrers
    this.platforms = platforms
    this.bringsReferrers = along !== 'none'
    this.#reference = reference
    this.#attestations = attestations
  }

  /** The reference in full. */
  get name(): string {
    return formatReference(this.#reference)
  }

  /** The digest by a look (HEAD); undefined where it names nothing. */
  async digest(): Promise<Digest | undefined> {
    const { digest, tag = 'latest' } = this.#reference
    if (digest !== undefined) return digest
    if (this.#top !== undefined) return (await this.#top).digest
    this.#digest ??= resolveDigest(this.repository, tag)
    return this.#digest
  }

  /** Fetches what it names. Failures are shared as well: each of them is the end of all retries. */
  async image(): Promise<SourceImage> {
    this.#image ??= this.#read()
    return this.#image
  }

  /** Comes back when the tag may be moved: what it names now is known then, be it nothing. */
  async pin(): Promise<void> {
    const isCounted = this.repository.http.family?.countsPulls === true
    const digest = isCounted ? await this.digest().catch(() => undefined) : undefined
    // Failures are told by those who want the image.
    if (digest === undefined) await this.#fetch().catch(() => undefined)
  }

  async #read(): Promise<SourceImage> {
    const top = await this.#fetch()
    await this.repository.roomFor(top)
    return SourceImage.of(this.repository, top, this.#reference, this.platforms, this.#attestations)
  }

  /** The document that it names, and nothing beneath: who waits for that waits for nobody else. */
  async #fetch(): Promise<FetchedManifest> {
    const fetch = async (): Promise<FetchedManifest> => {
      // A look that failed is no reason to give up: fetching will tell what is wrong.
      const digest = await this.#digest?.catch(() => undefined)
      const reference = digest === undefined ? this.#reference : { ...this.#reference, digest }
      return fetchNamed(this.repository, reference)
    }
    this.#top ??= fetch()
    return this.#top
  }
}
