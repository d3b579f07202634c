import { inOrder, type Counts } from './counts.ts'

/** Counts what goes through the proxies of one registry. */
export class Tally {
  readonly #requests = new Map<string, number>()
  #down = 0
  #up = 0
  #mounts = 0
  #connections = 0
  #faults = 0

  get counts(): Counts {
    return {
      requests: inOrder(this.#requests),
      down: this.#down,
      up: this.#up,
      mounts: this.#mounts,
      connections: this.#connections,
      faults: this.#faults,
    }
  }

  request(kind: string) {
    this.#requests.set(kind, (this.#requests.get(kind) ?? 0) + 1)
  }

  down(bytes: number) {
    this.#down += bytes
  }

  up(bytes: number) {
    this.#up += bytes
  }

  mount() {
    this.#mounts++
  }

  connection() {
    this.#connections++
  }

  fault() {
    this.#faults++
  }
}
