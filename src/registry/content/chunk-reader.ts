import { KeptBytes } from '../network/kept-bytes.ts'

/** Reads a stream in pieces of given lengths, holding back no more than what came with the last one. */
export class ChunkReader {
  readonly #source: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** The next so many bytes, or fewer where the stream ends. To be read to its end before the next call. */
  async *take(bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = bytes; left > 0;) {
      if (this.#rest.length === 0) {
        const next = await this.#source.next()
        if (next.done === true) return
        this.#rest = next.value
      }
      const piece = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }

  /** The next so many bytes in one piece, or fewer where the stream ends. */
  async read(bytes: number): Promise<Buffer> {
    const pieces = new KeptBytes(bytes)
    for await (const piece of this.take(bytes)) pieces.add(piece)
    return pieces.whole()
  }

  /** Ends the stream, read or not. */
  async close(): Promise<void> {
    await this.#source.return?.()
  }
}
