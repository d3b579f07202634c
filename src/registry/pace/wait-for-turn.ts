import type { Clock } from '../clock.ts'
import type { ErrorPlace } from '../errors.ts'
import type { HostWaits } from './host-waits.ts'
import type { Limiter } from './limiter.ts'
import type { Kind } from '../request-kind.ts'
import { pause } from './retry.ts'

/** Time and chance, as a network has them. */
export interface Circumstances {
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly signal?: AbortSignal | undefined
  readonly waits?: HostWaits | undefined
}

/**
 * Waits for the turn of a request, and for the end of a pause that holds for all of them. For those
 * who hold a slot: who has none yet might take its turn long before it is sent. Throws CANCELLED
 * where the run ends in the meantime. Undefined where there is nothing to wait for, as a rule.
 */
export function awaitTurn(
  circumstances: Circumstances,
  limiter: Limiter,
  kind: Kind,
  place: ErrorPlace,
): Promise<void> | undefined {
  const { clock, random } = circumstances
  const wait = limiter.turn(kind, clock.now(), random())
  return wait > 0 ? waitFor(wait, circumstances, limiter, place) : undefined
}

async function waitFor(
  first: number,
  circumstances: Circumstances,
  limiter: Limiter,
  place: ErrorPlace,
): Promise<void> {
  const { clock, random } = circumstances
  for (let wait = first; wait > 0; wait = limiter.pause.leftFor(clock.now(), random())) {
    await pause(circumstances, wait, place)
  }
}
