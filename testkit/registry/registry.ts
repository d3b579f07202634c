import { gateOf } from './auth.ts'
import { BearerGate, type IssuedToken } from './bearer.ts'
import { createCertificate, type Certificate } from './certificate.ts'
import { answerToken, createHandler } from './endpoints.ts'
import {
  replyOf,
  type Handler,
  type Middleware,
  type RegistryRequest,
  type Reply,
} from './exchange.ts'
import { all, limited, type Fault, type FaultOptions, type RequestMatcher } from './faults.ts'
import type { Gate } from './gate.ts'
import { createHold, type Hold } from './hold.ts'
import { startServer, type RunningServer } from './http-server.ts'
import { settingsOf, type RegistryOptions, type Settings } from './options.ts'
import { RequestLog, type PathPattern, type RecordedRequest } from './request-log.ts'
import { Store } from './storage.ts'

export type { RegistryOptions } from './options.ts'

/** An answer of the test's own, or undefined to leave the request to the registry. */
export type Interceptor = (
  request: RegistryRequest,
) => Reply | Response | undefined | Promise<Reply | Response | undefined>

/**
 * A conforming registry (distribution-spec 1.1) on a free port of a loopback address, in this process, with
 * everything a test wants to see and to break.
 */
export class TestRegistry {
  readonly store: Store
  readonly #log: RequestLog
  readonly #settings: Settings
  readonly #middleware: Middleware[] = []
  readonly #holds: Hold[] = []
  readonly #gate: Gate
  readonly #handle: Handler
  readonly #certificate: Certificate | undefined
  #server: RunningServer | undefined

  static async start(options: RegistryOptions = {}): Promise<TestRegistry> {
    const certificate =
      options.tls === undefined || options.tls === false
        ? undefined
        : await createCertificate(options.tls === true ? {} : options.tls)
    const registry = new TestRegistry(options, certificate)
    registry.#server = await startServer(registry.#answer, registry.#log, certificate, options)
    return registry
  }

  private constructor(options: RegistryOptions, certificate: Certificate | undefined) {
    this.#log = new RequestLog(options.onRequest)
    this.#settings = settingsOf(options)
    this.store = options.store ?? new Store()
    this.#certificate = certificate
    this.#gate = gateOf(options.auth, {
      scheme: certificate === undefined ? 'http' : 'https',
      now: this.#settings.now,
    })
    this.#handle = createHandler(this.store, this.#settings, this.#gate)
  }

  /** `127.0.0.1:<port>`, or `[::1]:<port>`. */
  get host(): string {
    return this.#running.host
  }

  /** `http://127.0.0.1:<port>`, or https. */
  get url(): string {
    return this.#running.url
  }

  /** Connections that were made to it so far; over TLS, those whose handshake has succeeded. */
  get connections(): number {
    return this.#running.connections
  }

  /** The authority that signed the certificate, PEM; undefined without TLS. */
  get ca(): string | undefined {
    return this.#certificate?.ca
  }

  /** The certificate itself, PEM; undefined without TLS. */
  get certificate(): string | undefined {
    return this.#certificate?.cert
  }

  /** Every request since the start or the last clearing, token requests included, in order. */
  get requests(): readonly RecordedRequest[] {
    return this.#log.requests
  }

  /** Highest number of requests that were being answered at one time. */
  get peakRequests(): number {
    return this.#log.peak
  }

  /** Every bearer token that was issued, in order. */
  get tokens(): readonly IssuedToken[] {
    return this.#gate instanceof BearerGate ? this.#gate.issued : []
  }

  clearRequests() {
    this.#log.clear()
  }

  count(method?: string, path?: PathPattern): number {
    return this.#log.count(method, path)
  }

  select(method?: string, path?: PathPattern): RecordedRequest[] {
    return this.#log.select(method, path)
  }

  /** Lets `behaviour` (see faults.ts) act on the requests that match. What was set first is outermost. */
  fault(matcher: RequestMatcher, behaviour: Middleware, options?: FaultOptions): Fault {
    const { middleware, hits } = limited(matcher, behaviour, options)
    const remove = this.use(middleware)
    return {
      get hits() {
        return hits()
      },
      remove,
    }
  }

  /** Makes the requests that match wait until the test releases them. */
  hold(matcher: RequestMatcher): Hold {
    const hold = createHold()
    this.#holds.push(hold)
    this.fault(matcher, hold.middleware)
    return hold
  }

  intercept(interceptor: Interceptor): () => void {
    return this.use(async (request, next) => {
      const answer = await interceptor(request)
      if (answer === undefined) return next()
      return answer instanceof Response ? replyOf(answer) : answer
    })
  }

  /** Wraps all requests; the function that comes back takes it off again. */
  use(middleware: Middleware): () => void {
    this.#middleware.push(middleware)
    return () => {
      const index = this.#middleware.indexOf(middleware)
      if (index >= 0) this.#middleware.splice(index, 1)
    }
  }

  /** From now on no bearer token that was issued so far is valid. */
  revokeTokens() {
    if (this.#gate instanceof BearerGate) this.#gate.revokeAll()
  }

  /** The token endpoint, for a server that has it at another host name. */
  async answerTokenRequest(request: RegistryRequest): Promise<Reply> {
    return answerToken(request, this.#gate)
  }

  /** Ends every connection, in the middle of whatever it does. */
  async close() {
    for (const hold of this.#holds) hold.release()
    await this.#server?.close()
    this.#server = undefined
  }

  async [Symbol.asyncDispose]() {
    await this.close()
  }

  readonly #answer: Handler = async (request) => {
    const chain = all(...this.#middleware, ...this.#settings.middleware)
    return chain(request, async (changed = request) => this.#handle(changed))
  }

  get #running(): RunningServer {
    if (this.#server === undefined) throw new Error('the registry is closed')
    return this.#server
  }
}
