import { type ImagePair, type ListItem, parseImageList } from '../../src/sync/image-list.ts'
import { isPair } from '../../src/sync/list/pair.ts'
import { pinnedList } from '../../src/sync/pinned.ts'
import { type RunReport, type SyncResult, totalsOf } from '../../src/sync/report.ts'
import type { SetWatch } from '../../src/sync/run-set.ts'
import { shardOf } from '../../src/sync/shard.ts'
import type { Job } from '../../testkit/fuzz/subject.ts'

function ignored() {}

/** Nobody is told how a set comes along. */
export function unwatched(clientAtEnd: SetWatch['clientAtEnd']): SetWatch {
  return { clientAtEnd, onTag: ignored, onMoving: ignored, onPhase: ignored }
}

/** Runs a list, or stages it, or moves its tags as a set. */
type RunList = (
  pairs: readonly ImagePair[],
  how?: { stage?: boolean; asSet?: boolean },
) => Promise<RunReport>

const SHARDS = 3

/** One report of all runs that the course takes. */
export async function runCourse(
  { course, onStaged }: Job,
  pairs: readonly ImagePair[],
  runList: RunList,
): Promise<RunReport> {
  if (course === 'each' || course === 'set') return runList(pairs, { asSet: course === 'set' })
  if (course === 'shards') {
    const results = new Map<ListItem, SyncResult>()
    for (let part = 1; part <= SHARDS; part++) {
      const own = shardOf(pairs, { part, of: SHARDS }).filter(isPair)
      const report = await runList(own)
      for (const [place, result] of report.results.entries()) {
        const item = own[place]
        if (item !== undefined) results.set(item, result)
      }
    }
    return reportOf(pairs.flatMap((pair) => results.get(pair) ?? []))
  }
  const staged = await runList(pairs, { stage: true })
  onStaged()
  const list = parseImageList(pinnedList(staged), { source: { registry: 'docker.io' } })
  const published = await runList(list.filter(isPair), { asSet: true })
  const known = new Map(published.results.map((one) => [nameOf(one), one]))
  return reportOf(
    staged.results.map((one) => {
      const result = one.status === 'failed' ? undefined : known.get(nameOf(one))
      // The one has the names of the sources.
      return result === undefined ? one : { ...result, source: one.source }
    }),
  )
}

/** What goes by its digest alone shares the name of its destination with others. */
function nameOf({ source, destination, sourceDigest }: SyncResult): string {
  return `${destination} ${sourceDigest ?? source.split('@')[1] ?? ''}`
}

function reportOf(results: readonly SyncResult[]): RunReport {
  return { dryRun: false, results, totals: totalsOf(results, 0) }
}
