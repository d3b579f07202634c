import { Authorizer } from '../auth/authorizer.ts'
import { pullScope } from '../auth/scope.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import type { Logger } from '../logger.ts'
import { discard } from '../network/answer-body.ts'
import type { Answer, Network } from '../network/network.ts'
import type { Limiter } from '../pace/limiter.ts'
import { awaitTurn } from '../pace/wait-for-turn.ts'
import { type Kind, kindOf } from '../request-kind.ts'
import { isFromStorage, isOfApi, repositoryIn } from './away.ts'
import type { Address } from './location.ts'
import {
  type Home,
  isFollowed,
  isReading,
  MAX_REDIRECTS,
  redirectTarget,
  uploadAddress,
} from './redirects.ts'
import type { RegistryAnswer, RegistryRequest } from './registry-request.ts'

/** How often a registry is asked where something is, if the storages that it names refuse it. */
const MAX_ADDRESSES = 3
/** Addresses are signed for a time; storages say with these that they are over, or lead to nothing. */
const STORAGE_REFUSALS: ReadonlySet<number> = new Set([400, 401, 403, 404, 410])

/** Sends the requests of one identity to one registry, wherever they are led. */
export class RedirectFollower {
  readonly #registry: string
  readonly #network: Network
  readonly #logger: Logger
  readonly #headers: Readonly<Record<string, string>>
  readonly #limiter: Limiter
  /** By origin: registries that this one leads to, as far as they give a token to everybody. */
  readonly #guests = new Map<string, Authorizer>()

  /** @param headers that are part of the identity (`HttpHeaders` of the Docker configuration) */
  constructor(
    registry: string,
    network: Network,
    logger: Logger,
    headers: Readonly<Record<string, string>>,
  ) {
    this.#registry = registry
    this.#network = network
    this.#logger = logger
    this.#headers = headers
    this.#limiter = network.limiter(registry)
  }

  /**
   * Sends a request to the registry, and on to where that leads it. A storage that refuses what is to
   * be read is no judge: the registry is asked for another address. Throws REDIRECT where the request
   * must not go there, and the errors of the network.
   *
   * @param authorization goes to the registry's own origin, and no further
   */
  async follow(
    request: RegistryRequest,
    authorization: string | undefined,
  ): Promise<RegistryAnswer> {
    for (let asked = 1; ; asked++) {
      const answer = await this.#followOnce(request, authorization)
      const isRefused = isFromStorage(answer) && STORAGE_REFUSALS.has(answer.status)
      if (request.method !== 'GET' || !isRefused || asked === MAX_ADDRESSES) return answer
      await discard(answer)
    }
  }

  async #followOnce(
    request: RegistryRequest,
    authorization: string | undefined,
  ): Promise<RegistryAnswer> {
    const { target, place } = request
    const home = await this.#home()
    const login = authorization === undefined ? {} : { authorization }
    const identity = { ...this.#headers, ...login }
    let address: Address =
      typeof target === 'string' ? { origin: home.origin, path: target, isAway: false } : target
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const isGuest = address.isAway && isReading(request) && isOfApi(address.path)
      const answer = isGuest
        ? await this.#asGuest(request, address, home.origin)
        : await this.#hop(request, address, home.origin, address.isAway ? {} : identity)
      if (!isFollowed(answer, address, request)) return { ...answer, address }
      await discard(answer)
      address = redirectTarget(answer, address, request, home)
    }
    throw new RegistryError('REDIRECT', `more than ${MAX_REDIRECTS} redirects`, place)
  }

  /**
   * Asks another registry, which this one leads to, and which may want a token that everybody gets.
   */
  async #asGuest(request: RegistryRequest, address: Address, origin: string): Promise<Answer> {
    const name = repositoryIn(address.path)
    const { answer } = await this.#guestAt(address.origin, origin).send({
      scopes: name === undefined ? [] : [pullScope(name)],
      place: request.place,
      isReading: true,
      isBlob: false,
      send: async (authorization) => {
        const identity = authorization === undefined ? {} : { authorization }
        const answered = await this.#hop(request, address, origin, identity)
        return { answer: answered, isForeign: false }
      },
    })
    return answer
  }

  #guestAt(origin: string, onBehalfOf: string): Authorizer {
    let guest = this.#guests.get(origin)
    if (guest === undefined) {
      guest = new Authorizer({
        registry: new URL(origin).host,
        login: { credentials: undefined, origin: 'nowhere' },
        network: this.#network,
        logger: this.#logger,
        home: async (): Promise<string> => Promise.resolve(origin),
        onBehalfOf: async (): Promise<string> => Promise.resolve(onBehalfOf),
        isGuest: true,
      })
      this.#guests.set(origin, guest)
    }
    return guest
  }

  /** Where an upload goes on, as an answer says. Throws UPLOAD and REDIRECT. */
  async uploadAddress(answer: RegistryAnswer, place: ErrorPlace): Promise<Address> {
    return uploadAddress(answer, answer.address, await this.#home(), place)
  }

  async #home(): Promise<Home> {
    const registry = this.#registry
    const { registries } = this.#network
    return { registry, origin: await this.#network.originOf(registry), registries }
  }

  /** One of the addresses that a request is sent to, with what may be told there. */
  async #hop(
    request: RegistryRequest,
    address: Address,
    origin: string,
    identity: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    if (address.origin !== origin) return this.#send(request, address, identity, origin)
    const { clock } = this.#network
    const kind = kindOfRequest(request)
    // Who brings a signal is in a hurry: it gives something back before the end.
    const turn =
      request.signal === undefined
        ? awaitTurn(this.#network, this.#limiter, kind, request.place)
        : undefined
    if (turn !== undefined) await turn
    const sentAt = clock.now()
    const answer = await this.#send(request, address, identity, origin)
    const { status, headers } = answer
    this.#limiter.note({ kind, method: request.method, status, headers, sentAt, now: clock.now() })
    return answer
  }

  async #send(
    request: RegistryRequest,
    { origin, path, isAway }: Address,
    identity: Readonly<Record<string, string>>,
    onBehalfOf: string,
  ): Promise<Answer> {
    const { method, body, headers, answerTimeoutMs, place } = request
    const endsLater = this.#network.signal?.aborted === true ? undefined : request.endsLater
    const startedAt = this.#network.clock.now()
    const answer = await this.#network.send(
      {
        origin,
        path,
        method,
        headers: { ...headers, ...identity },
        body: typeof body === 'function' ? body() : body,
        answerTimeoutMs,
        signal: request.signal ?? endsLater,
        onBehalfOf,
        withoutCertificate: isAway,
      },
      place,
    )
    if (this.#logger.isDebugging !== false) {
      const url = foreignText(`${origin}${path}`)
      const elapsed = this.#network.clock.now() - startedAt
      this.#logger.debug(`${method} ${url} ${answer.status} ${elapsed} ms`)
    }
    return answer
  }
}

function kindOfRequest({ method, target }: RegistryRequest): Kind {
  return kindOf(method, typeof target === 'string' ? target : target.path)
}
