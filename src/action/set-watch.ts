import type { ClientPool } from '../registry/client-pool.ts'
import type { Logger } from '../registry/logger.ts'
import type { ImagePair, ListItem } from '../sync/image-list.ts'
import type { ShardReport, TagResult } from '../sync/report.ts'
import type { ClientFor, SetWatch } from '../sync/run-set.ts'
import { digestOfList, shardOf } from '../sync/shard.ts'
import { count } from './format-bytes.ts'
import type { Inputs } from './inputs.ts'

/** The part of the list that a run does. */
export interface ListPart {
  readonly list: readonly ListItem[]
  /** Undefined where it does all of it. */
  readonly shard?: ShardReport
}

export function partOfList({ list, shard }: Pick<Inputs, 'list' | 'shard'>): ListPart {
  if (shard === undefined) return { list }
  const own = shardOf(list, shard)
  const lines = { lines: own.length, linesOfAll: list.length }
  return { list: own, shard: { ...shard, list: digestOfList(list), ...lines } }
}

/** `part 2 of 4: 25 of 100 destinations of the list` */
export function shardLine({ part, of, lines, linesOfAll }: ShardReport): string {
  return `part ${part} of ${of}: ${lines} of ${count(linesOfAll, 'destination')} of the list`
}

/**
 * Watches a set whose tags move together.
 *
 * @param tags what is known of each tag at any moment, for a run that does not come to its end
 */
export function watchSet(
  tags: Map<ImagePair, TagResult>,
  logger: Pick<Logger, 'info'>,
  clientAtEnd: ClientFor,
): SetWatch {
  return {
    clientAtEnd,
    onTag: (pair, tag) => tags.set(pair, tag),
    onPhase: (words) => logger.info(words),
  }
}

/** Clients that are made when the first of them is wanted, which is hardly ever. */
export class LateClients {
  readonly #make: () => ClientPool
  #pool: ClientPool | undefined

  constructor(make: () => ClientPool) {
    this.#make = make
  }

  readonly clientFor: ClientFor = async (side, reference) => {
    this.#pool ??= this.#make()
    return this.#pool.client(side, reference)
  }
}
