import { formatReference } from '../oci/reference.ts'
import type { ClientPool } from '../registry/client-pool.ts'
import type { Network } from '../registry/network/network.ts'
import type { ImagePair, ListItem } from '../sync/image-list.ts'
import type { Positions, RunReport, ShardReport } from '../sync/report.ts'
import type { PlannedMove, SetWatch } from '../sync/run-set.ts'
import type { ClientFor, TagNote } from '../sync/settle-set.ts'
import { digestOfList, shardOf } from '../sync/shard.ts'
import { count } from './format-bytes.ts'
import type { Inputs } from './inputs.ts'
import type { ActionLogger } from './logger.ts'
import { ACTION_VERSION } from './version.ts'

/** The part of the list that a run does. */
export interface ListPart {
  readonly list: readonly ListItem[]
  /** Undefined where it does all of it. */
  readonly shard?: ShardReport
  /** Where in the whole list its entries are; undefined where it does all of it. */
  readonly positions?: readonly number[]
}

export function partOfList({ list, shard }: Pick<Inputs, 'list' | 'shard'>): ListPart {
  if (shard === undefined) return { list }
  const own = shardOf(list, shard)
  const isOwn = new Set(own)
  const positions = list.flatMap((item, index) => (isOwn.has(item) ? index : []))
  const lines = { lines: own.length, linesOfAll: list.length }
  const about = { ...shard, list: digestOfList(list), actionVersion: ACTION_VERSION, ...lines }
  return { list: own, shard: about, positions }
}

/** What the report of a run says of the part that it did; nothing where it did all. */
export function aboutPart(
  { shard, positions }: ListPart,
  origins: Positions,
): Pick<RunReport, 'shard' | 'positions'> {
  if (shard === undefined || positions === undefined) return {}
  const inList = (some: readonly number[]): readonly number[] =>
    some.flatMap((origin) => positions[origin] ?? [])
  const { results, selections } = origins
  return { shard, positions: { results: inList(results), selections: inList(selections) } }
}

/** `part 2 of 4: 25 of 100 destinations of the list` */
export function shardLine({ part, of, lines, linesOfAll }: ShardReport): string {
  return `part ${part} of ${of}: ${lines} of ${count(linesOfAll, 'destination')} of the list`
}

/** Who is told how a set comes along. */
interface SetListeners {
  /** What is known of each tag at any moment, for a run that does not come to its end. */
  readonly tags: Map<ImagePair, TagNote>
  readonly logger: Pick<ActionLogger, 'info' | 'bufferedLog'>
  /** Tags begin to move: going back takes time. */
  readonly onMoving: () => void
}

/** Watches a set whose tags move together. */
export function watchSet({ tags, logger, onMoving }: SetListeners, atEnd: ClientFor): SetWatch {
  return {
    clientAtEnd: atEnd,
    onTag: (pair, { tag, digest, previousDigest }) => {
      tags.set(pair, {
        ...(tag && { tag }),
        ...(digest && { digest }),
        ...(previousDigest && { previousDigest }),
      })
    },
    onMoving: (moves) => {
      onMoving()
      const log = logger.bufferedLog()
      for (const move of moves) log.info(moveLine(move))
      // A process that is killed says nothing any more.
      log.print('What these tags show before, and are to show')
    },
    onPhase: (words) => logger.info(words),
  }
}

function moveLine({ pair, digest, previousDigest }: PlannedMove): string {
  return `${formatReference(pair.destination)}: ${previousDigest ?? 'nothing'}, then ${digest}`
}

/** A network of their own for clients that are hardly ever wanted, made for the first of them. */
export class LateClients {
  readonly #makeNetwork: () => Network
  readonly #makePool: (network: Network) => ClientPool
  #network: Network | undefined
  #pool: ClientPool | undefined

  constructor(makeNetwork: () => Network, makePool: (network: Network) => ClientPool) {
    this.#makeNetwork = makeNetwork
    this.#makePool = makePool
  }

  readonly clientFor: ClientFor = async (side, reference) => {
    this.#network ??= this.#makeNetwork()
    this.#pool ??= this.#makePool(this.#network)
    return this.#pool.client(side, reference)
  }

  async close(): Promise<void> {
    await this.#network?.close()
  }
}
