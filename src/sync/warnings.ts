import type { Logger } from '../registry/logger.ts'

/**
 * The warnings of a run: each comes once, however many destinations the source has that it is about.
 */
export class Warnings {
  readonly #told = new Set<string>()

  /** The log of one image, which keeps what it warns of in `kept` as well. */
  logOf(log: Logger, kept: string[]): Logger {
    return {
      debug: (message) => log.debug(message),
      info: (message) => log.info(message),
      warning: (message) => {
        kept.push(message)
        if (this.#told.has(message)) return
        this.#told.add(message)
        log.warning(message)
      },
    }
  }
}
