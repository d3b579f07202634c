import { isFromStorage, whoAnswered } from './away.ts'
import type { Address } from './location.ts'
import { answerError } from '../network/answer-error.ts'
import { type Authorized, Authorizer } from '../auth/authorizer.ts'
import type { Scope } from '../auth/scope.ts'
import { discard } from '../network/answer-body.ts'
import { type Login, loginText, secretsOf } from '../credentials/login.ts'
import { type ErrorPlace, GUEST, RegistryError, reworded } from '../errors.ts'
import type { RegistryFamily } from '../families/family.ts'
import { Introduction } from './first-request.ts'
import { knownSecrets } from '../known-secrets.ts'
import { RegistryFacts } from '../learned/registry-facts.ts'
import type { Logger } from '../logger.ts'
import type { Answer, Network } from '../network/network.ts'
import type { Limiter } from '../pace/limiter.ts'
import { withRetries } from '../pace/retry.ts'
import { Turns } from '../pace/turns.ts'
import { RedirectFollower } from './follow-redirects.ts'
import { isReading } from './redirects.ts'
import type { RegistryAnswer, RegistryRequest } from './registry-request.ts'

/**
 * Speaks HTTP with one registry as one identity: slots, login, redirects, retries and the mapping
 * of refusals.
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
  /** What the answers have shown, also to those who asked. */
  readonly facts: RegistryFacts
  readonly #redirects: RedirectFollower
  readonly #authorizer: Authorizer
  readonly #introduction: Introduction
  /** Connections that were begun before the first answer, the one that it comes on included. */
  #early = 1

  constructor(registry: string, login: Login, network: Network, logger: Logger) {
    this.registry = registry
    this.login = loginText(login)
    for (const secret of login.credentials === undefined ? [] : secretsOf(login.credentials)) {
      knownSecrets.add(secret)
    }
    this.network = network
    network.registries.add(registry)
    this.logger = logger
    this.limiter = network.limiter(registry)
    this.facts = new RegistryFacts(registry, this.login, logger)
    const headers = login.credentials?.headers ?? {}
    this.#redirects = new RedirectFollower(registry, network, logger, headers)
    this.#introduction = new Introduction(async () => this.#connectEarly())
    const home = async (): Promise<string> => network.originOf(registry)
    const askBase = async (place: ErrorPlace): Promise<Answer | undefined> => this.#askBase(place)
    const identity = { registry, login, network, logger }
    this.#authorizer = new Authorizer({ ...identity, home, onBehalfOf: home, askBase })
  }

  /** Known by its host from the start, or by its answers from the first of them on. */
  get family(): RegistryFamily | undefined {
    return this.facts.family
  }

  /** One request with retries, in a slot that is held until `read` is done with the answer. */
  async call<T>(
    request: RegistryRequest,
    read: (answer: RegistryAnswer) => Promise<T>,
  ): Promise<T> {
    return withRetries(this.network, this.logger, () => this.callOnce(request, read))
  }

  /** The same in one try. */
  async callOnce<T>(
    request: RegistryRequest,
    read: (answer: RegistryAnswer) => Promise<T>,
  ): Promise<T> {
    return this.limiter.run(async () => read(await this.exchange(request)), request.lane)
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
      if (!this.#authorizer.forget(forgotten)) throw expired(error)
    }
    try {
      return await this.#tried(request)
    } catch (error) {
      throw this.#saysExpired(error) ? expired(error) : error
    }
  }

  async #tried(request: RegistryRequest): Promise<RegistryAnswer> {
    const { place, refusal, passing } = request
    const send = (): Promise<Authorized<RegistryAnswer>> => this.#authorized(request)
    const { answer, login, missing } = await (this.#introduction.isOver
      ? send()
      : this.#introduction.run(send))
    if (answer.status >= 200 && answer.status < 300) return answer
    const { expect = [] } = request
    const isExpected =
      typeof expect === 'function' ? expect(answer) : expect.includes(answer.status)
    if (isExpected) return answer
    const subject = whoAnswered(answer)
    const isNoJudge = isFromStorage(answer)
    const known = { clock: this.network.clock, family: this.family }
    const asked = { ...place, login: subject === undefined ? login : GUEST }
    const told = { refusal, passing, missing, subject, isNoJudge }
    throw await answerError(answer, asked, { ...known, ...told })
  }

  /** Some say that a login is over with the status of a refusal (Q08, Q10). */
  #saysExpired(error: unknown): error is RegistryError {
    if (!(error instanceof RegistryError)) return false
    return this.family?.expiredLogin?.test(error.registryMessage ?? '') === true
  }

  /** Where an upload goes on. */
  async uploadAddress(answer: RegistryAnswer, place: ErrorPlace): Promise<Address> {
    return this.#redirects.uploadAddress(answer, place)
  }

  /** Tells of scopes that requests will need, so that one token can serve all of them. */
  expect(scopes: readonly Scope[]): void {
    this.#authorizer.expect(scopes)
  }

  /**
   * Makes a connection for a request that has to wait for the first answer, and one for another that
   * waits for a slot: what a host gets at a time doubles as soon as that pays, and is not to wait for
   * connections then.
   */
  async #connectEarly(): Promise<void> {
    this.#early += 1
    await this.network.connectEarly(this.registry)
    if (this.#early >= this.limiter.capacity || !this.limiter.lacks('metadata')) return
    this.#early += 1
    await this.network.connectEarly(this.registry)
  }

  async #authorized(request: RegistryRequest): Promise<Authorized<RegistryAnswer>> {
    const { scopes, place, body } = request
    return this.#authorizer.send<RegistryAnswer>({
      scopes,
      place,
      isReading: isReading(request),
      isBlob: typeof body === 'function',
      send: async (authorization) => {
        const answer = await this.#redirects.follow(request, authorization)
        if (!answer.address.isAway) this.#noteFacts(answer)
        return { answer, isForeign: answer.address.isAway }
      },
      onLogin: () => this.#introduction.end(),
    })
  }

  async #askBase(place: ErrorPlace): Promise<Answer | undefined> {
    const request: RegistryRequest = { method: 'GET', target: '/v2/', scopes: [], place }
    const answer = await this.#redirects.follow(request, undefined)
    if (!answer.address.isAway) return answer
    await discard(answer)
    return undefined
  }

  #noteFacts(answer: RegistryAnswer): void {
    this.facts.note(answer, this.network.retries, this.network.clock.now())
  }
}

function expired(error: RegistryError): RegistryError {
  return reworded('AUTHENTICATION', 'the login has expired', error)
}
