import type { YAMLMap } from 'yaml'
import { quote } from '../../oci/quote.ts'
import { namesRegistry } from '../../oci/reference.ts'
import type { ListEntry } from './entry.ts'
import type { Member, YamlWalk } from './yaml-walk.ts'

/** What is relative to destination-registry and no word of another kind. */
const PATH = /^[a-z0-9._{}-]+(?:\/[a-z0-9._{}-]+)+(?::[^/]+)?$/

/**
 * Reads image-syncer's mapping `SOURCE: DESTINATION`. Commas in the source's tag name several; the
 * destination is a text or a list of them, in whose tag commas go along with those of the source,
 * and the default destination where it is empty.
 */
export function readImageSyncer(walk: YamlWalk, map: YAMLMap, line: number): void {
  for (const member of walk.members(map, line)) {
    if (walk.isExhausted) return
    const entries = entriesOf(walk, member)
    if (typeof entries === 'string') walk.problem(member.line, entries)
    else walk.entries.push(...entries)
  }
}

function entriesOf(walk: YamlWalk, { name, value, line }: Member): readonly ListEntry[] | string {
  const { repository, tags } = splitTags(name)
  if (tags === undefined) return allTags(name)
  if (tags.startsWith('/')) {
    return `${quote(name)} has a pattern between slashes; write an object, {source: ${repository}, tags: {match: …}}, with "*" and "?" in the pattern`
  }
  const names = tags.split(',').map((tag) => tag.trim())
  if (names.includes('') && !name.includes('@')) {
    return `${quote(name)} names no tag behind its ${names.length > 1 ? 'comma' : 'colon'}`
  }
  const places = destinationsOf(walk, value, line)
  if (typeof places === 'string') return places
  const uneven = places?.find(
    (place) => tagsOf(place).length > 1 && tagsOf(place).length !== names.length,
  )
  if (uneven !== undefined) {
    return `the destination has ${tagsOf(uneven).length} tags, and the source ${names.length}`
  }
  return names.map((tag, index) => ({
    line,
    source: tag === '' ? repository : `${repository}:${tag}`,
    ...(places && { destinations: places.map((place) => placeFor(place, index)) }),
  }))
}

function allTags(name: string): string {
  return `${quote(name)} has no tag, by which image-syncer means all of them; write ${quote(`${name}:*`)}, or a tag (a reference has no blank after its colon)`
}

/** The tag of a digest is none: what it names is one image. */
function splitTags(name: string): {
  readonly repository: string
  readonly tags: string | undefined
} {
  if (name.includes('@')) return { repository: name, tags: '' }
  const colon = name.indexOf(':', name.indexOf('/') + 1)
  return colon === -1
    ? { repository: name, tags: undefined }
    : { repository: name.slice(0, colon), tags: name.slice(colon + 1) }
}

/** Undefined for the default; a text that says what is wrong. */
function destinationsOf(
  walk: YamlWalk,
  value: unknown,
  line: number,
): readonly string[] | undefined | string {
  const node = walk.follow(value, line)
  if (walk.map(node, line) !== undefined) {
    return 'expected a destination, or a list of them, behind the source'
  }
  if (isEmpty(node)) return undefined
  const places = walk.texts(node, line, 'destination')
  // Not repeated: a mapping of hosts to passwords looks the same.
  return places.every((place) => namesRegistry(place) || PATH.test(place))
    ? places
    : 'a destination in this notation is a repository with its host, or a path of several components'
}

function isEmpty(node: unknown): boolean {
  return (
    node === null ||
    (typeof node === 'object' && 'value' in node && (node.value === null || node.value === ''))
  )
}

function tagsOf(place: string): readonly string[] {
  return (splitTags(place).tags ?? '').split(',')
}

function placeFor(place: string, index: number): string {
  const tags = tagsOf(place)
  return tags.length < 2 ? place : `${splitTags(place).repository}:${tags[index] ?? ''}`
}
