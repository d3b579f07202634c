import type { Slabs } from './slabs.ts'

/** Bytes below which a chunk costs more on its way than its bytes do. */
const SMALL_BYTES = 4 * 1024
/** What small chunks are put together to, in bytes: what a connection brings in one read, as a rule. */
const GATHERED_BYTES = 16 * 1024

/**
 * Chunks that have arrived and are not wanted yet. Small ones that wait are put together: a host
 * decides how small its chunks are, and ten thousand of a byte are to cost what one of ten thousand
 * bytes does.
 */
export class ChunkQueue {
  readonly #slabs: Slabs
  readonly #chunks: Buffer[] = []
  #bytes = 0
  /** Comes behind the others. */
  #gathered: Buffer | undefined
  #filled = 0

  constructor(slabs: Slabs) {
    this.#slabs = slabs
  }

  get isEmpty(): boolean {
    return this.#bytes === 0
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Takes in a chunk of at least one byte. */
  add(chunk: Buffer): void {
    const isGathered = chunk.length < SMALL_BYTES && !this.isEmpty
    this.#bytes += chunk.length
    if (isGathered) {
      this.#gather(chunk)
      return
    }
    this.#finishGathered()
    this.#slabs.hold(chunk)
    this.#chunks.push(chunk)
  }

  /** The first chunk, to be released when it has been used; undefined where there is none. */
  take(): Buffer | undefined {
    if (this.#chunks.length === 0) this.#finishGathered()
    const chunk = this.#chunks.shift()
    this.#bytes -= chunk?.length ?? 0
    return chunk
  }

  /** A copy of all there is, which is let go of. */
  takeAll(): Buffer {
    this.#finishGathered()
    const all = Buffer.concat(this.#chunks, this.#bytes)
    this.clear()
    return all
  }

  /** Lets go of a chunk that was taken. */
  release(chunk: Buffer): void {
    this.#slabs.release(chunk)
  }

  clear(): void {
    for (const chunk of this.#chunks) this.#slabs.release(chunk)
    this.#chunks.length = 0
    this.#gathered = undefined
    this.#bytes = 0
  }

  #gather(chunk: Buffer): void {
    if (this.#filled + chunk.length > GATHERED_BYTES) this.#finishGathered()
    this.#gathered ??= Buffer.allocUnsafeSlow(GATHERED_BYTES)
    this.#gathered.set(chunk, this.#filled)
    this.#filled += chunk.length
  }

  #finishGathered(): void {
    if (this.#gathered === undefined) return
    this.#chunks.push(this.#gathered.subarray(0, this.#filled))
    this.#gathered = undefined
    this.#filled = 0
  }
}
