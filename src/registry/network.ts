import { Readable } from 'node:stream'
import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici'
import { type Clock, systemClock } from './clock.ts'
import { connector } from './connection.ts'
import { cancelled, type ErrorPlace } from './errors.ts'
import { apiHost, isLoopback, speaksTls } from './hosts.ts'
import { networkFailure } from './network-failure.ts'
import { Limiter } from './pacing.ts'
import { readProxies } from './proxies.ts'

/** A host that has not even accepted a connection after this long is not going to. */
const CONNECT_TIMEOUT_MS = 10_000
/** Longer than the pause between two blobs of an image, shorter than load balancers keep idle. */
const KEEP_ALIVE_MS = 15_000
const USER_AGENT = 'image-sync-action'

export interface NetworkOptions {
  /** Upper bound on simultaneous requests to one registry host. */
  readonly concurrency?: number
  /** Retries of one request after transient failures. */
  readonly retries?: number
  /** Milliseconds without a byte of progress after which a request counts as failed. */
  readonly timeoutMs?: number
  /**
   * Hosts, normalised, that may be spoken to over plain HTTP although they are not this machine.
   */
  readonly insecureRegistries?: readonly string[]
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly clock?: Clock
  /** Uniform in [0, 1). */
  readonly random?: () => number
  /** Ends every request and every wait. */
  readonly signal?: AbortSignal
  /** Told about every token as soon as it is received, before anything could print it. */
  readonly maskSecret?: (secret: string) => void
}

/** One HTTP exchange, addressed by raw path so that opaque queries stay as they were given. */
export interface Exchange {
  readonly origin: string
  /** Path and query, byte for byte. */
  readonly path: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | AsyncIterable<Uint8Array> | undefined
  /**
   * Milliseconds to wait for the response's headers after the request is sent; the idle time-out
   * where absent.
   */
  readonly answerTimeoutMs?: number | undefined
  /** Ends this request in place of the network's own signal. */
  readonly signal?: AbortSignal | undefined
}

export interface Answer {
  readonly status: number
  /** Names in lower case. A header that came several times is a list. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Dispatcher.ResponseData['body']
}

/**
 * What all clients of a run share: connections, slots per host, time, chance, and the end of it
 * all.
 */
export class Network {
  readonly retries: number
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal | undefined
  readonly maskSecret: (secret: string) => void
  readonly timeoutMs: number
  readonly #concurrency: number
  readonly #insecure: ReadonlySet<string>
  readonly #direct: Dispatcher
  readonly #proxied: Dispatcher
  readonly #proxiesHttps: boolean
  readonly #limiters = new Map<string, Limiter>()
  readonly #origins = new Map<string, Promise<string>>()

  constructor(options: NetworkOptions = {}) {
    this.retries = options.retries ?? 5
    this.clock = options.clock ?? systemClock
    this.random = options.random ?? Math.random
    this.signal = options.signal
    this.maskSecret = options.maskSecret ?? ((): void => undefined)
    this.timeoutMs = options.timeoutMs ?? 60_000
    this.#concurrency = options.concurrency ?? 16
    this.#insecure = new Set(options.insecureRegistries ?? [])
    const connectTimeout = Math.min(CONNECT_TIMEOUT_MS, this.timeoutMs)
    const agentOptions = {
      allowH2: false,
      connect: connector(connectTimeout),
      connectTimeout,
      headersTimeout: this.timeoutMs,
      bodyTimeout: this.timeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // The limiters bound the connections: a bound of the pool's own could starve a transfer of
      // its second half.
      connections: null,
    }
    this.#direct = new Agent(agentOptions)
    const proxies = readProxies(options.environment ?? process.env)
    this.#proxiesHttps = proxies?.httpsProxy !== ''
    this.#proxied =
      proxies === undefined ? this.#direct : new EnvHttpProxyAgent({ ...agentOptions, ...proxies })
  }

  /** The slots of a registry host, shared by all clients that speak to it. */
  limiter(registry: string): Limiter {
    let limiter = this.#limiters.get(registry)
    if (limiter === undefined) {
      limiter = new Limiter(this.#concurrency)
      this.#limiters.set(registry, limiter)
    }
    return limiter
  }

  /** Whether the user allows plain HTTP to this host. */
  mayBePlain(host: string): boolean {
    return isLoopback(host) || this.#insecure.has(host)
  }

  /** `https://host[:port]`, or `http://…` for a host that may be plain and does not speak TLS. */
  async originOf(registry: string): Promise<string> {
    let origin = this.#origins.get(registry)
    if (origin === undefined) {
      const host = apiHost(registry)
      origin = this.mayBePlain(registry)
        ? this.#probe(registry, host)
        : Promise.resolve(`https://${host}`)
      this.#origins.set(registry, origin)
    }
    return origin
  }

  async #probe(registry: string, host: string): Promise<string> {
    const secure = await speaksTls(host, this.signal)
    // Nobody was there to ask; the next request asks again.
    if (secure === undefined) this.#origins.delete(registry)
    return `${secure === true ? 'https' : 'http'}://${host}`
  }

  /** Sends one request and follows nothing. Throws a RegistryError for failures below HTTP. */
  async send(exchange: Exchange, place: ErrorPlace): Promise<Answer> {
    const signal = exchange.signal ?? this.signal
    if (signal?.aborted === true) throw cancelled(place)
    try {
      const response = await this.#dispatcherFor(exchange.origin).request({
        origin: exchange.origin,
        path: exchange.path,
        method: exchange.method,
        headers: {
          'user-agent': USER_AGENT,
          // A compressed answer would have other bytes than the ones the digest is about.
          'accept-encoding': 'identity',
          ...exchange.headers,
        },
        body: toBody(exchange.body),
        headersTimeout: exchange.answerTimeoutMs ?? this.timeoutMs,
        ...(signal === undefined ? {} : { signal }),
      })
      return { status: response.statusCode, headers: response.headers, body: response.body }
    } catch (error) {
      throw networkFailure(error, place, signal)
    }
  }

  #dispatcherFor(origin: string): Dispatcher {
    const { hostname, protocol } = new URL(origin)
    // undici would take the proxy for http where there is none for https.
    const isDirect = isLoopback(hostname) || (protocol === 'https:' && !this.#proxiesHttps)
    return isDirect ? this.#direct : this.#proxied
  }

  /** Ends all connections at once; what is still under way fails. */
  async close(): Promise<void> {
    await Promise.all([this.#direct.destroy(), this.#proxied.destroy()])
  }
}

function toBody(body: Exchange['body']): Uint8Array | Readable | null {
  if (body === undefined || body instanceof Uint8Array) return body ?? null
  return Readable.from(body, { objectMode: false })
}
