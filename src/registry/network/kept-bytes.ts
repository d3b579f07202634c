/** Bytes to begin with where it is not known how many there will be. */
const FIRST_BYTES = 4 * 1024
/** What is promised beforehand is believed up to here. */
const MOST_EXPECTED_BYTES = 64 * 1024

/**
 * Keeps what a stream brings, in one piece. The chunks of a stream are valid until the next one is
 * asked for, so that they are copied, each behind the one before: what is kept is the bytes, however
 * many chunks they came in.
 */
export class KeptBytes {
  #buffer: Buffer
  #length = 0

  /** @param expected how many bytes there will be, if that is known */
  constructor(expected: number = FIRST_BYTES) {
    this.#buffer = Buffer.allocUnsafe(Math.min(expected, MOST_EXPECTED_BYTES))
  }

  get length(): number {
    return this.#length
  }

  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#buffer.length))
      larger.set(this.#buffer.subarray(0, this.#length))
      this.#buffer = larger
    }
    this.#buffer.set(chunk, this.#length)
    this.#length = length
  }

  /** All of them. Keeps no more memory than they need. */
  whole(): Buffer {
    const { length } = this
    return length === this.#buffer.length
      ? this.#buffer
      : Buffer.from(this.#buffer.subarray(0, length))
  }
}
