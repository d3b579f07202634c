/** Fewer answers than this tell more about chance than about the host. */
const SHORTEST = 8

/** What went through while a window was in full use, for about as long as all of it took once. */
export interface Round {
  /** The window's size when it began. */
  readonly size: number
  /** Amount for each millisecond. */
  readonly throughput: number
  /** Mean of those that were given. */
  readonly latencyMs: number | undefined
}

/** Gathers answers to rounds. */
export class Rounds {
  #startedAt: number | undefined
  #size = 0
  #answers = 0
  #amount = 0
  #latencies = 0
  #latencyMs = 0

  /** Takes in what went through at that time. Returns the round that is over by that, if one is. */
  add(amount: number, latencyMs: number | undefined, now: number, size: number): Round | undefined {
    if (this.#startedAt === undefined) {
      this.#startedAt = now - (latencyMs ?? 0)
      // Where nobody knows when the first of them was sent, only the time is taken from it.
      if (latencyMs === undefined) return undefined
    }
    if (this.#answers === 0) this.#size = size
    this.#answers += 1
    this.#amount += amount
    if (latencyMs !== undefined) {
      this.#latencies += 1
      this.#latencyMs += latencyMs
    }
    if (this.#answers < Math.max(SHORTEST, this.#size)) return undefined
    const round = {
      size: this.#size,
      throughput: this.#amount / Math.max(1, now - this.#startedAt),
      latencyMs: this.#latencies === 0 ? undefined : this.#latencyMs / this.#latencies,
    }
    this.restart()
    this.#startedAt = now
    return round
  }

  /** Forgets the answers of the round that has begun. */
  restart(): void {
    this.#startedAt = undefined
    this.#answers = 0
    this.#amount = 0
    this.#latencies = 0
    this.#latencyMs = 0
  }
}
