/**
 * The body of a request, which ends with the exchange that it is part of: whatever it is read from
 * is closed then, also where the one who sends it still waits to write, or never began.
 */
export class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterator<Uint8Array>
  #isClosed = false

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: async () => (this.#isClosed ? { done: true, value: undefined } : this.#chunks.next()),
      return: async () => {
        await this.close()
        return { done: true, value: undefined }
      },
    }
  }

  /** Never throws: what goes wrong with a body that nobody wants any more is nobody's business. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#chunks.return?.().catch(() => undefined)
  }
}
