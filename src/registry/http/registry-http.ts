import { type Address, leadsAway, resolveLocation } from './location.ts'
import { answerError } from '../network/answer-error.ts'
import { type Attempt, Authorizer } from '../auth/authorizer.ts'
import type { Scope } from '../auth/scope.ts'
import { abandon, discard, singleHeader } from '../network/answer-body.ts'
import { type Login, loginText } from '../credentials/login.ts'
import { type ErrorCode, type ErrorPlace, RegistryError } from '../errors.ts'
import { familyOfAnswer, familyOfHost } from '../families/lookup.ts'
import type { RegistryFamily } from '../families/family.ts'
import { foreignText } from '../foreign-text.ts'
import { Introduction } from './first-request.ts'
import { LargeBlobs } from '../learned/blob-size-limit.ts'
import { KeptManifests } from '../learned/manifest-cache.ts'
import { ReferrersApi } from '../learned/referrers-api.ts'
import { TagLists } from '../learned/tag-list.ts'
import type { Logger } from '../logger.ts'
import { Mounts } from '../learned/mount-support.ts'
import type { Answer, Exchange, Network } from '../network/network.ts'
import { Limiter, Turns } from '../pace/limiter.ts'
import { Quota } from '../pace/pull-limit.ts'
import { type Kind, kindOf } from '../request-kind.ts'
import { withRetries } from '../pace/retry.ts'
import { awaitTurn } from '../pace/wait-for-turn.ts'

/** Registries redirect blobs once, mirrors perhaps twice; more is a loop. */
const MAX_REDIRECTS = 5
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** Those that keep the method and the body (RFC 9110, 15.4). */
const EXACT_REDIRECTS: ReadonlySet<number> = new Set([307, 308])
/** Some megabytes of them, and more than a registry takes from us at a time. */
const HELD_AT_ONCE = 32
/**
 * Logging in, and once more where the first time was not with a new token or for a wider scope; the
 * step from a token for many repositories to one for this one comes on top.
 */
const MAX_LOGINS = 2

/** The content of a blob, in one piece of memory or as it comes. */
export type BlobContent = Uint8Array | AsyncIterable<Uint8Array>
export type OpenContent = () => BlobContent

export interface RegistryRequest {
  readonly method: Exchange['method']
  /** A path of the registry's API, or the address of an upload session. */
  readonly target: string | Address
  readonly scopes: readonly Scope[]
  readonly place: ErrorPlace
  readonly headers?: Readonly<Record<string, string>>
  /** The content of a blob is opened anew each time it is sent: a stream is there only once. */
  readonly body?: Uint8Array | OpenContent
  readonly answerTimeoutMs?: number
  /** Ends this request in place of the network's own signal. */
  readonly signal?: AbortSignal
  /** Statuses beside 2xx that are answers, not errors; or what tells them. */
  readonly expect?: readonly number[] | ((answer: Answer) => boolean)
  /** A redirect to another host is not followed, but the answer. */
  readonly staysAtHost?: true
  /** The code of a refusal whose status has none of its own; REGISTRY where absent. */
  readonly refusal?: ErrorCode
  /** Codes of the registry after which the same request may succeed a moment later. */
  readonly passing?: readonly string[]
}

/** One of the addresses that a request is sent to, with what may be told there. */
interface Hop {
  readonly address: Address
  readonly identity: Readonly<Record<string, string>>
  readonly onBehalfOf: string
}

export interface RegistryAnswer extends Answer {
  /** Where it came from, after redirects. */
  readonly address: Address
}

/**
 * Speaks HTTP with one registry as one identity: slots, login, redirects, retries and the mapping
 * of refusals. What is learned about the registry on the way is kept here.
 */
export class RegistryHttp {
  readonly registry: string
  /** Who asks, in words. */
  readonly login: string
  readonly network: Network
  readonly logger: Logger
  readonly limiter: Limiter
  /** For writes that must not meet each other. */
  readonly turns = new Turns()
  readonly mounts = new Mounts()
  readonly largeBlobs = new LargeBlobs()
  readonly manifests = new KeptManifests()
  readonly referrersApi = new ReferrersApi()
  readonly tagLists = new TagLists()
  readonly quota: Quota
  /** For small blobs that are held while they are on their way. */
  readonly held = new Limiter(HELD_AT_ONCE)
  readonly #headers: Readonly<Record<string, string>>
  readonly #authorizer: Authorizer
  #family: RegistryFamily | undefined
  readonly #introduction: Introduction

  constructor(registry: string, login: Login, network: Network, logger: Logger) {
    this.registry = registry
    this.login = loginText(login)
    this.network = network
    this.logger = logger
    this.limiter = network.limiter(registry)
    this.quota = new Quota(registry, this.login, logger)
    this.#headers = login.credentials?.headers ?? {}
    this.#family = familyOfHost(registry)
    this.#introduction = new Introduction(() => network.connectEarly(registry))
    this.#authorizer = new Authorizer(registry, login.credentials, network, logger)
  }

  /** Known by its host from the start, or by its answers from the first of them on. */
  get family(): RegistryFamily | undefined {
    return this.#family
  }

