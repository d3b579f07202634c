import { nodeProcess, type ProcessEvents } from './process-events.ts'

/**
 * Errors that no part of the program was there to catch: defects. They are held here, so that what is
 * done by then is reported, and do not end the process.
 */
export class Defects {
  #first: unknown
  #listener: (error: unknown) => void

  /** @param end called with the first of them, which the run does not outlive */
  constructor(end: () => void, events: ProcessEvents = nodeProcess) {
    this.#listener = (error): void => {
      this.#first ??= error
      end()
    }
    const catchIt = (error: unknown): void => {
      this.#listener(error ?? new Error('something failed with nothing to say'))
    }
    // Told apart so that no flag of Node's can turn rejections into mere warnings.
    events.on('uncaughtException', catchIt)
    events.on('unhandledRejection', catchIt)
  }

  /** Undefined as long as there is none. */
  get first(): unknown {
    return this.#first
  }

  /** From now on, each of them is told to the listener, and to nobody else. */
  tell(listener: (error: unknown) => void): void {
    this.#listener = listener
  }
}
