import type { Reference } from '../oci/reference.ts'
import { resolveDigest } from '../registry/content/manifests.ts'
import type { Client } from '../registry/client.ts'
import type { Side } from '../registry/errors.ts'
import { giveBack, type GivenBack, tagResult } from './give-back.ts'
import type { ImagePair } from './image-list.ts'
import { type Hosts, mapAll } from './map-all.ts'
import type { SyncResult, TagResult } from './report.ts'
import type { TagSet } from './tag-set.ts'
import { abortion, isAborted } from './undone-image.ts'

/** Tags that are moved, or looked at, side by side. */
const TAGS_AT_ONCE = 64

/** Speaks to a registry. */
export type ClientFor = (side: Side, reference: Reference) => Client | Promise<Client>

/** What a set needs beyond what every run has. */
export interface SetWatch {
  /** For looks, and for going back, once the run has been ended. */
  readonly clientAtEnd: ClientFor
  /** Told what a tag came to, as soon as that is known. */
  readonly onTag: (pair: ImagePair, tag: TagResult) => void
  /** Told where one phase ends. */
  readonly onPhase: (words: string) => void
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
  const waiting = set.pairs
  const isWaiting = new Set(waiting)
  const early = await resultsOf(tasks, (pair) => !isWaiting.has(pair))
  const isWhole =
    !run.hasFailed && run.signal?.aborted !== true && ![...early.values()].some(isFailed)
  if (isWhole) {
    run.onPhase(`everything is there; moving ${count(waiting.length)}`)
    await moveAll(run, waiting, tasks)
  } else {
    run.onPhase('no tag is moved: not everything is there')
    set.abort()
  }
  const results = new Map([...early, ...(await resultsOf(tasks, (pair) => isWaiting.has(pair)))])
  const hasFailed = !isWhole || [...results.values()].some(isFailed)
  if (!hasFailed) return ended(run, withTags(results, tagWhenAllWent))
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
  { set, onTag, signal }: SetRun,
  waiting: readonly ImagePair[],
  tasks: ReadonlyMap<ImagePair, Promise<SyncResult>>,
): Promise<void> {
  await mapAll(waiting, TAGS_AT_ONCE, async (pair) => {
    if (signal?.aborted === true) set.abort()
    if (!set.permit(pair)) return
    const result = await tasks.get(pair)
    if (result === undefined || isFailed(result)) set.abort()
    else onTag(pair, tagWhenAllWent(result))
  })
}

/** What became of every tag of a set that did not go through, by a look at each. */
async function settle(
  run: SetRun,
  results: ReadonlyMap<ImagePair, SyncResult>,
): Promise<ReadonlyMap<ImagePair, SyncResult>> {
  const entries = [...results]
  const settled = await mapAll(entries, TAGS_AT_ONCE, async ([pair, result]) => {
    const { tag, problem } = await stateOf(run, pair, result)
    if (tag !== undefined) run.onTag(pair, tag)
    return { ...aborted(run.set, pair, result, tag, problem), ...(tag && { tag }) }
  })
  return new Map(
    entries.flatMap((entry) => {
      const result = settled.get(entry)
      return result === undefined ? [] : [[entry[0], result]]
    }),
  )
}

async function stateOf(
  run: SetRun,
  pair: ImagePair,
  result: SyncResult,
): Promise<Partial<GivenBack>> {
  const { set, signal } = run
  const { destination, source } = pair
  const tag = destination.tag ?? source.tag ?? (source.digest === undefined ? 'latest' : undefined)
  if (tag === undefined) return {}
  const clientFor = signal?.aborted === true ? run.clientAtEnd : run.clientFor
  const client = await clientFor('destination', destination)
  const repository = client.repository(destination.repository, 'destination')
  const move = set.moveOf(pair)
  if (move !== undefined && set.isPermitted(pair)) return giveBack({ ...move, repository, tag })
  const known = move?.previousDigest ?? result.previousDigest
  try {
    return { tag: tagResult('untouched', await resolveDigest(repository, tag)) }
  } catch {
    return { tag: tagResult('untouched', known) }
  }
}

/** An image that was fine, and whose tag was not moved, or not for long, because of another one. */
function aborted(
  set: TagSet,
  pair: ImagePair,
  result: SyncResult,
  tag: TagResult | undefined,
  problem: string | undefined,
): SyncResult {
  const isOurs = result.status === 'copied' || isAborted(result)
  if (set.moveOf(pair) === undefined || !isOurs) return result
  const { digest, previousDigest, ...rest } = result
  const before = set.moveOf(pair)?.previousDigest ?? previousDigest
  return {
    ...rest,
    ...(digest !== undefined && tag?.state === 'left' && tag.digest === digest && { digest }),
    ...(before !== undefined && { previousDigest: before }),
    status: 'skipped',
    error: abortion(`${whatBecame(tag, problem)}, because of another image`),
  }
}

function whatBecame(tag: TagResult | undefined, problem: string | undefined): string {
  if (tag?.state === 'rolledBack') return 'the tag was moved and given back'
  if (tag?.state === 'left') return `the tag was moved and not given back (${problem ?? ''})`
  return 'the tag was not moved'
}

function ended(
  { end }: SetRun,
  results: ReadonlyMap<ImagePair, SyncResult>,
): ReadonlyMap<ImagePair, SyncResult> {
  return new Map([...results].map(([pair, result]) => [pair, end(pair, result)]))
}

function withTags(
  results: ReadonlyMap<ImagePair, SyncResult>,
  tagOf: (result: SyncResult) => TagResult,
): ReadonlyMap<ImagePair, SyncResult> {
  return new Map([...results].map(([pair, result]) => [pair, { ...result, tag: tagOf(result) }]))
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
