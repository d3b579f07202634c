import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { parseImageConfigPlatform } from '../oci/image-config.ts'
import { buildImageIndex } from '../oci/image-index.ts'
import { type ImageManifest, isAttestation } from '../oci/manifest.ts'
import { isImageConfigType, MediaType } from '../oci/media-types.ts'
import { formatPlatform, type PlatformFilter } from '../oci/platform.ts'
import type { Reference } from '../oci/reference.ts'
import { fetchBlob } from '../registry/blobs.ts'
import { RegistryError } from '../registry/errors.ts'
import { type FetchedManifest, fetchManifest } from '../registry/manifests.ts'
import type { PlatformEntry } from '../registry/platform-entries.ts'
import type { Repository } from '../registry/repository.ts'
import { settled } from '../registry/settled.ts'
import { type Selection, selectPlatforms } from './select-platforms.ts'

/** Configs hold the history of a build and stay far below this. */
const MAX_CONFIG_BYTES = 8 * 1024 * 1024

/** A source reference, resolved once: from here on, digests only. */
export type SourceImage =
  | {
      /** Copied byte for byte: a single image, or an index with `platforms: all`. */
      readonly kind: 'whole'
      readonly repository: Repository
      readonly top: FetchedManifest
    }
  | {
      /** An index of which a new one is made. */
      readonly kind: 'filtered'
      readonly repository: Repository
      readonly top: FetchedManifest
      readonly selection: Selection
    }

/** What will be pushed under the tag, made of verified source content. */
export interface Release {
  readonly digest: Digest
  readonly mediaType: string
  readonly bytes: Uint8Array
  /** Platform to digest, as far as known. */
  readonly platforms: Readonly<Record<string, Digest>>
  /** The images of a filtered index, to be pushed by digest before it. Empty where the top is pushed as it is. */
  readonly children: readonly FetchedManifest[]
}

/** Fetches what the source reference names and chooses what of it is wanted. */
export async function resolveSource(
  repository: Repository,
  reference: Reference,
  filter: PlatformFilter,
): Promise<SourceImage> {
  const name = reference.digest ?? reference.tag ?? 'latest'
  const top = await fetchManifest(repository, name)
  if (top.manifest.kind === 'image' || filter === 'all') return { kind: 'whole', repository, top }
  const selection = await selectPlatforms(repository, top.manifest, filter, name)
  return { kind: 'filtered', repository, top, selection }
}

/**
 * The digest that the destination has if it is up to date, told from the source index alone. Right for all ordinary
 * images; where an image has a config of another kind only its own manifest can tell, and `prepareRelease` does.
 */
export function expectedDigest(source: SourceImage): Digest {
  if (source.kind === 'whole') return source.top.digest
  return buildImageIndex(
    source.selection.selected.map(({ platform, descriptor }) => ({
      ...descriptor,
      platform,
      configMediaType: descriptor.artifactType ?? MediaType.ociConfig,
    })),
  ).digest
}

/** Platform to digest, as far as the source's own document tells. */
export function knownPlatforms(source: SourceImage): Readonly<Record<string, Digest>> {
  if (source.kind === 'filtered') return platformDigests(source.selection.selected)
  return source.top.manifest.kind === 'index' ? indexPlatforms(source.top.manifest.manifests) : {}
}

/** Fetches and verifies all manifests that will be pushed, and computes what goes under the tag. */
export async function prepareRelease(source: SourceImage, filter: PlatformFilter): Promise<Release> {
  const { repository, top } = source
  if (source.kind === 'whole') {
    return { ...top, platforms: await wholePlatforms(repository, top, filter), children: [] }
  }
  const images = await settled(
    source.selection.selected.map(async (entry) => ({ entry, child: await fetchImage(repository, entry) })),
  )
  const index = buildImageIndex(
    images.map(({ entry: { platform }, child }) => ({
      digest: child.digest,
      size: child.size,
      mediaType: child.mediaType,
      platform,
      configMediaType: child.manifest.config.mediaType,
    })),
  )
  return {
    ...index,
    platforms: platformDigests(source.selection.selected),
    children: images.map(({ child }) => child),
  }
}

async function fetchImage(
  repository: Repository,
  { descriptor }: PlatformEntry,
): Promise<FetchedManifest & { manifest: ImageManifest }> {
  const fetched = await fetchManifest(repository, descriptor.digest, descriptor)
  const { manifest } = fetched
  if (manifest.kind === 'image') return { ...fetched, manifest }
  throw new RegistryError('GET_IMAGE', 'a platform entry of the index is no image', repository.place('get image', descriptor.digest))
}

/** The platforms of what is copied byte for byte. A single image must be for a wanted one, if its config tells. */
async function wholePlatforms(
  repository: Repository,
  { digest, manifest }: FetchedManifest,
  filter: PlatformFilter,
): Promise<Readonly<Record<string, Digest>>> {
  if (manifest.kind === 'index') return indexPlatforms(manifest.manifests)
  if (!isImageConfigType(manifest.config.mediaType)) return {}
  const platform = parseImageConfigPlatform(await fetchBlob(repository, manifest.config, MAX_CONFIG_BYTES))
  if (platform === undefined) return {}
  const name = formatPlatform(platform)
  if (filter !== 'all' && !filter.some((wanted) => formatPlatform(wanted) === name)) {
    throw new RegistryError(
      'PLATFORM',
      `the image is for ${name}, which is not among the wanted platforms (${filter.map(formatPlatform).join(', ')}); name it in platforms, or use platforms: all`,
      repository.place('select platforms of', digest),
    )
  }
  return { [name]: digest }
}

function indexPlatforms(entries: readonly Descriptor[]): Readonly<Record<string, Digest>> {
  return platformDigests(
    entries.flatMap((descriptor) =>
      descriptor.platform === undefined || isAttestation(descriptor)
        ? []
        : [{ platform: descriptor.platform, descriptor }],
    ),
  )
}

/** Sorted by platform; the first of several entries for one platform counts (image-spec, Image Index). */
function platformDigests(entries: readonly PlatformEntry[]): Readonly<Record<string, Digest>> {
  const digests = new Map<string, Digest>()
  for (const { platform, descriptor } of entries) {
    const key = formatPlatform(platform)
    if (!digests.has(key)) digests.set(key, descriptor.digest)
  }
  return Object.fromEntries([...digests].sort(([a], [b]) => (a < b ? -1 : 1)))
}
