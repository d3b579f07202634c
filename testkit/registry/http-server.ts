import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificate } from './certificate.ts'
import { Disconnect, reply, type Handler, type RegistryRequest, type Reply } from './exchange.ts'
import type { RecordedRequest, RequestLog } from './request-log.ts'

export interface RunningServer {
  /** `127.0.0.1:<port>`, or `[::1]:<port>`. */
  readonly host: string
  /** With the scheme, without a slash at the end. */
  readonly url: string
  /** Connections that were made so far; over TLS, those whose handshake has succeeded. */
  readonly connections: number
  close(): Promise<void>
}

/** Serves `handle` on a loopback address, on a free port unless one is named. */
export async function startServer(
  handle: Handler,
  log: RequestLog,
  certificate?: Certificate,
  {
    address = '127.0.0.1',
    port: wanted = 0,
  }: { address?: '127.0.0.1' | '::1'; port?: number } = {},
): Promise<RunningServer> {
  const listener = (message: IncomingMessage, response: ServerResponse) => {
    void exchange(message, response, handle, log)
  }
  const server: Server =
    certificate === undefined
      ? createServer(listener)
      : createSecureServer(secureOptions(certificate), listener)
  let connections = 0
  server.on(certificate === undefined ? 'connection' : 'secureConnection', () => (connections += 1))
  // Tests decide how long anything may take. A server that closes what is idle could do so, on a machine
  // that is slow, at the moment in which the next request comes.
  server.requestTimeout = 0
  server.headersTimeout = 0
  server.keepAliveTimeout = 0
  server.listen(wanted, address)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const host = `${address === '::1' ? '[::1]' : address}:${port}`
  return {
    host,
    url: `${certificate === undefined ? 'http' : 'https'}://${host}`,
    get connections() {
      return connections
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function secureOptions({ key, cert, ca, clientCertificate, maxVersion }: Certificate) {
  const forClients = clientCertificate ? { ca, requestCert: true, rejectUnauthorized: true } : {}
  return { key, cert, ...forClients, ...(maxVersion === undefined ? {} : { maxVersion }) }
}

async function exchange(
  message: IncomingMessage,
  response: ServerResponse,
  handle: Handler,
  log: RequestLog,
) {
  const { method = '', url = '', headers } = message
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const query = mark < 0 ? '' : url.slice(mark + 1)
  const record = log.begin({ method, path, query, headers })
  // A client that hangs up is no error of the registry's.
  response.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => {
    response.once('close', () => {
      record.aborted = !response.writableFinished
      log.end(record)
      resolve()
    })
  })
  const request: RegistryRequest = {
    method,
    path,
    query,
    params: new URLSearchParams(query),
    headers,
    order: record.order,
    body: counted(message, record),
    closed,
  }
  try {
    const answer = await answerOf(handle, request)
    if (response.destroyed) return
    record.status = answer.status
    await send(answer, request, response)
  } catch (error) {
    hangUp(response, error)
  }
}

/** A mistake inside a handler must reach the test as an answer, not as a hanging request. */
async function answerOf(handle: Handler, request: RegistryRequest): Promise<Reply> {
  try {
    return await handle(request)
  } catch (error) {
    if (error instanceof Disconnect) throw error
    return reply(500, { 'content-type': 'text/plain' }, `testkit: ${String(error)}`)
  }
}

async function* counted(message: IncomingMessage, record: RecordedRequest) {
  // Leaving the loop early must not cut the connection: the reply still has to go out over it.
  const chunks: AsyncIterable<Buffer> = message.iterator({ destroyOnReturn: false })
  for await (const chunk of chunks) {
    record.bodyBytes += chunk.length
    yield chunk
  }
}

async function send(answer: Reply, request: RegistryRequest, response: ServerResponse) {
  const { status, headers, body } = answer
  response.writeHead(status, { ...lengthOf(answer, request.method), ...mutable(headers) })
  response.flushHeaders()
  if (body !== undefined && request.method !== 'HEAD') {
    for await (const chunk of body.chunks) {
      if (response.destroyed) return
      if (!response.write(chunk)) await drained(response, request.closed)
    }
  }
  response.end()
}

/** The length of the body that is sent; a handler says itself what a HEAD is to promise. */
function lengthOf({ status, body }: Reply, method: string): Record<string, string> {
  if (body !== undefined) return body.size === undefined ? {} : { 'content-length': `${body.size}` }
  return method === 'HEAD' || status === 204 || status === 304 ? {} : { 'content-length': '0' }
}

function mutable(headers: Reply['headers']): Record<string, string | string[]> {
  const entries = Object.entries(headers)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}

async function drained(response: ServerResponse, closed: Promise<void>) {
  const drain = new Promise<void>((resolve) => response.once('drain', resolve))
  await Promise.race([drain, closed])
}

/** What was written before still arrives, unless the connection is to be reset. */
function hangUp(response: ServerResponse, error: unknown) {
  const { socket } = response
  if (socket === null) return
  if (error instanceof Disconnect && error.reset && !('encrypted' in socket)) {
    socket.resetAndDestroy()
  } else {
    socket.destroySoon()
  }
}
