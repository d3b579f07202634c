import type { Descriptor } from '../oci/descriptor.ts'
import { type ImageIndex, isAttestation } from '../oci/manifest.ts'
import { formatPlatform, type Platform } from '../oci/platform.ts'
import { RegistryError } from '../registry/errors.ts'
import { foreignText } from '../registry/foreign-text.ts'
import { listPlatforms, type PlatformEntry } from '../registry/copy/platform-entries.ts'
import type { Repository } from '../registry/http/repository.ts'

/** Room for some forty platforms in one message; an index may name a thousand, of any length. */
const MAX_NAMES_LENGTH = 600

/** What an index has of the wanted platforms. */
export interface Selection {
  /** One entry for each wanted platform that is there, in the order of the index. */
  readonly selected: readonly PlatformEntry[]
  readonly missing: readonly Platform[]
  /** What is not copied, in words for the log; empty if that is nothing. */
  readonly leftOut: string
}

/**
 * Finds the wanted platforms in an index and in the indexes beneath it. Where several entries are
 * for one platform the first counts.
 * @throws RegistryError PLATFORM when none of them is there, and those of fetching nested indexes
 */
export async function selectPlatforms(
  repository: Repository,
  index: ImageIndex,
  wanted: readonly Platform[],
  reference: string,
): Promise<Selection> {
  const leftOut: string[] = []
  const entries = await listPlatforms(repository, index, (entry) => {
    leftOut.push(nameOf(entry))
  })
  const names = new Set(wanted.map(formatPlatform))
  const selected = new Map<string, PlatformEntry>()
  for (const entry of entries) {
    const name = formatPlatform(entry.platform)
    if (!names.has(name)) leftOut.push(name)
    else if (selected.has(name)) leftOut.push(`another ${name}`)
    else selected.set(name, entry)
  }
  if (selected.size === 0) {
    const asked = listNames([...names])
    const has = listNames(entries.map(({ platform }) => formatPlatform(platform))) || 'none at all'
    throw new RegistryError(
      'PLATFORM',
      `the image has none of the wanted platforms (${asked}); it has ${has}`,
      repository.place('select platforms', reference),
    )
  }
  return {
    selected: [...selected.values()],
    missing: wanted.filter((platform) => !selected.has(formatPlatform(platform))),
    leftOut: listNames(leftOut),
  }
}

/** What an entry is called that is for no platform. */
function nameOf(entry: Descriptor): string {
  return isAttestation(entry) ? 'attestation' : `entry without platform (${entry.mediaType})`
}

/** `linux/arm/v7, attestation (2)`: each name once, in the order in which they come. */
function listNames(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const parts = [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${count})`))
  return foreignText(parts.join(', '), MAX_NAMES_LENGTH)
}
