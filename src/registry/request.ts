import { type Address, resolveLocation } from './address.ts'
import { answerError } from './answer-error.ts'
import { Authorizer } from './auth/authorizer.ts'
import type { Scope } from './auth/scope.ts'
import { abandon, discard, singleHeader } from './body.ts'
import type { Credentials } from './credentials/credentials.ts'
import { type ErrorCode, type ErrorPlace, RegistryError } from './errors.ts'
import { foreignText } from './foreign-text.ts'
import type { Logger } from './logger.ts'
import type { Answer, Exchange, Network } from './network.ts'
import { type Limiter, Turns } from './pacing.ts'
import { withRetries } from './retry.ts'

/** Registries redirect blobs once, mirrors perhaps twice; more is a loop. */
const MAX_REDIRECTS = 5
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** Those that keep the method and the body (RFC 9110, 15.4). */
const EXACT_REDIRECTS: ReadonlySet<number> = new Set([307, 308])

export interface RegistryRequest {
  readonly method: Exchange['method']
  /** A path of the registry's API, or the address of an upload session. */
  readonly target: string | Address
  readonly scopes: readonly Scope[]
  readonly place: ErrorPlace
  readonly headers?: Readonly<Record<string, string>>
  /** A stream is opened anew each time it is sent, because a body can be sent only once. */
  readonly body?: Uint8Array | (() => AsyncIterable<Uint8Array>)
  readonly answerTimeoutMs?: number
  /** Ends this request in place of the network's own signal. */
  readonly signal?: AbortSignal
  /** Statuses beside 2xx that are answers, not errors. */
  readonly expect?: readonly number[]
  /** The code of a refusal whose status has none of its own; REGISTRY where absent. */
  readonly refusal?: ErrorCode
}

export interface RegistryAnswer extends Answer {
  /** Where it came from, after redirects. */
  readonly address: Address
}

/**
 * Speaks HTTP with one registry as one identity: slots, login, redirects, retries and the mapping
 * of refusals.
 */
export class RegistryHttp {
  readonly registry: string
  readonly network: Network
  readonly logger: Logger
  readonly limiter: Limiter
  /** For writes that must not meet each other. */
  readonly turns = new Turns()
  readonly #authorizer: Authorizer
  #introduction: Promise<unknown> | undefined

  constructor(
    registry: string,
    credentials: Credentials | undefined,
    network: Network,
    logger: Logger,
  ) {
    this.registry = registry
    this.network = network
    this.logger = logger
    this.limiter = network.limiter(registry)
    this.#authorizer = new Authorizer(registry, credentials, network, logger)
  }

  /**
   * One request with retries, in a slot of its own that is held until `read` is done with the
   * answer.
   */
  async call<T>(
    request: RegistryRequest,
    read: (answer: RegistryAnswer) => Promise<T>,
  ): Promise<T> {
    return withRetries(this.network, this.logger, () =>
      this.limiter.run(async () => read(await this.exchange(request))),
    )
  }

  /**
   * One try of one request, without a slot: for callers that hold one. Throws a RegistryError
   * unless the status is fine.
   */
  async exchange(request: RegistryRequest): Promise<RegistryAnswer> {
    const { place, refusal } = request
    const answer = await this.#introduced(() => this.#authorized(request))
    if (answer.status >= 200 && answer.status < 300) return answer
    if (request.expect?.includes(answer.status) === true) return answer
    throw await answerError(answer, place, this.network.clock.now(), refusal)
  }

  /** The address of a `Location` header, which uploads need. */
  async location(answer: RegistryAnswer, place: ErrorPlace): Promise<Address> {
    const location = singleHeader(answer, 'location', place)
    if (location === undefined) {
      const { status } = answer
      throw new RegistryError('UPLOAD', 'the answer has no Location', { ...place, status })
    }
    const registryOrigin = await this.network.originOf(this.registry)
    return resolveLocation(answer.address, location, { registryOrigin, place })
  }

  /**
   * The first request goes alone, so that a registry asks for a login once and not sixteen times.
   */
  async #introduced<T>(work: () => Promise<T>): Promise<T> {
    if (this.#introduction === undefined) {
      const first = work()
      this.#introduction = first.catch(() => undefined)
      return first
    }
    await this.#introduction
    return work()
  }

  async #authorized(request: RegistryRequest): Promise<RegistryAnswer> {
    const { scopes, place } = request
    const origin = await this.network.originOf(this.registry)
    const offered = await this.#authorizer.authorization(scopes, place)
    const answer = await this.#follow(request, origin, offered)
    if (answer.status !== 401 || answer.address.origin !== origin) return answer
    let better: string | undefined
    try {
      better = await this.#authorizer.challenged(answer, scopes, offered, place)
    } catch (error) {
      abandon(answer)
      throw error
    }
    if (better === undefined) return answer
    await discard(answer)
    return this.#follow(request, origin, better)
  }

  async #follow(
    request: RegistryRequest,
    origin: string,
    authorization: string | undefined,
  ): Promise<RegistryAnswer> {
    const { target, method, place } = request
    let address: Address = typeof target === 'string' ? { origin, path: target } : target
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const isHome = address.origin === origin
      const answer = await this.#send(request, address, isHome ? authorization : undefined)
      const { status } = answer
      if (!REDIRECTS.has(status) || answer.headers['location'] === undefined) {
        return { ...answer, address }
      }
      await discard(answer)
      if (method !== 'GET' && method !== 'HEAD' && !EXACT_REDIRECTS.has(status)) {
        const reason = 'the registry answers a write with a redirect that is for reading'
        throw new RegistryError('REDIRECT', reason, { ...place, status })
      }
      const location = singleHeader(answer, 'location', place) ?? ''
      address = resolveLocation(address, location, { registryOrigin: origin, place })
    }
    throw new RegistryError('REDIRECT', `more than ${MAX_REDIRECTS} redirects`, place)
  }

  async #send(
    request: RegistryRequest,
    address: Address,
    authorization: string | undefined,
  ): Promise<Answer> {
    const { method, body, headers, answerTimeoutMs, signal, place } = request
    const startedAt = this.network.clock.now()
    const answer = await this.network.send(
      {
        ...address,
        method,
        headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
        body: typeof body === 'function' ? body() : body,
        answerTimeoutMs,
        signal,
      },
      place,
    )
    const url = foreignText(`${address.origin}${address.path}`)
    const elapsed = this.network.clock.now() - startedAt
    this.logger.debug(`${method} ${url} ${answer.status} ${elapsed} ms`)
    return answer
  }
}
