import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { type ImageIndex, isAttestation } from '../oci/manifest.ts'
import { formatPlatform, type Platform } from '../oci/platform.ts'
import { RegistryError } from '../registry/errors.ts'
import { foreignText } from '../registry/foreign-text.ts'
import {
  firstOfEach,
  listPlatforms,
  type PlatformEntry,
} from '../registry/copy/platform-entries.ts'
import type { Repository } from '../registry/http/repository.ts'
import { platformsOfConfigs } from './platforms-of-configs.ts'

/** Room for some forty platforms in one message; an index may name a thousand, of any length. */
const MAX_NAMES_LENGTH = 600

export interface SelectedAttestation {
  readonly descriptor: Descriptor
  /** The image that it is about. */
  readonly subject: Digest
}

/** What an index has of the wanted platforms. */
export interface Selection {
  /** One entry for each wanted platform that is there, in the order of the index. */
  readonly selected: readonly PlatformEntry[]
  /** What BuildKit attests of them, where that is kept: each entry once. */
  readonly attestations: readonly SelectedAttestation[]
  /** Indexes beneath the index of which something was selected, and which the new one does not have. */
  readonly dissolved: readonly Digest[]
  readonly missing: readonly Platform[]
  /** What is not copied, in words for the log; empty if that is nothing. */
  readonly leftOut: string
  /** What of the index and of the entries that stay has no place in the new one, likewise. */
  readonly lost: string
  /** Blobs that were read, and verified, to tell. */
  readonly read: ReadonlyMap<Digest, Uint8Array>
}

/**
 * Finds the wanted platforms in an index and in the indexes beneath it. Where several entries are
 * for one platform the first counts; Windows has one for each of its versions. An index none of
 * whose entries names a platform is told by the configs of its images; undefined if it has none, for
 * an artifact that is copied as it is.
 *
 * @param keepsAttestations whether the attestations of what is selected are selected, too
 * @throws RegistryError PLATFORM when none of them is there, and those of fetching nested indexes
 */
export async function selectPlatforms(
  repository: Repository,
  index: ImageIndex,
  wanted: readonly Platform[],
  reference: string,
  keepsAttestations: boolean,
): Promise<Selection | undefined> {
  const places = new Map<Descriptor, readonly Digest[]>()
  const named = await listPlatforms(repository, index, (entry, within) => places.set(entry, within))
  const nameless = [...places.keys()]
  const told = named.length > 0 ? undefined : await platformsOfConfigs(repository, nameless)
  if (told?.entries.length === 0 && !nameless.every(isAttestation)) return undefined
  const entries = told?.entries ?? named
  const names = new Set(wanted.map(formatPlatform))
  const first = firstOfEach(entries)
  const selected = [...first.values()].filter(({ platform }) => names.has(formatPlatform(platform)))
  if (selected.length === 0) throw noneOf(names, entries, repository, reference)
  const attestations = keepsAttestations ? attestationsOf(selected) : []
  const others = told?.others ?? nameless
  const attested = new Set(attestations.map(({ descriptor }) => descriptor.digest))
  const kept = new Set(selected)
  const found = new Set(selected.map(({ platform }) => formatPlatform(platform)))
  return {
    selected,
    attestations,
    dissolved: [
      ...new Set(
        selected.flatMap(({ descriptor, within }) => within ?? places.get(descriptor) ?? []),
      ),
    ],
    missing: wanted.filter((platform) => !found.has(formatPlatform(platform))),
    leftOut: listNames([
      ...others.filter(({ digest }) => !attested.has(digest)).map(nameOf),
      ...entries.filter((entry) => !kept.has(entry)).map((entry) => nameOfOther(entry, found)),
    ]),
    lost: lostOf(index, selected),
    read: told?.read ?? new Map(),
  }
}

function attestationsOf(selected: readonly PlatformEntry[]): readonly SelectedAttestation[] {
  const found = new Map<Digest, SelectedAttestation>()
  for (const { descriptor: image, attestations = [] } of selected) {
    for (const descriptor of attestations) {
      if (!found.has(descriptor.digest)) {
        found.set(descriptor.digest, { descriptor, subject: image.digest })
      }
    }
  }
  return [...found.values()]
}

function noneOf(
  names: ReadonlySet<string>,
  entries: readonly PlatformEntry[],
  repository: Repository,
  reference: string,
): RegistryError {
  const asked = listNames([...names])
  const has = listNames(entries.map(({ platform }) => formatPlatform(platform))) || 'none at all'
  return new RegistryError(
    'PLATFORM',
    `the image has none of the wanted platforms (${asked}); it has ${has}; ` +
      'name one of these, or take everything as it is with platforms: all',
    repository.place('select platforms', reference),
  )
}

/** What an entry is called that is for no platform. */
function nameOf(entry: Descriptor): string {
  if (isAttestation(entry)) return 'attestation'
  const { incompletePlatform, mediaType } = entry
  if (incompletePlatform === undefined) return `entry without platform (${mediaType})`
  const missing = incompletePlatform.endsWith('/') ? 'an architecture' : 'an operating system'
  return `entry without ${missing} (${incompletePlatform})`
}

/** What an entry is called that is for a platform, but not the one that was taken for it. */
function nameOfOther({ platform, descriptor }: PlatformEntry, found: ReadonlySet<string>): string {
  const name = formatPlatform(platform)
  const { artifactType } = descriptor
  if (artifactType !== undefined) return `artifact ${artifactType} for ${name}`
  return found.has(name) ? `another ${name}` : name
}

function lostOf(index: ImageIndex, selected: readonly PlatformEntry[]): string {
  const ofEntries = selected.flatMap(({ descriptor }) => Object.keys(descriptor.annotations ?? {}))
  const annotations = [
    ['annotations of the index', Object.keys(index.annotations ?? {})],
    ['annotations of its entries', [...new Set(ofEntries)]],
  ] as const
  return foreignText(
    [
      ...annotations.flatMap(([what, keys]) =>
        keys.length === 0 ? [] : [`${what} (${listNames(keys)})`],
      ),
      ...(index.artifactType === undefined ? [] : [`artifactType ${index.artifactType}`]),
      ...(index.subject === undefined ? [] : ['subject']),
    ].join(', '),
    2 * MAX_NAMES_LENGTH,
  )
}

/** `linux/arm/v7, attestation (2)`: each name once, in the order in which they come. */
function listNames(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const parts = [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${count})`))
  return foreignText(parts.join(', '), MAX_NAMES_LENGTH)
}
