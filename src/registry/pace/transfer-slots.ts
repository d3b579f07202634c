import { type Lane, Limiter, type Rank, type Release } from './limiter.ts'
import type { Waiting } from './slot-queues.ts'

/** The slots of a transfer. Each is given back by itself, when its part is over. */
export interface TransferSlots {
  /** For reading at the source. */
  readonly source: Release
  /** For writing, in the order of the destinations; undefined for those that were left behind. */
  readonly destinations: readonly (Release | undefined)[]
}

/**
 * Waits for a slot for reading a blob at one host and one for writing it at each of the others, which
 * may be the same. They are had all at once.
 */
export class TransferWish {
  readonly #source: Limiter
  readonly #destinations: (Limiter | undefined)[]
  readonly #rank: Rank
  readonly #granted = Promise.withResolvers<TransferSlots>()
  #isGranted = false
  #waiting: Waiting<Limiter>

  constructor(source: Limiter, destinations: readonly Limiter[], rank: Rank = (): number => 0) {
    this.#source = source
    this.#destinations = [...destinations]
    this.#rank = rank
    this.#waiting = this.#wait()
  }

  get granted(): Promise<TransferSlots> {
    return this.#granted.promise
  }

  /** Goes without one of the destinations. */
  leaveBehind(index: number): void {
    if (this.#isGranted) return
    Limiter.withdraw(this.#waiting)
    this.#destinations[index] = undefined
    this.#waiting = this.#wait()
  }

  #wait(): Waiting<Limiter> {
    const wishes = new Map<Limiter, Lane[]>([[this.#source, ['read']]])
    for (const one of this.#destinations) {
      if (one !== undefined) wishes.set(one, [...(wishes.get(one) ?? []), 'write'])
    }
    // More than there are count as all of them.
    const cut = [...wishes].map(
      ([limiter, lanes]) => [limiter, lanes.slice(0, limiter.capacity)] as const,
    )
    return Limiter.queue(new Map(cut), this.#rank, () => this.#grant(new Map(cut)))
  }

  #grant(lanes: ReadonlyMap<Limiter, readonly Lane[]>): void {
    this.#isGranted = true
    const parts = new Map<Limiter, Release[]>()
    const wanted = [this.#source, ...this.#destinations].filter((one) => one !== undefined)
    for (const limiter of new Set(wanted)) {
      const count = wanted.filter((one) => one === limiter).length
      parts.set(limiter, releases(limiter, lanes.get(limiter) ?? [], count))
    }
    const next = (limiter: Limiter): Release => parts.get(limiter)?.shift() ?? (() => undefined)
    this.#granted.resolve({
      source: next(this.#source),
      destinations: this.#destinations.map((one) => one && next(one)),
    })
  }
}

/** How to give back each of so many parts, the last of which share a slot where there are fewer. */
function releases(limiter: Limiter, lanes: readonly Lane[], count: number): Release[] {
  const slots = lanes.map((lane) => limiter.releaseOf([lane]))
  const last = slots.at(-1)
  let sharing = count - slots.length + 1
  return Array.from({ length: count }, (_, index) => {
    const slot = slots[index]
    if (slot !== undefined && index < slots.length - 1) return slot
    let isHeld = true
    return (bytes) => {
      if (isHeld && --sharing === 0) last?.(bytes)
      isHeld = false
    }
  })
}
