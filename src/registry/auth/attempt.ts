import { lacksAny } from './granted-scopes.ts'
import type { RefusedFor, Sent } from './next-step.ts'
import type { Scheme } from './scheme.ts'
import { covers, type Scope } from './scope.ts'

/** What a request is sent with, and what was asked for to get it. */
export interface Attempt {
  readonly sent: Sent
  readonly authorization: string | undefined
  readonly scheme: Scheme | undefined
  readonly scopes: readonly Scope[]
  /** Whether it is a token that was not there before. */
  readonly isNew: boolean
  /** Whether it stands in for a shared token that was refused. */
  readonly isAlone: boolean
}

/** What a 401 says, with the scheme of the attempt. */
interface Unauthorized {
  /** The scopes that it names. */
  readonly wanted: readonly Scope[]
  /** RFC 6750, 3.1 */
  readonly error: string | undefined
  /** Whether a shared token has served requests of that kind. */
  readonly hasServed: boolean
}

/** What a 401 is about. */
export function reasonOf(
  { sent, scopes, isNew, authorization }: Attempt,
  { wanted, error, hasServed }: Unauthorized,
): RefusedFor {
  if (sent === 'shared token') {
    // Not every registry says that a token has ended.
    const isWorn = error === 'invalid_token' || (error === undefined && hasServed)
    return isWorn && !isNew ? 'over' : 'other'
  }
  if (error === 'invalid_token') return 'over'
  if (!covers(scopes, wanted)) return 'scope'
  if (error === 'insufficient_scope' || lacksAny(authorization, scopes)) return 'rights'
  return isNew ? 'other' : 'over'
}
