import type { Lane } from '../request-kind.ts'

/** How urgent it is to be admitted, asked for when a slot is free: the highest goes first. */
export type Rank = () => number

/**
 * Who waits for slots, in the queue of each host that they are of. All are had at once, or none is:
 * who held one and waited for another could wait for ever, and for a host that hangs.
 */
export interface Waiting<Host> {
  /** Of all who ever waited. */
  readonly turn: number
  /** The name of its queue. */
  readonly queue: string
  /** The lanes that are wanted, a slot in each. */
  readonly wishes: ReadonlyMap<Host, readonly Lane[]>
  readonly rank: Rank
  readonly admit: () => void
}

/** As many as the images that are worked on side by side have layers, and some. */
const MAX_COMPARED = 1000

/** The queues of small requests, which want one slot of one host. */
const SMALL: ReadonlySet<string> = new Set<Lane>(['metadata', 'lookup'])

/** The queue of those who want the same of the same hosts. */
export function queueName(wishes: readonly (readonly [string, readonly Lane[]])[]): string {
  const names = wishes.map(([limiter, lanes]) => {
    const distinct = [...new Set(lanes)].toSorted().join()
    return wishes.length === 1 ? distinct : `${limiter}: ${distinct}`
  })
  return names.toSorted().join('; ')
}

/** The first of a queue. */
interface Head<Host> {
  readonly waiting: Waiting<Host>
  readonly isSmall: boolean
}

/** Those who wait for slots of one host, by what they want: of each queue, only one can be next. */
export class SlotQueues<Host> {
  readonly #queues = new Map<string, Set<Waiting<Host>>>()

  /** Returns whether nobody else is in that queue. */
  add(waiting: Waiting<Host>): boolean {
    const queue = this.#queues.get(waiting.queue) ?? new Set()
    this.#queues.set(waiting.queue, queue)
    return queue.add(waiting).size === 1
  }

  remove(waiting: Waiting<Host>): void {
    const queue = this.#queues.get(waiting.queue)
    queue?.delete(waiting)
    if (queue?.size === 0) this.#queues.delete(waiting.queue)
  }

  /** So many of those who wait, whoever they are. */
  some(count: number): readonly Waiting<Host>[] {
    const some: Waiting<Host>[] = []
    for (const queue of this.#queues.values()) {
      for (const waiting of queue) {
        if (some.length === count) return some
        some.push(waiting)
      }
    }
    return some
  }

  /** Whether nobody waits. */
  get areEmpty(): boolean {
    return this.#queues.size === 0
  }

  /** Whether somebody wants a slot in a lane of that host. */
  want(host: Host, lane: Lane): boolean {
    const queues = [...this.#queues.values()]
    return queues.some(([first]) => first?.wishes.get(host)?.includes(lane))
  }

  /**
   * The first of each queue in the order in which they would be admitted: small requests before blobs,
   * which may be left out, and of these the more urgent before the less.
   */
  heads(withBlobs: boolean): readonly Waiting<Host>[] {
    const heads: Head<Host>[] = []
    for (const [name, queue] of this.#queues) {
      const isSmall = SMALL.has(name)
      if (!isSmall && !withBlobs) continue
      const [first] = queue
      const waiting = isSmall ? first : mostUrgent(queue)
      if (waiting !== undefined) heads.push({ waiting, isSmall })
    }
    return heads.toSorted(byUrgency).map(({ waiting }) => waiting)
  }
}

function byUrgency<Host>(one: Head<Host>, other: Head<Host>): number {
  if (one.isSmall !== other.isSmall) return one.isSmall ? -1 : 1
  const difference = other.waiting.rank() - one.waiting.rank()
  return difference === 0 ? one.waiting.turn - other.waiting.turn : difference
}

/**
 * The first of the most urgent, of those who have waited longest. Of more than a thousand, which an
 * index may list, no one is compared with all others: that would take the time of their square.
 */
function mostUrgent<Host>(queue: Iterable<Waiting<Host>>): Waiting<Host> | undefined {
  let best: Waiting<Host> | undefined
  let bestRank = Number.NEGATIVE_INFINITY
  let compared = 0
  for (const one of queue) {
    const rank = one.rank()
    if (rank > bestRank) {
      best = one
      bestRank = rank
    }
    compared += 1
    if (compared === MAX_COMPARED) break
  }
  return best
}
