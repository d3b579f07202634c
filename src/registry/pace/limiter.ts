import type { FamilyLimits } from '../families/family.ts'
import type { HostPause } from './host-pause.ts'
import { Pace, type Sign, type Use } from './host-pace.ts'
import { hasBody, type Kind, type Lane, laneOf } from '../request-kind.ts'
import { HeldBlobs } from './held-blobs.ts'
import { queueName, type Rank, SlotQueues, type Waiting } from './slot-queues.ts'

export type { Lane } from '../request-kind.ts'
export type { Rank } from './slot-queues.ts'

/**
 * Gives what was had back, and tells how many bytes of blobs went through each slot, if any did.
 * Calling it again does nothing.
 */
export type Release = (bytes?: number) => void

let turns = 0

export interface LimiterOptions {
  /** Begin with few at once and find out what the host stands, instead of all slots at once. */
  readonly isAdaptive?: boolean
  /** What is documented of the host. */
  readonly limits?: FamilyLimits | undefined
  readonly now?: () => number
  /** Ends the run, and all waiting with it: whoever is admitted then finds out by himself. */
  readonly signal?: AbortSignal | undefined
}

/** Of all slots, so many at least are never taken by blobs, where there are enough. */
const METADATA_SHARE = 1 / 4

const SMALL: readonly Lane[] = ['metadata']

/** At the end of a run. */
const ADMITTED_AT_ONCE = 500

let limiters = 0

/**
 * The slots of a host: a counting semaphore whose lanes grow and shrink by what the host stands.
 * Small requests are admitted before blobs, the more urgent before the less, and else first come
 * first served. A lane that has to wait for its host does not hold up another.
 */
export class Limiter {
  readonly capacity: number
  /** Room for what is on its way to the host without a slot. */
  readonly held: HeldBlobs
  /** What it is called in the names of queues. */
  readonly #name = String(limiters++)
  readonly #blobCapacity: number
  readonly #pace: Pace
  readonly #now: () => number
  readonly #signal: AbortSignal | undefined
  #free: number
  readonly #used: Record<Lane, number> = { metadata: 0, lookup: 0, read: 0, write: 0 }
  readonly #givenBack: Record<Lane, number> = { metadata: 0, lookup: 0, read: 0, write: 0 }
  readonly #queues = new SlotQueues<Limiter>()

