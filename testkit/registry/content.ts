import { createCipheriv, createHash, type Hash } from 'node:crypto'

export type Algorithm = 'sha256' | 'sha512'

export function digestOf(bytes: Uint8Array, algorithm: Algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

export function algorithmOf(digest: string): Algorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256'
}

/** Bytes that can be read from any position, as often as wanted, without being held in one piece. */
export interface ByteSource {
  readonly digest: string
  /** Bytes. */
  readonly size: number
  /** The bytes from `start` up to, not including, `end`. */
  read(start?: number, end?: number): Iterable<Uint8Array>
}

/** A source over bytes that are already in memory, in as many pieces as they arrived. */
export function chunkSource(
  chunks: readonly Uint8Array[],
  known?: { digest: string; size: number },
): ByteSource {
  const size = known?.size ?? chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  return {
    digest: known?.digest ?? digestOfAll(chunks),
    size,
    *read(start = 0, end = size) {
      let position = 0
      for (const chunk of chunks) {
        if (position >= end) return
        const from = Math.max(start - position, 0)
        const to = Math.min(end - position, chunk.length)
        if (from < to) yield chunk.subarray(from, to)
        position += chunk.length
      }
    },
  }
}

export function bytesSource(bytes: Uint8Array, algorithm: Algorithm = 'sha256'): ByteSource {
  return chunkSource([bytes], { digest: digestOf(bytes, algorithm), size: bytes.length })
}

/** A blob of which only digest and size were kept. Reading it is a mistake in the test. */
export function discardedSource(digest: string, size: number): ByteSource {
  return {
    digest,
    size,
    read() {
      throw new Error(`the bytes of ${digest} were discarded when they arrived`)
    },
  }
}

/** As long as a generous socket buffer, so that a gigabyte costs few writes. */
const BLOCK = 256 * 1024
/** Each block starts with its number, so that no two blocks of a blob are equal. */
const NUMBER = 8

const syntheticDigests = new Map<string, string>()

/**
 * A blob whose bytes depend on `size` and `seed` alone and are made while they are read: a layer of
 * a gigabyte takes a quarter of a megabyte of memory. The bytes do not compress.
 */
export function syntheticBlob(size: number, seed: number | string): ByteSource {
  const block = randomBlock(String(seed))
  const read = function* (start = 0, end = size): Generator<Uint8Array> {
    for (let position = start; position < end;) {
      const number = Math.floor(position / BLOCK)
      const offset = position % BLOCK
      const piece = offset < NUMBER ? blockNumber(number) : block
      const length = Math.min((offset < NUMBER ? NUMBER : BLOCK) - offset, end - position)
      yield piece.subarray(offset, offset + length)
      position += length
    }
  }
  const key = `${size}/${seed}`
  const digest = syntheticDigests.get(key) ?? digestOfAll(read())
  syntheticDigests.set(key, digest)
  return { digest, size, read }
}

function randomBlock(seed: string): Buffer {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(BLOCK))
}

function blockNumber(number: number): Buffer {
  const bytes = Buffer.alloc(NUMBER)
  bytes.writeBigUInt64BE(BigInt(number))
  return bytes
}

function digestOfAll(chunks: Iterable<Uint8Array>, algorithm: Algorithm = 'sha256'): string {
  const hash = createHash(algorithm)
  for (const chunk of chunks) hash.update(chunk)
  return `${algorithm}:${hash.digest('hex')}`
}

export class ContentMeter {
  #hash: Hash
  readonly algorithm: Algorithm
  size = 0

  constructor(algorithm: Algorithm) {
    this.algorithm = algorithm
    this.#hash = createHash(algorithm)
  }

  add(chunk: Uint8Array) {
    this.#hash.update(chunk)
    this.size += chunk.length
  }

  /** The digest of everything so far; more may be added afterwards. */
  digest(): string {
    return `${this.algorithm}:${this.#hash.copy().digest('hex')}`
  }
}

/** The digest under another algorithm than the one that was hashed while the bytes arrived. */
export function rehash(chunks: Iterable<Uint8Array>, algorithm: Algorithm): string {
  return digestOfAll(chunks, algorithm)
}
