/** What a registry tells of the pulls that an account or address has (Docker Hub, Q28). */
export interface PullLimit {
  readonly remaining: number
  /** How many there are in a window; undefined where the registry does not say. */
  readonly limit: number | undefined
  /** Seconds after which they are all there again. */
  readonly windowSeconds: number | undefined
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
  const remaining = readQuantity(headers['ratelimit-remaining'])
  if (remaining === undefined) return undefined
  const limit = readQuantity(headers['ratelimit-limit'])
  const windowSeconds = remaining.windowSeconds ?? limit?.windowSeconds
  return { remaining: remaining.amount, limit: limit?.amount, windowSeconds }
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
