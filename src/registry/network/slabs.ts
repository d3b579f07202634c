/**
 * Half of it costs a little more CPU for each byte, twice as much gains a single blob a few
 * percent and costs sixteen side by side 12 MiB.
 */
export const SLAB_BYTES = 256 * 1024

/**
 * What is kept for later, 16 MiB: as many as sixteen blobs side by side have in use, and some. With
 * fewer the rest would be made anew all the time, which is what this is to avoid.
 */
const MAX_FREE = 64

interface Slab {
  readonly bytes: Buffer
  holders: number
}

/**
 * Memory that the bodies of blobs are read into, over and over: fresh memory for each read costs
 * more than all that is done with the bytes. A slab is free again when everybody who held it has
 * let go. Whoever forgets to costs a slab, which the garbage collector takes back, and nobody ever
 * waits for one.
 */
export class Slabs {
  readonly #free: Slab[] = []
  readonly #slabs = new WeakMap<ArrayBufferLike, Slab>()

  /** A slab that nobody has a part of, with the caller as its holder. */
  take(): Buffer {
    const slab = this.#free.pop() ?? this.#create()
    slab.holders = 1
    return slab.bytes
  }

  #create(): Slab {
    const slab: Slab = { bytes: Buffer.allocUnsafeSlow(SLAB_BYTES), holders: 0 }
    this.#slabs.set(slab.bytes.buffer, slab)
    return slab
  }

  /** Keeps the slab that the bytes are part of, once more. Other memory needs no keeping. */
  hold(bytes: Uint8Array): void {
    const slab = this.#slabs.get(bytes.buffer)
    if (slab !== undefined) slab.holders += 1
  }

  /** Lets go of the slab that the bytes are part of: they may be others from now on. */
  release(bytes: Uint8Array): void {
    const slab = this.#slabs.get(bytes.buffer)
    if (slab === undefined) return
    slab.holders -= 1
    if (slab.holders === 0 && this.#free.length < MAX_FREE) this.#free.push(slab)
  }
}
