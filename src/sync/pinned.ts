import { formatReference, parseReference } from '../oci/reference.ts'
import { type PrintedLine, printList } from './list/print.ts'
import type { RunReport, SyncResult, Wanted } from './report.ts'
import type { SourceImage } from './source-image.ts'
import type { SyncSettings } from './sync-settings.ts'

/**
 * The list of a run with the digest of each source in place of its tag: run again, it gives the same
 * bytes, whatever the tags show by then. What did not arrive stands in it as a comment.
 */
export function pinnedList({ results }: RunReport): string {
  return printList(results.map(pinnedLine))
}

function pinnedLine(result: SyncResult): PrintedLine {
  const { status, source, destination, sourceDigest, wanted, error } = result
  const isThere = status === 'copied' || status === 'unchanged'
  if (isThere && sourceDigest !== undefined && wanted !== undefined) {
    const { registry, repository } = parseReference(source)
    const pinned = formatReference({ registry, repository, digest: sourceDigest })
    return { source: pinned, destination, ...wanted }
  }
  const reason = error === undefined ? '' : ` (${error.code})`
  return { comment: `${status}${reason}: ${source} => ${destination}` }
}

/**
 * What is asked for of an image, and is once more where it is pinned. One that is a single image is
 * all of what its digest names: whoever has it need not read its config for its platform again.
 */
export function wantedOf(
  image: Pick<SourceImage, 'isJudgedByConfig'>,
  { platforms, attestations, referrers }: Required<SyncSettings>,
): Wanted {
  return { platforms: image.isJudgedByConfig ? 'all' : platforms, attestations, referrers }
}

/**
 * A list that gives every tag that a run has moved the digest that it had before. A tag that was not
 * there before stands in it as a comment: nothing is ever deleted.
 */
export function rollbackList({ dryRun, isStage, results }: RunReport): string {
  return printList(dryRun || isStage === true ? [] : results.flatMap(rollbackLines))
}

/** Whether a tag of a set shows, or may show, what the run has moved it to. */
function isLeftMoved({ tag, digest }: SyncResult): boolean {
  return tag?.state === 'left' && digest !== undefined
}

/**
 * Whether the tag of a result shows, or may show, what the run has moved it to. Of what has failed,
 * only what may have been moved has a previous digest.
 */
export function mayHaveMoved(result: SyncResult): boolean {
  const { status, tag, previousDigest } = result
  if (tag !== undefined && tag.state !== 'moved') return isLeftMoved(result)
  return status === 'copied' || (status === 'failed' && previousDigest !== undefined)
}

function rollbackLines(result: SyncResult): readonly PrintedLine[] {
  const { destination, digest, previousDigest } = result
  if (!mayHaveMoved(result) || digest === previousDigest) return []
  const { registry, repository, tag } = parseReference(destination)
  if (tag === undefined) return []
  if (previousDigest === undefined) return [{ comment: `was not there before: ${destination}` }]
  const source = formatReference({ registry, repository, digest: previousDigest })
  return [{ source, destination, platforms: 'all' }]
}
