import { BearerGate } from './bearer.ts'
import { answerBlob } from './blobs.ts'
import type { Context } from './context.ts'
import { reply, type Handler, type RegistryRequest, type Reply } from './exchange.ts'
import { isReply, type Gate } from './gate.ts'
import { answerManifest } from './manifests.ts'
import { isRepositoryName } from './names.ts'
import type { Settings } from './options.ts'
import { answerReferrers } from './referrers.ts'
import { neededScopes, parseRoute, type Route } from './routes.ts'
import { errorReply } from './spec-errors.ts'
import type { Store } from './storage.ts'
import { answerTags } from './tags.ts'
import { answerUpload, answerUploads } from './uploads.ts'

/** The registry as the specification has it: route, sign-in, endpoint. */
export function createHandler(store: Store, settings: Settings, gate: Gate): Handler {
  return async (request) => {
    const route = parseRoute(request.path, gate.tokenPath)
    if (route.kind === 'unknown')
      return reply(404, { 'content-type': 'text/plain' }, 'no such page')
    if (route.kind === 'token') return answerToken(request, gate)
    const session = gate.admit(request, neededScopes(route, request.method, settings.cancelAction))
    if (isReply(session)) return session
    if ('name' in route && !isRepositoryName(route.name)) {
      const detail = { name: route.name }
      return errorReply(400, { code: 'NAME_INVALID', message: 'invalid repository name', detail })
    }
    return dispatch(request, route, { store, settings, gate, session })
  }
}

export async function answerToken(request: RegistryRequest, gate: Gate): Promise<Reply> {
  if (gate instanceof BearerGate) return gate.answerTokenRequest(request)
  return reply(404, { 'content-type': 'text/plain' }, 'no tokens here')
}

async function dispatch(
  request: RegistryRequest,
  route: Exclude<Route, { kind: 'token' | 'unknown' }>,
  context: Context,
): Promise<Reply> {
  if (route.kind === 'base') return reply(200, { 'content-type': 'application/json' }, '{}')
  if (route.kind === 'manifest') return answerManifest(request, context, route)
  if (route.kind === 'blob') return answerBlob(request, context, route)
  if (route.kind === 'uploads') return answerUploads(request, context, route)
  if (route.kind === 'upload') return answerUpload(request, context, route)
  if (route.kind === 'tags') return answerTags(request, context, route)
  return answerReferrers(request, context, route)
}
