import { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry.ts'

/** Statuses by which a host says that it has too much to do for anybody (RFC 9110, RFC 6585). */
const THROTTLED: ReadonlySet<number> = new Set([429, 503])

/**
 * What a host is given that does not say how long it needs, as much as before a first retry; doubled
 * each time that was too short.
 */
const FIRST_PAUSE_MS = 200
/** Beyond it, waiting does not make success likelier. */
const LONGEST_PAUSE_MS = 30_000

/** The pause that a host has asked for. It holds for all requests, not only for the one that was told. */
export class HostPause {
  #until = 0
  #pauses = 0

  /** Milliseconds that are left at that time. */
  left(now: number): number {
    return Math.max(0, this.#until - now)
  }

  /** Takes in an answer. `retryAfter` is the header of that name. */
  note(status: number, retryAfter: string | undefined, now: number): void {
    if (!THROTTLED.has(status)) {
      this.#pauses = 0
      return
    }
    const asked = parseRetryAfter(retryAfter, now)
    // Sixteen requests that are told at once are one sign, not sixteen.
    if (this.left(now) > 0 && asked === undefined) return
    const own = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#pauses)
    const pause = asked === undefined ? own : Math.min(asked, MAX_RETRY_AFTER_MS)
    this.#until = Math.max(this.#until, now + pause)
    this.#pauses++
  }
}
