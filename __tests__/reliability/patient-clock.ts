import type { Clock } from '../../src/registry/clock.ts'

/** Turns of the event loop without a request after which everybody is taken to be asleep. */
const QUIET_TURNS = 50

/**
 * A clock on which many sleep at one time: time goes on when nothing else happens, up to the moment
 * at which the first of them wakes.
 */
export class PatientClock implements Clock {
  readonly #sleepers: { readonly until: number; readonly wake: () => void }[] = []
  #time = Date.parse('2026-01-02T03:04:05Z')
  #quiet = 0
  #isTicking = false

  now() {
    return this.#time
  }

  async sleep(ms: number) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#sleepers.push({ until: this.#time + ms, wake: resolve })
    this.stir()
    if (!this.#isTicking) this.#tick()
    return promise
  }

  /** Something happens. */
  stir() {
    this.#quiet = 0
  }

  #tick() {
    this.#isTicking = this.#sleepers.length > 0
    if (!this.#isTicking) return
    this.#quiet += 1
    if (this.#quiet > QUIET_TURNS) this.#wakeFirst()
    setImmediate(() => this.#tick())
  }

  #wakeFirst() {
    this.#sleepers.sort((one, other) => one.until - other.until)
    const first = this.#sleepers.shift()
    if (first === undefined) return
    this.#time = Math.max(this.#time, first.until)
    this.#quiet = 0
    first.wake()
  }
}
