import { isThrottled, Refusals } from './throttling.ts'
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry.ts'

/**
 * What a host is given that does not say how long it needs, as much as before a first retry; doubled
 * each time that was too short.
 */
const FIRST_PAUSE_MS = 200
/** Beyond it, waiting does not make success likelier. */
const LONGEST_PAUSE_MS = 30_000
/** Those who waited for the end of a pause come back over that time, not all at once. */
const SPREAD_MS = 500

/**
 * The pause that a host has asked of everybody. A refusal with `Retry-After` is for the one who asked
 * (RFC 9110, 10.2.3; RFC 6585, 4), who waits anyway; that it is for all shows in others being refused
 * as well.
 */
export class HostPause {
  // A host that has served nobody yet is taken at its first word.
  readonly #refusals = new Refusals(2)
  #until = 0
  #pauses = 0

  /** Milliseconds that are left at that time. */
  left(now: number): number {
    return Math.max(0, this.#until - now)
  }

  /** As `left`, and some more by chance, uniform in [0, 1). */
  leftFor(now: number, chance: number): number {
    const left = this.left(now)
    return left + chance * Math.min(left, SPREAD_MS)
  }

  /**
   * Takes in an answer. `retryAfter` is the header of that name; `isForAll` is for those of which
   * more is known than their status.
   */
  note(status: number, retryAfter: string | undefined, now: number, isForAll = false): void {
    this.#refusals.note(status)
    if (!isThrottled(status)) {
      this.#pauses = 0
      return
    }
    if (!isForAll && !this.#refusals.areMany) return
    const asked = parseRetryAfter(retryAfter, now)
    // Sixteen requests that are told at once are one sign, not sixteen.
    if (this.left(now) > 0 && asked === undefined) return
    const own = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#pauses)
    const pause = asked === undefined ? own : Math.min(asked, MAX_RETRY_AFTER_MS)
    this.#until = Math.max(this.#until, now + pause)
    this.#pauses++
  }
}
