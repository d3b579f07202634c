import { fitsPattern, isPattern, type TagRule } from './rule.ts'
import type { Version } from './versions/index.ts'

/** What reads versions; loaded only where a rule needs it. */
export type Versions = typeof import('./versions/index.ts')

/** Why tags were not selected. */
export type Reason =
  /** They fit nothing of `match`. */
  | 'unmatched'
  /** They fit something of `exclude`. */
  | 'excluded'
  /** They are the names of signatures and other artifacts, by their digests. */
  | 'artifacts'
  /** They are no versions, where a range is given. */
  | 'notVersions'
  | 'outOfRange'
  /** There are enough that are newer. */
  | 'older'

/** What became of the tags of a repository. */
export interface TagChoice {
  /** From the newest to the oldest. */
  readonly selected: readonly string[]
  /** Counts, without those that are 0. */
  readonly leftOut: Readonly<Partial<Record<Reason, number>>>
}

/** Names after digests: those of cosign (`sha256-….sig`) and of the referrers tag schema. */
const ARTIFACT = /^sha(?:256|512)-/

/** Selects tags by a rule. `versions` may be left out where `needsVersions` is false. */
export function selectTags(tags: Iterable<string>, rule: TagRule, versions?: Versions): TagChoice {
  const leftOut: Partial<Record<Reason, number>> = {}
  const inRange = rule.semver === undefined ? undefined : versions?.rangeOf(rule.semver)
  const nameReason = namesOf(rule)
  const left: { readonly tag: string; readonly version: Version | undefined }[] = []
  for (const tag of new Set(tags)) {
    const version = versions?.versionOf(tag)
    const reason =
      nameReason(tag) ?? (rule.semver === undefined ? undefined : rangeReason(version, inRange))
    if (reason === undefined) left.push({ tag, version })
    else leftOut[reason] = (leftOut[reason] ?? 0) + 1
  }
  const sorted = left.toSorted((a, b) => byName(b.tag, a.tag))
  if (left.every(({ version }) => version !== undefined)) {
    sorted.sort((a, b) => byVersion(b.version, a.version, versions))
  }
  const selected = sorted.map(({ tag }) => tag).slice(0, rule.newest)
  const older = left.length - selected.length
  return { selected, leftOut: older === 0 ? leftOut : { ...leftOut, older } }
}

/** Whether a rule can be followed only with `versions`. */
export function needsVersions({ semver, newest }: TagRule): boolean {
  return semver !== undefined || newest !== undefined
}

/**
 * Names of a rule that the registry does not list. They are taken as if each had a line of its own,
 * which says what is wrong with it; where versions or their number decide, names only narrow down.
 */
export function unlisted(rule: TagRule, tags: ReadonlySet<string>): readonly string[] {
  if (needsVersions(rule)) return []
  const nameReason = namesOf(rule)
  return [...new Set(rule.match)].filter(
    (name) => !isPattern(name) && !tags.has(name) && nameReason(name) === undefined,
  )
}

/** Tells why a tag is not taken, as far as that depends on its name. */
function namesOf({ match, exclude }: TagRule): (tag: string) => Reason | undefined {
  const names = new Set(match.filter((one) => !isPattern(one)))
  const patterns = match.filter(isPattern)
  const forArtifacts = patterns.filter((pattern) => ARTIFACT.test(pattern))
  return (tag) => {
    const isArtifact = ARTIFACT.test(tag)
    const fitting = isArtifact ? forArtifacts : patterns
    const fits = names.has(tag) || fitting.some((pattern) => fitsPattern(tag, pattern))
    if (isArtifact && !fits) return 'artifacts'
    if (match.length > 0 && !fits) return 'unmatched'
    return exclude.some((pattern) => fitsPattern(tag, pattern)) ? 'excluded' : undefined
  }
}

function rangeReason(
  version: Version | undefined,
  inRange: ((version: Version) => boolean) | undefined,
): Reason | undefined {
  if (version === undefined) return 'notVersions'
  return inRange?.(version) === true ? undefined : 'outOfRange'
}

const natural = new Intl.Collator('en', { numeric: true })

/** Natural order: numbers in a name count as numbers. */
function byName(a: string, b: string): number {
  return natural.compare(a, b) || (a < b ? -1 : 1)
}

/** Equal for versions that are, so that names decide among them. */
function byVersion(
  a: Version | undefined,
  b: Version | undefined,
  versions: Versions | undefined,
): number {
  return a === undefined || b === undefined ? 0 : (versions?.compareVersions(a, b) ?? 0)
}

const REASONS: readonly (readonly [Reason, string])[] = [
  ['unmatched', 'not matching'],
  ['excluded', 'excluded'],
  ['artifacts', 'named after a digest, as signatures are'],
  ['notVersions', 'no versions'],
  ['outOfRange', 'out of range'],
  ['older', 'older'],
]

/** `300 not matching, 8 older`; empty where nothing was left out. */
export function leftOutText({ leftOut }: TagChoice): string {
  return REASONS.flatMap(([reason, words]) => {
    const count = leftOut[reason]
    return count === undefined ? [] : [`${count} ${words}`]
  }).join(', ')
}
