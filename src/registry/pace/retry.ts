import type { Clock } from '../clock.ts'
import { cancelled, type ErrorPlace, RegistryError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { HostWaits } from './host-waits.ts'

/**
 * Milliseconds before each retry, at least: short for a connection that merely broke, and then such
 * that the five that are usual outlast a registry that is away for half a minute.
 */
const DELAYS_MS = [200, 1_000, 4_000, 10_000, 16_000]
/** Before every further retry: beyond it, waiting does not make success likelier. */
const LONGEST_DELAY_MS = 20_000
/** A registry may ask for a longer pause, but not for one that eats the job. */
export const MAX_RETRY_AFTER_MS = 120_000
/** Bits that flipped on the way will not flip again; what is wrong twice is wrong at its source. */
const MISMATCH_RETRIES = 1
/** What a registry does not know of its own content after some seconds it will not know later. */
const INCONSISTENCY_RETRIES = 3

/** Statuses after which a request may succeed (RFC 9110, and gateways in front of registries). */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([
  408, 425, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530,
])

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
  /** Told how long which host is left alone. */
  readonly waits?: HostWaits | undefined
}

/**
 * Errors that have used up their retries: an operation around the one that failed does not start
 * over.
 */
const exhausted = new WeakSet<RegistryError>()

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
      await waitToRetry(policy, logger, error, tried)
    }
  }
}

/**
 * Waits before an operation that failed is tried again. Throws the error where it is not to be:
 * because it is final, or because the operation has been tried `tried` times again already.
 */
export async function waitToRetry(
  policy: RetryPolicy,
  logger: Logger,
  error: unknown,
  tried: number,
): Promise<void> {
  if (!(error instanceof RegistryError) || !error.transient || exhausted.has(error)) throw error
  const retries = retriesFor(error, policy)
  if (tried >= retries) {
    exhausted.add(error)
    throw error
  }
  const delay = retryDelay(tried, error.retryAfterMs, policy.random)
  const seconds = (delay / 1000).toFixed(1)
  logger.info(`${error.message}; trying again in ${seconds} s (${tried + 1} of ${retries})`)
  await pause(policy, delay, error)
}

function retriesFor(error: RegistryError, { retries }: RetryPolicy): number {
  const isMismatch = error.code === 'DIGEST_MISMATCH' || error.code === 'SIZE_MISMATCH'
  if (isMismatch) return Math.min(retries, MISMATCH_RETRIES)
  // Transient only because of the registry's own code (`passing` of a request).
  const isInconsistency = error.status !== undefined && !isTransientStatus(error.status)
  return isInconsistency ? Math.min(retries, INCONSISTENCY_RETRIES) : retries
}

/** Waits. Throws CANCELLED where the run ends in the meantime. */
export async function pause(
  policy: Pick<RetryPolicy, 'clock' | 'signal' | 'waits'>,
  ms: number,
  place: ErrorPlace,
): Promise<void> {
  const host = place.registry === undefined ? undefined : policy.waits?.of(place.registry)
  const end = host?.pause(policy.clock.now() + ms)
  try {
    await policy.clock.sleep(ms, policy.signal)
  } catch (error) {
    throw cancelled(place, policy.signal, error)
  } finally {
    end?.()
  }
}

/**
 * How long to wait before a retry, in milliseconds: what the registry asked for, or else longer and
 * longer; up to half of our own delay on top, by chance, so that the waiting requests do not come
 * back all at once.
 */
export function retryDelay(
  tried: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number {
  const delay = DELAYS_MS[tried] ?? LONGEST_DELAY_MS
  const jitter = (random() * delay) / 2
  return (retryAfterMs === undefined ? delay : Math.min(retryAfterMs, MAX_RETRY_AFTER_MS)) + jitter
}

/**
 * Milliseconds that all retries of a request last at most, where the registry asks for a pause that
 * long, or for none.
 */
export function retriesLast(retries: number, retryAfterMs?: number): number {
  const delays = Array.from({ length: retries }, (_, tried) =>
    retryDelay(tried, retryAfterMs, () => 1),
  )
  return delays.reduce((sum, delay) => sum + delay, 0)
}

/** The form of `asctime`, which names no zone and means GMT (RFC 9110, 5.6.7). */
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/

/**
 * Reads `Retry-After`: seconds or an HTTP date (RFC 9110, 10.2.3). Milliseconds, or undefined where
 * it says nothing usable.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const named = ASCTIME.test(text) ? `${text} GMT` : text
  // `Date.parse` takes much more than HTTP dates, all of which end in GMT.
  const date = named.endsWith('GMT') ? Date.parse(named) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
