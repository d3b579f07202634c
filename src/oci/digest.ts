import { createHash, hash, type Hash } from 'node:crypto'
import { FormatError, MismatchError } from './errors.ts'
import { quote } from './quote.ts'

/** A content digest that can be checked here (image-spec, "Digests"). */
export type Digest = `sha256:${string}` | `sha512:${string}`

/** What a digest may be made with (image-spec, Registered Algorithms). */
export type DigestAlgorithm = 'sha256' | 'sha512'

const HEX_LENGTH: Readonly<Record<DigestAlgorithm, number>> = { sha256: 64, sha512: 128 }

const SUPPORTED = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

/** The general form; other algorithms than ours fit it and deserve another message than nonsense. */
const GENERAL = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/

/** Longer than any registered digest; anything above is not looked at. */
const MAX_DIGEST_LENGTH = 512

/** Content as a descriptor promises it; `size` counts bytes. */
export interface SizedDigest {
  readonly digest: Digest
  readonly size: number
}

/** A word for content as it is described: the same digest in another size is another one. */
export function contentKey({ digest, size }: SizedDigest): string {
  return `${digest}/${size}`
}

/** Whether the text is a well-formed sha256 or sha512 digest. */
export function isDigest(text: string): text is Digest {
  return text.length <= MAX_DIGEST_LENGTH && SUPPORTED.test(text)
}

/**
 * The text as a digest, safe to be used in a URL from then on.
 * @throws FormatError of kind `digest`, which tells an unsupported algorithm from a malformed text.
 */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text
  throw new FormatError('digest', `digest ${quote(text)} ${whatIsWrong(text)}`)
}

function whatIsWrong(text: string): string {
  if (text.length > MAX_DIGEST_LENGTH) return `is longer than ${MAX_DIGEST_LENGTH} characters`
  const colon = text.indexOf(':')
  const algorithm = text.slice(0, Math.max(colon, 0))
  const encoded = text.slice(colon + 1)
  if (algorithm === 'sha256' || algorithm === 'sha512') return wrongHex(algorithm, encoded)
  if (GENERAL.test(text)) {
    return `uses the algorithm ${quote(algorithm)}, which is not supported: only sha256 and sha512 can be verified`
  }
  return 'is malformed: expected sha256: and 64 lower-case hexadecimal characters'
}

function wrongHex(algorithm: DigestAlgorithm, encoded: string): string {
  const length = HEX_LENGTH[algorithm]
  const rule = `${algorithm}: must be followed by exactly ${length} lower-case hexadecimal characters`
  if (encoded.length !== length) return `is malformed: ${rule}, not ${encoded.length}`
  if (isDigest(`${algorithm}:${encoded.toLowerCase()}`)) {
    return `is malformed: ${rule}; write it in lower case`
  }
  return `is malformed: ${rule}`
}

/** The digest of the bytes. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return `${algorithm}:${hash(algorithm, bytes, 'hex')}`
}

/** The algorithm and the first 12 hexadecimal characters, for people to read. */
export function shortDigest(digest: Digest): string {
  return digest.slice(0, digest.indexOf(':') + 1 + 12)
}

/**
 * Checks the size first and the digest then, as the image-spec asks for descriptors.
 * @throws MismatchError
 */
export function verifyBytes(bytes: Uint8Array, expected: SizedDigest): void {
  if (bytes.byteLength !== expected.size) {
    throw new MismatchError('size', String(expected.size), String(bytes.byteLength))
  }
  checkDigest(expected.digest, digestOf(bytes, algorithmOf(expected.digest)))
}

/** Of the last chunk: one byte would do, and a packet holds more. */
const HELD_BACK_BYTES = 1024
/** How far content has been hashed and counted. */
export class Verification {
  readonly #expected: SizedDigest
  readonly #hasher: Hash
  #received: number

  /** @param before of the same content, from which this one goes on */
  constructor(expected: SizedDigest, before?: Verification) {
    this.#expected = expected
    const isNew = before === undefined
    this.#hasher = isNew ? createHash(algorithmOf(expected.digest)) : before.#hasher.copy()
    this.#received = isNew ? 0 : before.#received
  }

  /** Bytes. */
  get received(): number {
    return this.#received
  }

  /** Takes in what comes next. */
  add(chunk: Uint8Array): void {
    this.#received += chunk.byteLength
    this.#hasher.update(chunk)
  }

  /** Takes in that nothing more comes. Throws MismatchError unless size and digest are right. */
  finish(): void {
    const { size, digest } = this.#expected
    if (this.#received !== size) {
      throw new MismatchError('size', String(size), String(this.#received))
    }
    checkDigest(digest, `${algorithmOf(digest)}:${this.#hasher.digest('hex')}`)
  }
}

/**
 * Passes the chunks of `source` on while it hashes and counts them. The end of the chunk that
 * completes the size is held back until the source has ended and size and digest are right, so that
 * whoever uploads what is yielded cannot complete an upload of wrong bytes. Empty chunks are dropped. More
 * than `expected.size` bytes fail at the chunk that brings them. Closing the generator early closes
 * the source.
 *
 * @param verification of what came before the chunks
 * @throws MismatchError, and whatever the source throws.
 */
export async function* verified(
  source: AsyncIterable<Uint8Array>,
  expected: SizedDigest,
  verification: Verification = new Verification(expected),
): AsyncGenerator<Uint8Array, void, undefined> {
  /** The end, which is not verified yet. */
  let tail: Uint8Array | undefined
  for await (const chunk of source) {
    if (chunk.byteLength === 0) continue
    const before = verification.received + (tail?.byteLength ?? 0)
    const after = before + chunk.byteLength
    if (after > expected.size) {
      throw new MismatchError('size', String(expected.size), `at least ${after}`)
    }
    const isLast = after === expected.size
    const end = isLast ? Math.max(0, chunk.byteLength - HELD_BACK_BYTES) : chunk.byteLength
    // A copy, since the source may write into the same memory again when it is asked for more.
    if (isLast) tail = Buffer.from(chunk.subarray(end))
    const part = chunk.subarray(0, end)
    verification.add(part)
    if (end > 0) yield part
  }
  if (tail !== undefined) verification.add(tail)
  verification.finish()
  if (tail !== undefined) yield tail
}

/** The algorithm that the digest names. */
export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256'
}

function checkDigest(expected: Digest, actual: Digest): void {
  if (actual !== expected) throw new MismatchError('digest', expected, actual)
}
