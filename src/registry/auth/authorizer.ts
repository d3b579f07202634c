import { basicAuthorization, type Credentials } from '../credentials/login.ts'
import type { ErrorPlace } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Answer, Network } from '../network/network.ts'
import { answerable, type Challenge, parseChallenges } from './challenge.ts'
import { parseRealm } from './realm.ts'
import { type Scheme, sameScheme } from './scheme.ts'
import { covers, mergeScopes, parseScope, type Scope } from './scope.ts'
import { type Pass, Tokens } from './token-cache.ts'

/** What a request is sent with, and what was asked for to get it. */
export interface Attempt extends Pass {
  readonly scopes: readonly Scope[]
  /** Whether it was made for a refusal, not held from before. */
  readonly isAnswer: boolean
  /** Whether it stands in for one that was. */
  readonly isForWide: boolean
}

/**
 * Logs in to one registry as one identity. Nothing is sent before the registry asks for it; then a
 * token is fetched for all that the run expects at once, or for one repository at a time where
 * only that works.
 */
export class Authorizer {
  readonly #registry: string
  readonly #credentials: Credentials | undefined
  readonly #network: Network
  /** By resource: one host may stand for several registries, each with its token service (Q60). */
  readonly #schemes = new Map<string, Scheme>()
  /** What all of them have shown so far, for the resources that have not. */
  #common: Scheme | 'various' | undefined
  readonly #tokens: Tokens
  /** Resources that a token for more than them has opened. */
  readonly #served = new Set<string>()

  constructor(
    registry: string,
    credentials: Credentials | undefined,
    network: Network,
    logger: Logger,
  ) {
    this.#registry = registry
    this.#credentials = credentials
    this.#network = network
    this.#tokens = new Tokens(registry, credentials, network, logger)
  }

  /** Tells of scopes that requests will need, so that one token can serve all of them. */
  expect(scopes: readonly Scope[]): void {
    for (const scope of scopes) this.#tokens.expected.add(scope)
  }

  /** What to send with a request that needs these scopes; nothing until the registry has asked. */
  async attempt(scopes: readonly Scope[], place: ErrorPlace): Promise<Attempt> {
    const pass = await this.#pass(this.#schemeFor(scopes), scopes, place)
    return { ...pass, scopes, isAnswer: false, isForWide: false }
  }

  /**
   * Takes in a 401 (RFC 9110, 15.5.2), and what else a token may be refused with that was asked for
   * with more than the request needs. Returns what to try once more with, or undefined where there
   * is nothing better to offer than what was just refused: the refusal of what was made for an
   * earlier one is looked at again only where it names a wider scope.
   */
  async challenged(
    answer: Answer,
    refused: Attempt,
    place: ErrorPlace,
  ): Promise<Attempt | undefined> {
    const challenges =
      answer.status === 401 ? answerable(parseChallenges(answer.headers['www-authenticate'])) : []
    const [challenge] = challenges
    const wanted = readScopes(challenge?.parameters.get('scope'))
    const error = challenge?.parameters.get('error')
    const isKnown = refused.isAnswer && covers(mergeScopes(refused.scopes), wanted)
    if (isKnown && error !== 'invalid_token' && !refused.isWide) return undefined
    // Some gateways name the scheme once, and later refuse a worn token without a word.
    const usual = this.#schemeFor(refused.scopes)
    const scheme = challenge === undefined ? usual : await this.#schemeOf(challenges, place)
    // One that is good for others, at another service, is not to blame.
    const isElsewhere =
      usual !== undefined && scheme !== undefined && !sameScheme(usual, scheme) && refused.isWide
    const isTooWide = refused.isWide && !isElsewhere && !this.#isOver(answer, refused, error)
    if (isTooWide) this.#tokens.refused(refused.authorization, refused.scopes)
    else if (!isElsewhere) this.#tokens.drop(refused.authorization)
    const scopes = mergeScopes([...refused.scopes, ...wanted])
    const held = this.#tokens.held()
    const pass = await this.#pass(scheme, scopes, place, { isAlone: isTooWide })
    // What cannot be answered is not believed either: the next request asks again.
    if (scheme !== undefined) this.#learn(refused.scopes, scheme)
    if (pass.authorization === refused.authorization) return undefined
    const isAnswer = !held.has(pass.authorization ?? '')
    return { ...pass, scopes, isAnswer, isForWide: isTooWide }
  }

