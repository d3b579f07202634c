import { type Round, Rounds } from './throughput-rounds.ts'

/** However busy a host is, it serves so many side by side. */
const SMALLEST = 4
/**
 * Up to here nobody asks whether more at once is faster: what that could save is not worth it. It is
 * where a window begins, too.
 */
const MODEST = 16
/** Of bodies of blobs, each of which takes memory, and can fill a line alone. */
const MODEST_BODIES = 8

/**
 * What is slower than its best times by this factor, and by more than a busy machine of ours may make
 * it, waits in a queue of the host's.
 */
const SLOW_FACTOR = 3
const SLOW_MS = 200
/** In a row: one alone may be chance. */
const ROUNDS_TO_BELIEVE = 2
/** Rounds after which a host that served no more than that is tried with more again. */
const ROUNDS_TO_REST = 16
/** By so much a window grows that has found its size before. */
const CAREFULLY = 1 / 8

export interface WindowOptions {
  /** Requests at once to begin with; what is modest where absent. */
  readonly start?: number | undefined
  /** The requests are those that carry blobs. */
  readonly hasBodies?: boolean
}

/**
 * How many requests of one lane a host gets at a time. Grows by one for each answer, so that it
 * doubles with each round trip, and behind the first sign of too much by one for each round trip;
 * halves with each such sign. What is more than modest has to pay: it grows while there is more
 * throughput, and goes back to where there was as much.
 */
export class Window {
  readonly #bound: number
  readonly #modest: number
  readonly #rounds = new Rounds()
  #size: number
  /** Where doubling ends. */
  #threshold = Number.POSITIVE_INFINITY
  #halvedAt = Number.NEGATIVE_INFINITY
  #best: Round | undefined
  #vainRounds = 0
  #slowRounds = 0
  #restingRounds = 0
  #calmMs = Number.POSITIVE_INFINITY

  /** Never larger than `bound`. */
  constructor(bound: number, { start, hasBodies = false }: WindowOptions = {}) {
    this.#bound = bound
    this.#modest = hasBodies ? MODEST_BODIES : MODEST
    this.#size = Math.min(bound, start ?? this.#modest)
  }

  get size(): number {
    return Math.floor(this.#size)
  }

  /** Takes in an answer that came while all of the window was in use. */
  answered(): void {
    if (this.#size >= this.#modest) return
    const step = this.#size < this.#threshold ? 1 : 1 / this.#size
    this.#size = Math.min(this.#bound, this.#size + step)
  }

  /**
   * Takes in that an amount went through: requests or bytes, but always the same. `latencyMs` is for
   * requests that are alike in it, where nothing but the host made them wait.
   */
  moved(amount: number, latencyMs: number | undefined, now: number): void {
    const round = this.#rounds.add(amount, latencyMs, now, this.#size)
    if (round === undefined) return
    if (this.#isSlow(round)) this.#halve()
    else this.#judge(round)
  }

  /** Takes in that the window was not in full use, so that it says nothing. */
  idle(): void {
    this.#rounds.restart()
  }

  /**
   * Takes in that the host wants fewer requests. Those that were sent before the last such sign are
   * part of it.
   */
  refused(sentAt: number, now: number): void {
    if (sentAt <= this.#halvedAt) return
    this.#halvedAt = now
    this.#halve()
  }

  #halve(): void {
    this.#size = Math.max(Math.min(SMALLEST, this.#bound), this.#size / 2)
    this.#threshold = this.#size
    this.#best = undefined
    this.#vainRounds = 0
    this.#slowRounds = 0
    this.#restingRounds = 0
    this.#calmMs = Number.POSITIVE_INFINITY
    this.#rounds.restart()
  }

  #isSlow({ latencyMs }: Round): boolean {
    if (latencyMs === undefined) return false
    this.#calmMs = Math.min(this.#calmMs, latencyMs)
    const isSlow = latencyMs > Math.max(this.#calmMs * SLOW_FACTOR, this.#calmMs + SLOW_MS)
    this.#slowRounds = isSlow ? this.#slowRounds + 1 : 0
    return this.#slowRounds >= ROUNDS_TO_BELIEVE
  }

  #judge(round: Round): void {
    if (round.size < this.#modest) return
    if (this.#restingRounds > 0) {
      this.#restingRounds -= 1
      this.#best = settling(this.#best ?? round, round)
    } else if (hasPaid(round, this.#best)) {
      this.#vainRounds = 0
      this.#best = round
      this.#grow()
    } else if (++this.#vainRounds === ROUNDS_TO_BELIEVE) {
      this.#vainRounds = 0
      this.#restingRounds = ROUNDS_TO_REST
      // And a little less than that: what grew by luck has to shrink again.
      this.#size = Math.max(this.#modest, (this.#best?.size ?? this.#size) * (1 - CAREFULLY / 2))
      this.#threshold = this.#size
    }
  }

  #grow(): void {
    const isNew = this.#size < this.#threshold
    const step = isNew ? this.#size : Math.max(1, this.#size * CAREFULLY)
    this.#size = Math.min(this.#bound, this.#size + step)
  }
}

/** What growing will have to beat: the mean of many rounds at one size, the later ones counting more. */
function settling(before: Round, round: Round): Round {
  const throughput = before.throughput + (round.throughput - before.throughput) / 4
  return { ...round, throughput }
}

/** Whether more at once has brought at least half of what it would if nothing else were a bound. */
function hasPaid(round: Round, best: Round | undefined): boolean {
  if (best === undefined || round.size <= best.size) return true
  return round.throughput >= best.throughput * (1 + (round.size / best.size - 1) / 2)
}
