import {
  readBody,
  type Middleware,
  type RegistryRequest,
  type Reply,
} from '../registry/exchange.ts'
import { parseRoute, type Route } from '../registry/routes.ts'

type Next = (changed?: RegistryRequest) => Promise<Reply>
type RouteOf<Kind extends Route['kind']> = Extract<Route, { kind: Kind }>

/** Behaviour at one kind of endpoint and for some methods. */
export function at<Kind extends Route['kind']>(
  kind: Kind,
  methods: readonly string[],
  behaviour: (request: RegistryRequest, next: Next, route: RouteOf<Kind>) => Reply | Promise<Reply>,
): Middleware {
  return (request, next) => {
    const route = parseRoute(request.path)
    if (!isKind(route, kind) || !methods.includes(request.method)) return next()
    return behaviour(request, next, route)
  }
}

function isKind<Kind extends Route['kind']>(route: Route, kind: Kind): route is RouteOf<Kind> {
  return route.kind === kind
}

/**
 * The refusal of a login, for behaviour that answers instead of the registry: who may not come in is
 * told that first.
 */
export async function refusedLogin(
  request: RegistryRequest,
  next: Next,
): Promise<Reply | undefined> {
  return request.method === 'GET' || request.method === 'HEAD'
    ? refused(await next({ ...request, method: 'HEAD' }))
    : refusedPush(request, next)
}

/** The refusal that a push to the same repository would get, if any. */
export async function refusedPush(
  request: RegistryRequest,
  next: Next,
): Promise<Reply | undefined> {
  // No endpoint knows the method, but it needs the rights of all that write.
  return refused(await next({ ...request, method: 'OPTIONS' }))
}

function refused(answer: Reply): Reply | undefined {
  return answer.status === 401 ? answer : undefined
}

export function withHeaders(answer: Reply, headers: Reply['headers']): Reply {
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

export function withoutHeaders(answer: Reply, ...names: readonly string[]): Reply {
  const kept = Object.entries(answer.headers).filter(([name]) => !names.includes(name))
  return { ...answer, headers: Object.fromEntries(kept) }
}

/** The body of an answer that was made in memory; it can be read again. */
export async function bodyText(answer: Reply): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of answer.body?.chunks ?? []) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** More than any registry takes as a manifest. */
const DOCUMENT_LIMIT = 16 * 1024 * 1024

/** The JSON that a request carries, and the request with its body to be read once more. */
export async function peekDocument(
  request: RegistryRequest,
): Promise<{ document: unknown; request: RegistryRequest }> {
  const bytes = (await readBody(request.body, DOCUMENT_LIMIT)) ?? Buffer.alloc(DOCUMENT_LIMIT)
  return { document: parsed(bytes), request: { ...request, body: once(bytes) } }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  await Promise.resolve()
  yield bytes
}
