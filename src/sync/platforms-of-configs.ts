import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { parseImageConfigPlatform } from '../oci/image-config.ts'
import { isAttestation } from '../oci/manifest.ts'
import { isImageConfigType, isImageManifestType } from '../oci/media-types.ts'
import { fetchConfig, MAX_CONFIG_BYTES } from '../registry/content/blobs.ts'
import { fetchManifest } from '../registry/content/manifests.ts'
import type { PlatformEntry } from '../registry/copy/platform-entries.ts'
import type { Repository } from '../registry/http/repository.ts'
import { waitForAll } from '../registry/wait-for-all.ts'

/** What the configs of images tell that an index does not. */
export interface ToldByConfigs {
  /** Those that are images for a platform, in the order of the index. */
  readonly entries: readonly PlatformEntry[]
  readonly others: readonly Descriptor[]
  /** Configs that were read, and verified. */
  readonly read: ReadonlyMap<Digest, Uint8Array>
}

/** Looks into the manifests of an index and their configs for the platforms that they are for. */
export async function platformsOfConfigs(
  repository: Repository,
  descriptors: readonly Descriptor[],
): Promise<ToldByConfigs> {
  const read = new Map<Digest, Uint8Array>()
  const entries = await waitForAll(
    descriptors.map(async (descriptor) => entryOf(repository, descriptor, read)),
  )
  const known = entries.flatMap((entry) => entry ?? [])
  const told = new Set(known.map(({ descriptor }) => descriptor))
  return { entries: known, others: descriptors.filter((one) => !told.has(one)), read }
}

async function entryOf(
  repository: Repository,
  descriptor: Descriptor,
  read: Map<Digest, Uint8Array>,
): Promise<PlatformEntry | undefined> {
  if (isAttestation(descriptor) || !isImageManifestType(descriptor.mediaType)) return undefined
  const { manifest } = await fetchManifest(repository, descriptor.digest, descriptor)
  if (manifest.kind !== 'image' || !isImageConfigType(manifest.config.mediaType)) return undefined
  const { config } = manifest
  // It is only looked into: one that is too large for that is copied all the same.
  if (config.size > MAX_CONFIG_BYTES) return undefined
  const bytes = await fetchConfig(repository, config)
  read.set(config.digest, bytes)
  const platform = parseImageConfigPlatform(bytes)
  return platform === undefined ? undefined : { platform, descriptor }
}
