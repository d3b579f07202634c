import type { RegistryError } from './errors.ts'

/**
 * Connections also break by chance: only a blob for which they did so twice in a row is taken for
 * one that is too large.
 */
const MAX_RESETS = 2

/** Statuses by which a registry, or a gateway before it, says that a body is too much at once. */
const TOO_LARGE: ReadonlySet<number | undefined> = new Set([405, 413, 501])

/**
 * What is known of the size above which a registry takes a blob in chunks only (Q18, Q32, Q45). It
 * is learned by being refused.
 */
export class LargeBlobs {
  #limit = Number.POSITIVE_INFINITY

  needChunks(size: number): boolean {
    return size >= this.#limit
  }

  /** Takes in that a blob was refused in one piece. */
  refused(size: number): void {
    this.#limit = Math.min(this.#limit, size)
  }
}

/** Whether the upload of a whole blob failed for being too much at once, as far as one can tell. */
export function refusesWhole(error: RegistryError, resets: number): boolean {
  const { status, code, operation, registryCode } = error
  if (operation !== 'upload blob') return false
  if (status === 400) return registryCode === 'UNSUPPORTED'
  return TOO_LARGE.has(status) || (code === 'NETWORK' && resets >= MAX_RESETS)
}
