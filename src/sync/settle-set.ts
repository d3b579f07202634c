import { resolveDigest } from '../registry/content/manifests.ts'
import type { Client } from '../registry/client.ts'
import type { Reference } from '../oci/reference.ts'
import type { Side } from '../registry/errors.ts'
import { giveBack, type GivenBack, tagResult } from './give-back.ts'
import type { ImagePair } from './image-list.ts'
import { tagOf } from './list/pair.ts'
import { mapAll } from './map-all.ts'
import type { SyncResult } from './report.ts'
import type { TagSet } from './tag-set.ts'
import { abortion, isAborted } from './undone-image.ts'

/** Tags that are moved, or looked at, side by side. */
export const TAGS_AT_ONCE = 64

/** Speaks to a registry. */
export type ClientFor = (side: Side, reference: Reference) => Client | Promise<Client>

/** What is to be said of an image's tag, and of what it showed. */
export type TagNote = Pick<SyncResult, 'tag' | 'digest' | 'previousDigest'>

/** A set that does not go through. */
export interface UnsettledSet {
  readonly set: TagSet
  readonly results: ReadonlyMap<ImagePair, SyncResult>
  readonly clientFor: ClientFor
  /** Why it does not go through: `another image`. */
  readonly because: string
  /** Told what a tag came to, as soon as that is known. */
  readonly onTag: (pair: ImagePair, note: TagNote) => void
}

/**
 * What became of every tag of a set that does not go through, by a look at each, and of its images.
 * Tags that may have moved come first: there may be little time.
 */
export async function settleSet(
  unsettled: UnsettledSet,
): Promise<ReadonlyMap<ImagePair, SyncResult>> {
  const { set, results, onTag } = unsettled
  const mayHaveMoved = [...results].filter(([pair]) => set.writingOf(pair) !== 'none')
  const others = [...results].filter(([pair]) => set.writingOf(pair) === 'none')
  const settled = new Map<ImagePair, SyncResult>()
  for (const entries of [mayHaveMoved, others]) {
    await mapAll(entries, TAGS_AT_ONCE, async ([pair, result]) => {
      const became = settledResult(unsettled, pair, result, await stateOf(unsettled, pair, result))
      onTag(pair, became)
      settled.set(pair, became)
    })
  }
  return settled
}

async function stateOf(
  { set, clientFor }: UnsettledSet,
  pair: ImagePair,
  result: SyncResult,
): Promise<Partial<GivenBack>> {
  const tag = tagOf(pair)
  if (tag === undefined) return {}
  const move = set.moveOf(pair)
  const writing = set.writingOf(pair)
  const known = move?.previousDigest ?? result.previousDigest
  try {
    const { destination } = pair
    const client = await clientFor('destination', destination)
    const repository = client.repository(destination.repository, 'destination')
    if (move !== undefined && writing !== 'none') {
      return await giveBack({ ...move, repository, tag, writing })
    }
    return { tag: tagResult('untouched', await resolveDigest(repository, tag)) }
  } catch {
    return { tag: tagResult('untouched', known) }
  }
}

function settledResult(
  { set, because }: UnsettledSet,
  pair: ImagePair,
  result: SyncResult,
  { tag, problem }: Partial<GivenBack>,
): SyncResult {
  const move = set.moveOf(pair)
  if (tag === undefined) return result
  if (move === undefined) return { ...result, tag }
  const isLeft = tag.state === 'left'
  const { digest: _, previousDigest = move.previousDigest, error, ...rest } = result
  const isTheirs = ![undefined, move.digest, move.previousDigest].includes(tag.digest)
  const settled = {
    ...rest,
    ...(isLeft && !isTheirs && { digest: move.digest }),
    ...(previousDigest !== undefined && { previousDigest }),
    tag,
  }
  if (result.status === 'copied' || isAborted(result)) {
    const words = `${whatBecame(tag.state, problem)}, because of ${because}`
    return { ...settled, status: 'skipped', error: abortion(words) }
  }
  if (error === undefined) return { ...result, tag }
  const message = isLeft
    ? `${error.message}; the tag is left as it is: ${problem ?? ''}`
    : error.message
  return { ...settled, error: { ...error, message } }
}

function whatBecame(state: string, problem = ''): string {
  if (state === 'rolledBack') return 'the tag was moved and given back'
  if (state === 'left') return `the tag was moved and not given back (${problem})`
  return 'the tag was not moved'
}

/** The results of a dry run of a set: if one fails, no tag would be moved. */
export function plannedSet(
  results: ReadonlyMap<ImagePair, SyncResult>,
  hasFailed: boolean,
): ReadonlyMap<ImagePair, SyncResult> {
  return new Map(
    [...results].map(([pair, result]) => {
      const isTagged = tagOf(pair) !== undefined
      const tag = isTagged && {
        tag: result.tag ?? tagResult('untouched', result.previousDigest),
      }
      const isHeld = hasFailed && isTagged && result.status === 'copied'
      if (!isHeld || result.digest === result.previousDigest) return [pair, { ...result, ...tag }]
      const { digest: _, ...rest } = result
      const error = abortion('the tag would not be moved, because of another image')
      return [pair, { ...rest, ...tag, status: 'skipped', error }]
    }),
  )
}