  /** Whether a token may have ended on its way to the registry, which not every registry says. */
  #isOver({ status }: Answer, refused: Attempt, error: string | undefined): boolean {
    if (status !== 401 || refused.isAnswer) return false
    if (error === undefined) return this.#served.has(resourceOf(refused.scopes))
    return error === 'invalid_token'
  }

  /**
   * Takes in an answer. Returns whether another token may help: against 401, and against what some
   * registries say in its place to one that lacks a right, unless that was asked for with nothing
   * else. A blob is not sent again for a guess.
   */
  isRefusal(status: number, attempt: Attempt, isBlob: boolean): boolean {
    const { isWide, isForWide, scopes } = attempt
    const resource = resourceOf(scopes)
    if (status >= 200 && status < 300) {
      if (isForWide) this.#tokens.expected.doNotMix()
      if (isWide) this.#served.add(resource)
    }
    if (status === 401 || !isWide || isBlob) return status === 401
    // A destination is often not there yet; a source should be.
    const isReading = scopes.every(({ actions }) => actions.every((action) => action === 'pull'))
    return status === 403 || (status === 404 && isReading && !this.#served.has(resource))
  }

  /** How often all tokens were forgotten, to be told to `forget`. */
  get forgotten(): number {
    return this.#tokens.forgotten
  }

  /**
   * Forgets all tokens, once for all requests that were sent when they had been forgotten so often.
   * Returns whether there is a chance that new ones are better.
   */
  forget(forgotten: number): boolean {
    return this.#tokens.forget(forgotten)
  }

  async #pass(
    scheme: Scheme | undefined,
    scopes: readonly Scope[],
    place: ErrorPlace,
    { isAlone = false } = {},
  ): Promise<Pass> {
    const credentials = this.#credentials
    if (scheme === undefined) return plain(undefined)
    if (credentials?.kind === 'registry-token') return plain(`Bearer ${credentials.password}`)
    if (scheme.kind === 'basic') {
      return plain(credentials === undefined ? undefined : basicAuthorization(credentials))
    }
    const mayJoin = (other: Scope): boolean => {
      const its = this.#schemeFor([other])
      return its === undefined ? this.#common === undefined : sameScheme(its, scheme)
    }
    return this.#tokens.pass({ scheme, scopes, mayJoin: isAlone ? undefined : mayJoin, place })
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

  /**
   * The scheme of the first of these challenges that can be answered. Throws what is wrong with the
   * token service of the first one where there is none.
   */
  async #schemeOf(challenges: readonly Challenge[], place: ErrorPlace): Promise<Scheme> {
    const authHost = this.#credentials?.authHost
    const home = await this.#network.originOf(this.#registry)
    let refusal: unknown
    for (const { scheme, parameters } of challenges) {
      if (scheme === 'basic') return { kind: 'basic' }
      try {
        const realm = parseRealm(parameters.get('realm') ?? '', home, place, authHost)
        const service = parameters.get('service')
        return { kind: 'bearer', realm, service: service === '' ? undefined : service }
      } catch (error) {
        refusal ??= error
      }
    }
    throw refusal
  }
}

function plain(authorization: string | undefined): Pass {
  return { authorization, isWide: false }
}

/** The repository that a request is about; a mount names the one that it writes to first. */
function resourceOf(scopes: readonly Scope[]): string {
  return scopes[0]?.resource ?? ''
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
