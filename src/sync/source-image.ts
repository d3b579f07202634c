import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { parseImageConfigPlatform } from '../oci/image-config.ts'
import { buildImageIndex, type PlatformImage } from '../oci/image-index.ts'
import { type ImageManifest, isAttestation } from '../oci/manifest.ts'
import { isImageConfigType, isIndexType, MediaType } from '../oci/media-types.ts'
import { formatPlatform, type Platform, type PlatformFilter, platformKey } from '../oci/platform.ts'
import type { Reference } from '../oci/reference.ts'
import { fetchConfig, MAX_CONFIG_BYTES } from '../registry/content/blobs.ts'
import { RegistryError } from '../registry/errors.ts'
import { foreignText } from '../registry/foreign-text.ts'
import type { FetchedManifest } from '../registry/learned/fetched-manifest.ts'
import { fetchManifest } from '../registry/content/manifests.ts'
import {
  firstOfEach,
  listManifests,
  type PlatformEntry,
} from '../registry/copy/platform-entries.ts'
import type { Repository } from '../registry/http/repository.ts'
import { waitForAll, waitForBoth } from '../registry/wait-for-all.ts'
import { type Selection, selectPlatforms } from './select-platforms.ts'

/** Longer than any platform that somebody runs; an index may hold any text in its place. */
const MAX_PLATFORM_LENGTH = 128

/** What belongs under a destination's tag. */
export interface Document {
  readonly digest: Digest
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** What will be pushed, all of it verified. */
export interface Release extends Document {
  /** Platform to digest, as far as known. */
  readonly platforms: Readonly<Record<string, Digest>>
  /** To be pushed by digest before the document that lists them; undefined for the source's own. */
  readonly children: readonly FetchedManifest[] | undefined
  /** Listed there as well, and to be pushed behind the children, which they are about. */
  readonly attestations: readonly FetchedManifest[]
}

/** Whether BuildKit's attestations of the images of a filtered index stay in it. */
export type AttestationPolicy = 'drop' | 'keep'

/**
 * What a source reference named when it was resolved, and what of it is wanted. From here on,
 * everything is fetched by digest.
 */
export class SourceImage {
  readonly repository: Repository
  readonly top: FetchedManifest
  /** The images of which a new index is made; undefined where the top is copied byte for byte. */
  readonly selection: Selection | undefined
  readonly #filter: PlatformFilter
  #release: Promise<Release> | undefined
  #knownPlatforms: Readonly<Record<string, Digest>> | undefined
  readonly #read: Map<Digest, Uint8Array>

  private constructor(
    repository: Repository,
    top: FetchedManifest,
    filter: PlatformFilter,
    selection: Selection | undefined,
  ) {
    this.repository = repository
    this.top = top
    this.selection = selection
    this.#filter = filter
    this.#read = new Map(selection?.read)
  }

  /** That of a document that the reference names; fetches indexes beneath it that have to be searched. */
  static async of(
    repository: Repository,
    top: FetchedManifest,
    reference: Reference,
    filter: PlatformFilter,
    attestations: AttestationPolicy = 'drop',
  ): Promise<SourceImage> {
    const name = reference.digest ?? reference.tag ?? 'latest'
    const selection =
      top.manifest.kind === 'index' && filter !== 'all'
        ? await selectPlatforms(repository, top.manifest, filter, name, attestations === 'keep')
        : undefined
    return new SourceImage(repository, top, filter, selection)
  }

  /** One that has been fetched already, to be copied byte for byte. */
  static whole(repository: Repository, top: FetchedManifest, filter: PlatformFilter): SourceImage {
    return new SourceImage(repository, top, filter, undefined)
  }

  /**
   * What an up-to-date destination has, told without another request. Where an index does not say
   * that one of its images has a config of another kind, only `release` can tell.
   */
  expected(): Document {
    if (this.selection === undefined) return this.top
    const { selected, attestations } = this.selection
    return buildImageIndex(selected.map(described), attestations.map(described))
  }

  /** As much of a release as is needed to move a tag to what is at the destination by its digest. */
  expectedRelease(): Release {
    return {
      ...this.expected(),
      platforms: this.knownPlatforms(),
      children: undefined,
      attestations: [],
    }
  }

  /** The manifests that blobs are listed in, as far as the source's own document tells. */
  parts(): readonly Descriptor[] {
    if (this.selection !== undefined) return this.selection.selected.map((one) => one.descriptor)
    const { manifest, mediaType, digest, size } = this.top
    if (manifest.kind === 'image') return [{ mediaType, digest, size }]
    return manifest.manifests.flatMap(platformEntries).map((one) => one.descriptor)
  }

  /**
   * Digests of all manifests that end up at a destination, without those that are made here: other
   * content may refer to each of them.
   */
  async digests(): Promise<readonly Digest[]> {
    if (this.selection !== undefined) {
      const { selected, attestations } = this.selection
      return [...selected, ...attestations].map(({ descriptor }) => descriptor.digest)
    }
    return listManifests(this.repository, this.top)
  }

  /** Blobs that were read already, and verified. */
  get read(): ReadonlyMap<Digest, Uint8Array> {
    return this.#read
  }

