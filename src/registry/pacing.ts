import { HostPause } from './host-pause.ts'

/** Gives slots back. Calling it again does nothing. */
export type Release = () => void

/** What a slot is for: small requests never wait behind the bodies of blobs. */
export type Lane = 'metadata' | 'read' | 'write'

/** How urgent it is to be admitted, asked for when a slot is free: the highest goes first. */
export type Rank = () => number

interface Waiting {
  readonly lanes: readonly Lane[]
  readonly rank: Rank
  readonly admit: () => void
}

/** Of all slots, so many at least are never taken by blobs, where there are enough. */
const METADATA_SHARE = 1 / 4

let limiters = 0

/**
 * The slots of a host: a counting semaphore. Small requests are admitted before blobs, the more
 * urgent before the less, and else first come first served.
 */
export class Limiter {
  readonly capacity: number
  /** For all who speak to the host, whether they hold a slot or not. */
  readonly pause = new HostPause()
  /** Its place among all limiters, for those who need slots of several. */
  readonly order: number
  readonly #blobCapacity: number
  #free: number
  #blobs = 0
  readonly #waiting: Waiting[] = []

  constructor(capacity: number) {
    this.capacity = capacity
    this.order = limiters++
    this.#free = capacity
    this.#blobCapacity = Math.max(1, capacity - Math.floor(capacity * METADATA_SHARE))
  }

  /** Waits for a slot in each lane; more than there are in all count as all of them. */
  async acquire(lanes: readonly Lane[] = ['metadata'], rank: Rank = () => 0): Promise<Release> {
    const wish = lanes.slice(0, this.capacity)
    await new Promise<void>((admit) => {
      this.#waiting.push({ lanes: wish, rank, admit })
      this.#admit()
    })
    let held = true
    return () => {
      if (!held) return
      held = false
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

  #take(lanes: readonly Lane[], sign: 1 | -1): void {
    this.#free -= sign * lanes.length
    this.#blobs += sign * blobLanes(lanes)
  }

  #admit(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      this.#take(next.lanes, 1)
      next.admit()
    }
  }

  /** Who is admitted now, if anybody: what does not fit keeps its place. */
  #next(): Waiting | undefined {
    const small = this.#waiting.find(({ lanes }) => blobLanes(lanes) === 0)
    const next = small ?? highest(this.#waiting)
    return next !== undefined && this.#fits(next.lanes) ? next : undefined
  }

  #fits(lanes: readonly Lane[]): boolean {
    const blobs = blobLanes(lanes)
    // One blob at least is always let through, also where it needs more than the share of blobs.
    const mayBlob = this.#blobs === 0 || this.#blobs + blobs <= this.#blobCapacity
    return lanes.length <= this.#free && (blobs === 0 || mayBlob)
  }
}

function blobLanes(lanes: readonly Lane[]): number {
  return lanes.filter((lane) => lane !== 'metadata').length
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

/** What is known about a transfer before it starts. */
export interface TransferKind {
  /** Whether its bodies are no more work than a request without one. */
  readonly isSmall?: boolean
  readonly rank?: Rank
}

/**
 * A slot for reading a blob at one host and one for writing it at each of the others, which may be
 * the same. Taken in a fixed order, because two transfers that each hold what the other waits for
 * would wait for ever.
 */
export async function acquireTransfer(
  source: Limiter,
  destinations: readonly Limiter[],
  { isSmall = false, rank }: TransferKind = {},
): Promise<Release> {
  const lanes = new Map<Limiter, Lane[]>([[source, [isSmall ? 'metadata' : 'read']]])
  for (const one of destinations) {
    lanes.set(one, [...(lanes.get(one) ?? []), isSmall ? 'metadata' : 'write'])
  }
  const releases: Release[] = []
  for (const [limiter, wanted] of [...lanes].sort(([a], [b]) => a.order - b.order)) {
    releases.push(await limiter.acquire(wanted, rank))
  }
  return () => {
    for (const release of releases) release()
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
