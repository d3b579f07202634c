import { EndOfRun } from '../registry/errors.ts'
import type { Logger } from '../registry/logger.ts'
import { nodeProcess, type ProcessEvents } from './process-events.ts'

/**
 * Milliseconds from the end of a run to its outputs, whatever is still under way: enough to give
 * open uploads back to a registry that answers, and short enough for a job that is cancelled.
 */
const GRACE_MS = 1_400
/** The same while tags move, which have to go back: GitHub ends a cancelled job after ten seconds. */
const GOING_BACK_MS = 5_000

/** A runner sends the first two; on Windows the third stands for the second. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const

/**
 * The end of a run before its time, by a signal of the system, its deadline or a defect. A cancelled
 * job gets SIGINT, then SIGTERM, and soon after that the end.
 */
export class Cancellation {
  readonly #logger: Pick<Logger, 'info'>
  readonly #controller = new AbortController()
  readonly #overdue = Promise.withResolvers<undefined>()
  #grace: NodeJS.Timeout | undefined
  #deadline: NodeJS.Timeout | undefined
  #endedBy: string | undefined
  #graceMs = GRACE_MS

  /** From now on, the signals of the system end the run and not the process. */
  constructor(logger: Pick<Logger, 'info'>, events: ProcessEvents = nodeProcess) {
    this.#logger = logger
    for (const name of SIGNALS) events.on(name, () => this.#stop(name))
  }

  /** Aborted when the run is to end. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** What ended it from outside: the signal of the system, such as `SIGTERM`, or its deadline. */
  get endedBy(): string | undefined {
    return this.#endedBy
  }

  /** Ends the run after so many seconds, unless it is over by then. */
  endAfter(seconds: number): void {
    const stop = (): void => {
      this.#stop(`The deadline of ${seconds} s`, `the deadline of ${seconds} s has passed`)
    }
    this.#deadline = setTimeout(stop, seconds * 1000)
  }

  /** From now on there is something to be undone at the end. */
  takeTime(): void {
    this.#graceMs = GOING_BACK_MS
  }

  /** Ends the run. `why` is told of each image that it ends, in place of the run being cancelled. */
  end(why?: string): void {
    if (this.signal.aborted) return
    this.#grace = setTimeout(() => this.#overdue.resolve(undefined), this.#graceMs)
    this.#controller.abort(why === undefined ? undefined : new EndOfRun(why))
  }

  /** What the work comes to; undefined where the run is to end and the work does not. */
  async within<T>(work: Promise<T>): Promise<T | undefined> {
    return Promise.race([work, this.#overdue.promise])
  }

  /** The run is over, and nothing is to end it any more. */
  over(): void {
    clearTimeout(this.#grace)
    clearTimeout(this.#deadline)
  }

  #stop(name: string, why?: string): void {
    if (this.signal.aborted) return
    this.#endedBy = name
    this.#logger.info(`${name}: stopping`)
    this.end(why)
  }
}
