/** Gives a slot back. Calling it again does nothing. */
export type Release = () => void

/** A counting semaphore, first come first served. */
export class Limiter {
  readonly capacity: number
  #free: number
  readonly #waiting: { readonly slots: number; readonly admit: () => void }[] = []

  constructor(capacity: number) {
    this.capacity = capacity
    this.#free = capacity
  }

  /** Waits for `slots` free slots; more than there are in all counts as all of them. */
  async acquire(slots = 1): Promise<Release> {
    const wanted = Math.min(slots, this.capacity)
    if (this.#waiting.length === 0 && this.#free >= wanted) {
      this.#free -= wanted
    } else {
      await new Promise<void>((resolve) => {
        this.#waiting.push({ slots: wanted, admit: resolve })
      })
    }
    let held = true
    return () => {
      if (held) this.#release(wanted)
      held = false
    }
  }

  /** Runs `work` while holding one slot. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.acquire()
    try {
      return await work()
    } finally {
      release()
    }
  }

  #release(slots: number): void {
    this.#free += slots
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.slots > this.#free) return
      this.#waiting.shift()
      this.#free -= next.slots
      next.admit()
    }
  }
}

/**
 * One slot of each limiter, or two slots of the one they both are. Taken in a fixed order, because two transfers that
 * each hold what the other waits for would wait for ever.
 */
export async function acquireBoth(
  source: { readonly key: string; readonly limiter: Limiter },
  destination: { readonly key: string; readonly limiter: Limiter },
): Promise<Release> {
  if (source.limiter === destination.limiter) return source.limiter.acquire(2)
  const [first, second] = source.key < destination.key ? [source, destination] : [destination, source]
  const releaseFirst = await first.limiter.acquire()
  const releaseSecond = await second.limiter.acquire()
  return () => {
    releaseFirst()
    releaseSecond()
  }
}
