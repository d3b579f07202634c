import type { Logger } from '../logger.ts'
import { parseRetryAfter, retriesLast } from './retry.ts'

/** What a registry tells of the pulls that an account or address has (Docker Hub, Q28). */
export interface PullLimit {
  readonly remaining: number
  /** How many there are in a window; undefined where the registry does not say. */
  readonly limit: number | undefined
  /** Seconds after which they are all there again. */
  readonly windowSeconds: number | undefined
}

/** What a registry tells one login of its pulls. */
export class Quota {
  readonly #registry: string
  readonly #login: string
  readonly #logger: Logger
  #limit: PullLimit | undefined
  #hasWarned = false

  constructor(registry: string, login: string, logger: Logger) {
    this.#registry = registry
    this.#login = login
    this.#logger = logger
  }

  /** What it last said. */
  get limit(): PullLimit | undefined {
    return this.#limit
  }

  /** Takes in an answer. Warns once, where waiting will not do. `retries` are those of a request. */
  note({ status, headers }: QuotaAnswer, retries: number, now: number): void {
    this.#limit = readPullLimit(headers) ?? this.#limit
    if (this.#hasWarned || this.#limit === undefined) return
    const [retryAfter] = [headers['retry-after']].flat()
    const retryAfterMs = parseRetryAfter(retryAfter, now)
    const notice = quotaNotice(
      {
        registry: this.#registry,
        login: this.#login,
        status,
        pullLimit: this.#limit,
        retryAfterMs,
      },
      retriesLast(retries, retryAfterMs),
    )
    if (notice === undefined) return
    this.#hasWarned = true
    this.#logger.warning(notice)
  }
}

interface QuotaAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** What is left at one registry, for whoever asked there. */
export interface PullsLeft extends PullLimit {
  readonly registry: string
  readonly login: string
}

/** Reads `ratelimit-remaining: 76;w=21600` and `ratelimit-limit: 100;w=21600`. */
export function readPullLimit(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): PullLimit | undefined {
  // Of every answer, and hardly any has it.
  if (headers['ratelimit-remaining'] === undefined) return undefined
  const remaining = readQuantity(headers['ratelimit-remaining'])
  if (remaining === undefined) return undefined
  const limit = readQuantity(headers['ratelimit-limit'])
  const windowSeconds = remaining.windowSeconds ?? limit?.windowSeconds
  return { remaining: remaining.amount, limit: limit?.amount, windowSeconds }
}

/** How a registry that counts pulls stands. */
export interface QuotaState {
  readonly registry: string
  /** Who asks, in words. */
  readonly login: string
  readonly status: number
  /** What it last said of its pulls, if it ever did. */
  readonly pullLimit: PullLimit | undefined
  /** What it asks to wait, if it does. */
  readonly retryAfterMs: number | undefined
}

/**
 * What to tell at the start of a wait that is longer than retries can last, `retriesMs` in all:
 * pulls are used up. Undefined where waiting may help, or where no pulls are counted.
 */
export function quotaNotice(answer: QuotaState, retriesMs: number): string | undefined {
  const { registry, login, status, pullLimit, retryAfterMs } = answer
  if (pullLimit === undefined) return undefined
  const { remaining, limit, windowSeconds } = pullLimit
  const windowMs = windowSeconds === undefined ? undefined : windowSeconds * 1_000
  if (status !== 429 && remaining > 0) return undefined
  // With pulls left, a refusal is for a burst, unless the registry asks for longer than those are.
  const unsaid = remaining > 0 ? 0 : (windowMs ?? Number.POSITIVE_INFINITY)
  const waitMs = retryAfterMs ?? unsaid
  if (waitMs <= retriesMs) return undefined
  const some = remaining === 1 ? '1 pull is' : `${remaining} pulls are`
  const left = remaining === 0 ? 'no pulls are' : some
  const total = limit === undefined ? '' : ` of ${limit}`
  const window = windowMs === undefined ? '' : ` in ${duration(windowMs)}`
  const wait = Number.isFinite(waitMs) ? `up to ${duration(waitMs)}` : 'unknown'
  return (
    `${registry} (${login}): ${left} left${total}${window}; it counts each manifest that is read ` +
    `there. The wait for more is ${wait}, and retries end after ${duration(retriesMs)}: what is ` +
    'not there yet may not be copied in this run.'
  )
}

/** Long times in the unit that fits. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 6) / 10} h`
}

function readQuantity(
  header: string | string[] | undefined,
): { amount: number; windowSeconds: number | undefined } | undefined {
  const [, amount, window] = /^(\d{1,9})(?:\s*;\s*w=(\d{1,9}))?$/.exec(String(header)) ?? []
  if (amount === undefined) return undefined
  return {
    amount: Number(amount),
    windowSeconds: window === undefined ? undefined : Number(window),
  }
}
