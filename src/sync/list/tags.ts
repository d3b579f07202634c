import { isMap } from 'yaml'
import { quote } from '../../oci/quote.ts'
import { isPattern, type TagRule } from '../tags/rule.ts'
import { unknownKeys } from './keys.ts'
import type { YamlWalk } from './yaml-walk.ts'

const KEYS = ['match', 'exclude', 'semver', 'newest', 'min']

/** What users of other tools call them. */
const MEANT: Readonly<Record<string, string>> = {
  include: 'match',
  allow: 'match',
  pattern: 'match',
  patterns: 'match',
  glob: 'match',
  deny: 'exclude',
  ignore: 'exclude',
  semverRange: 'semver',
  version: 'semver',
  range: 'semver',
  latest: 'newest',
  limit: 'newest',
  keep: 'newest',
  min_tags: 'min',
  minimum: 'min',
}

/** As many as a list may have destinations. */
const MAX_COUNT = 20_000

/** Far more than anybody writes; each of them is tried on each tag. */
const MAX_PATTERNS = 100

/** A rule for the tags that are written in a reference. */
export function ruleFor(match: readonly string[], exclude: readonly string[] = []): TagRule {
  return { match, exclude, min: 1 }
}

/**
 * Reads the value of `tags`: names and patterns, of which those behind a `!` are excluded, or an
 * object of `match`, `exclude`, `semver`, `newest` and `min`. Undefined, and problems noted, where
 * it is neither.
 */
export function readTags(walk: YamlWalk, written: unknown, line: number): TagRule | undefined {
  const node = walk.follow(written, line)
  if (!isMap(node)) return readPatterns(walk, node, line, 'tags')
  const members = walk.members(node, line)
  const unknown = unknownKeys(members, KEYS, MEANT)
  if (unknown !== undefined) walk.problem(line, `tags: ${unknown}`)
  const member = (name: string): unknown => members.find((one) => one.name === name)?.value
  const has = (name: string): boolean => members.some((one) => one.name === name)
  const match = has('match') ? readPatterns(walk, member('match'), line, 'match') : ruleFor([])
  const exclude = has('exclude')
    ? readPatterns(walk, member('exclude'), line, 'exclude')
    : ruleFor([])
  const semver = has('semver') ? walk.text(member('semver'), line, 'semver') : undefined
  const newest = has('newest') ? readCount(walk, member('newest'), line, 'newest', 1) : undefined
  const min = has('min') ? readCount(walk, member('min'), line, 'min', 0) : 1
  if (match === undefined || exclude === undefined || min === undefined) return undefined
  return {
    match: match.match,
    exclude: [...match.exclude, ...exclude.match, ...exclude.exclude],
    ...(semver !== undefined && { semver }),
    ...(newest !== undefined && { newest }),
    min,
  }
}

function readPatterns(
  walk: YamlWalk,
  written: unknown,
  line: number,
  name: string,
): TagRule | undefined {
  const before = walk.problems.length
  const texts = walk
    .texts(written, line, name, true)
    .flatMap((text) => text.split(/[\s,]+/))
    .filter((text) => text !== '')
  const [match, exclude] = [
    texts.filter((text) => !text.startsWith('!')),
    texts.filter((text) => text.startsWith('!')).map((text) => text.slice(1)),
  ]
  const wrong = [...match, ...exclude].map(patternProblem).find((problem) => problem !== undefined)
  if (wrong !== undefined) walk.problem(line, `${name}: ${wrong}`)
  if (exclude.length > MAX_PATTERNS || match.filter(isPattern).length > MAX_PATTERNS) {
    walk.problem(line, `${name}: more than ${MAX_PATTERNS} patterns`)
  }
  return walk.problems.length === before ? ruleFor(match, exclude) : undefined
}

/** What is wrong with a tag or a pattern of tags. */
export function patternProblem(text: string): string | undefined {
  const hint = /[\\^$+()[\]|{}]/.test(text)
    ? ' (this is no regular expression: "*" is any number of characters, "?" is one)'
    : ''
  if (!/^[A-Za-z0-9_*?][A-Za-z0-9._*?-]{0,127}$/.test(text)) {
    return `${quote(text)} is neither a tag nor a pattern of one${hint}`
  }
  return undefined
}

function readCount(
  walk: YamlWalk,
  written: unknown,
  line: number,
  name: string,
  least: number,
): number | undefined {
  const text = walk.verbatim(written, line, name)
  if (text === undefined) return undefined
  const count = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (count >= least && count <= MAX_COUNT) return count
  walk.problem(line, `${name}: expected a whole number from ${least} to ${MAX_COUNT}`)
  return undefined
}

/** The repository and the pattern of `REPOSITORY:PATTERN`; undefined where there is no pattern. */
export function splitPattern(
  text: string,
): { readonly repository: string; readonly pattern: string } | undefined {
  const colon = text.lastIndexOf(':')
  const pattern = text.slice(colon + 1)
  if (colon < 1 || pattern.includes('/') || pattern.includes('@') || !isPattern(pattern))
    return undefined
  return { repository: text.slice(0, colon), pattern }
}
