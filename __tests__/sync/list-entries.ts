import { parsePlatformFilter } from '../../src/oci/platform.ts'
import type { SyncSettings } from '../../src/sync/sync-settings.ts'
import { buildImage, type BuiltImage } from '../../testkit/image/image.ts'
import type { SyncWorld } from './sync-world.ts'

/** Syncs an image to `copy:v1`, by the default platforms unless others are named. */
export async function syncTo(
  world: SyncWorld,
  image: BuiltImage,
  platforms = 'linux/amd64,linux/arm64',
  settings: Partial<SyncSettings> = {},
) {
  world.give('acme/app', 'v1', image)
  const syncer = world.syncer({ platforms: parsePlatformFilter(platforms), ...settings })
  return syncer.sync('acme/app:v1', 'copy:v1')
}

/** The entries of the list at `copy:v1`, which must be whole. */
export async function entriesAt(world: SyncWorld) {
  const { bytes } = await world.pull('copy', 'v1')
  const { manifests } = JSON.parse(bytes.toString()) as { manifests: Record<string, unknown>[] }
  return manifests
}

/** The entry for an image as it has to be in a new list. */
export function entryFor({ manifest: { mediaType, size, digest } }: BuiltImage, platform: string) {
  const [os, architecture, variant] = platform.split('/')
  return {
    mediaType,
    size,
    digest,
    platform: { architecture, os, ...(variant === undefined ? {} : { variant }) },
  }
}

/** An image for a platform, which differs from others for it by its author. */
export function imageFor(platform: string, author = 'acme') {
  return buildImage({ platform, config: { author } })
}
