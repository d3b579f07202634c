import { FormatError } from '../../oci/errors.ts'
import { basicAuthorization, type Credentials } from '../credentials/credentials.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Answer, Network } from '../network.ts'
import { withRetries } from '../retry.ts'
import { chooseChallenge, parseChallenges } from './challenge.ts'
import { mayReceiveCredentials, parseRealm } from './realm.ts'
import { covers, formatScope, mergeScopes, parseScope, type Scope } from './scope.ts'
import { fetchToken, type Token } from './token.ts'

/** How the registry wants to be spoken to, once it has said so. */
type Scheme =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: URL; readonly service: string | undefined }

interface HeldToken {
  readonly scopes: readonly Scope[]
  readonly token: Promise<Token>
}

/**
 * Logs in to one registry as one identity. Nothing is sent before the registry asks for it; tokens are kept for as long
 * as they last, shared by all requests, and fetched once for each set of scopes however many requests wait for them.
 */
export class Authorizer {
  readonly #registry: string
  readonly #credentials: Credentials | undefined
  readonly #network: Network
  readonly #logger: Logger
  #scheme: Scheme | undefined
  #tokens: HeldToken[] = []

  constructor(registry: string, credentials: Credentials | undefined, network: Network, logger: Logger) {
    this.#registry = registry
    this.#credentials = credentials
    this.#network = network
    this.#logger = logger
  }

  /** The `Authorization` header for a request that needs these scopes; undefined until the registry has asked for one. */
  async authorization(scopes: readonly Scope[], place: ErrorPlace): Promise<string | undefined> {
    switch (this.#scheme?.kind) {
      case undefined:
        return undefined
      case 'basic':
        return this.#credentials === undefined ? undefined : basicAuthorization(this.#credentials)
      case 'bearer':
        return `Bearer ${(await this.#token(this.#scheme, mergeScopes(scopes), place)).value}`
    }
  }

  /**
   * Takes in a 401 (RFC 9110, 15.5.2). Returns the header to try once more with, or undefined where there is nothing
   * better to offer than what was just refused.
   */
  async challenged(
    answer: Answer,
    scopes: readonly Scope[],
    refused: string | undefined,
    place: ErrorPlace,
  ): Promise<string | undefined> {
    const challenge = readChallenge(answer, place)
    if (challenge === undefined) return undefined
    const origin = await this.#network.originOf(this.#registry)
    if (challenge.scheme === 'basic') {
      this.#scheme = { kind: 'basic' }
      const header = await this.authorization(scopes, place)
      return header === refused ? undefined : header
    }
    const scheme: Scheme = {
      kind: 'bearer',
      realm: parseRealm(challenge.parameters.get('realm') ?? '', origin, place),
      service: challenge.parameters.get('service'),
    }
    this.#scheme = scheme
    await this.#forget(refused)
    const asked = mergeScopes([...scopes, ...readScopes(challenge.parameters.get('scope'))])
    return `Bearer ${(await this.#token(scheme, asked, place)).value}`
  }

  async #token(
    scheme: Scheme & { kind: 'bearer' },
    scopes: readonly Scope[],
    place: ErrorPlace,
  ): Promise<Token> {
    for (const held of this.#tokens.filter((candidate) => covers(candidate.scopes, scopes))) {
      const token = await held.token
      if (token.renewAt > this.#network.clock.now()) return token
      this.#tokens = this.#tokens.filter((other) => other !== held)
    }
    const held = { scopes, token: this.#fetch(scheme, scopes, place) }
    this.#tokens.push(held)
    try {
      return await held.token
    } catch (error) {
      this.#tokens = this.#tokens.filter((other) => other !== held)
      throw error
    }
  }

  async #fetch(
    scheme: Scheme & { kind: 'bearer' },
    scopes: readonly Scope[],
    place: ErrorPlace,
  ): Promise<Token> {
    const origin = await this.#network.originOf(this.#registry)
    if (this.#credentials !== undefined && !mayReceiveCredentials(scheme.realm, origin)) {
      throw new RegistryError(
        'AUTHENTICATION',
        `the registry sends logins to ${scheme.realm.host}, which is not known to belong to it`,
        place,
      )
    }
    this.#logger.debug(`token from ${scheme.realm.host} for ${scopes.map(formatScope).join(' ')}`)
    return await withRetries(this.#network, this.#logger, () =>
      fetchToken(this.#network, {
        realm: scheme.realm,
        service: scheme.service,
        scopes,
        credentials: this.#credentials,
        place: { ...place, operation: 'log in to' },
      }),
    )
  }

  /** Drops the token that was just refused, and only that one: others may have been fetched since. */
  async #forget(refused: string | undefined): Promise<void> {
    if (refused === undefined) return
    for (const held of this.#tokens) {
      const token = await held.token.catch(() => undefined)
      if (refused === `Bearer ${token?.value ?? ''}`) {
        this.#tokens = this.#tokens.filter((other) => other !== held)
      }
    }
  }
}

function readChallenge(answer: Answer, place: ErrorPlace): ReturnType<typeof chooseChallenge> {
  try {
    return chooseChallenge(parseChallenges(answer.headers['www-authenticate']))
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new RegistryError('AUTHENTICATION', error.message, { ...place, status: 401, cause: error })
  }
}

/** The scopes that a challenge asks for. What is not of their form is of no use to anybody, and is left out. */
function readScopes(text: string | undefined): readonly Scope[] {
  return (text ?? '').split(' ').flatMap((part) => {
    try {
      return part === '' ? [] : [parseScope(part)]
    } catch {
      return []
    }
  })
}
