import type { Middleware, RegistryRequest, Reply } from '../registry/exchange.ts'
import { parseRoute, type Route } from '../registry/routes.ts'
import type { Store } from '../registry/storage.ts'
import { refusedPush } from './requests.ts'

/** How a registry speaks of what it does not have, to callers whose token it took. */
export interface MissingAnswers {
  /** A repository that was never pushed to. */
  readonly repository?: (name: string) => Reply
  /** The same, for those who could not make it by a push. */
  readonly foreignRepository?: (name: string) => Reply
  readonly manifest?: (reference: string, name: string) => Reply
  readonly blob?: (digest: string) => Reply
}

/** Replaces the 404 of the specification. */
export function missing(store: Store, answers: MissingAnswers): Middleware {
  return async (request, next) => {
    const answer = await next()
    if (answer.status !== 404) return answer
    const route = parseRoute(request.path)
    if (!('name' in route)) return answer
    if (store.repository(route.name) !== undefined) {
      return content(answers, request, route) ?? answer
    }
    const { repository, foreignRepository } = answers
    if (repository !== undefined) return repository(route.name)
    if (foreignRepository === undefined || !(await refusedPush(request, next))) return answer
    return foreignRepository(route.name)
  }
}

function content(
  answers: MissingAnswers,
  { method }: RegistryRequest,
  route: Route,
): Reply | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined
  if (route.kind === 'manifest') return answers.manifest?.(route.reference, route.name)
  return route.kind === 'blob' ? answers.blob?.(route.digest) : undefined
}
