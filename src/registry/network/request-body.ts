/**
 * The body of a request, which ends with the exchange that it is part of: whatever it is read from
 * is closed then, also where the one who sends it still waits to write, or never began.
 */
export class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterator<Uint8Array>
  #isClosed = false
  #isAwaited = false
  #taken = 0

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** How often a chunk was taken to be sent: it grows as long as somebody reads what is sent. */
  get taken(): number {
    return this.#taken
  }

  /** Whether the next chunk is asked for and not there yet, so that nobody else is to blame. */
  get isAwaited(): boolean {
    return this.#isAwaited
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: async () => this.#next(),
      return: async () => {
        await this.close()
        return { done: true, value: undefined }
      },
    }
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#isClosed) return { done: true, value: undefined }
    this.#isAwaited = true
    try {
      return await this.#chunks.next()
    } finally {
      this.#isAwaited = false
      this.#taken += 1
    }
  }

  /** Never throws: what goes wrong with a body that nobody wants any more is nobody's business. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#chunks.return?.().catch(() => undefined)
  }
}
