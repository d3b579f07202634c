/** Milliseconds that lines wait for others: nobody sees them. */
const GATHERED_MS = 20

/** The part of a stream that is needed. */
interface Output {
  cork(): void
  uncork(): void
}

interface Process {
  on(event: 'beforeExit' | 'exit', listener: () => void): this
}

/**
 * Output whose lines are written together. For each write the runner, which reads, wakes up as well,
 * and a write takes a tenth of what an unchanged image does.
 */
export class GatheredOutput {
  readonly #output: Output
  readonly #process: Process
  #isWatching = false
  #timer: NodeJS.Timeout | undefined

  /** @param process whose end does not leave lines behind */
  constructor(output: Output, process: Process) {
    this.#output = output
    this.#process = process
  }

  /** Lets what is written from now on wait for what else is written in the next moment. */
  gather(): void {
    if (this.#timer !== undefined) return
    this.#watch()
    this.#output.cork()
    // The process does not stay for it: it writes what is left when there is nothing else to do.
    this.#timer = setTimeout(this.#write, GATHERED_MS).unref()
  }

  readonly #write = (): void => {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#output.uncork()
  }

  #watch(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    // A process that is ended early has the second alone.
    this.#process.on('beforeExit', this.#write).on('exit', this.#write)
  }
}