  /** One request with retries, in a slot that is held until `read` is done with the answer. */
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
    const { forgotten } = this.#authorizer
    try {
      return await this.#tried(request)
    } catch (error) {
      if (!this.#saysExpired(error)) throw error
      if (!this.#authorizer.forget(forgotten)) throw expired(error, request.place)
    }
    try {
      return await this.#tried(request)
    } catch (error) {
      throw this.#saysExpired(error) ? expired(error, request.place) : error
    }
  }

  async #tried(request: RegistryRequest): Promise<RegistryAnswer> {
    const { place, refusal } = request
    const answer = await this.#introduction.run(() => this.#authorized(request))
    if (answer.status >= 200 && answer.status < 300) return answer
    const { expect = [] } = request
    const isExpected =
      typeof expect === 'function' ? expect(answer) : expect.includes(answer.status)
    if (isExpected) return answer
    throw await answerError(answer, place, {
      clock: this.network.clock,
      refusal,
      passing: request.passing,
      family: this.#family,
    })
  }

  /** Some say that a login is over with the status of a refusal (Q08, Q10). */
  #saysExpired(error: unknown): error is RegistryError {
    if (!(error instanceof RegistryError)) return false
    return this.#family?.expiredLogin?.test(error.registryMessage ?? '') === true
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

  /** Tells of scopes that requests will need, so that one token can serve all of them. */
  expect(scopes: readonly Scope[]): void {
    this.#authorizer.expect(scopes)
  }

  async #authorized(request: RegistryRequest): Promise<RegistryAnswer> {
    const { scopes, place } = request
    const origin = await this.network.originOf(this.registry)
    let attempt = await this.#authorizer.attempt(scopes, place)
    for (let logins = 0; ; logins++) {
      const answer = await this.#follow(request, origin, attempt.authorization)
      if (answer.address.origin !== origin) return answer
      this.#learn(answer)
      const isBlob = typeof request.body === 'function'
      const isRefusal = this.#authorizer.isRefusal(answer.status, attempt, isBlob)
      if (!isRefusal || logins >= MAX_LOGINS + (attempt.isForWide ? 1 : 0)) return answer
      const better = await this.#challenged(answer, attempt, place)
      if (better === undefined) return answer
      attempt = better
      this.#introduction.end()
      await discard(answer)
    }
  }

  async #challenged(
    answer: RegistryAnswer,
    attempt: Attempt,
    place: ErrorPlace,
  ): Promise<Attempt | undefined> {
    try {
      return await this.#authorizer.challenged(answer, attempt, place)
    } catch (error) {
      abandon(answer)
      throw error
    }
  }

  /** What an answer of the registry itself gives away about it. */
  #learn({ status, headers }: RegistryAnswer): void {
    this.#family ??= familyOfAnswer(headers)
    this.quota.note({ status, headers }, this.network.retries, this.network.clock.now())
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
      const identity = isHome
        ? { ...this.#headers, ...(authorization === undefined ? {} : { authorization }) }
        : {}
      // Who brings a signal is in a hurry: it gives something back before the end.
      if (isHome && request.signal === undefined) {
        await awaitTurn(this.network, this.limiter, kindOfRequest(request), place)
      }
      const sentAt = this.network.clock.now()
      const answer = await this.#send(request, { address, identity, onBehalfOf: origin })
      const { status } = answer
      if (isHome) this.#notePace(request, answer, sentAt)
      if (!REDIRECTS.has(status) || answer.headers['location'] === undefined) {
        return { ...answer, address }
      }
      const location = singleHeader(answer, 'location', place) ?? ''
      if (request.staysAtHost === true && leadsAway(address, location)) {
        return { ...answer, address }
      }
      await discard(answer)
      if (method !== 'GET' && method !== 'HEAD' && !EXACT_REDIRECTS.has(status)) {
        const reason = 'the registry answers a write with a redirect that is for reading'
        throw new RegistryError('REDIRECT', reason, { ...place, status })
      }
      address = resolveLocation(address, location, { registryOrigin: origin, place })
    }
    throw new RegistryError('REDIRECT', `more than ${MAX_REDIRECTS} redirects`, place)
  }

  #notePace(request: RegistryRequest, { status, headers }: Answer, sentAt: number): void {
    const kind = kindOfRequest(request)
    const now = this.network.clock.now()
    this.limiter.note({ kind, method: request.method, status, headers, sentAt, now })
  }

  async #send(request: RegistryRequest, { address, identity, onBehalfOf }: Hop): Promise<Answer> {
    const { method, body, headers, answerTimeoutMs, signal, place } = request
    const startedAt = this.network.clock.now()
    const answer = await this.network.send(
      {
        ...address,
        method,
        headers: { ...headers, ...identity },
        body: typeof body === 'function' ? body() : body,
        answerTimeoutMs,
        signal,
        onBehalfOf,
      },
      place,
    )
    const url = foreignText(`${address.origin}${address.path}`)
    const elapsed = this.network.clock.now() - startedAt
    this.logger.debug(`${method} ${url} ${answer.status} ${elapsed} ms`)
    return answer
  }
}

function kindOfRequest({ method, target }: RegistryRequest): Kind {
  return kindOf(method, typeof target === 'string' ? target : target.path)
}

function expired(error: RegistryError, place: ErrorPlace): RegistryError {
  const { status, registryCode, registryMessage } = error
  const details = { ...place, status, registryCode, registryMessage, cause: error }
  return new RegistryError('AUTHENTICATION', 'the login has expired', details)
}
