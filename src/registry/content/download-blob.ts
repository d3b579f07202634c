import type { SizedDigest } from '../../oci/digest.ts'
import { openBlob } from './blobs.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import type { Repository } from '../http/repository.ts'
import { waitToRetry } from '../pace/retry.ts'
import { withoutTrickle } from '../network/slow-body.ts'

/**
 * A connection that brought at least that much was worth its while: the next that breaks is the
 * first one again. Without such a bound, one byte for each connection would go on for ever.
 */
const PROGRESS_BYTES = 1024 * 1024

/**
 * A registry may give less than it was asked for (RFC 9110, 15.3.7). Parts of at least that size, or
 * of a sixteenth of a small blob, are worth a request each; any smaller one counts as a failure.
 */
const PART_BYTES = 64 * 1024
const PARTS_OF_SMALL = 16

/**
 * The bytes of a blob from an offset on, once each and in order. Where a connection breaks or a part ends, reading goes
 * on at the byte where it ended, with a request of its own to the registry (an address that it
 * redirected to may have expired by then). What arrives is not verified here: whoever reads it sees one stream,
 * whose digest tells whether the parts belong together. Errors name the source.
 */
export async function* downloadBlob(
  source: Repository,
  blob: SizedDigest,
  start = 0,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { network, logger } = source.http
  const download = new Download(source, blob, start)
  let tried = 0
  let brokeAt = 0
  while (!download.isComplete) {
    try {
      yield* download.read()
    } catch (error) {
      if (download.offset - brokeAt >= PROGRESS_BYTES) tried = 0
      brokeAt = download.offset
      await waitToRetry(network, logger, error, tried)
      tried += 1
    }
  }
}

/** How far a blob has been read. */
class Download {
  readonly #source: Repository
  readonly #blob: SizedDigest
  #offset: number
  #isComplete = false

  constructor(source: Repository, blob: SizedDigest, start: number) {
    this.#source = source
    this.#blob = blob
    this.#offset = start
  }

  /** Bytes that have been handed on. */
  get offset(): number {
    return this.#offset
  }

  get isComplete(): boolean {
    return this.#isComplete
  }

  /** One answer: what it brings of the bytes that are missing. */
  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    const before = this.#offset
    const { chunks, arrived, start, end } = await openBlob(this.#source, this.#blob, before)
    const { network, registry } = this.#source.http
    const all = await arrived()
    const asTheyCome = (): AsyncIterable<Buffer> =>
      withoutTrickle(chunks, network.clock, this.#place, network.waits.of(registry))
    let position = start
    for await (const chunk of all === undefined ? asTheyCome() : [all]) {
      const known = this.#offset - position
      position += chunk.length
      if (known >= chunk.length) continue
      const fresh = known > 0 ? chunk.subarray(known) : chunk
      this.#offset += fresh.length
      yield fresh
    }
    this.#isComplete = this.#offset >= this.#blob.size
    if (!this.#isComplete && !this.#isPart(end, end - before)) throw this.#cutShort()
  }

  /** Whether what ended is a part that was announced to end there, and large enough to go on. */
  #isPart(end: number, bytes: number): boolean {
    const { size } = this.#blob
    return this.#offset === end && bytes >= Math.min(PART_BYTES, size / PARTS_OF_SMALL)
  }

  #cutShort(): RegistryError {
    const reason = `the answer ended after ${this.#offset} of ${this.#blob.size} bytes`
    return new RegistryError('SIZE_MISMATCH', reason, { ...this.#place, transient: true })
  }

  get #place(): ErrorPlace {
    return this.#source.place('get blob', this.#blob.digest)
  }
}
