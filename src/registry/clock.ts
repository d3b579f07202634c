import { setTimeout as delay } from 'node:timers/promises'

/** Time as an effect, so that a test decides how it passes. All values in milliseconds. */
export interface Clock {
  now(): number
  /** Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal })
  },
}

/** Aborted some milliseconds after another one, for the same reason. */
export function abortedAfter(signal: AbortSignal, ms: number, clock: Clock): AbortSignal {
  const later = new AbortController()
  const end = async (): Promise<void> => {
    await clock.sleep(ms)
    later.abort(signal.reason)
  }
  signal.addEventListener('abort', () => void end(), { once: true })
  return later.signal
}
