import type { Clock } from './clock.ts'
import { RegistryError } from './errors.ts'
import type { Logger } from './logger.ts'

/** First back-off; it doubles with every retry. */
const BASE_DELAY_MS = 200
/** No single back-off of our own is longer: beyond it, waiting does not make success likelier. */
const MAX_DELAY_MS = 30_000
/** A registry may ask for a longer pause, but not for one that eats the job. */
export const MAX_RETRY_AFTER_MS = 120_000

/** Statuses after which the same request may succeed (RFC 9110, and what gateways in front of registries send). */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 499, 500, 502, 503, 504, 522, 524])

export function isTransientStatus(status: number): boolean {
  return TRANSIENT_STATUSES.has(status)
}

export interface RetryPolicy {
  /** How often a failed operation is tried again, 0 for never. */
  readonly retries: number
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly signal?: AbortSignal | undefined
}

/** Runs an operation until it succeeds, fails for good, or has used up its retries. */
export async function withRetries<T>(
  policy: RetryPolicy,
  logger: Logger,
  attempt: (tried: number) => Promise<T>,
): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await attempt(tried)
    } catch (error) {
      if (!(error instanceof RegistryError) || !error.transient || tried >= policy.retries) throw error
      const delay = retryDelay(tried, error.retryAfterMs, policy.random)
      logger.info(
        `${error.message}; trying again in ${(delay / 1000).toFixed(1)} s (${tried + 1} of ${policy.retries})`,
      )
      await policy.clock.sleep(delay, policy.signal)
    }
  }
}

/**
 * Exponential back-off with full jitter; when the registry named a pause, that pause and the jitter on top, so that
 * the waiting requests do not come back all at once.
 */
export function retryDelay(tried: number, retryAfterMs: number | undefined, random: () => number): number {
  const jitter = random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** tried)
  return retryAfterMs === undefined ? jitter : Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) + jitter
}

/** Reads `Retry-After`: seconds or an HTTP date (RFC 9110, 10.2.3). Milliseconds, or undefined where it says nothing usable. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  // `Date.parse` takes much more than HTTP dates, all of which end in GMT.
  const date = text.endsWith('GMT') ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
