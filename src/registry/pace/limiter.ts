import type { FamilyLimits } from '../families/family.ts'
import type { HostPause } from './host-pause.ts'
import { Pace, type Sign, type Use } from './host-pace.ts'
import { type Kind, type Lane, laneOf } from '../request-kind.ts'

export type { Lane } from '../request-kind.ts'

/**
 * Gives slots back, and tells how many bytes of blobs went through each of them, if any did.
 * Calling it again does nothing.
 */
export type Release = (bytes?: number) => void

/** How urgent it is to be admitted, asked for when a slot is free: the highest goes first. */
export type Rank = () => number

interface Waiting {
  /** Of all who ever waited. */
  readonly turn: number
  readonly lanes: readonly Lane[]
  readonly rank: Rank
  readonly admit: () => void
}

export interface LimiterOptions {
  /** Begin with few at once and find out what the host stands, instead of all slots at once. */
  readonly isAdaptive?: boolean
  /** What is documented of the host. */
  readonly limits?: FamilyLimits | undefined
  readonly now?: () => number
}

/** Of all slots, so many at least are never taken by blobs, where there are enough. */
const METADATA_SHARE = 1 / 4

let limiters = 0

/**
 * The slots of a host: a counting semaphore whose lanes grow and shrink by what the host stands.
 * Small requests are admitted before blobs, the more urgent before the less, and else first come
 * first served. A lane that has to wait for its host does not hold up another.
 */
export class Limiter {
  readonly capacity: number
  /** Its place among all limiters, for those who need slots of several. */
  readonly order: number
  readonly #blobCapacity: number
  readonly #pace: Pace
  readonly #now: () => number
  #free: number
  readonly #used: Record<Lane, number> = { metadata: 0, read: 0, write: 0 }
  /** By the lanes that are wanted: of each queue, only one can be next. */
  readonly #queues = new Map<string, Waiting[]>()
  #turns = 0

