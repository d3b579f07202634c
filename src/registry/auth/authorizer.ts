import { FormatError } from '../../oci/errors.ts'
import { basicAuthorization, type Credentials } from '../credentials/credentials.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import type { Logger } from '../logger.ts'
import type { Answer, Network } from '../network.ts'
import { withRetries } from '../retry.ts'
import { type Challenge, chooseChallenge, parseChallenges } from './challenge.ts'
import { mayReceiveCredentials, parseRealm } from './realm.ts'
import { covers, formatScope, mergeScopes, parseScope, type Scope } from './scope.ts'
import { fetchToken, type Token } from './token.ts'

/** How the registry wants to be spoken to, once it has said so. */
type Scheme = { readonly kind: 'basic' } | BearerScheme

interface BearerScheme {
  readonly kind: 'bearer'
  readonly realm: URL
  readonly service: string | undefined
}

interface HeldToken {
  readonly scopes: readonly Scope[]
  readonly token: Promise<Token>
  /** The token's text, once it is there. */
  value: string | undefined
}

/**
 * Logs in to one registry as one identity. Nothing is sent before the registry asks for it; tokens
 * are kept for as long as they last, shared by all requests, and fetched once for each set of
 * scopes however many requests wait for them.
 */
export class Authorizer {
  readonly #registry: string
  readonly #credentials: Credentials | undefined
  readonly #network: Network
  readonly #logger: Logger
  #scheme: Scheme | undefined
  #tokens: readonly HeldToken[] = []

  constructor(
    registry: string,
    credentials: Credentials | undefined,
    network: Network,
    logger: Logger,
  ) {
    this.#registry = registry
    this.#credentials = credentials
    this.#network = network
    this.#logger = logger
  }

  /**
   * The `Authorization` header for a request that needs these scopes; undefined until the registry
   * has asked for one.
   */
  async authorization(scopes: readonly Scope[], place: ErrorPlace): Promise<string | undefined> {
    const scheme = this.#scheme
    if (scheme === undefined) return undefined
    if (scheme.kind === 'basic') {
      return this.#credentials === undefined ? undefined : basicAuthorization(this.#credentials)
    }
    const token = await this.#token(scheme, mergeScopes(scopes), place)
    return `Bearer ${token.value}`
  }

  /**
   * Takes in a 401 (RFC 9110, 15.5.2). Returns the header to try once more with, or undefined where
   * there is nothing better to offer than what was just refused.
   */
  async challenged(
    answer: Answer,
    scopes: readonly Scope[],
    refused: string | undefined,
    place: ErrorPlace,
  ): Promise<string | undefined> {
    const challenge = readChallenge(answer, place)
    // Some gateways name the scheme once, and later refuse a worn token without a word.
    if (challenge !== undefined) this.#scheme = await this.#schemeOf(challenge, place)
    this.#tokens = this.#tokens.filter((held) => refused !== `Bearer ${held.value ?? ''}`)
    const asked = [...scopes, ...readScopes(challenge?.parameters.get('scope'))]
    const header = await this.authorization(asked, place)
    return header === refused ? undefined : header
  }

  async #schemeOf(challenge: Challenge, place: ErrorPlace): Promise<Scheme> {
    if (challenge.scheme === 'basic') return { kind: 'basic' }
    const origin = await this.#network.originOf(this.#registry)
    const realm = parseRealm(challenge.parameters.get('realm') ?? '', origin, place)
    return { kind: 'bearer', realm, service: challenge.parameters.get('service') }
  }

  async #token(scheme: BearerScheme, scopes: readonly Scope[], place: ErrorPlace): Promise<Token> {
    const find = (): HeldToken | undefined =>
      this.#tokens.find((held) => covers(held.scopes, scopes))
    for (let held = find(); held !== undefined; held = find()) {
      const token = await held.token
      if (token.renewAt > this.#network.clock.now()) return token
      this.#drop(held)
    }
    const fetched: HeldToken = {
      scopes,
      token: this.#fetch(scheme, scopes, place),
      value: undefined,
    }
    this.#tokens = [...this.#tokens, fetched]
    try {
      const token = await fetched.token
      fetched.value = token.value
      return token
    } catch (error) {
      this.#drop(fetched)
      throw error
    }
  }

  #drop(token: HeldToken): void {
    this.#tokens = this.#tokens.filter((held) => held !== token)
  }

  async #fetch(scheme: BearerScheme, scopes: readonly Scope[], place: ErrorPlace): Promise<Token> {
    const { realm } = scheme
    const origin = await this.#network.originOf(this.#registry)
    if (this.#credentials !== undefined && !mayReceiveCredentials(realm, origin)) {
      const service = foreignText(realm.host)
      const reason = `the registry sends logins to ${service}, which is not known to belong to it`
      throw new RegistryError('AUTHENTICATION', reason, place)
    }
    this.#logger.debug(`token from ${realm.host} for ${scopes.map(formatScope).join(' ')}`)
    return withRetries(this.#network, this.#logger, () =>
      fetchToken(this.#network, {
        realm,
        service: scheme.service,
        scopes,
        credentials: this.#credentials,
        place: { ...place, operation: 'log in' },
      }),
    )
  }
}

function readChallenge(answer: Answer, place: ErrorPlace): Challenge | undefined {
  try {
    return chooseChallenge(parseChallenges(answer.headers['www-authenticate']))
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new RegistryError('AUTHENTICATION', error.message, {
      ...place,
      status: 401,
      cause: error,
    })
  }
}

/**
 * The scopes that a challenge asks for. What is not of their form is of no use, and is left out.
 */
function readScopes(text: string | undefined): readonly Scope[] {
  return (text ?? '').split(' ').flatMap((part) => {
    try {
      return part === '' ? [] : [parseScope(part)]
    } catch {
      return []
    }
  })
}
