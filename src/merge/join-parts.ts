import type { PullsLeft } from '../registry/pace/pull-limit.ts'
import { type RunReport, totalsOf } from '../sync/report.ts'
import { unreported } from '../sync/undone-image.ts'
import type { PartReport } from './part-report.ts'

/** What the parts of a list came to together. */
export interface Joined {
  /** As one run would have made it of the whole list. */
  readonly report: RunReport
  /** Shards of which there is no report, from 1. */
  readonly missing: readonly number[]
  /** Shards that there should be. */
  readonly of: number
}

/** Parts that go together, or why they do not, each problem in words of its own. */
export type Joining = Joined | { readonly problems: readonly string[] }

/**
 * Puts the reports of the parts of a list together. A part without one has most likely died: what the
 * others did is said all the same, and of it that it has failed.
 *
 * @param parts at least one, in any order
 */
export function joinParts(parts: readonly [PartReport, ...PartReport[]]): Joining {
  const [first] = parts
  const problems = [...differences(parts), ...repetitions(parts), ...overlaps(parts)]
  const { of, linesOfAll } = first.shard
  const numbers = Array.from({ length: of }, (_, index) => index + 1)
  const present = new Set(parts.map(({ shard }) => shard.part))
  const missing = numbers.filter((part) => !present.has(part))
  const lines = parts.reduce((sum, { shard }) => sum + shard.lines, 0)
  if (problems.length === 0 && missing.length === 0 && lines !== linesOfAll) {
    problems.push(`the shards have ${lines} lines, and the list has ${linesOfAll}`)
  }
  if (problems.length === 0) problems.push(...losses(parts))
  if (problems.length > 0) return { problems }
  const sorted = parts.toSorted((a, b) => a.shard.part - b.shard.part)
  return { report: joined(first, sorted, missing), missing, of }
}

/** What all reports of one list have in common. */
function differences([first, ...others]: readonly [PartReport, ...PartReport[]]): string[] {
  const about = (what: string, valueOf: (part: PartReport) => unknown): readonly string[] =>
    others
      .filter((other) => valueOf(other) !== valueOf(first))
      .map((other) => `${first.name} and ${other.name} are ${what}`)
  return [
    ...about('of different lists', ({ shard }) => `${shard.list} ${shard.linesOfAll}`),
    ...about('of different numbers of shards', ({ shard }) => shard.of),
    ...about('of a dry run and of another run', ({ dryRun }) => dryRun),
    ...about('of a run with stage and of one without', ({ isStage }) => isStage),
  ]
}

function repetitions(parts: readonly PartReport[]): readonly string[] {
  return [...Map.groupBy(parts, ({ shard }) => shard.part)]
    .filter(([, same]) => same.length > 1)
    .map(([part, same]) => `${same.map(({ name }) => name).join(' and ')} are of shard ${part}`)
}

/** A line of the list is done by one part. */
function overlaps(parts: readonly PartReport[]): readonly string[] {
  const owners = new Map<number, PartReport>()
  const problems = new Set<string>()
  for (const part of parts) {
    for (const position of part.positions.results) {
      const owner = owners.get(position) ?? part
      owners.set(position, owner)
      const isOther = owner.shard.part !== part.shard.part
      if (isOther) problems.add(`${owner.name} and ${part.name} have results of the same lines`)
    }
  }
  return [...problems]
}

/**
 * Every line that is no selection has one result. A selection may take what another line has, or have
 * nothing to give.
 */
function losses(parts: readonly PartReport[]): readonly string[] {
  return parts.flatMap(({ name, shard: { lines }, selections = [], positions: { results } }) => {
    const own = new Set(results).size
    const isWhole = selections.length > 0 ? own <= lines : own === lines && results.length === lines
    return isWhole ? [] : [`${name} has ${results.length} results of ${own} of its ${lines} lines`]
  })
}

function joined(
  { dryRun, isStage, shard: { of } }: PartReport,
  parts: readonly PartReport[],
  missing: readonly number[],
): RunReport {
  const done = parts.flatMap(({ results, positions }) => placed(results, positions.results))
  const gap = firstGap(done.map(({ position }) => position))
  const failed = missing.map((part) => ({ item: unreported({ part, of }), position: gap }))
  const results = inOrder([...failed, ...done])
  // They run side by side.
  const durationMs = Math.max(...parts.map(({ totals }) => totals.durationMs))
  return {
    dryRun,
    ...(isStage === true && { isStage }),
    results,
    totals: totalsOf(results, durationMs),
    selections: inOrder(
      parts.flatMap(({ selections = [], positions }) => placed(selections, positions.selections)),
    ),
    pullsLeft: leastLeft(parts.flatMap(({ pullsLeft = [] }) => pullsLeft)),
    warnings: [...new Set(parts.flatMap(({ warnings = [] }) => warnings))],
  }
}

interface Placed<T> {
  readonly item: T
  /** Of its line in the list. */
  readonly position: number
}

function placed<T>(items: readonly T[], positions: readonly number[]): readonly Placed<T>[] {
  return items.map((item, index) => ({ item, position: positions[index] ?? 0 }))
}

/** What is of one line stays as it is. */
function inOrder<T>(items: readonly Placed<T>[]): readonly T[] {
  return items.toSorted((a, b) => a.position - b.position).map(({ item }) => item)
}

/** The first line that nobody has done. */
function firstGap(positions: readonly number[]): number {
  const done = new Set(positions)
  let gap = 0
  while (done.has(gap)) gap += 1
  return gap
}

/** Of what several parts were told of one account, the last. */
function leastLeft(all: readonly PullsLeft[]): readonly PullsLeft[] {
  const byLogin = new Map<string, PullsLeft>()
  for (const left of all) {
    const name = `${left.registry} ${left.login}`
    const known = byLogin.get(name)
    if (known === undefined || left.remaining < known.remaining) byLogin.set(name, left)
  }
  return [...byLogin.values()]
}
