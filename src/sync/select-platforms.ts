import type { Descriptor } from '../oci/descriptor.ts'
import type { ImageIndex } from '../oci/manifest.ts'
import { formatPlatform, type Platform } from '../oci/platform.ts'
import { RegistryError } from '../registry/errors.ts'
import { listPlatforms, type PlatformEntry } from '../registry/platform-entries.ts'
import type { Repository } from '../registry/repository.ts'

/** What an index has of the wanted platforms. */
export interface Selection {
  /** One entry per wanted platform that is there; `platform` is the one that was asked for. */
  readonly selected: readonly PlatformEntry[]
  readonly missing: readonly Platform[]
  /** In words, for the log: platforms and attestations that are not copied. */
  readonly leftOut: readonly string[]
}

/** Finds the wanted platforms in an index and the indexes beneath it. Throws PLATFORM when none of them is there. */
export async function selectPlatforms(
  repository: Repository,
  index: ImageIndex,
  wanted: readonly Platform[],
  reference: string,
): Promise<Selection> {
  const leftOut: string[] = []
  const entries = await listPlatforms(repository, index, (entry) => leftOut.push(describe(entry)))
  const open = new Map(wanted.map((platform) => [formatPlatform(platform), platform]))
  const selected: PlatformEntry[] = []
  for (const { platform, descriptor } of entries) {
    const key = formatPlatform(platform)
    const asked = open.get(key)
    if (asked === undefined) {
      leftOut.push(selected.some((entry) => formatPlatform(entry.platform) === key) ? `another ${key}` : key)
    } else {
      open.delete(key)
      selected.push({ platform: asked, descriptor })
    }
  }
  if (selected.length === 0) throw noneSelected(repository, reference, wanted, entries)
  return { selected, missing: [...open.values()], leftOut }
}

function describe(entry: Descriptor): string {
  return entry.platform === undefined ? `an entry without platform (${entry.mediaType})` : 'an attestation'
}

function noneSelected(
  repository: Repository,
  reference: string,
  wanted: readonly Platform[],
  entries: readonly PlatformEntry[],
): RegistryError {
  const has = entries.map(({ platform }) => formatPlatform(platform)).join(', ')
  return new RegistryError(
    'PLATFORM',
    `none of the wanted platforms (${wanted.map(formatPlatform).join(', ')}) is there; the image has ${has === '' ? 'none that are named' : has}`,
    repository.place('select platforms of', reference),
  )
}
