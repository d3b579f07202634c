import type { Clock } from '../../../src/registry/clock.ts'
import { RegistryError } from '../../../src/registry/errors.ts'
import { silentLogger } from '../../../src/registry/logger.ts'
import type { Limiter } from '../../../src/registry/pace/limiter.ts'
import { type Kind, laneOf } from '../../../src/registry/request-kind.ts'
import { isTransientStatus, withRetries } from '../../../src/registry/pace/retry.ts'
import { awaitTurn } from '../../../src/registry/pace/wait-for-turn.ts'

/** A time that stands still until all who could do something now have done it. */
export class Timeline implements Clock {
  time = 0
  readonly #timers: { at: number; ring: () => void }[] = []

  now() {
    return this.time
  }

  sleep(ms: number) {
    return new Promise<void>((ring) => {
      this.#timers.push({ at: this.time + ms, ring })
    })
  }

  /** Lets time pass until the work is done. Throws where it never will be. */
  async until<T>(work: Promise<T>): Promise<T> {
    const state = { isOver: false }
    const end = () => {
      state.isOver = true
    }
    work.then(end, end)
    for (;;) {
      await settle()
      if (state.isOver) return work
      const next = this.#timers.toSorted((one, other) => one.at - other.at)[0]
      if (next === undefined) throw new Error('everybody waits for somebody else')
      this.#timers.splice(this.#timers.indexOf(next), 1)
      this.time = next.at
      next.ring()
    }
  }
}

/** Lets everything run that can run now. */
export async function settle(): Promise<undefined> {
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  return undefined
}

interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

export interface SimulatedHostOptions {
  readonly serviceMs?: number | (() => number)
  /** Those it works on side by side; others wait. */
  readonly atOnce?: number
  readonly answer?: () => Answer
}

/** A host that takes some time for a request, and refuses by some rule. */
export class SimulatedHost {
  readonly #clock: Timeline
  readonly #answer: () => Answer
  readonly #serviceMs: () => number
  readonly #atOnce: number
  readonly #queue: (() => void)[] = []
  /** When the requests came. */
  readonly arrivals: number[] = []
  served = 0
  refused = 0
  inside = 0
  most = 0

  constructor(clock: Timeline, options: SimulatedHostOptions = {}) {
    const { serviceMs = 30, atOnce = Number.POSITIVE_INFINITY } = options
    this.#clock = clock
    this.#atOnce = atOnce
    this.#serviceMs = typeof serviceMs === 'function' ? serviceMs : () => serviceMs
    this.#answer = options.answer ?? (() => ({ status: 200 }))
  }

  async request(): Promise<Answer> {
    this.arrivals.push(this.#clock.time)
    this.inside += 1
    this.most = Math.max(this.most, this.inside)
    const answer = this.#answer()
    if (this.inside > this.#atOnce) {
      await new Promise<void>((resolve) => {
        this.#queue.push(resolve)
      })
    }
    await this.#clock.sleep(this.#serviceMs())
    this.inside -= 1
    this.#queue.shift()?.()
    if (answer.status === 200) this.served += 1
    else this.refused += 1
    return answer
  }
}

/** Refuses what comes faster than so many in a second, beyond a burst. */
export function tokenBucket(clock: Timeline, perSecond: number, headers = {}, burst = perSecond) {
  let tokens = burst
  let filledAt = 0
  return (): Answer => {
    tokens = Math.min(burst, tokens + ((clock.time - filledAt) * perSecond) / 1000)
    filledAt = clock.time
    if (tokens < 1) return { status: 429, headers }
    tokens -= 1
    return { status: 200 }
  }
}

export interface Caller {
  readonly clock: Timeline
  readonly limiter: Limiter
  readonly host: SimulatedHost
  readonly retries?: number
  readonly random?: () => number
}

/** One request as the client makes it: its turn, a slot, retries. Throws where it is given up. */
export async function request(caller: Caller, kind: Kind = 'metadata'): Promise<void> {
  const { clock, limiter, host, retries = 5, random = () => 0.5 } = caller
  const place = { operation: 'get manifest' }
  const policy = { retries, clock, random }
  await withRetries(policy, silentLogger, async () => {
    const release = await limiter.acquire([laneOf(kind)])
    await awaitTurn(policy, limiter, kind, place)
    const sentAt = clock.now()
    const { status, headers = {} } = await host.request()
    const method = kind === 'metadata' || kind === 'read' ? 'GET' : 'PUT'
    limiter.note({ kind, method, status, headers, sentAt, now: clock.now() })
    release(kind === 'read' || kind === 'write' ? 1_000 : undefined)
    if (!isTransientStatus(status)) return
    const seconds = headers['retry-after']
    throw new RegistryError('RATE_LIMITED', 'refused', {
      ...place,
      status,
      transient: true,
      retryAfterMs: seconds === undefined ? undefined : Number(seconds) * 1_000,
    })
  })
}

/** So many requests, as soon as they may be sent. Returns how many were given up. */
export async function requests(caller: Caller, count: number, kind?: Kind): Promise<number> {
  const all = Array.from({ length: count }, async () => request(caller, kind))
  const results = await caller.clock.until(Promise.allSettled(all))
  return results.filter(({ status }) => status === 'rejected').length
}
