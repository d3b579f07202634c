import type { Descriptor } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import { attestedImage, type ImageIndex, isAttestation } from '../../oci/manifest.ts'
import { isImageManifestType, isIndexType } from '../../oci/media-types.ts'
import { type Platform, platformKey } from '../../oci/platform.ts'
import { fetchManifest } from '../content/manifests.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import type { Repository } from '../http/repository.ts'

/** An entry of an index that is the image of a platform. */
export interface PlatformEntry {
  readonly platform: Platform
  readonly descriptor: Descriptor
  /** The entries of the same index in which BuildKit attests of it. */
  readonly attestations?: readonly Descriptor[]
  /** The indexes that it was found in beneath the one that was searched, outermost first. */
  readonly within?: readonly Digest[]
}

/**
 * The platform images of an index in its order, those of nested indexes in the place of these.
 * Attestations and entries that name no platform are told to `leftOut` and are not among them.
 */
export async function listPlatforms(
  repository: Repository,
  index: ImageIndex,
  leftOut: (entry: Descriptor, within: readonly Digest[]) => void = () => undefined,
): Promise<readonly PlatformEntry[]> {
  const entries: PlatformEntry[] = []
  /** Nested indexes that were searched: what is listed again has nothing new in it. */
  const searched = new Set<Digest>()

  /** @param within the nested indexes down to this one */
  const search = async ({ manifests }: ImageIndex, within: readonly Digest[]): Promise<void> => {
    const depth = within.length + 1
    const attestations = attestationsOf(manifests)
    for (const descriptor of manifests) {
      const { mediaType, platform, digest } = descriptor
      if (isIndexType(mediaType)) {
        if (searched.has(digest)) continue
        searched.add(digest)
        const nested = await fetchManifest(repository, digest, { ...descriptor, depth })
        await repository.roomFor(nested)
        const { manifest } = nested
        if (manifest.kind === 'index') {
          await search(manifest, [...within, digest])
          continue
        }
      }
      if (platform === undefined || isAttestation(descriptor)) leftOut(descriptor, within)
      else {
        const attested = attestations.get(digest) ?? []
        entries.push({ platform, descriptor, attestations: attested, within })
      }
    }
  }

  await search(index, [])
  return entries
}

/** The attestations among the entries of an index, by the image that they are about. */
function attestationsOf(
  entries: readonly Descriptor[],
): ReadonlyMap<string, readonly Descriptor[]> {
  const found = new Map<string, Descriptor[]>()
  for (const entry of entries) {
    const subject = attestedImage(entry)
    if (subject !== undefined) found.set(subject, [...(found.get(subject) ?? []), entry])
  }
  return found
}

/**
 * One entry for each platform, by its key: the first one (image-spec, Image Index), unless that is an
 * artifact that stands beside an image, such as an index for lazy loading (SOCI).
 */
export function firstOfEach(entries: readonly PlatformEntry[]): ReadonlyMap<string, PlatformEntry> {
  const first = new Map<string, PlatformEntry>()
  for (const entry of entries) {
    const key = platformKey(entry.platform)
    const other = first.get(key)
    const isImage = entry.descriptor.artifactType === undefined
    if (other === undefined || (isImage && other.descriptor.artifactType !== undefined)) {
      first.set(key, entry)
    }
  }
  return first
}

/** The digests of a manifest and of all that are beneath it, each once. */
export async function listManifests(
  repository: Repository,
  top: FetchedManifest,
): Promise<readonly Digest[]> {
  const digests = new Set<Digest>()

  /** @param depth of what it lists */
  const walk = async ({ digest, manifest }: FetchedManifest, depth: number): Promise<void> => {
    digests.add(digest)
    if (manifest.kind === 'image') return
    for (const entry of manifest.manifests) {
      if (digests.has(entry.digest)) continue
      if (isImageManifestType(entry.mediaType)) digests.add(entry.digest)
      else if (isIndexType(entry.mediaType)) {
        const nested = await fetchManifest(repository, entry.digest, { ...entry, depth })
        await repository.roomFor(nested)
        await walk(nested, depth + 1)
      }
    }
  }

  await walk(top, 1)
  return [...digests]
}
