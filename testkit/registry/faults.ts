import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import {
  Disconnect,
  reply,
  type Middleware,
  type RegistryRequest,
  type Reply,
  type ReplyHeaders,
} from './exchange.ts'
import { matchesPath, type PathPattern } from './request-log.ts'

/** Which requests a fault is for. Everything given has to hold. */
export interface RequestMatcher {
  readonly method?: string | readonly string[]
  readonly path?: PathPattern
  readonly where?: (request: RegistryRequest) => boolean
  /** Only the nth of the requests that match otherwise, counted from 1 since the fault was set. */
  readonly nth?: number
}

export interface FaultOptions {
  /** How often it strikes; default for ever. */
  readonly times?: number
}

/** A fault that was set. */
export interface Fault {
  /** How often it struck so far. */
  readonly hits: number
  remove(): void
}

export function matchesRequest(matcher: RequestMatcher, request: RegistryRequest): boolean {
  const { method, path, where } = matcher
  return (
    (method === undefined || [method].flat().includes(request.method)) &&
    (path === undefined || matchesPath(path, request.path)) &&
    (where === undefined || where(request))
  )
}

/** Lets `behaviour` act on the requests that match, and on no other. */
export function limited(
  matcher: RequestMatcher,
  behaviour: Middleware,
  { times = Number.POSITIVE_INFINITY }: FaultOptions = {},
): { middleware: Middleware; hits: () => number } {
  let seen = 0
  let hits = 0
  return {
    hits: () => hits,
    middleware(request, next) {
      if (!matchesRequest(matcher, request)) return next()
      seen += 1
      if (hits >= times || (matcher.nth !== undefined && matcher.nth !== seen)) return next()
      hits += 1
      return behaviour(request, next)
    },
  }
}

// Behaviours. Each is a middleware, so any of them can also be part of a registry's profile.

export interface ReplyOptions {
  readonly headers?: ReplyHeaders
  readonly body?: string | Uint8Array
  /** Answers before the request's body was read, and hangs up afterwards. */
  readonly early?: boolean
}

export function replyWith(status: number, options: ReplyOptions = {}): Middleware {
  const { headers = {}, body = '', early = false } = options
  return async (request) => {
    if (!early) await drain(request)
    return reply(status, early ? { connection: 'close', ...headers } : headers, body)
  }
}

export function redirectTo(
  location: string | ((request: RegistryRequest) => string),
  status = 307,
): Middleware {
  return (request) =>
    reply(status, { location: typeof location === 'string' ? location : location(request) }, '')
}

/** Ends the connection instead of answering, after `requestBytes` of the body (default: before any). */
export function dropBeforeHeaders(
  options: { requestBytes?: number; reset?: boolean } = {},
): Middleware {
  return async (request) => {
    if (options.requestBytes !== undefined) await drain(request, options.requestBytes)
    throw new Disconnect(options)
  }
}

/** Does everything that was asked for, and ends the connection instead of saying so. */
export function dropAfterWork(): Middleware {
  return async (_request, next) => {
    await next()
    throw new Disconnect()
  }
}

/** Does everything that was asked for, and says nothing for as long as the client waits. */
export function silentAfterWork(): Middleware {
  return async (request, next) => {
    await next()
    await request.closed
    throw new Disconnect()
  }
}

/** Does everything that was asked for, and lets `behaviour` answer as it likes. */
export function afterWork(behaviour: Middleware): Middleware {
  return async (request, next) => {
    const done = await next()
    return behaviour(request, async () => Promise.resolve(done))
  }
}

export function dropAfterHeaders(): Middleware {
  return cutBody(0)
}

/** Promises the whole body, sends `bytes` of it, and ends the connection. */
export function cutBody(bytes: number): Middleware {
  return onBody((chunks) =>
    (async function* () {
      yield* firstBytes(chunks, bytes)
      throw new Disconnect()
    })(),
  )
}

/** Sends `bytes` of the body and then nothing more, without ending the connection. */
export function stallBody(bytes: number): Middleware {
  return onBody((chunks, request) =>
    (async function* () {
      yield* firstBytes(chunks, bytes)
      await request.closed
      throw new Disconnect()
    })(),
  )
}