  /** Whether only its config tells if it is for a wanted platform. Nothing is asked for to know that. */
  get isJudgedByConfig(): boolean {
    const { manifest } = this.top
    if (this.#filter === 'all' || manifest.kind === 'index') return false
    return isImageConfigType(manifest.config.mediaType)
  }

  /** Platform to digest, as far as the source's own document tells. */
  knownPlatforms(): Readonly<Record<string, Digest>> {
    this.#knownPlatforms ??= this.#namePlatforms()
    return this.#knownPlatforms
  }

  #namePlatforms(): Readonly<Record<string, Digest>> {
    if (this.selection !== undefined) return digestsByPlatform(this.selection.selected)
    const { manifest } = this.top
    if (manifest.kind === 'image') return {}
    return digestsByPlatform(manifest.manifests.flatMap(platformEntries))
  }

  /**
   * Fetches and verifies every manifest that is to be pushed beside the top: once, for however many
   * destinations. Throws PLATFORM for a single image that is for none of the wanted platforms.
   */
  async release(): Promise<Release> {
    this.#release ??= this.selection === undefined ? this.#whole() : this.#filtered(this.selection)
    return this.#release
  }

  async #whole(): Promise<Release> {
    const platform = await this.#platform()
    const platforms =
      platform === undefined ? this.knownPlatforms() : { [platformKey(platform)]: this.top.digest }
    return { ...this.top, platforms, children: undefined, attestations: [] }
  }

  async #filtered({ selected, attestations }: Selection): Promise<Release> {
    const fetching = waitForAll(selected.map(async (entry) => this.#withImage(entry)))
    const attesting = waitForAll(attestations.map(async (entry) => this.#withImage(entry)))
    const [images, attested] = await waitForBoth(fetching, attesting)
    return {
      ...buildImageIndex(images.map(listed), attested.map(listed)),
      platforms: digestsByPlatform(selected),
      children: images.map(({ image }) => image),
      attestations: attested.map(({ image }) => image),
    }
  }

  async #withImage<T extends { readonly descriptor: Descriptor }>(
    entry: T,
  ): Promise<T & { readonly image: FetchedImage }> {
    const { descriptor } = entry
    const fetched = await fetchManifest(this.repository, descriptor.digest, descriptor)
    const { manifest } = fetched
    if (manifest.kind === 'image') return { ...entry, image: { ...fetched, manifest } }
    throw new RegistryError(
      'GET_IMAGE',
      'the index names it as an image, but it is an index itself',
      this.repository.place('get image', descriptor.digest),
    )
  }

  /** The platform of a single image, if platforms matter and its config tells. */
  async #platform(): Promise<Platform | undefined> {
    const { manifest, digest } = this.top
    if (this.#filter === 'all' || manifest.kind === 'index' || !this.isJudgedByConfig) {
      return undefined
    }
    const platform = await this.#readPlatform(manifest.config)
    if (platform === undefined) return undefined
    const name = formatPlatform(platform)
    const wanted = this.#filter.map(formatPlatform)
    if (wanted.includes(name)) return platform
    throw new RegistryError(
      'PLATFORM',
      `the image is for ${foreignText(name, MAX_PLATFORM_LENGTH)}, which is not among ` +
        `the wanted platforms (${wanted.join(', ')}); ` +
        'add it to them, or take every image as it is with platforms: all',
      this.repository.place('select platforms', digest),
    )
  }

  async #readPlatform(config: Descriptor): Promise<Platform | undefined> {
    // It is only looked into: one that is too large for that is copied all the same.
    if (config.size > MAX_CONFIG_BYTES) return undefined
    const bytes = await fetchConfig(this.repository, config)
    this.#read.set(config.digest, bytes)
    return parseImageConfigPlatform(bytes)
  }
}

type Listed = Pick<PlatformImage, 'mediaType' | 'size' | 'digest' | 'configMediaType'>
type FetchedImage = FetchedManifest & { readonly manifest: ImageManifest }

/** An entry as the source's own document describes it. */
function described<T extends { readonly descriptor: Descriptor }>(entry: T): T & Listed {
  const { mediaType, size, digest, artifactType } = entry.descriptor
  return { ...entry, mediaType, size, digest, configMediaType: artifactType ?? MediaType.ociConfig }
}

/** An entry with the size and digest of the bytes that were fetched, as the new index lists it. */
function listed<T extends { readonly image: FetchedImage }>(entry: T): T & Listed {
  const { mediaType, size, digest, manifest } = entry.image
  return { ...entry, mediaType, size, digest, configMediaType: manifest.config.mediaType }
}

/** The entry as that of a platform's image, if it is one: a list of one or none. */
function platformEntries(descriptor: Descriptor): readonly PlatformEntry[] {
  const { platform, mediaType } = descriptor
  if (platform === undefined || isAttestation(descriptor) || isIndexType(mediaType)) return []
  return [{ platform, descriptor }]
}

/** Sorted by platform. */
function digestsByPlatform(entries: readonly PlatformEntry[]): Readonly<Record<string, Digest>> {
  const digests = new Map<string, Digest>()
  for (const [key, { descriptor }] of firstOfEach(entries)) {
    digests.set(foreignText(key, MAX_PLATFORM_LENGTH), descriptor.digest)
  }
  return Object.fromEntries([...digests].sort(([a], [b]) => (a < b ? -1 : 1)))
}
