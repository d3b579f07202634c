import type { IncomingHttpHeaders } from 'node:http'

/** What a handler, an interceptor or a fault sees of a request. */
export interface RegistryRequest {
  readonly method: string
  /** As sent: not decoded, not normalised, without the query. */
  readonly path: string
  /** As sent, without the question mark; empty if there was none. */
  readonly query: string
  readonly params: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Place among all requests to this registry, from 1. */
  readonly order: number
  /** The body, once. What is not read is thrown away after the reply. */
  readonly body: AsyncIterable<Uint8Array>
  /** Resolves when the exchange is over, answered or not. */
  readonly closed: Promise<void>
}

export interface ReplyBody {
  /** Bytes promised in Content-Length; without it the reply is chunked. */
  readonly size?: number
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

/** Header names in lower case. */
export type ReplyHeaders = Readonly<Record<string, string | readonly string[]>>

export interface Reply {
  readonly status: number
  readonly headers: ReplyHeaders
  readonly body?: ReplyBody
}

export type Handler = (request: RegistryRequest) => Reply | Promise<Reply>

/**
 * Answers itself, or changes what `next` answers, or throws `Disconnect`. What comes after sees the
 * request as it is, unless `next` is given another.
 */
export type Middleware = (
  request: RegistryRequest,
  next: (changed?: RegistryRequest) => Promise<Reply>,
) => Reply | Promise<Reply>

/** Thrown by a handler or by a reply's body: the connection ends here, without a word. */
export class Disconnect extends Error {
  /** Ends with a TCP reset instead of an orderly close, where the transport can. */
  readonly reset: boolean

  constructor(options: { reset?: boolean } = {}) {
    super('the registry hangs up')
    this.name = 'Disconnect'
    this.reset = options.reset ?? false
  }
}

export function reply(
  status: number,
  headers: ReplyHeaders = {},
  body?: Uint8Array | string,
): Reply {
  if (body === undefined) return { status, headers }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return { status, headers, body: { size: bytes.length, chunks: [bytes] } }
}

export function jsonReply(status: number, value: unknown, headers: ReplyHeaders = {}): Reply {
  return reply(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(value))
}

/** A reply from the web platform's class, for interceptors that are written with it. */
export async function replyOf(response: Response): Promise<Reply> {
  const headers: Record<string, string | readonly string[]> = {}
  for (const [name, value] of response.headers) headers[name] = value
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  if (response.body === null) return reply(response.status, headers)
  return reply(response.status, headers, new Uint8Array(await response.arrayBuffer()))
}

/** The whole body, or undefined as soon as it is longer than `limit` bytes. */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > limit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
