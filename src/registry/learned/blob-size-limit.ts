import type { SizedDigest } from '../../oci/digest.ts'
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
  #needPatch = false

  /** Whether blobs are taken by PATCH alone, of whatever size. */
  get needPatch(): boolean {
    return this.#needPatch
  }

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

  /** Takes in that a blob was taken by PATCH that had failed by PUT. */
  tookPatch(): void {
    this.#needPatch = true
  }

  /** Takes in that a blob was refused in one piece. */
  refused(size: number): void {
    this.#limit = Math.min(this.#limit, size)
  }
}

/** Whether the upload of a whole blob failed for being too much at once, as far as one can tell. */
export function refusesWhole(error: RegistryError, { size }: SizedDigest, resets: number): boolean {
  const { status, code, operation, registryCodes } = error
  if (operation !== 'upload blob') return false
  if (status === 400) return registryCodes.includes('UNSUPPORTED')
  if (code === 'NETWORK') return resets >= MAX_RESETS && size > SMALLEST_CHUNK_BYTES
  return TOO_LARGE.has(status)
}

/** A PUT with the whole blob that failed so often in a row does not fail by chance. */
const MAX_FAILURES = 2
/** Statuses of a server that has too much to do, or that something behind it took too long for. */
const BUSY: ReadonlySet<number> = new Set([503, 504, 522, 524, 529])

/**
 * Whether the server fails at a PUT with the whole blob itself, as some do that know the form of
 * other clients alone: PATCH with the blob, and PUT without.
 *
 * @param failures one after the other, with this one
 */
export function failsAtWhole({ status = 0, operation }: RegistryError, failures: number): boolean {
  const isFailure = operation === 'upload blob' && status >= 500 && !BUSY.has(status)
  return isFailure && failures >= MAX_FAILURES
}
