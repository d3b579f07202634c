import type { LookupFunction, Socket } from 'node:net'
import type { buildConnector, Dispatcher } from 'undici'
import type { Answer } from './answer.ts'
import { connector } from './connection.ts'
import { EarlyConnections } from './early-connections.ts'
import { ExchangeHandler } from './exchange-handler.ts'
import { type AddressRule, guardedLookup } from './guarded-lookup.ts'
import { idleTimeouts } from './idle-timeout.ts'
import { type Proxies, proxyFor, type ProxyServer, readProxies } from './proxies.ts'
import { RequestBody } from './request-body.ts'
import { Slabs } from './slabs.ts'
import { endpoint, type TlsOptions, withoutCertificates } from './tls.ts'
import { Agent, Pool } from './undici.ts'
import { openTunnel, proxyConnector, proxyHeaders, refusedBy, tunnelConnector } from './tunnel.ts'

/** A host that has not even accepted a connection after this long is not going to. */
const CONNECT_TIMEOUT_MS = 10_000
/** Longer than the pause between two blobs of an image, shorter than load balancers keep idle. */
const KEEP_ALIVE_MS = 15_000
const PROXY_WANTS_LOGIN = 407

export interface TransportOptions {
  /** Milliseconds without a byte of progress after which a request counts as failed. */
  readonly timeoutMs: number
  readonly lookup: LookupFunction
  /** By endpoint. */
  readonly tls: ReadonlyMap<string, TlsOptions>
  /** Names the proxies. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** A rule for addresses, and a word that tells it from others. */
export interface Guard {
  readonly key: string
  readonly rule: AddressRule
}

export interface TransportRequest {
  readonly origin: string
  readonly path: string
  readonly method: Dispatcher.HttpMethod
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined
  readonly headersTimeout: number
  readonly signal: AbortSignal | undefined
}

/** What a connection must not do. One that is made for a request serves only those that agree. */
export interface Restraint {
  /** For hosts that are not to be connected to at every address. */
  readonly guard?: Guard | undefined
  /** Shows no client certificate. */
  readonly withoutCertificate?: boolean | undefined
}

/** What undici takes, and not only what its types say: a body may be iterable. */
interface Sender {
  dispatch(
    options: Omit<Dispatcher.DispatchOptions, 'body'> & {
      body?: Dispatcher.DispatchOptions['body'] | AsyncIterable<Uint8Array>
    },
    handler: Dispatcher.DispatchHandler,
  ): boolean
}

/** Connections, and the way to each host: directly or through a proxy. */
export class Transport {
  readonly #options: TransportOptions
  readonly #proxies: Proxies
  /** By origin. */
  readonly #proxyOf = new Map<string, { readonly proxy: ProxyServer | undefined }>()
  readonly #slabs = new Slabs()
  readonly #agents = new Map<string, Agent>()
  readonly #early: EarlyConnections
  readonly #pools = new Map<string, Pool>()

  /** Throws an Error that names the variable where the environment's proxies make no sense. */
  constructor(options: TransportOptions) {
    this.#options = options
    this.#proxies = readProxies(options.environment)
    this.#early = new EarlyConnections(this.#connectTo(this.#connector()))
  }

