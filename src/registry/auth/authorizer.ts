import { FormatError } from '../../oci/errors.ts'
import { basicAuthorization, type Credentials } from '../credentials/credentials.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import type { Logger } from '../logger.ts'
import type { Answer, Network } from '../network/network.ts'
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
  readonly scheme: BearerScheme
  readonly scopes: readonly Scope[]
  readonly token: Promise<Token>
  /** The token's text, once it is there. */
  value: string | undefined
}

/** What a request is sent with, and what was asked for to get it. */
export interface Attempt {
  readonly authorization: string | undefined
  readonly scopes: readonly Scope[]
  /** Whether it was made for a refusal, not held from before. */
  readonly isAnswer: boolean
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
  /** By resource: one host may stand for several registries, each with its token service (Q60). */
  readonly #schemes = new Map<string, Scheme>()
  /** What all of them have shown so far, for the resources that have not. */
  #common: Scheme | 'various' | undefined
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

  /** What to send with a request that needs these scopes; nothing until the registry has asked. */
  async attempt(scopes: readonly Scope[], place: ErrorPlace): Promise<Attempt> {
    const authorization = await this.#authorization(this.#schemeFor(scopes), scopes, place)
    return { authorization, scopes, isAnswer: false }
  }

  /**
   * Takes in a 401 (RFC 9110, 15.5.2). Returns what to try once more with, or undefined where there
   * is nothing better to offer than what was just refused: the refusal of what was made for an
   * earlier one is looked at again only where it names a wider scope.
   */
  async challenged(
    answer: Answer,
    refused: Attempt,
    place: ErrorPlace,
  ): Promise<Attempt | undefined> {
    const challenge = readChallenge(answer, place)
    const wanted = readScopes(challenge?.parameters.get('scope'))
    // A token may end on its way to the registry.
    const hasEnded = challenge?.parameters.get('error') === 'invalid_token'
    const isKnown = refused.isAnswer && covers(mergeScopes(refused.scopes), wanted)
    if (isKnown && !hasEnded) return undefined
    // Some gateways name the scheme once, and later refuse a worn token without a word.
    const scheme =
      challenge === undefined
        ? this.#schemeFor(refused.scopes)
        : await this.#schemeOf(challenge, place)
    this.#dropToken(refused.authorization)
    const scopes = mergeScopes([...refused.scopes, ...wanted])
    const held = new Set(this.#tokens.map(({ value }) => `Bearer ${value ?? ''}`))
    const authorization = await this.#authorization(scheme, scopes, place)
    // What cannot be answered is not believed either: the next request asks again.
    if (scheme !== undefined) this.#learn(refused.scopes, scheme)
    if (authorization === refused.authorization) return undefined
    return { authorization, scopes, isAnswer: !held.has(authorization ?? '') }
  }

  /** Forgets all tokens. Returns whether there is a chance that new ones are better. */
  forget(): boolean {
    const hadTokens = this.#tokens.length > 0
    this.#tokens = []
    return hadTokens
  }

  async #authorization(
    scheme: Scheme | undefined,
    scopes: readonly Scope[],
    place: ErrorPlace,
  ): Promise<string | undefined> {
    const credentials = this.#credentials
    if (scheme === undefined) return undefined
    if (credentials?.kind === 'registry-token') return `Bearer ${credentials.password}`
    if (scheme.kind === 'basic') {
      return credentials === undefined ? undefined : basicAuthorization(credentials)
    }
    const token = await this.#token(scheme, mergeScopes(scopes), place)
    return `Bearer ${token.value}`
  }

  #schemeFor(scopes: readonly Scope[]): Scheme | undefined {
    const known = this.#schemes.get(resourceOf(scopes))
    return known ?? (this.#common === 'various' ? undefined : this.#common)
  }

  #learn(scopes: readonly Scope[], scheme: Scheme): void {
    this.#schemes.set(resourceOf(scopes), scheme)
    if (this.#common === undefined) this.#common = scheme
    else if (this.#common !== 'various' && !sameScheme(this.#common, scheme)) {
      this.#common = 'various'
    }
  }

  async #schemeOf(challenge: Challenge, place: ErrorPlace): Promise<Scheme> {
    if (challenge.scheme === 'basic') return { kind: 'basic' }
    const { parameters } = challenge
    const authHost = this.#credentials?.authHost
    const realm = parseRealm(parameters.get('realm') ?? '', await this.#home(), place, authHost)
    const service = parameters.get('service')
    return { kind: 'bearer', realm, service: service === '' ? undefined : service }
  }

  async #token(scheme: BearerScheme, scopes: readonly Scope[], place: ErrorPlace): Promise<Token> {
    const find = (): HeldToken | undefined =>
      this.#tokens.find((held) => sameScheme(held.scheme, scheme) && covers(held.scopes, scopes))
    for (let held = find(); held !== undefined; held = find()) {
      const token = await shared(held, scopes)
      if (token !== undefined && token.renewAt > this.#network.clock.now()) return token
      this.#drop(held)
    }
    const fetched: HeldToken = {
      scheme,
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

  #dropToken(authorization: string | undefined): void {
    this.#tokens = this.#tokens.filter(({ value }) => authorization !== `Bearer ${value ?? ''}`)
  }

  async #fetch(scheme: BearerScheme, scopes: readonly Scope[], place: ErrorPlace): Promise<Token> {
    const { realm } = scheme
    const credentials = this.#credentials
    const registry = { host: this.#registry, origin: await this.#home() }
    if (credentials !== undefined && !mayReceiveCredentials(realm, registry, credentials)) {
      const service = foreignText(realm.host)
      const reason =
        `the registry sends logins to ${service}, which is not known to belong to it; if it does, ` +
        'name it as auth-host of an entry in registry-auth'
      throw new RegistryError('AUTHENTICATION', reason, place)
    }
    this.#logger.debug(
      `token from ${realm.host} for ${foreignText(scopes.map(formatScope).join(' '))}`,
    )
    return withRetries(this.#network, this.#logger, () =>
      fetchToken(this.#network, {
        realm,
        onBehalfOf: registry.origin,
        service: scheme.service,
        scopes,
        credentials,
        place: { ...place, operation: 'log in' },
      }),
    )
  }

  async #home(): Promise<string> {
    return this.#network.originOf(this.#registry)
  }
}

/** A token that others have asked for. That they were refused more than is wanted says nothing. */
async function shared(held: HeldToken, scopes: readonly Scope[]): Promise<Token | undefined> {
  try {
    return await held.token
  } catch (error) {
    if (covers(scopes, held.scopes)) throw error
    return undefined
  }
}

/** The repository that a request is about; a mount names the one that it writes to first. */
function resourceOf(scopes: readonly Scope[]): string {
  return scopes[0]?.resource ?? ''
}

function sameScheme(one: Scheme, other: Scheme): boolean {
  if (one.kind === 'basic' || other.kind === 'basic') return one.kind === other.kind
  return one.realm.href === other.realm.href && one.service === other.service
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
 * The scopes that a challenge asks for. What is not of their form is of no use, and is left out; so
 * is the right to delete, which giving an upload back may want, and nothing that matters.
 */
function readScopes(text: string | undefined): readonly Scope[] {
  return (text ?? '').split(' ').flatMap((part) => {
    try {
      const { resource, actions } = parseScope(part)
      const useful = actions.filter((action) => action !== 'delete')
      return useful.length === 0 ? [] : [{ resource, actions: useful }]
    } catch {
      return []
    }
  })
}
