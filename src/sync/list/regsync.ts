import { isMap, type YAMLMap } from 'yaml'
import { quote } from '../../oci/quote.ts'
import { enumerate } from './keys.ts'
import type { Member, YamlWalk } from './yaml-walk.ts'

/** What of an entry is read; everything else is named as not read. */
const READ = new Set(['source', 'target', 'type', 'tags', 'tagSets', 'platform', 'platforms'])

const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/

/**
 * Reads the `sync` entries of a regsync file: those of type `image`, and those of type `repository`
 * whose tags are plain names. Returns the names of all that was not read, for the log.
 */
export function readRegsync(walk: YamlWalk, map: YAMLMap, line: number): readonly string[] {
  const ignored = new Set<string>()
  for (const { name, value, line: at } of walk.members(map, line)) {
    if (name === 'sync') readEntries(walk, value, at, ignored)
    else if (name !== 'version') ignored.add(name)
  }
  return [...ignored]
}

function readEntries(walk: YamlWalk, value: unknown, line: number, ignored: Set<string>): void {
  const items = walk.items(value, line)
  if (items === undefined) walk.problem(line, 'sync: expected a list of objects')
  for (const { node, line: at } of items ?? []) {
    if (walk.isExhausted) return
    const entry = walk.map(node, at)
    if (entry === undefined) walk.problem(at, 'sync: expected an object with source and target')
    else readEntry(walk, walk.members(entry, at), at, ignored)
  }
}

function readEntry(
  walk: YamlWalk,
  members: readonly Member[],
  line: number,
  ignored: Set<string>,
): void {
  for (const { name } of members) if (!READ.has(name)) ignored.add(name)
  const of = (wanted: string): Member | undefined => members.find(({ name }) => name === wanted)
  const [written, target, type] = [of('source'), of('target'), of('type')]
  if (written === undefined || target === undefined) {
    walk.problem(line, 'a sync entry has a source and a target')
    return
  }
  const source = walk.text(written.value, written.line, 'source')
  const destination = walk.text(target.value, target.line, 'target')
  const kind = type === undefined ? undefined : walk.text(type.value, type.line, 'type')
  const wanted = of('platforms') ?? of('platform')
  const platforms = wanted && walk.texts(wanted.value, wanted.line, wanted.name).join(',')
  if (source === undefined || destination === undefined) return
  if ([source, destination].some((text) => text.includes('{{'))) {
    walk.problem(line, 'the entry holds a template, and templates are not filled in here')
  } else if (kind === 'image') {
    const place = /[:@][^/]*$/.test(destination) ? destination : `${destination}:latest`
    walk.entries.push({ line, source, destinations: [place], ...(platforms && { platforms }) })
  } else if (kind === 'repository') {
    const tags = repositoryTags(walk, [of('tags'), of('tagSets')], line, source, destination)
    for (const tag of tags) {
      const destinations = [`${destination}:${tag}`]
      walk.entries.push({
        line,
        source: `${source}:${tag}`,
        destinations,
        ...(platforms && { platforms }),
      })
    }
  } else {
    walk.problem(line, 'only entries of the types image and repository can be read')
  }
}

/** The tags of an entry of type `repository`; none, and a problem noted, unless they are plain. */
function repositoryTags(
  walk: YamlWalk,
  [tags, sets]: readonly [Member | undefined, Member | undefined],
  line: number,
  source: string,
  destination: string,
): readonly string[] {
  const meant = (rule: string): string =>
    `write an object: {source: ${source}, destination: ${destination}, tags: ${rule}}`
  if (sets !== undefined) {
    walk.problem(
      line,
      `the entry has tagSets, which are not read; ${meant('{match: …, exclude: …}')} for each`,
    )
    return []
  }
  if (tags === undefined) {
    walk.problem(
      line,
      `an entry of type repository without tags means all of them; ${meant("['*']")}`,
    )
    return []
  }
  const rule = walk.follow(tags.value, tags.line)
  const members = isMap(rule) ? walk.members(rule, tags.line) : []
  const allow = members.find(({ name }) => name === 'allow')
  const others = members.filter(({ name }) => name !== 'allow').map(({ name }) => name)
  const allowed = allow === undefined ? [] : walk.texts(allow.value, allow.line, 'allow', true)
  const pattern = allowed.find((text) => !TAG.test(text))
  if (pattern !== undefined || others.length > 0 || allowed.length === 0) {
    const what = [
      ...(pattern === undefined ? [] : [`the pattern ${quote(pattern)}`]),
      ...(others.length === 0 ? [] : [enumerate(others)]),
    ]
    const names = what.length === 0 ? 'something else than plain tags' : what.join(' and ')
    const form = `{match: …${others.includes('deny') ? ', exclude: …' : ''}${others.includes('semverRange') || others.includes('semver') ? ', semver: …' : ''}}`
    walk.problem(
      line,
      `the tags of this entry have ${names}, which is not read; ${meant(form)}, with "*" and "?" in patterns`,
    )
    return []
  }
  return allowed
}
