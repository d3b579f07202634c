import { type Login, loginText } from '../credentials/login.ts'
import { type ErrorPlace, GUEST, LOG_IN, RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import type { Logger } from '../logger.ts'
import type { Network } from '../network/network.ts'
import { withRetries } from '../pace/retry.ts'
import { ExpectedScopes } from './expected-scopes.ts'
import { mayReceiveCredentials } from './realm.ts'
import { type BearerScheme, sameScheme } from './scheme.ts'
import { covers, formatScope, mergeScopes, type Scope } from './scope.ts'
import { fetchToken, type Token } from './token-request.ts'

/** What a token has to be good for. */
export interface TokenWish {
  readonly scheme: BearerScheme
  readonly scopes: readonly Scope[]
  /** Which expected scopes may be asked for with them; absent where they have to stand alone. */
  readonly mayJoin?: ((scope: Scope) => boolean) | undefined
  readonly place: ErrorPlace
}

/** What a request is sent with. */
export interface Pass {
  readonly authorization: string | undefined
  /** Whether its token was asked for with scopes beside those that the request needs. */
  readonly isWide: boolean
  /** Whether the token was not there before. */
  readonly isNew: boolean
}

export interface TokensOptions {
  /** Host, normalised. */
  readonly registry: string
  readonly login: Login
  readonly network: Network
  readonly logger: Logger
  /** The one origin that is told the login. */
  readonly home: () => Promise<string>
  /** The origin of the registry that the user named. */
  readonly onBehalfOf: () => Promise<string>
  /** Whether home is a host that the registry leads to: it is shown nothing of ours. */
  readonly isGuest?: boolean
}

/** What a token was asked for. */
interface Asked {
  readonly scheme: BearerScheme
  /** What it was needed for. */
  readonly core: readonly Scope[]
  /** The core, and what the run expects beside it, unless that was refused. */
  scopes: readonly Scope[]
}

/** A token that is there, or on its way. */
interface HeldToken {
  readonly asked: Asked
  readonly token: Promise<Token>
  /** The token's text, once it is there. */
  value: string | undefined
}

/**
 * The tokens of one identity at one registry. They are kept for as long as they last, shared by all
 * requests, and fetched once for each set of scopes however many requests wait for them: one for
 * all that the run expects, where the service gives such tokens.
 */
export class Tokens {
  readonly expected = new ExpectedScopes()
  readonly #options: TokensOptions
  #held: readonly HeldToken[] = []
  #forgotten = 0

  constructor(options: TokensOptions) {
    this.#options = options
  }

  async pass(wish: TokenWish): Promise<Pass> {
    const scopes = mergeScopes(wish.scopes)
    for (let held = this.#find(wish); held !== undefined; held = this.#find(wish)) {
      const isNew = held.value === undefined
      const token = await shared(held, scopes)
      const isOver = token === undefined || token.renewAt <= this.#options.network.clock.now()
      if (isOver) this.#drop(held)
      // One that was asked for with others may have turned out to be for fewer.
      else if (covers(held.asked.scopes, scopes)) return passOf(held, token, isNew)
    }
    const held = this.#ask({ ...wish, scopes })
    this.#held = [...this.#held, held]
    try {
      const token = await held.token
      held.value = token.value
      return passOf(held, token, true)
    } catch (error) {
      this.#drop(held)
      throw error
    }
  }

  /** Forgets a token that is over. */
  drop(authorization: string | undefined): void {
    this.#held = this.#held.filter(({ value }) => authorization !== bearer(value))
  }

  /**
   * Notes that a token which was asked for with others does not serve these scopes. Where it was
   * made for them before all others, nobody is to use it.
   */
  refused(authorization: string | undefined, scopes: readonly Scope[]): void {
    this.expected.refused(scopes)
    this.#held = this.#held.filter(
      ({ value, asked }) => authorization !== bearer(value) || !covers(asked.core, scopes),
    )
  }

  /** How often all of them were forgotten. */
  get forgotten(): number {
    return this.#forgotten
  }

  /**
   * Forgets all of them, unless that was done since they had been forgotten so often: what was refused
   * is among those then. Returns whether there were any.
   */
  forget(forgotten: number): boolean {
    if (forgotten !== this.#forgotten) return true
    const hadTokens = this.#held.length > 0
    this.#held = []
    this.#forgotten += 1
    return hadTokens
  }

  #find({ scheme, scopes, mayJoin }: TokenWish): HeldToken | undefined {
    const isAlone = mayJoin === undefined || this.expected.areAlone(scopes)
    return this.#held.find(
      ({ asked }) =>
        sameScheme(asked.scheme, scheme) && covers(isAlone ? asked.core : asked.scopes, scopes),
    )
  }

  #drop(token: HeldToken): void {
    this.#held = this.#held.filter((held) => held !== token)
  }

  #ask({ scheme, scopes, mayJoin, place }: TokenWish): HeldToken {
    const isAlone = mayJoin === undefined || this.expected.areAlone(scopes)
    const wide = isAlone ? scopes : this.expected.around(scopes, mayJoin)
    const asked: Asked = { scheme, core: scopes, scopes: wide }
    return { asked, token: this.#fetchAtLast(asked, place), value: undefined }
  }

  /**
   * With retries. Where they have got nowhere, those who have waited for a token for all of them ask
   * side by side, each for its own: one after the other, each of them would wait as long again.
   */
  async #fetchAtLast(asked: Asked, place: ErrorPlace): Promise<Token> {
    const { network, logger } = this.#options
    try {
      return await withRetries(network, logger, async () => this.#fetch(asked, place))
    } catch (error) {
      if (isWide(asked)) this.expected.doNotMix()
      throw error
    }
  }

  /** One try; for the core alone where the service has something against more. */
  async #fetch(asked: Asked, place: ErrorPlace): Promise<Token> {
    try {
      return await this.#fetchFor(asked.scheme, asked.scopes, place)
    } catch (error) {
      const isOfService = error instanceof RegistryError && error.status !== undefined
      if (!isWide(asked) || !isOfService || error.code === 'RATE_LIMITED') throw error
      this.expected.failed(error.transient)
      asked.scopes = asked.core
      return this.#fetchFor(asked.scheme, asked.scopes, place)
    }
  }

  async #fetchFor(
    { realm, service }: BearerScheme,
    scopes: readonly Scope[],
    place: ErrorPlace,
  ): Promise<Token> {
    const { registry, login, network, logger, home, onBehalfOf, isGuest } = this.#options
    const { credentials } = login
    const known = { host: registry, origin: await home() }
    const isTrusted = mayReceiveCredentials(realm, known, credentials ?? {})
    if (credentials !== undefined && !isTrusted) {
      const reason =
        `the registry sends logins to ${foreignText(realm.host)}, which is not known to belong to ` +
        'it; if it does, name it as auth-host of an entry in registry-auth'
      throw new RegistryError('AUTHENTICATION', reason, { ...place, operation: LOG_IN })
    }
    const asked = foreignText(scopes.map(formatScope).join(' '))
    logger.debug(`token from ${realm.host} for ${asked}`)
    return fetchToken(network, {
      realm,
      onBehalfOf: await onBehalfOf(),
      service,
      scopes,
      credentials,
      withoutCertificate: !isTrusted || isGuest === true,
      askedBy: new URL(known.origin).host,
      place: { ...place, operation: LOG_IN, login: isGuest === true ? GUEST : loginText(login) },
    })
  }
}

/** A token that others have asked for. That they were refused more than is wanted says nothing. */
async function shared(held: HeldToken, scopes: readonly Scope[]): Promise<Token | undefined> {
  try {
    return await held.token
  } catch (error) {
    if (covers(scopes, held.asked.scopes)) throw error
    return undefined
  }
}

function passOf({ asked }: HeldToken, { value }: Token, isNew: boolean): Pass {
  return { authorization: bearer(value), isWide: isWide(asked), isNew }
}

function isWide({ core, scopes }: Asked): boolean {
  return !covers(core, scopes)
}

function bearer(value = ''): string {
  return `Bearer ${value}`
}
