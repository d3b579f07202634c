import { Random } from './random.ts'
import type { JobResult } from './subject.ts'

/**
 * How a list is gone through: each image for itself, as a set, staged first and published as a set
 * then, or in shards, one after the other.
 */
export type Course = 'each' | 'set' | 'staged' | 'shards'

export function courseOf(seed: number, asStep: boolean): Course {
  const random = new Random('course', seed)
  if (random.chance(0.5)) return 'each'
  return asStep ? 'set' : random.pick(['set', 'staged', 'shards'])
}

/** What is true of a tag. */
export interface TagFacts {
  readonly isAsBefore: boolean
  readonly shows: string | undefined
  /** What the registry answered about it was spoilt. */
  readonly isExcused: boolean
}

/** What is not true of the result of a set's tag, in words. */
export function tagStateProblems(
  { tag, error }: JobResult,
  { isAsBefore, shows, isExcused }: TagFacts,
): string[] {
  if (tag === undefined || isExcused) return []
  const { state, digest } = tag
  // It may have been moved, or may be moved yet: the words say why.
  if (state === 'left') return error === undefined ? ['left, and no word about it'] : []
  const problems = digest === shows ? [] : [`shows ${shows ?? 'nothing'}, not ${digest ?? 'that'}`]
  return state === 'moved' || isAsBefore ? problems : [...problems, `${state}, and moved`]
}

/** A set that is neither moved nor where it was. */
export function halfSetProblems(results: readonly JobResult[]): string[] {
  const states = new Set(results.flatMap(({ tag }) => tag?.state ?? []))
  const isMoved = states.has('moved')
  const hasFailed = results.some(({ status, tag }) => status === 'failed' && tag !== undefined)
  const isHalf = isMoved && (hasFailed || states.has('rolledBack') || states.has('left'))
  return isHalf ? [`half a set: ${[...states].join(', ')}`] : []
}