  /** @param most slots, of which a host that counts requests does not get all */
  constructor(most: number, options: LimiterOptions = {}) {
    const { isAdaptive = false, limits, now, signal } = options
    const capacity = slotsAt(limits?.atOnce, most)
    this.capacity = capacity
    this.held = new HeldBlobs(capacity)
    this.#free = capacity
    this.#blobCapacity = Math.max(1, capacity - Math.floor(capacity * METADATA_SHARE))
    const bounds = { metadata: capacity, blobs: this.#blobCapacity }
    this.#pace = new Pace({ bounds, isAdaptive, limits })
    this.#now = now ?? Date.now
    this.#signal = signal
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
  async acquire(lanes: readonly Lane[] = SMALL, rank: Rank = () => 0): Promise<Release> {
    const wish = lanes.slice(0, this.capacity)
    if (!this.#takeAtOnce(wish)) {
      await new Promise<void>((admit) => {
        Limiter.queue(new Map([[this, wish]]), rank, admit)
      })
    }
    return this.releaseOf(wish)
  }

  /** Waits for slots at several hosts. Returns the one who waits, who may withdraw. */
  static queue(
    wishes: ReadonlyMap<Limiter, readonly Lane[]>,
    rank: Rank,
    admit: () => void,
  ): Waiting<Limiter> {
    const queue = queueName([...wishes].map(([limiter, lanes]) => [limiter.#name, lanes]))
    const waiting: Waiting<Limiter> = { turn: turns++, queue, wishes, rank, admit }
    let isAlone = true
    for (const limiter of wishes.keys()) isAlone = limiter.#add(waiting)
    if ([...wishes.keys()].some((limiter) => limiter.#hasEnded)) {
      Limiter.#admitNow(waiting)
    } else if (isAlone) {
      for (const limiter of wishes.keys()) limiter.#admit()
    }
    // For whoever wanted the same before there is no room, and it is looked for when there is some.
    return waiting
  }

  /** No longer wants anything. Whoever has been admitted is not changed by that. */
  static withdraw(waiting: Waiting<Limiter>): void {
    for (const limiter of waiting.wishes.keys()) limiter.#remove(waiting)
    for (const limiter of waiting.wishes.keys()) limiter.#admit()
  }

  /** How to give back the slots in these lanes, which whoever was admitted has taken. */
  releaseOf(lanes: readonly Lane[]): Release {
    let held = true
    return (bytes = 0) => {
      if (!held) return
      held = false
      if (bytes > 0) this.#moved(lanes, bytes)
      this.#take(lanes, -1)
      for (const lane of lanes) this.#givenBack[lane] += 1
      this.#admit()
    }
  }

  /** How often a slot of that lane was given back: as long as it rises, who waits has a chance. */
  givenBack(lane: Lane): number {
    return this.#givenBack[lane]
  }

  /** Whether somebody waits for a slot in that lane, and there is none. */
  lacks(lane: Lane): boolean {
    return !this.hasRoom([lane]) && this.#queues.want(this, lane)
  }

  /** Whether there are slots in these lanes. */
  hasRoom(lanes: readonly Lane[]): boolean {
    return lanes.length <= this.#free && this.#fits(lanes)
  }

  /** Runs a small request's work while holding a slot. */
  async run<T>(work: () => Promise<T>, lane: Lane = 'metadata'): Promise<T> {
    const release = await this.acquire([lane])
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

  /** Takes slots that are free, where nobody waits for any. Returns whether it could. */
  #takeAtOnce(lanes: readonly Lane[]): boolean {
    if (!this.#queues.areEmpty || !this.hasRoom(lanes)) return false
    this.#take(lanes, 1)
    return true
  }

  #moved(lanes: readonly Lane[], bytes: number): void {
    for (const lane of lanes) {
      if (hasBody(lane)) this.#pace.moved(bytes, this.#now(), this.#use(lane))
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

  /** Adds to the queues, and hears of the end of the run as long as somebody is in them. */
  #add(waiting: Waiting<Limiter>): boolean {
    if (this.#queues.areEmpty) this.#signal?.addEventListener('abort', this.#admitAll)
    return this.#queues.add(waiting)
  }

  #remove(waiting: Waiting<Limiter>): void {
    this.#queues.remove(waiting)
    if (this.#queues.areEmpty) this.#signal?.removeEventListener('abort', this.#admitAll)
  }

  get #hasEnded(): boolean {
    return this.#signal?.aborted === true
  }

  static #admitNow(waiting: Waiting<Limiter>): void {
    for (const [limiter, lanes] of waiting.wishes) {
      limiter.#remove(waiting)
      limiter.#take(lanes, 1)
    }
    waiting.admit()
  }

  /**
   * However few slots there are, since nobody will ask the host for anything any more. Some at a time,
   * because each has its end to make, and others, such as the clock, want their turn.
   */
  readonly #admitAll = (): void => {
    const waiting = this.#queues.some(ADMITTED_AT_ONCE)
    for (const one of waiting) Limiter.#admitNow(one)
    if (waiting.length > 0) setImmediate(() => this.#admitAll())
  }

  #admit(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      Limiter.#admitNow(next)
      // Whoever came behind it may have room now.
      for (const limiter of next.wishes.keys()) if (limiter !== this) limiter.#admit()
    }
  }

  /** Who is admitted now, if anybody. */
  #next(): Waiting<Limiter> | undefined {
    if (this.#free === 0 || this.#queues.areEmpty || this.#hasEnded) return undefined
    return this.#first((waiting) => {
      const others = [...waiting.wishes.keys()].filter((limiter) => limiter !== this)
      return others.every((limiter) => limiter.#hasRoomFor(waiting))
    })
  }

  /** Whether there is room for it that nobody more urgent waits for here. */
  #hasRoomFor(waiting: Waiting<Limiter>): boolean {
    if (!this.hasRoom(waiting.wishes.get(this) ?? [])) return false
    return this.#first((other) => other === waiting) !== undefined
  }

  /**
   * The most urgent for whom there is room here, and who is ready. What does not fit keeps its place
   * in its lanes; what is not ready does not.
   */
  #first(isReady: (waiting: Waiting<Limiter>) => boolean): Waiting<Limiter> | undefined {
    const closed = new Set<Lane>()
    const hasRoomForBlobs = this.#blobs < this.#blobCapacity
    for (const waiting of this.#queues.heads(hasRoomForBlobs)) {
      const lanes = waiting.wishes.get(this) ?? []
      const hasRoom = this.hasRoom(lanes) && !lanes.some((lane) => closed.has(lane))
      if (hasRoom && isReady(waiting)) return waiting
      if (!hasRoom) for (const lane of lanes) closed.add(lane)
    }
    return undefined
  }

  #fits(lanes: readonly Lane[]): boolean {
    let blobs = 0
    for (const lane of lanes) if (hasBody(lane)) blobs += 1
    // One blob at least is always let through, also where it needs more than the share of blobs.
    if (blobs > 0 && this.#blobs > 0 && this.#blobs + blobs > this.#blobCapacity) return false
    return lanes.every((lane) => {
      const used = this.#used[lane]
      return used === 0 || used + countOf(lane, lanes) <= this.#pace.size(lane)
    })
  }
}

function countOf(lane: Lane, lanes: readonly Lane[]): number {
  let count = 0
  for (const one of lanes) if (one === lane) count += 1
  return count
}

/** Of a host for which few are enough, more than those only where many more are allowed. */
function slotsAt(few = Number.POSITIVE_INFINITY, most: number): number {
  return Math.max(Math.min(most, few), Math.floor(most / 2))
}
