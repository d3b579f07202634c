import { jsonError } from '../profiles/error-bodies.ts'
import { at, refusedLogin, withoutHeaders } from '../profiles/requests.ts'
import type { Middleware } from '../registry/exchange.ts'
import { isDigest } from '../registry/names.ts'
import type { Random } from './random.ts'

/** What a registry does that tells no lie, and that others do not do. */
export type Habit = 'fails at HEAD' | 'names no digest' | 'hides tags'

const HABITS: readonly Habit[] = ['fails at HEAD', 'names no digest', 'hides tags']

export const habits: Readonly<Record<Habit, Middleware>> = {
  'fails at HEAD': at('manifest', ['HEAD'], async (request, next) => {
    return (await refusedLogin(request, next)) ?? { status: 405, headers: {} }
  }),
  'names no digest': at('manifest', ['GET', 'HEAD', 'PUT'], async (_request, next) =>
    withoutHeaders(await next(), 'docker-content-digest'),
  ),
  'hides tags': at('manifest', ['GET', 'HEAD'], async (request, next, { reference }) => {
    if (isDigest(reference)) return next()
    return (await refusedLogin(request, next)) ?? jsonError(403, 'DENIED', 'not to be looked at')
  }),
}

/** Most registries have none. */
export function randomHabit(random: Random): Habit | undefined {
  return random.chance(0.15) ? random.pick(HABITS) : undefined
}
