import type { Logger } from '../registry/logger.ts'

/** What ends a run before its time. */
export interface Cancellation {
  /** Aborted when the run is to end. */
  readonly signal: AbortSignal
  /** An error that no part of the run was there to catch, a defect; undefined as long as there is none. */
  stray(): unknown
  /** Goes back to what the process does by itself. */
  forget(): void
}

/**
 * From now on, signals and stray errors end the run and not the process, so that what is done is
 * reported. A cancelled job gets SIGINT, then SIGTERM, and soon after that the end.
 */
export function startCancellation(logger: Logger): Cancellation {
  const controller = new AbortController()
  let stray: unknown
  const onSignal = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) return
    logger.info(`${signal}: stopping`)
    controller.abort()
  }
  const onStray = (error: unknown): void => {
    stray ??= error ?? new Error('something threw nothing')
    controller.abort()
  }
  // Node raises rejections that nobody handles as uncaught exceptions too.
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('uncaughtException', onStray)
  return {
    signal: controller.signal,
    stray: () => stray,
    forget: () => {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('uncaughtException', onStray)
    },
  }
}
