/** A host that has given no sign of life for so many milliseconds is one that is waited for. */
const SLOW_MS = 5_000
/** What is over in less than that is nothing to tell. */
const SHORTEST_MS = 1_000

/** A host that holds up the run. Times in milliseconds of the run's clock. */
export interface HostWait {
  readonly host: string
  /** When it is asked again, where it is left alone until then: before a retry, or in a pause. */
  readonly until?: number
  /** Its last sign of life, where it is asked, and that is long ago. */
  readonly since?: number
  /** How many requests wait. */
  readonly requests: number
}

/** Who waits for which host, for those who watch a run. */
export class HostWaits {
  readonly #hosts = new Map<string, Awaited>()

  /** What is waited for at one host. */
  of(host: string): Awaited {
    let awaited = this.#hosts.get(host)
    if (awaited === undefined) {
      awaited = new Awaited()
      this.#hosts.set(host, awaited)
    }
    return awaited
  }

  /** All that were ever waited for. */
  all(): readonly (readonly [string, Awaited])[] {
    return [...this.#hosts]
  }

  /** The hosts that hold up the run at that time. */
  at(now: number): readonly HostWait[] {
    return [...this.#hosts].flatMap(([host, awaited]) => {
      const wait = awaited.at(now)
      return wait === undefined ? [] : [{ host, ...wait }]
    })
  }
}

/** What is waited for at one host. */
export class Awaited {
  readonly #pauses = new Set<{ readonly until: number }>()
  #waiting = 0
  #lastSign = 0
  #signs = 0

  /** How many signs it has given: answers, and parts of requests that it took. */
  get signs(): number {
    return this.#signs
  }

  /** Whether a sign of it is waited for now. */
  get isWaitedFor(): boolean {
    return this.#waiting > 0
  }

  /** Of one who will wait for answers, or for more of one. */
  wait(): Wait {
    return new Wait(this)
  }

  /** One more waits for a sign of the host. */
  more(now: number): void {
    if (this.#waiting === 0) this.#lastSign = now
    this.#waiting++
  }

  /** One fewer does, for the time being at least: the host gave a sign. */
  fewer(now: number): void {
    this.fewerInVain(now)
    this.#signs++
  }

  /** One fewer does, without such a sign. */
  fewerInVain(now: number): void {
    this.#waiting--
    this.#lastSign = now
  }

  /** Somebody leaves the host alone until then. Returns how to end that. */
  pause(until: number): () => void {
    const pause = { until }
    this.#pauses.add(pause)
    return () => this.#pauses.delete(pause)
  }

  at(now: number): Omit<HostWait, 'host'> | undefined {
    const until = Math.max(0, ...[...this.#pauses].map((pause) => pause.until))
    if (until - now >= SHORTEST_MS) return { until, requests: this.#pauses.size }
    const isSlow = this.#waiting > 0 && now - this.#lastSign >= SLOW_MS
    return isSlow ? { since: this.#lastSign, requests: this.#waiting } : undefined
  }
}

/** One who waits for a host, now and then. */
export class Wait {
  readonly #host: Awaited
  #isUnderWay = false

  constructor(host: Awaited) {
    this.#host = host
  }

  /** From now on the host has to give a sign. */
  begin(now: number): void {
    if (!this.#isUnderWay) this.#host.more(now)
    this.#isUnderWay = true
  }

  /** It gave one. */
  end(now: number): void {
    if (this.#isUnderWay) this.#host.fewer(now)
    this.#isUnderWay = false
  }

  /** Nobody wants one any more, if none was given. */
  giveUp(now: number): void {
    if (this.#isUnderWay) this.#host.fewerInVain(now)
    this.#isUnderWay = false
  }
}