  /** @param most slots, of which a host that counts requests does not get all */
  constructor(most: number, options: LimiterOptions = {}) {
    const { isAdaptive = false, limits, now } = options
    const capacity = slotsAt(limits?.atOnce, most)
    this.capacity = capacity
    this.order = limiters++
    this.#free = capacity
    this.#blobCapacity = Math.max(1, capacity - Math.floor(capacity * METADATA_SHARE))
    const bounds = { metadata: capacity, blobs: this.#blobCapacity }
    this.#pace = new Pace({ bounds, isAdaptive, limits })
    this.#now = now ?? Date.now
  }

  /** For all who speak to the host, whether they hold a slot or not. */
  get pause(): HostPause {
    return this.#pace.pause
  }

  /** Slots that a lane may have in use now. */
  size(lane: Lane): number {
    return this.#pace.size(lane)
  }

  /** Waits for a slot in each lane; more than there are in all count as all of them. */
  async acquire(lanes: readonly Lane[] = ['metadata'], rank: Rank = () => 0): Promise<Release> {
    const wish = lanes.slice(0, this.capacity)
    await new Promise<void>((admit) => {
      const name = [...new Set(wish)].toSorted().join()
      const queue = this.#queues.get(name) ?? []
      this.#queues.set(name, queue)
      queue.push({ turn: this.#turns++, lanes: wish, rank, admit })
      this.#admit()
    })
    let held = true
    return (bytes = 0) => {
      if (!held) return
      held = false
      if (bytes > 0) this.#moved(wish, bytes)
      this.#take(wish, -1)
      this.#admit()
    }
  }

  /** Runs a small request's work while holding a slot. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.acquire()
    try {
      return await work()
    } finally {
      release()
    }
  }

  /**
   * Milliseconds until a request may be sent, by those who hold its slot; its turn is taken by that.
   * `chance` is uniform in [0, 1).
   */
  turn(kind: Kind, now: number, chance: number): number {
    return this.#pace.turn(kind, now, chance)
  }

  /** Takes in what an answer says about the pace, before its slot is given back. */
  note(sign: Sign): void {
    // Small blobs go in the lane of small requests.
    const lane = this.#used[laneOf(sign.kind)] > 0 ? laneOf(sign.kind) : 'metadata'
    const before = this.#pace.size(lane)
    this.#pace.note(sign, this.#use(lane))
    if (this.#pace.size(lane) > before) this.#admit()
  }

  #moved(lanes: readonly Lane[], bytes: number): void {
    for (const lane of lanes) {
      if (lane !== 'metadata') this.#pace.moved(bytes, this.#now(), this.#use(lane))
    }
  }

  #use(lane: Lane): Use {
    const isFull = this.#used[lane] >= this.#pace.size(lane)
    return { lane, isFull, hasBlobs: this.#blobs > 0 }
  }

  get #blobs(): number {
    return this.#used.read + this.#used.write
  }

  #take(lanes: readonly Lane[], sign: 1 | -1): void {
    this.#free -= sign * lanes.length
    for (const lane of lanes) this.#used[lane] += sign
  }

  #admit(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { queue, waiting } = next
      queue.splice(queue.indexOf(waiting), 1)
      this.#take(waiting.lanes, 1)
      waiting.admit()
    }
  }

  /** Who is admitted now, if anybody: what does not fit keeps its place in its lanes. */
  #next(): Next | undefined {
    if (this.#free === 0) return undefined
    const closed = new Set<Lane>()
    for (const next of this.#heads()) {
      const { lanes } = next.waiting
      if (lanes.length > this.#free) return undefined
      if (this.#fits(lanes) && !lanes.some((lane) => closed.has(lane))) return next
      for (const lane of lanes) closed.add(lane)
    }
    return undefined
  }

  /** The first of each queue in the order in which they would be admitted. */
  #heads(): readonly Next[] {
    const heads: Next[] = []
    for (const [name, queue] of this.#queues) {
      const isSmall = name === 'metadata'
      if (!isSmall && this.#blobs >= this.#blobCapacity) continue
      const waiting = isSmall ? queue[0] : highest(queue)
      if (waiting !== undefined) heads.push({ queue, waiting, isSmall })
    }
    return heads.length < 2 ? heads : heads.toSorted(byUrgency)
  }

  #fits(lanes: readonly Lane[]): boolean {
    const blobs = lanes.filter((lane) => lane !== 'metadata').length
    // One blob at least is always let through, also where it needs more than the share of blobs.
    if (blobs > 0 && this.#blobs > 0 && this.#blobs + blobs > this.#blobCapacity) return false
    return lanes.every((lane) => {
      const wanted = lanes.filter((other) => other === lane).length
      const used = this.#used[lane]
      return used === 0 || used + wanted <= this.#pace.size(lane)
    })
  }
}

/** Of a host for which few are enough, more than those only where many more are allowed. */
function slotsAt(few = Number.POSITIVE_INFINITY, most: number): number {
  return Math.max(Math.min(most, few), Math.floor(most / 2))
}

/** One who waits, in the queue where it does. */
interface Next {
  readonly queue: Waiting[]
  readonly waiting: Waiting
  readonly isSmall: boolean
}

function byUrgency(one: Next, other: Next): number {
  if (one.isSmall !== other.isSmall) return one.isSmall ? -1 : 1
  const difference = other.waiting.rank() - one.waiting.rank()
  return difference === 0 ? one.waiting.turn - other.waiting.turn : difference
}

/** The first of the most urgent. */
function highest(waiting: readonly Waiting[]): Waiting | undefined {
  let best: Waiting | undefined
  let bestRank = Number.NEGATIVE_INFINITY
  for (const one of waiting) {
    const rank = one.rank()
    if (rank > bestRank) {
      best = one
      bestRank = rank
    }
  }
  return best
}

/**
 * A slot for reading a blob at one host and one for writing it at each of the others, which may be
 * the same. Taken in a fixed order, because two transfers that each hold what the other waits for
 * would wait for ever.
 */
export async function acquireTransfer(
  source: Limiter,
  destinations: readonly Limiter[],
  rank?: Rank,
): Promise<Release> {
  const lanes = new Map<Limiter, Lane[]>([[source, ['read']]])
  for (const one of destinations) lanes.set(one, [...(lanes.get(one) ?? []), 'write'])
  const releases: Release[] = []
  for (const [limiter, wanted] of [...lanes].sort(([a], [b]) => a.order - b.order)) {
    releases.push(await limiter.acquire(wanted, rank))
  }
  return (bytes) => {
    for (const release of releases) release(bytes)
  }
}

/** Runs works of one name one after another, and works of different names side by side. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name)
    const mine = before === undefined ? work() : before.then(work)
    const over = mine.catch(() => undefined)
    this.#last.set(name, over)
    try {
      return await mine
    } finally {
      if (this.#last.get(name) === over) this.#last.delete(name)
    }
  }
}
