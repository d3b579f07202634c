import { isMap, isSeq, type YAMLMap } from 'yaml'
import { splitWords } from './entry.ts'
import { unknownKeys } from './keys.ts'
import { readLine } from './line.ts'
import { isPromoted, readPromoted } from './promoter.ts'
import { readTags } from './tags.ts'
import type { Reading } from './reading.ts'
import type { Item, Member, YamlWalk } from './yaml-walk.ts'

const KEYS = [
  'source',
  'destination',
  'platforms',
  'tags',
  'referrers',
  'on-lost-referrers',
  'attestations',
]

/** What users of other tools call them. */
const MEANT: Readonly<Record<string, string>> = {
  src: 'source',
  from: 'source',
  name: 'source',
  image: 'source',
  sources: 'source',
  dst: 'destination',
  dest: 'destination',
  to: 'destination',
  target: 'destination',
  targets: 'destination',
  destinations: 'destination',
  tag: 'tags',
  platform: 'platforms',
  arch: 'platforms',
  referrer: 'referrers',
  attestation: 'attestations',
}

/** Whether all keys of a mapping are those of an object, or mean them elsewhere. */
export function isMeantAsObject(walk: YamlWalk, members: readonly Member[]): boolean {
  return members.every(
    ({ name, value, line }) =>
      (KEYS.includes(name) || Object.hasOwn(MEANT, name.toLowerCase())) &&
      walk.map(value, line) === undefined,
  )
}

/** Reads a list of images: strings in the form of a line, and objects. */
export function readItems(walk: YamlWalk, items: readonly Item[]): Reading {
  let isPromotion = false
  for (const { node, line } of items) {
    if (walk.isExhausted) break
    isPromotion = readItem(walk, node, line) || isPromotion
  }
  const notation = 'a list of the image promoter (platforms: all)'
  return { ...(isPromotion && { notation }), isEmpty: items.length === 0 }
}

/** Whether it is an entry of the image promoter. */
function readItem(walk: YamlWalk, written: unknown, line: number): boolean {
  const node = walk.follow(written, line)
  if (isMap(node)) {
    const members = walk.members(node, line)
    if (isPromoted(members)) {
      readPromoted(walk, members, line)
      return true
    }
    readObject(walk, node, line)
  } else if (isSeq(node)) {
    walk.problem(line, 'a list inside the list; an image is a string or an object')
  } else {
    const text = walk.text(node, line, 'the item')
    if (text !== undefined && /\s-\s/.test(text) && walk.hasSeveralLines(node)) {
      walk.problem(line, 'the lines below are indented further than this item, and belong to it')
      return false
    }
    const entry = text === undefined ? undefined : readLine(text, line)
    if (entry !== undefined && 'message' in entry) walk.problems.push(entry)
    else if (entry !== undefined) walk.entries.push(entry)
  }
  return false
}

/** Reads an object of `source`, `destination`, and what is wanted of it. */
export function readObject(walk: YamlWalk, map: YAMLMap, line: number): void {
  const members = walk.members(map, line)
  const problem = keyProblem(members)
  if (problem !== undefined) walk.problem(line, problem)
  const member = (name: string): Member | undefined => members.findLast((one) => one.name === name)
  const written = member('source')
  const source = written && walk.text(written.value, written.line, 'source')
  const destinations = destinationsOf(walk, member('destination'))
  const words = (name: string): string | undefined => {
    const one = member(name)
    return one && walk.texts(one.value, one.line, name).join(',')
  }
  const [platforms, attestations] = [words('platforms'), words('attestations')]
  const [referrers, onLostReferrers] = [words('referrers'), words('on-lost-referrers')]
  const tags = member('tags')
  const rule = tags && readTags(walk, tags.value, tags.line)
  if (source === undefined || (tags !== undefined && rule === undefined)) return
  walk.entries.push({
    line,
    source,
    ...(destinations && { destinations: destinations.flatMap(splitWords) }),
    ...(platforms && { platforms }),
    ...(attestations && { attestations }),
    ...(referrers && { referrers }),
    ...(onLostReferrers && { onLostReferrers }),
    ...(rule && { tags: rule }),
  })
}

/** One or several; docker/metadata-action's output `json` has them as its `tags`. */
function destinationsOf(walk: YamlWalk, member: Member | undefined): string[] | undefined {
  if (member === undefined) return undefined
  const map = walk.map(member.value, member.line)
  const tags = map && walk.members(map, member.line).find(({ name }) => name === 'tags')
  return walk.texts((tags ?? member).value, member.line, 'destination')
}

function keyProblem(members: readonly Member[]): string | undefined {
  const problem = unknownKeys(members, KEYS, MEANT)
  if (problem === undefined) {
    return members.some(({ name }) => name === 'source') ? undefined : 'the object has no source'
  }
  const unknown = members.filter(({ name }) => !KEYS.includes(name))
  if (unknown.length > 1) return `${problem}; write {source: …, destination: …, tags: […]}`
  const isSplitReference = members.length === 1 && !problem.includes('; did you mean')
  return isSplitReference ? `${problem} (a reference has no blank after its colon)` : problem
}
