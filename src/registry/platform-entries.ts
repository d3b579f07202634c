import type { Descriptor } from '../oci/descriptor.ts'
import { type ImageIndex, isAttestation } from '../oci/manifest.ts'
import { isIndexType } from '../oci/media-types.ts'
import type { Platform } from '../oci/platform.ts'
import { MAX_INDEX_DEPTH } from './copy-image.ts'
import { RegistryError } from './errors.ts'
import { fetchManifest } from './manifests.ts'
import type { Repository } from './repository.ts'

/** An entry of an index that is the image of a platform. */
export interface PlatformEntry {
  readonly platform: Platform
  readonly descriptor: Descriptor
}

/**
 * The platform images of an index in its order, those of nested indexes in the place of these. Attestations and entries
 * that name no platform are told to `leftOut` and are not among them.
 */
export async function listPlatforms(
  repository: Repository,
  index: ImageIndex,
  leftOut: (entry: Descriptor) => void = () => undefined,
  depth = 0,
): Promise<readonly PlatformEntry[]> {
  const entries: PlatformEntry[] = []
  for (const descriptor of index.manifests) {
    if (isIndexType(descriptor.mediaType)) {
      if (depth >= MAX_INDEX_DEPTH) {
        throw new RegistryError('INVALID_MANIFEST', `indexes nested deeper than ${MAX_INDEX_DEPTH}`, repository.place('get image index', descriptor.digest))
      }
      const { manifest } = await fetchManifest(repository, descriptor.digest, descriptor)
      if (manifest.kind === 'index') {
        entries.push(...(await listPlatforms(repository, manifest, leftOut, depth + 1)))
        continue
      }
    }
    if (descriptor.platform === undefined || isAttestation(descriptor)) leftOut(descriptor)
    else entries.push({ platform: descriptor.platform, descriptor })
  }
  return entries
}
