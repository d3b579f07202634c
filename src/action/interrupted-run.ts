import { formatReference } from '../oci/reference.ts'
import type { ImagePair } from '../sync/image-list.ts'
import { type RunReport, type SyncResult, totalsOf } from '../sync/report.ts'
import type { TagNote } from '../sync/settle-set.ts'
import { unfinished } from '../sync/undone-image.ts'

/** What is known of a run that did not come to its end. */
export interface CutRun {
  readonly pairs: readonly ImagePair[]
  /** Of the images that were done by then, in any order. */
  readonly finished: readonly SyncResult[]
  readonly dryRun: boolean
  /** Milliseconds. */
  readonly durationMs: number
  /** What ended it. */
  readonly signal: AbortSignal
  /** What became of tags that move together, as far as it is known. */
  readonly tags: ReadonlyMap<ImagePair, TagNote>
}

/** The report of such a run, in list order: an image that was not done is one that failed. */
export function cutShort(run: CutRun): RunReport {
  const { pairs, finished, dryRun, durationMs, signal, tags } = run
  const known = new Map(finished.map((result) => [nameOf(result), result]))
  const results = pairs.map((pair): SyncResult => {
    const source = formatReference(pair.source)
    const destination = formatReference(pair.destination)
    const result = known.get(nameOf({ source, destination }))
    return result ?? { ...unfinished(pair, signal), ...tags.get(pair) }
  })
  return { dryRun, results, totals: totalsOf(results, durationMs) }
}

/** A destination without a tag may be that of several sources. */
function nameOf({ source, destination }: Pick<SyncResult, 'source' | 'destination'>): string {
  return `${source} ${destination}`
}
