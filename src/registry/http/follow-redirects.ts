import { type ErrorPlace, RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import type { Logger } from '../logger.ts'
import { discard } from '../network/answer-body.ts'
import type { Answer, Network } from '../network/network.ts'
import type { Limiter } from '../pace/limiter.ts'
import { awaitTurn } from '../pace/wait-for-turn.ts'
import { type Kind, kindOf } from '../request-kind.ts'
import type { Address } from './location.ts'
import { type Home, isFollowed, MAX_REDIRECTS, redirectTarget, uploadAddress } from './redirects.ts'
import type { RegistryAnswer, RegistryRequest } from './registry-request.ts'

/** Sends the requests of one identity to one registry, wherever they are led. */
export class RedirectFollower {
  readonly #registry: string
  readonly #network: Network
  readonly #logger: Logger
  readonly #headers: Readonly<Record<string, string>>
  readonly #limiter: Limiter

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
   * Sends a request to the registry, and on to where that leads it. Throws REDIRECT where it must not
   * go there, and the errors of the network.
   *
   * @param authorization goes to the registry's own origin, and no further
   */
  async follow(
    request: RegistryRequest,
    authorization: string | undefined,
  ): Promise<RegistryAnswer> {
    const { target, place } = request
    const home = await this.#home()
    const { origin } = home
    let address: Address =
      typeof target === 'string' ? { origin, path: target, isAway: false } : target
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const answer = await this.#hop(request, address, origin, authorization)
      if (!isFollowed(answer, address, request)) return { ...answer, address }
      await discard(answer)
      address = redirectTarget(answer, address, request, home)
    }
    throw new RegistryError('REDIRECT', `more than ${MAX_REDIRECTS} redirects`, place)
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
    authorization: string | undefined,
  ): Promise<Answer> {
    const isHome = address.origin === origin
    // Who brings a signal is in a hurry: it gives something back before the end.
    if (isHome && request.signal === undefined) {
      await awaitTurn(this.#network, this.#limiter, kindOfRequest(request), request.place)
    }
    const login = authorization === undefined ? {} : { authorization }
    const identity = address.isAway ? {} : { ...this.#headers, ...login }
    const sentAt = this.#network.clock.now()
    const answer = await this.#send(request, address, identity, origin)
    if (isHome) this.#notePace(request, answer, sentAt)
    return answer
  }

  #notePace(request: RegistryRequest, { status, headers }: Answer, sentAt: number): void {
    const kind = kindOfRequest(request)
    const now = this.#network.clock.now()
    this.#limiter.note({ kind, method: request.method, status, headers, sentAt, now })
  }

  async #send(
    request: RegistryRequest,
    { origin, path, isAway }: Address,
    identity: Readonly<Record<string, string>>,
    onBehalfOf: string,
  ): Promise<Answer> {
    const { method, body, headers, answerTimeoutMs, signal, place } = request
    const startedAt = this.#network.clock.now()
    const answer = await this.#network.send(
      {
        origin,
        path,
        method,
        headers: { ...headers, ...identity },
        body: typeof body === 'function' ? body() : body,
        answerTimeoutMs,
        signal,
        onBehalfOf,
        withoutCertificate: isAway,
      },
      place,
    )
    const url = foreignText(`${origin}${path}`)
    const elapsed = this.#network.clock.now() - startedAt
    this.#logger.debug(`${method} ${url} ${answer.status} ${elapsed} ms`)
    return answer
  }
}

function kindOfRequest({ method, target }: RegistryRequest): Kind {
  return kindOf(method, typeof target === 'string' ? target : target.path)
}
