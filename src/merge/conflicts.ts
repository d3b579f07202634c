import { parseReference } from '../oci/reference.ts'
import type { SyncResult } from '../sync/report.ts'

/** Destinations that the message names. */
const SHOWN = 10

/**
 * Tags that have two sources, which only selections of tags can bring about, each in a shard of its
 * own: the run of the whole list would have refused them. In words.
 */
export function conflictsIn(results: readonly SyncResult[]): readonly string[] {
  const first = new Map<string, string>()
  const conflicts = new Set<string>()
  for (const { source, destination, status } of results) {
    if (status === 'failed' || parseReference(destination).tag === undefined) continue
    const other = first.get(destination) ?? source
    first.set(destination, other)
    if (other !== source) conflicts.add(`${destination} has two sources, ${other} and ${source}.`)
  }
  const more = conflicts.size - SHOWN
  const rest =
    more > 0
      ? [more === 1 ? 'So has 1 more destination.' : `So have ${more} more destinations.`]
      : []
  return [...[...conflicts].slice(0, SHOWN), ...rest]
}
