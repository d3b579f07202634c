import type { Clock } from '../clock.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import type { Awaited } from '../pace/host-waits.ts'

/** Milliseconds of waiting over which a rate is judged: long enough for a line that hangs at times. */
const WINDOW_MS = 120_000
/** What has to arrive in it, 512 bytes a second: slower than any line that could finish an image. */
const WINDOW_BYTES = 60 * 1024

/**
 * Passes chunks on, and ends a body that never falls silent and never gets anywhere. Only the time
 * spent waiting for the sender counts. Throws TIMEOUT.
 *
 * @param host told when the sender is waited for
 */
export async function* withoutTrickle<T extends Uint8Array>(
  chunks: AsyncIterable<T>,
  clock: Clock,
  place: ErrorPlace,
  host?: Awaited,
): AsyncGenerator<T, void, undefined> {
  const wait = host?.wait()
  let waited = 0
  let bytes = 0
  let askedAt = clock.now()
  wait?.begin(askedAt)
  try {
    for await (const chunk of chunks) {
      const now = clock.now()
      wait?.end(now)
      waited += now - askedAt
      bytes += chunk.length
      if (waited >= WINDOW_MS) {
        if (bytes < WINDOW_BYTES) {
          const reason = `only ${bytes} bytes arrived in ${Math.round(waited / 1000)} s`
          throw new RegistryError('TIMEOUT', reason, { ...place, transient: true })
        }
        waited = 0
        bytes = 0
      }
      yield chunk
      askedAt = clock.now()
      wait?.begin(askedAt)
    }
  } finally {
    wait?.giveUp(clock.now())
  }
}
