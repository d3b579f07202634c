import { answerError } from '../network/answer-error.ts'
import { discard, readBody, singleHeader } from '../network/answer-body.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import type { Logger } from '../logger.ts'
import type { Answer, Network } from '../network/network.ts'
import { withRetries } from '../pace/retry.ts'
import { type Address, resolveLocation } from './location.ts'

/** Stores of attestations and mirrors redirect once or twice. */
const MAX_REDIRECTS = 3
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** One GET of a service that is no registry. */
export interface WebRequest {
  /** What is being done, for the error of a failure. */
  readonly operation: string
  /** For the host of the URL alone. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes; a longer answer fails. */
  readonly maxBytes: number
  /** Statuses beside 200 that are answers, not errors. */
  readonly expect?: readonly number[]
  /** The URL of the service whose word has led here: to no private address but one of its own host. */
  readonly givenBy?: string
}

export interface WebAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

/**
 * Asks services that are no registries, over the network of the run: its proxies, authorities, limits
 * and retries. Nothing but `https`, and `http` where that never leaves this machine.
 */
export class WebClient {
  readonly #network: Network
  readonly #logger: Logger

  constructor(network: Network, logger: Logger) {
    this.#network = network
    this.#logger = logger
  }

  /** Throws a RegistryError for every failure; its `registry` is the host that was asked. */
  async get(url: string, request: WebRequest): Promise<WebAnswer> {
    const place = { operation: request.operation, registry: URL.parse(url)?.host }
    const target = this.#checked(url, place)
    const host = this.#network.limiter(target.host)
    return withRetries(this.#network, this.#logger, async () =>
      host.run(async () => this.#follow(target, request, place)),
    )
  }

  #checked(url: string, place: ErrorPlace): URL {
    const target = URL.parse(url)
    const isSafe =
      target?.protocol === 'https:' ||
      (target?.protocol === 'http:' && this.#network.mayBePlain(target.host))
    if (target !== null && isSafe && target.username === '' && target.password === '') return target
    throw new RegistryError('REDIRECT', `no address to ask: ${foreignText(url)}`, place)
  }

  async #follow(target: URL, request: WebRequest, place: ErrorPlace): Promise<WebAnswer> {
    let address: Address = {
      origin: target.origin,
      path: `${target.pathname}${target.search}`,
      isAway: false,
    }
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const answer = await this.#network.send(
        {
          origin: address.origin,
          path: address.path,
          method: 'GET',
          headers: address.isAway ? {} : { ...request.headers },
          onBehalfOf: new URL(request.givenBy ?? target).origin,
        },
        place,
      )
      this.#logger.debug(`GET ${foreignText(`${address.origin}${address.path}`)} ${answer.status}`)
      const location = REDIRECTS.has(answer.status)
        ? singleHeader(answer, 'location', place)
        : undefined
      if (location === undefined) return this.#read(answer, request, place)
      await discard(answer)
      address = resolveLocation(address, location, { registryOrigin: target.origin, place })
    }
    throw new RegistryError('REDIRECT', `more than ${MAX_REDIRECTS} redirects`, place)
  }

  async #read(answer: Answer, request: WebRequest, place: ErrorPlace): Promise<WebAnswer> {
    const { status, headers } = answer
    if (status !== 200 && request.expect?.includes(status) !== true) {
      const rules = { clock: this.#network.clock, subject: place.registry }
      throw await answerError(answer, place, isUsedUp(answer) ? { ...rules, ...USED_UP } : rules)
    }
    const body = await readBody(answer, request.maxBytes, place, this.#network)
    return { status, headers: firstOfEach(headers), body }
  }
}

/** GitHub says by 403 also that a token has had its requests (REST API, Rate limits). */
function isUsedUp({ status, headers }: Answer): boolean {
  return status === 403 && headers['x-ratelimit-remaining'] === '0'
}

const USED_UP = { isNoJudge: true, refusal: 'RATE_LIMITED' } as const

/** A header that came several times counts as it came first. */
function firstOfEach(headers: Answer['headers']): WebAnswer['headers'] {
  const first: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(headers)) first[name] = [value].flat()[0]
  return first
}
