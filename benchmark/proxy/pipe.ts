import type { Socket } from 'node:net'

/** A pause of less is not worth a timer. */
const LEAST_PAUSE_MS = 4

/** One direction of a connection: later, or slower, than it comes in; never more in memory than a few chunks. */
export class Pipe {
  from: Socket | undefined
  to: Socket | undefined
  readonly #bandwidth: number | undefined
  #held: Buffer[] = []
  #heldUntil = 0
  #isHolding = false
  #waiting: (() => void) | undefined
  /** When the bytes that were sent would have arrived at this bandwidth; milliseconds since the epoch. */
  #sentUntil = 0
  readonly #pauses = new Set<string>()

  constructor(from: Socket | undefined, bandwidth: number | undefined) {
    this.from = from
    this.#bandwidth = bandwidth
  }

  /** What is written from now on does not leave before `time`, milliseconds since the epoch. */
  holdUntil(time: number) {
    this.#heldUntil = time
    const wait = time - Date.now()
    if (wait <= 0 || this.#isHolding) return
    this.#isHolding = true
    setTimeout(() => this.#release(), wait)
  }

  write(bytes: Buffer) {
    if (this.#isHolding) {
      this.#held.push(bytes)
      this.#pause('held')
    } else {
      this.#send(bytes)
    }
  }

  /** Calls back when nothing is held, perhaps at once. */
  whenReleased(callback: () => void) {
    if (!this.#isHolding) {
      callback()
      return
    }
    const earlier = this.#waiting
    this.#waiting = () => {
      earlier?.()
      callback()
    }
  }

  #release() {
    const left = this.#heldUntil - Date.now()
    if (left > 0) {
      setTimeout(() => this.#release(), left)
      return
    }
    this.#isHolding = false
    for (const bytes of this.#held.splice(0)) this.#send(bytes)
    this.#resume('held')
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.()
  }

  #send(bytes: Buffer) {
    const { to } = this
    if (to === undefined || to.destroyed || !to.writable) return
    if (!to.write(bytes)) {
      this.#pause('full')
      to.once('drain', () => this.#resume('full'))
    }
    if (this.#bandwidth === undefined) return
    const now = Date.now()
    this.#sentUntil = Math.max(now, this.#sentUntil) + (bytes.length / this.#bandwidth) * 1000
    const ahead = this.#sentUntil - now
    if (ahead < LEAST_PAUSE_MS || this.#pauses.has('paced')) return
    this.#pause('paced')
    setTimeout(() => this.#resume('paced'), ahead)
  }

  #pause(reason: string) {
    this.#pauses.add(reason)
    this.from?.pause()
  }

  #resume(reason: string) {
    this.#pauses.delete(reason)
    if (this.#pauses.size === 0) this.from?.resume()
  }
}
