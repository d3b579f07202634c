import type { Logger } from '../registry/logger.ts'

/**
 * Milliseconds from the end of a run to its outputs, whatever is still under way: enough to give
 * open uploads back to a registry that answers, and short enough for a job that is cancelled.
 */
const GRACE_MS = 1_400
/** Milliseconds that a cancelled process stays after its outputs, should something keep it. */
const LEAVE_MS = 400
/** The same for one that ran to its end: longer, since a slow pipe may still take in its log. */
const LINGER_MS = 5_000

/** A runner sends the first two; on Windows the third stands for the second. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const

/** The part of Node's process that is needed here. */
export interface ProcessEvents {
  on(event: string, listener: (value: unknown) => void): unknown
  /** With the exit code that was set. */
  exit(): void
}

/** What ends a run before its time. */
export interface Cancellation {
  /** Aborted when the run is to end. */
  readonly signal: AbortSignal
  /** What ended it from outside: the signal of the system, such as `SIGTERM`, or its deadline. */
  reason(): string | undefined
  /** An error that no part of the run was there to catch, a defect; undefined as long as there is none. */
  stray(): unknown
  /** Ends the run after so many milliseconds, unless it is over by then. */
  endAfter(milliseconds: number, why: string): void
  /** What the work comes to; undefined where the run is to end and the work does not. */
  within<T>(work: Promise<T>): Promise<T | undefined>
  /**
   * All is said and done: errors that nothing catches are `onStray`'s from now on, and the process
   * ends, whatever still holds on to it.
   */
  leave(onStray: (error: unknown) => void): void
}

/**
 * From now on, signals and stray errors end the run and not the process, so that what is done is
 * reported. A cancelled job gets SIGINT, then SIGTERM, and soon after that the end.
 */
export function startCancellation(
  logger: Pick<Logger, 'info'>,
  events: ProcessEvents = nodeProcess,
): Cancellation {
  const controller = new AbortController()
  const { signal } = controller
  const overdue = Promise.withResolvers<undefined>()
  let timer: NodeJS.Timeout | undefined
  let deadline: NodeJS.Timeout | undefined
  let reason: string | undefined
  let stray: unknown
  const end = (): void => {
    if (signal.aborted) return
    timer = setTimeout(() => overdue.resolve(undefined), GRACE_MS)
    controller.abort()
  }
  const stop = (why: string): void => {
    if (signal.aborted) return
    reason = why
    logger.info(`${why}: stopping`)
    end()
  }
  let onStray = (error: unknown): void => {
    stray ??= error
    end()
  }
  for (const name of SIGNALS) {
    events.on(name, () => {
      stop(name)
    })
  }
  const somethingStray = (error: unknown): void => {
    onStray(error ?? new Error('something failed with nothing to say'))
  }
  // Told apart so that no flag of Node's can turn rejections into mere warnings.
  events.on('uncaughtException', somethingStray)
  events.on('unhandledRejection', somethingStray)
  return {
    signal,
    reason: () => reason,
    stray: () => stray,
    endAfter: (milliseconds, why) => {
      deadline = setTimeout(() => stop(why), milliseconds)
    },
    within: async (work) => Promise.race([work, overdue.promise]),
    leave: (report) => {
      onStray = report
      clearTimeout(timer)
      clearTimeout(deadline)
      setTimeout(() => events.exit(), signal.aborted ? LEAVE_MS : LINGER_MS).unref()
    },
  }
}

const nodeProcess: ProcessEvents = {
  on: (event, listener) => process.on(event, listener),
  exit: () => process.exit(),
}
