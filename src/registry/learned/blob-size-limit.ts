import type { Content } from '../../oci/digest.ts'
import type { RegistryError } from '../errors.ts'

/**
 * Connections also break by chance: only a blob for which they did so twice in a row is taken for
 * one that is too large.
 */
const MAX_RESETS = 2

/** Bytes of a chunk: below the caps that gateways are known to have, and not too many requests. */
const CHUNK_BYTES = 8 * 1024 * 1024
/** What nginx lets through unless told otherwise; nobody is known to want less. */
const SMALLEST_CHUNK_BYTES = 1024 * 1024

/** Statuses by which a registry, or a gateway before it, says that a body is too much at once. */
const TOO_LARGE: ReadonlySet<number | undefined> = new Set([405, 413, 501])

/**
 * What is known of the size above which a registry takes a blob in chunks only (Q18, Q32, Q45). It
 * is learned by being refused.
 */
export class LargeBlobs {
  #limit = Number.POSITIVE_INFINITY
  #chunkBytes = CHUNK_BYTES

  needChunks(size: number): boolean {
    return size >= this.#limit
  }

  /** Bytes that a chunk should have. */
  get chunkBytes(): number {
    return this.#chunkBytes
  }

  /** Takes in that chunks are refused for their size: those to come are smaller. */
  refusedChunk(): void {
    this.#chunkBytes = SMALLEST_CHUNK_BYTES
  }

  /** Takes in that a blob was refused in one piece. */
  refused(size: number): void {
    this.#limit = Math.min(this.#limit, size)
  }
}

/** Whether the upload of a whole blob failed for being too much at once, as far as one can tell. */
export function refusesWhole(error: RegistryError, { size }: Content, resets: number): boolean {
  const { status, code, operation, registryCodes } = error
  if (operation !== 'upload blob') return false
  if (status === 400) return registryCodes.includes('UNSUPPORTED')
  if (code === 'NETWORK') return resets >= MAX_RESETS && size > SMALLEST_CHUNK_BYTES
  return TOO_LARGE.has(status)
}