/** A well-formed reply whose body is `bytes` long. */
export function truncateBody(bytes: number): Middleware {
  return onBody(
    (chunks) => firstBytes(chunks, bytes),
    (size) => Math.min(size, bytes),
  )
}

const ENCODERS = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
}

/** Compresses the body on the way, whatever the request allows. */
export function compress(encoding: keyof typeof ENCODERS = 'gzip'): Middleware {
  return async (_request, next) => {
    const answer = await next()
    if (answer.body === undefined) return answer
    const parts: Uint8Array[] = []
    for await (const chunk of asAsync(answer.body.chunks)) parts.push(Buffer.from(chunk))
    const bytes = ENCODERS[encoding](Buffer.concat(parts))
    const headers = { ...answer.headers, 'content-encoding': encoding }
    return { ...answer, headers, body: { size: bytes.length, chunks: [bytes] } }
  }
}

/** A well-formed reply whose body goes on after its end. */
export function extendBody(extra: Uint8Array): Middleware {
  return onBody(
    (chunks) =>
      (async function* () {
        yield* chunks
        yield extra
      })(),
    (size) => size + extra.length,
  )
}

/** Turns one bit of the body's byte `at`. */
export function flipBit(at = 0): Middleware {
  return onBody((chunks) =>
    (async function* () {
      let position = 0
      for await (const chunk of chunks) {
        const index = at - position
        position += chunk.length
        if (index < 0 || index >= chunk.length) yield chunk
        else yield chunk.map((byte, place) => (place === index ? byte ^ 1 : byte))
      }
    })(),
  )
}

/** Keeps the request waiting, unread, until the promise settles or the client gives up. */
export function delayUntil(promise: Promise<unknown>): Middleware {
  return async (request, next) => {
    await Promise.race([promise, request.closed])
    return next()
  }
}

/** Undefined removes the header. Content-Length too: the body is then sent in chunks. */
export function setHeader(name: string, value: string | readonly string[] | undefined): Middleware {
  const key = name.toLowerCase()
  return async (_request, next) => {
    const { headers, body, ...rest } = await next()
    const kept = Object.fromEntries(Object.entries(headers).filter(([header]) => header !== key))
    const changed = value === undefined ? kept : { ...kept, [key]: value }
    if (body === undefined) return { ...rest, headers: changed }
    const isUnsized = key === 'content-length' && value === undefined
    return { ...rest, headers: changed, body: isUnsized ? { chunks: body.chunks } : body }
  }
}

export function removeHeader(name: string): Middleware {
  return setHeader(name, undefined)
}

export function setStatus(status: number): Middleware {
  return async (_request, next) => ({ ...(await next()), status })
}

/** Several behaviours as one, the first one outermost. */
export function all(...behaviours: readonly Middleware[]): Middleware {
  return (request, next) => {
    const from = async (index: number, current: RegistryRequest): Promise<Reply> => {
      const behaviour = behaviours[index]
      if (behaviour === undefined) return next(current)
      return behaviour(current, async (changed = current) => from(index + 1, changed))
    }
    return from(0, request)
  }
}

function onBody(
  change: (
    chunks: AsyncIterable<Uint8Array>,
    request: RegistryRequest,
  ) => AsyncIterable<Uint8Array>,
  resize: (size: number) => number = (size) => size,
): Middleware {
  return async (request, next) => {
    const answer = await next()
    if (answer.body === undefined) return answer
    const { size, chunks } = answer.body
    return {
      ...answer,
      body: {
        ...(size === undefined ? {} : { size: resize(size) }),
        chunks: change(asAsync(chunks), request),
      },
    }
  }
}

async function* asAsync(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
  yield* chunks
}

async function* firstBytes(chunks: AsyncIterable<Uint8Array>, bytes: number) {
  let left = bytes
  for await (const chunk of chunks) {
    if (left <= 0) return
    yield chunk.subarray(0, left)
    left -= chunk.length
  }
}

/** Takes in a request's body, or the first `limit` bytes of it, and keeps nothing. */
export async function drain({ body }: RegistryRequest, limit = Number.POSITIVE_INFINITY) {
  let left = limit
  if (left <= 0) return
  for await (const chunk of body) {
    left -= chunk.length
    if (left <= 0) return
  }
}
