import { isMap } from 'yaml'
import type { Member, YamlWalk } from './yaml-walk.ts'
import { namedKeys } from './keys.ts'

/** A notation that is not read: how it is known, what it is called, and what to write instead. */
interface Foreign {
  readonly knownBy: (names: ReadonlySet<string>) => boolean
  readonly what: string
  readonly instead: string
}

const A_LINE = 'write a list: one image a line, SOURCE => DESTINATION'
const AN_OBJECT = 'write a list of objects: {source: …, destination: …, tags: …}'

const FOREIGN: readonly Foreign[] = [
  { knownBy: has('tasks', 'relay'), what: 'a dregsy configuration', instead: AN_OBJECT },
  { knownBy: has('services'), what: 'a compose file', instead: A_LINE },
  {
    knownBy: has('auths'),
    what: 'a Docker configuration',
    instead: `log in by registry-auth, and ${A_LINE}`,
  },
  { knownBy: has('jobs'), what: 'a workflow', instead: A_LINE },
  { knownBy: has('target', 'group'), what: 'a bake file', instead: A_LINE },
  {
    knownBy: hasAll('registry', 'username'),
    what: 'a list of logins',
    instead: 'give it to registry-auth, and an image list here',
  },
  { knownBy: hasAll('apiVersion', 'kind'), what: 'a Kubernetes manifest', instead: A_LINE },
]

const SKOPEO_KEYS = ['images', 'images-by-tag-regex', 'images-by-semver', 'tls-verify', 'cert-dir']

/**
 * The problem of a mapping that is no image list: one sentence, at the line of the mapping, which
 * names keys and never a value. Values of other programs' files may be secrets.
 */
export function foreignProblem(walk: YamlWalk, members: readonly Member[]): string {
  const keys = namedKeys([...new Set(members.map(({ name }) => name))])
  const unknown = { what: `a YAML mapping with the keys ${keys}`, instead: A_LINE }
  const { what, instead } = knownNotation(walk, members) ?? unknown
  return `this is ${what}, which is not read; ${instead}`
}

/** What a mapping is called, and what to write instead, where that can be told by its keys. */
export function knownNotation(
  walk: YamlWalk,
  members: readonly Member[],
): Pick<Foreign, 'what' | 'instead'> | undefined {
  const names = new Set(members.map(({ name }) => name))
  const isSkopeo =
    members.length > 0 && members.every(({ value, line }) => hasSkopeoKeys(walk, value, line))
  return isSkopeo
    ? { what: 'a skopeo sync file', instead: AN_OBJECT }
    : FOREIGN.find(({ knownBy }) => knownBy(names))
}

function hasSkopeoKeys(walk: YamlWalk, value: unknown, line: number): boolean {
  return isMap(value) && walk.members(value, line).some(({ name }) => SKOPEO_KEYS.includes(name))
}

function has(...names: readonly string[]): Foreign['knownBy'] {
  return (given) => names.some((name) => given.has(name))
}

function hasAll(...names: readonly string[]): Foreign['knownBy'] {
  return (given) => names.every((name) => given.has(name))
}
