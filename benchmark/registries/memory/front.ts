import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { setTimeout as delay } from 'node:timers/promises'
import { targetOf } from '../../proxy/counts.ts'
import type { Tally } from '../../proxy/tally.ts'
import type { MemoryRegistry } from './memory-registry.ts'

export interface Distance {
  /** Milliseconds from a request's start to its answer, at least. */
  readonly latency: number
  /** Milliseconds that a new connection costs, TCP's round trip and that of TLS. */
  readonly setup: number
}

type Asked = IncomingMessage | Http2ServerRequest
type Answering = ServerResponse | Http2ServerResponse

/** What stands before a registry in memory: it counts, and is as far away as it is told. */
export class Front {
  readonly #registry: MemoryRegistry
  readonly #distance: Distance
  readonly #tally: () => Tally
  /** When each connection is there at that distance, milliseconds since the epoch. */
  readonly #ready = new WeakMap<object, number>()
  readonly #used = new WeakSet<object>()

  constructor(registry: MemoryRegistry, distance: Distance, tally: () => Tally) {
    this.#registry = registry
    this.#distance = distance
    this.#tally = tally
  }

  /** Takes in a connection, or the session that it carries. */
  readonly connected = (connection: object): void => {
    this.#ready.set(connection, Date.now() + this.#distance.setup)
  }

  readonly serve = (message: Asked, response: Answering): void => {
    // A client that hangs up is no error of the registry's.
    response.on('error', () => undefined)
    this.#answer(message, response).catch(() => undefined)
  }

  async #answer(message: Asked, response: Answering): Promise<void> {
    const { method = '', url = '' } = message
    const arrived = Date.now()
    const begins = Math.max(arrived, this.#readyAt(message))
    const tally = this.#tally()
    const target = targetOf(method, url)
    tally.request(`${method} ${target}`)
    const { status, headers, body, received } = await this.#registry.answer(message)
    if (target === 'upload' || target === 'mount') tally.up(received)
    if (target === 'mount' && status === 201) tally.mount()
    if (target === 'blob' && method === 'GET' && status === 200) tally.down(body.length)
    const wait = begins + this.#distance.latency - Date.now()
    if (wait > 0) await delay(wait)
    // The two kinds of responses have no common type that could be written to.
    const sent = response as ServerResponse
    sent.writeHead(status, { 'content-length': String(body.length), ...headers })
    sent.end(method === 'HEAD' ? undefined : body)
  }

  #readyAt(message: Asked): number {
    const connection = 'stream' in message ? message.stream.session : message.socket
    if (connection === undefined) return 0
    // Those that only ask whether a host speaks TLS do not count: elsewhere nobody asks.
    if (!this.#used.has(connection)) this.#tally().connection()
    this.#used.add(connection)
    return this.#ready.get(connection) ?? 0
  }
}
