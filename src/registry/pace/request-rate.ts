/** What was not used in that time may be made up for. */
const BURST_MS = 250
/** Of what a host has served when it refused more, so much it is asked for then. */
const SHARE = 0.8
/**
 * Requests a second that each answer adds: a tenth more within a second, and twice as many with each
 * second without a refusal, because what a host refused once may have been chance.
 */
const RISE = 0.1
/** Slower than that is not a rate, but a pause. */
const SLOWEST = 1
/** No registry is known to count beyond. */
const FASTEST = 1_000
/** What a host serves is told by the last answers, those of a second at most. */
const RECENT_ANSWERS = 32
const RECENT_MS = 1_000
/** Answers of a shorter time are taken for those of that time. */
const SHORTEST_MS = 100

/**
 * How many requests of one kind a host gets in a second: any number, until it is documented or seen
 * that it refuses more than so many.
 */
export class Rate {
  #perSecond: number | undefined
  #nextTurn = Number.NEGATIVE_INFINITY
  #refusedAt: number | undefined
  readonly #answers: number[] = []

  constructor(perSecond?: number) {
    this.#perSecond = perSecond
  }

  /** Requests in a second; undefined where there is no bound. */
  get perSecond(): number | undefined {
    return this.#perSecond
  }

  /** Takes the next turn from a time on. Returns the milliseconds until then. */
  turn(from: number): number {
    if (this.#perSecond === undefined) return 0
    const turn = Math.max(this.#nextTurn, from - BURST_MS)
    this.#nextTurn = turn + 1_000 / this.#perSecond
    return Math.max(0, turn - from)
  }

  /** Takes in a request that was served. */
  served(now: number): void {
    this.#answers.push(now)
    if (this.#answers.length > RECENT_ANSWERS) this.#answers.shift()
    if (this.#perSecond === undefined) return
    this.#refusedAt ??= now
    const faster = this.#perSecond + RISE * 2 ** ((now - this.#refusedAt) / 1_000)
    this.#perSecond = faster > FASTEST ? undefined : faster
  }

  /**
   * Takes in that the host refuses more than it served. Those that were sent before the last such
   * sign are part of it.
   */
  refused(sentAt: number, now: number): void {
    if (sentAt <= (this.#refusedAt ?? Number.NEGATIVE_INFINITY)) return
    const served = this.#recent(now)
    // A host that serves nobody does not say how many it would serve.
    if (served === 0) return
    const slower = Math.min(this.#perSecond ?? FASTEST, served) * SHARE
    this.#perSecond = Math.max(SLOWEST, slower)
    this.#nextTurn = Math.max(this.#nextTurn, now)
    this.#refusedAt = now
  }

  /** Answers in a second. */
  #recent(now: number): number {
    const recent = this.#answers.filter((time) => now - time < RECENT_MS)
    const [first] = recent
    if (first === undefined) return 0
    return (recent.length * 1_000) / Math.max(SHORTEST_MS, now - first)
  }
}
