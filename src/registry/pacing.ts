import { HostPause } from './host-pause.ts'

/** Gives a slot back. Calling it again does nothing. */
export type Release = () => void

let limiters = 0

/** The slots of a host: a counting semaphore, first come first served. */
export class Limiter {
  readonly capacity: number
  /** For all who speak to the host, whether they hold a slot or not. */
  readonly pause = new HostPause()
  /** Its place among all limiters, for those who need slots of two. */
  readonly order: number
  #free: number
  readonly #waiting: { readonly slots: number; readonly admit: () => void }[] = []

  constructor(capacity: number) {
    this.capacity = capacity
    this.order = limiters++
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
 * One slot of each limiter, or two slots of the one they both are. Taken in a fixed order, because
 * two transfers that each hold what the other waits for would wait for ever.
 */
export async function acquireBoth(one: Limiter, other: Limiter): Promise<Release> {
  if (one === other) return one.acquire(2)
  const [first, second] = one.order < other.order ? [one, other] : [other, one]
  const releaseFirst = await first.acquire()
  const releaseSecond = await second.acquire()
  return () => {
    releaseFirst()
    releaseSecond()
  }
}

/** Runs works of one name one after another, and works of different names side by side. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name)
    const mine = before === undefined ? work() : before.then(work)
    const over = mine.catch(() => undefined)
    this.#last.set(name, over)
    try {
      return await mine
    } finally {
      if (this.#last.get(name) === over) this.#last.delete(name)
    }
  }
}
