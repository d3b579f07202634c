import type { ImagePair } from './image-list.ts'
import { tagOf } from './list/pair.ts'
import { type Hosts, mapAll } from './map-all.ts'
import type { SyncResult, TagResult } from './report.ts'
import { tagResult } from './give-back.ts'
import { type ClientFor, plannedSet, settleSet, type TagNote, TAGS_AT_ONCE } from './settle-set.ts'
import type { TagMove, TagSet } from './tag-set.ts'

/** What a set needs beyond what every run has. */
export interface SetWatch {
  /** For looks, and for going back, once the run has been ended. */
  readonly clientAtEnd: ClientFor
  /** Told what is to be said of a tag if the run is cut short now. */
  readonly onTag: (pair: ImagePair, note: TagNote) => void
  /** Told of the tags that move from now on. */
  readonly onMoving: (moves: readonly PlannedMove[]) => void
  /** Told where one phase ends. */
  readonly onPhase: (words: string) => void
}

/** A tag that is about to move. */
export interface PlannedMove extends TagMove {
  readonly pair: ImagePair
}

export interface SetRun extends SetWatch {
  /** In the order in which they are begun. */
  readonly pairs: readonly ImagePair[]
  readonly atOnce: number
  readonly hosts: Hosts<ImagePair> | undefined
  readonly set: TagSet
  readonly begin: (pair: ImagePair) => Promise<SyncResult>
  /** Told of each result when it is final. Returns it. */
  readonly end: (pair: ImagePair, result: SyncResult) => SyncResult
  /** Something of the list has failed already. */
  readonly hasFailed: boolean
  /** Everything is only looked at, and nothing is written. */
  readonly isPlan: boolean
  readonly signal?: AbortSignal | undefined
  readonly clientFor: ClientFor
}

/**
 * Brings all images, and then moves all tags: none of them unless everything is there, and if one
 * cannot be moved, those that were go back.
 */
export async function runAsSet(run: SetRun): Promise<ReadonlyMap<ImagePair, SyncResult>> {
  const tasks = await bringAll(run)
  const { set } = run
  if (run.isPlan) {
    const results = await resultsOf(tasks, () => true)
    const hasFailed = run.hasFailed || [...results.values()].some(isFailed)
    const seen = hasFailed ? await settle(run, results) : results
    return ended(run, plannedSet(seen, hasFailed))
  }
  const waiting = set.pairs
  const isWaiting = new Set(waiting)
  const early = await resultsOf(tasks, (pair) => !isWaiting.has(pair))
  const isWhole =
    !run.hasFailed && run.signal?.aborted !== true && ![...early.values()].some(isFailed)
  if (isWhole) await moveAll(run, waiting, tasks)
  else {
    run.onPhase('no tag is moved: not everything is there')
    set.abort()
  }
  const results = new Map([...early, ...(await resultsOf(tasks, (pair) => isWaiting.has(pair)))])
  if (!set.isAborted) return ended(run, withTags(results))
  if (isWhole) run.onPhase('a tag could not be moved: those that were go back')
  return ended(run, await settle(run, results))
}

/** Begins all images. Comes back when each of them has ended, or waits for its tag. */
async function bringAll(run: SetRun): Promise<ReadonlyMap<ImagePair, Promise<SyncResult>>> {
  const tasks = new Map<ImagePair, Promise<SyncResult>>()
  await mapAll(
    run.pairs,
    run.atOnce,
    async (pair) => {
      const task = run.begin(pair)
      // It is waited for later; a rejection before that is not nobody's.
      task.catch(() => undefined)
      tasks.set(pair, task)
      await Promise.race([task, run.set.arrival(pair)])
    },
    run.hosts,
  )
  return tasks
}

async function resultsOf(
  tasks: ReadonlyMap<ImagePair, Promise<SyncResult>>,
  isMeant: (pair: ImagePair) => boolean,
): Promise<ReadonlyMap<ImagePair, SyncResult>> {
  const results = new Map<ImagePair, SyncResult>()
  for (const [pair, task] of tasks) if (isMeant(pair)) results.set(pair, await task)
  return results
}

/** Moves the tags, until one cannot be moved. */
async function moveAll(
  run: SetRun,
  waiting: readonly ImagePair[],
  tasks: ReadonlyMap<ImagePair, Promise<SyncResult>>,
): Promise<void> {
  const { set, onTag, onPhase, onMoving, signal } = run
  if (waiting.length === 0) {
    onPhase('everything is there, and there is no tag to be moved')
    return
  }
  onPhase(`everything is there; moving ${count(waiting.length)}`)
  onMoving(
    waiting.flatMap((pair) => {
      const move = set.moveOf(pair)
      return move === undefined ? [] : [{ pair, ...move }]
    }),
  )
  await mapAll(waiting, TAGS_AT_ONCE, async (pair) => {
    if (signal?.aborted === true) set.abort()
    const move = set.moveOf(pair)
    if (move === undefined || !set.permit(pair)) return
    onTag(pair, noteOf(move, move.previousDigest))
    const result = await tasks.get(pair)
    if (result === undefined || isFailed(result)) set.abort()
    else if (result.status === 'copied') onTag(pair, noteOf(move, move.digest))
  })
}

/** What is to be said of a tag that may have moved, and will not be given back any more. */
function noteOf({ digest, previousDigest }: TagMove, shown: TagMove['previousDigest']): TagNote {
  return {
    digest,
    ...(previousDigest !== undefined && { previousDigest }),
    tag: tagResult('left', shown),
  }
}

async function settle(
  { set, signal, clientAtEnd, clientFor, onTag }: SetRun,
  results: ReadonlyMap<ImagePair, SyncResult>,
): Promise<ReadonlyMap<ImagePair, SyncResult>> {
  const hasEnded = signal?.aborted === true
  const mayHaveMoved = set.pairs.some((pair) => set.writingOf(pair) !== 'none')
  return settleSet({
    set,
    results,
    onTag,
    // The run's own network refuses everything from its end on, also in the middle of the way back.
    clientFor: hasEnded || mayHaveMoved ? clientAtEnd : clientFor,
    because: hasEnded ? 'the end of the run' : 'another image',
  })
}

function ended(
  { end }: SetRun,
  results: ReadonlyMap<ImagePair, SyncResult>,
): ReadonlyMap<ImagePair, SyncResult> {
  return new Map([...results].map(([pair, result]) => [pair, end(pair, result)]))
}

function withTags(results: ReadonlyMap<ImagePair, SyncResult>): ReadonlyMap<ImagePair, SyncResult> {
  return new Map(
    [...results].map(([pair, result]) => [
      pair,
      tagOf(pair) === undefined ? result : { ...result, tag: tagWhenAllWent(result) },
    ]),
  )
}

/** What the push was answered with is what was seen. */
function tagWhenAllWent({ status, digest, previousDigest }: SyncResult): TagResult {
  const isMoved = status === 'copied' && digest !== previousDigest
  return tagResult(isMoved ? 'moved' : 'untouched', isMoved ? digest : previousDigest)
}

function isFailed({ status }: SyncResult): boolean {
  return status === 'failed'
}

function count(tags: number): string {
  return tags === 1 ? '1 tag' : `${tags} tags`
}
