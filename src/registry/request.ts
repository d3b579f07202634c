import { Authorizer } from './auth/authorizer.ts'
import type { Scope } from './auth/scope.ts'
import { type Address, resolveLocation } from './address.ts'
import { answerError } from './answer-error.ts'
import { discard, singleHeader } from './body.ts'
import type { Credentials } from './credentials/credentials.ts'
import { type ErrorPlace, RegistryError } from './errors.ts'
import type { Logger } from './logger.ts'
import type { Answer, Exchange, Network } from './network.ts'
import type { Limiter } from './pacing.ts'
import { withRetries } from './retry.ts'

/** Registries redirect blobs once, mirrors perhaps twice; more is a loop. */
const MAX_REDIRECTS = 5
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export interface RegistryRequest {
  readonly method: Exchange['method']
  /** A path of the registry's API, or the address of an upload session. */
  readonly target: string | Address
  readonly scopes: readonly Scope[]
  readonly place: ErrorPlace
  readonly headers?: Readonly<Record<string, string>>
  /** A stream is opened anew for each try, because a body can be sent only once. */
  readonly body?: Uint8Array | (() => AsyncIterable<Uint8Array>)
  readonly answerTimeoutMs?: number
  /** Statuses beside 2xx that are answers, not errors. */
  readonly expect?: readonly number[]
}

export interface RegistryAnswer extends Answer {
  /** Where it came from, after redirects. */
  readonly address: Address
}

/** Speaks HTTP with one registry as one identity: slots, login, redirects, retries and the mapping of refusals. */
export class RegistryHttp {
  readonly registry: string
  readonly network: Network
  readonly logger: Logger
  readonly limiter: Limiter
  readonly #authorizer: Authorizer
  #introduction: Promise<unknown> | undefined

  constructor(registry: string, credentials: Credentials | undefined, network: Network, logger: Logger) {
    this.registry = registry
    this.network = network
    this.logger = logger
    this.limiter = network.limiter(registry)
    this.#authorizer = new Authorizer(registry, credentials, network, logger)
  }

  /** One request with retries, in a slot of its own that is held until `read` is done with the answer. */
  async call<T>(request: RegistryRequest, read: (answer: RegistryAnswer) => Promise<T>): Promise<T> {
    return await withRetries(this.network, this.logger, () =>
      this.limiter.run(async () => read(await this.exchange(request))),
    )
  }

  /** One try of one request, without a slot: for callers that hold one. Throws a RegistryError unless the status is fine. */
  async exchange(request: RegistryRequest): Promise<RegistryAnswer> {
    const answer = await this.#introduced(() => this.#authorized(request))
    if (answer.status >= 200 && answer.status < 300) return answer
    if (request.expect?.includes(answer.status) === true) return answer
    throw await answerError(answer, request.place, this.network.clock.now())
  }

  /** The address of a `Location` header, which uploads need. */
  location(answer: RegistryAnswer, origin: string, place: ErrorPlace): Address {
    const location = singleHeader(answer, 'location', place)
    if (location === undefined) {
      throw new RegistryError('REGISTRY', 'the answer has no Location', { ...place, status: answer.status })
    }
    return resolveLocation(answer.address, location, { registryOrigin: origin, place })
  }

  /** The first request goes alone, so that a registry which wants a login says so once and not sixteen times. */
  async #introduced<T>(work: () => Promise<T>): Promise<T> {
    if (this.#introduction === undefined) {
      const first = work()
      this.#introduction = first.catch(() => undefined)
      return await first
    }
    await this.#introduction
    return await work()
  }

  async #authorized(request: RegistryRequest): Promise<RegistryAnswer> {
    const { scopes, place } = request
    const origin = await this.network.originOf(this.registry)
    const offered = await this.#authorizer.authorization(scopes, place)
    const answer = await this.#follow(request, origin, offered)
    if (answer.status !== 401 || answer.address.origin !== origin) return answer
    const better = await this.#authorizer.challenged(answer, scopes, offered, place)
    if (better === undefined) return answer
    await discard(answer)
    return await this.#follow(request, origin, better)
  }

  async #follow(
    request: RegistryRequest,
    origin: string,
    authorization: string | undefined,
  ): Promise<RegistryAnswer> {
    const { target, place } = request
    let address: Address = typeof target === 'string' ? { origin, path: target } : target
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const answer = await this.#send(request, address, address.origin === origin ? authorization : undefined)
      const location = singleHeader(answer, 'location', place)
      if (!REDIRECTS.has(answer.status) || location === undefined) return { ...answer, address }
      await discard(answer)
      if (typeof request.body === 'function') {
        throw new RegistryError('REDIRECT', 'the registry redirects an upload', { ...place, status: answer.status })
      }
      address = resolveLocation(address, location, { registryOrigin: origin, place })
    }
    throw new RegistryError('REDIRECT', `more than ${MAX_REDIRECTS} redirects`, place)
  }

  async #send(request: RegistryRequest, address: Address, authorization: string | undefined): Promise<Answer> {
    const { method, body, headers, answerTimeoutMs, place } = request
    const startedAt = this.network.clock.now()
    const answer = await this.network.send(
      {
        ...address,
        method,
        headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
        body: typeof body === 'function' ? body() : body,
        answerTimeoutMs,
      },
      place,
    )
    const path = address.path.replace(/\?.*$/s, '')
    this.logger.debug(
      `${method} ${address.origin}${path} ${answer.status} ${this.network.clock.now() - startedAt} ms`,
    )
    return answer
  }
}