  /**
   * Sends a request and follows nothing.
   *
   * @param restraint its guard does nothing behind a proxy: the proxy looks the name up, and only
   *   what is written as an address can be judged here
   */
  async request(request: TransportRequest, restraint: Restraint = {}): Promise<Answer> {
    const proxy = this.#proxyFor(request.origin)
    // What is meant for TLS gets a tunnel when its connection is made.
    if (proxy === undefined || request.origin.startsWith('https:')) {
      return this.#exchange(this.#agent(request.origin, restraint), {
        ...request,
        ...keptOpen(request),
      })
    }
    return this.#forward(request, proxy)
  }

  /**
   * Plain HTTP goes through a proxy request by request (RFC 9112, 3.2.2), on connections to it that
   * are those of one host: a proxy may pass on bytes that a host sends behind its answer, and they
   * must not become the answer of another host.
   */
  async #forward(request: TransportRequest, proxy: ProxyServer): Promise<Answer> {
    const { host } = new URL(request.origin)
    const pool = this.#pool(proxy, request.origin)
    const answer = await this.#exchange(pool, {
      ...request,
      path: `${request.origin}${request.path}`,
      headers: { host, ...request.headers, ...proxyHeaders(proxy) },
    })
    if (answer.status !== PROXY_WANTS_LOGIN) return answer
    answer.body.drop()
    throw refusedBy(proxy, answer.status, host)
  }

  async #exchange(
    sender: Sender,
    {
      body: content,
      signal,
      ...request
    }: TransportRequest & Pick<Dispatcher.DispatchOptions, 'reset'>,
  ): Promise<Answer> {
    const isStream = content !== undefined && !(content instanceof Uint8Array)
    const body = isStream ? new RequestBody(content) : undefined
    const answerTimeoutMs = request.headersTimeout
    const handler = new ExchangeHandler({ slabs: this.#slabs, body, signal, answerTimeoutMs })
    try {
      sender.dispatch({ ...request, body: isStream ? body : content }, handler)
    } catch (error) {
      handler.fail(error)
    }
    return handler.answer
  }

  #proxyFor(origin: string): ProxyServer | undefined {
    let known = this.#proxyOf.get(origin)
    if (known === undefined) {
      known = { proxy: proxyFor(this.#proxies, origin) }
      this.#proxyOf.set(origin, known)
    }
    return known.proxy
  }

  /** A connection to an origin by way of the proxy for it; undefined where it has none. */
  async tunnel(origin: string, signal?: AbortSignal): Promise<Socket | undefined> {
    const proxy = proxyFor(this.#proxies, origin)
    return proxy && openTunnel(proxy, this.#pool(proxy), new URL(origin), signal)
  }

  #agent(origin: string, { guard, withoutCertificate = false }: Restraint): Agent {
    const isBare = withoutCertificate && this.#hasCertificate(origin)
    const key = `${guard?.key ?? ''}${isBare ? ' without certificate' : ''}`
    let agent = this.#agents.get(key)
    if (agent === undefined) {
      const lookup = guard && guardedLookup(this.#options.lookup, guard.rule)
      const connect =
        key === '' ? this.#early.connect : this.#connectTo(this.#connector(lookup, isBare))
      agent = new Agent({ ...this.#limits(), connect })
      this.#agents.set(key, agent)
    }
    return agent
  }

  #hasCertificate(origin: string): boolean {
    const { hostname, port } = new URL(origin)
    return this.#options.tls.get(endpoint(hostname, port))?.cert !== undefined
  }

  /** Directly, or by way of a proxy where there is one for the origin. */
  #connectTo(direct: buildConnector.connector): buildConnector.connector {
    return (target, callback) => {
      const origin = `${target.protocol}//${target.host ?? target.hostname}`
      const proxy = proxyFor(this.#proxies, origin)
      const connect =
        proxy === undefined ? direct : tunnelConnector(proxy, this.#pool(proxy), direct)
      connect(target, callback)
    }
  }

  /** Makes a connection for a request that is to come, unless it will go through a proxy's own. */
  connectEarly(origin: string): void {
    if (origin.startsWith('https:') || proxyFor(this.#proxies, origin) === undefined) {
      this.#early.open(origin)
    }
  }

  /** Connections to a proxy: those for tunnels, or those for the requests to a plain origin. */
  #pool(proxy: ProxyServer, origin = ''): Pool {
    const key = `${proxy.origin} ${origin}`
    let pool = this.#pools.get(key)
    if (pool === undefined) {
      const connect = proxyConnector(proxy, this.#connector())
      pool = new Pool(proxy.origin, { ...this.#limits(), connect })
      this.#pools.set(key, pool)
    }
    return pool
  }

  #connector(lookup = this.#options.lookup, isBare = false): buildConnector.connector {
    const { timeoutMs, tls } = this.#options
    return connector({
      timeoutMs: Math.min(CONNECT_TIMEOUT_MS, timeoutMs),
      lookup,
      tls: isBare ? withoutCertificates(tls) : tls,
      slabs: this.#slabs,
    })
  }

  #limits(): Pool.Options {
    return {
      allowH2: false,
      ...idleTimeouts(this.#options.timeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      // The limiters bound the connections: a bound of the pool's own could starve a transfer of
      // its second half.
      connections: null,
    }
  }

  /** Keeps the memory of a chunk from being used again. Returns how to end that. */
  keep(chunk: Uint8Array): () => void {
    this.#slabs.hold(chunk)
    return () => this.#slabs.release(chunk)
  }

  /** Ends all connections at once; what is still under way fails. */
  async destroy(): Promise<void> {
    this.#early.close()
    const all = [...this.#agents.values(), ...this.#pools.values()]
    await Promise.all(all.map(async (one) => one.destroy()))
  }
}

/**
 * undici ends a connection after each HEAD unless it is told otherwise, for there are hosts that send
 * a body all the same. One that has its connections for itself can mislead nobody but itself.
 */
function keptOpen({ method }: TransportRequest): Pick<Dispatcher.DispatchOptions, 'reset'> {
  return method === 'HEAD' ? { reset: false } : {}
}
