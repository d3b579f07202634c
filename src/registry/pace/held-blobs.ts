/** Of all blobs that are held at one time: little beside what else a run needs. */
export const MAX_HELD_BYTES = 8 * 1024 * 1024
/** For each slot of the host: while one is sent, others come, and a host far away sends them late. */
const BLOBS_PER_SLOT = 4

interface Waiting {
  readonly bytes: number
  readonly admit: () => void
}

/**
 * Room for the small blobs that are held while they are on their way to a registry: read as a whole
 * already, and waiting to be sent. What came first has its turn first.
 */
export class HeldBlobs {
  readonly #maxBlobs: number
  readonly #queue: Waiting[] = []
  #blobs = 0
  #bytes = 0

  /** @param slots requests that the registry gets at a time */
  constructor(slots: number) {
    this.#maxBlobs = slots * BLOBS_PER_SLOT
  }

  /** Runs the work that holds a blob of that size, once there is room for it. */
  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.#queue.length === 0 && this.#fits(bytes)) this.#take(bytes)
    else await new Promise<void>((admit) => this.#queue.push({ bytes, admit }))
    try {
      return await work()
    } finally {
      this.#blobs -= 1
      this.#bytes -= bytes
      this.#admit()
    }
  }

  #admit(): void {
    for (
      let [next] = this.#queue;
      next !== undefined && this.#fits(next.bytes);
      [next] = this.#queue
    ) {
      this.#queue.shift()
      this.#take(next.bytes)
      next.admit()
    }
  }

  #take(bytes: number): void {
    this.#blobs += 1
    this.#bytes += bytes
  }

  /** One blob always does, whatever its size. */
  #fits(bytes: number): boolean {
    if (this.#blobs === 0) return true
    return this.#blobs < this.#maxBlobs && this.#bytes + bytes <= MAX_HELD_BYTES
  }
}
