import type { Clock } from './clock.ts'
import type { ErrorPlace } from './errors.ts'
import type { Limiter } from './pacing.ts'
import type { Kind } from './request-kind.ts'
import { pause } from './retry.ts'

/** What a request waits for before it is sent. */
export interface Turn {
  readonly kind: Kind
  readonly place: ErrorPlace
  /** It has waited for its turn: only a pause can hold it up. */
  readonly hasTurn: boolean
  /** It waits for nothing. */
  readonly isUrgent: boolean
}

/** Time and chance, as a network has them. */
export interface Waiting {
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal | undefined
}

/**
 * Waits for the turn of a request, and for the end of a pause that holds for all of them. Throws
 * CANCELLED where the run ends in the meantime.
 */
export async function awaitTurn(waiting: Waiting, limiter: Limiter, turn: Turn): Promise<void> {
  if (turn.isUrgent) return
  const { clock, random } = waiting
  const untilPauseIsOver = (): number => limiter.pause.leftFor(clock.now(), random())
  let wait = turn.hasTurn ? untilPauseIsOver() : limiter.turn(turn.kind, clock.now(), random())
  while (wait > 0) {
    await pause(waiting, wait, turn.place)
    wait = untilPauseIsOver()
  }
}
