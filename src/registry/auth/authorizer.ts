import { basicAuthorization, loginText, unsentText } from '../credentials/login.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import { answerError } from '../network/answer-error.ts'
import { abandon, discard } from '../network/answer-body.ts'
import type { Answer } from '../network/network.ts'
import { isTransientStatus, withRetries } from '../pace/retry.ts'
import { answerable, type Challenge, parseChallenges } from './challenge.ts'
import { type Attempt, reasonOf } from './attempt.ts'
import { SeenRights } from './granted-scopes.ts'
import { KnownSchemes, resourceOf } from './known-schemes.ts'
import { NEXT_STEP, type RefusedFor, type Step } from './next-step.ts'
import { type Scheme, sameScheme, schemeNamed } from './scheme.ts'
import { mergeScopes, readScopes, type Scope } from './scope.ts'
import { Tokens, type TokensOptions } from './token-cache.ts'

/**
 * Logging in, and once more where the first time was not with a new token or for a wider scope; the
 * step from a shared token to one of its own comes on top.
 */
const MAX_LOGINS = 2
/** What some say in place of 401 to who has not logged in. */
const HIDDEN_REFUSALS: ReadonlySet<number> = new Set([400, 403, 404])

export interface AuthorizerOptions extends TokensOptions {
  /** Asks home for `/v2/` without a login; undefined where another origin answers. */
  readonly askBase?: (place: ErrorPlace) => Promise<Answer | undefined>
}

/** A request that may need a login. */
export interface ProtectedRequest<A extends Answer> {
  readonly scopes: readonly Scope[]
  readonly place: ErrorPlace
  readonly isReading: boolean
  /** Whether it brings a blob, which is not sent again for a guess. */
  readonly isBlob: boolean
  /** Sends it with that header. Says too whether the answer came from another origin than home. */
  readonly send: (
    authorization: string | undefined,
  ) => Promise<{ readonly answer: A; readonly isForeign: boolean }>
  /** Told that there is a login now. */
  readonly onLogin?: () => void
}

/** The last answer to a request, and what there is to say of it if it is a refusal. */
export interface Authorized<A extends Answer> {
  readonly answer: A
  /** As whom it was asked for, in words. */
  readonly login: string
  /** The rights that the account lacks, in words, where the login itself was accepted. */
  readonly missing: string | undefined
}

/** A refusal as it was understood. */
interface Refusal {
  readonly reason: RefusedFor
  /** How to log in, as far as anybody has said. */
  readonly scheme?: Scheme | undefined
  /** What the registry wants a token to be good for, where it says so. */
  readonly wanted?: readonly Scope[]
}

/**
 * Logs in to one registry as one identity. Nothing is sent before the registry asks for it; then a
 * token is fetched for all that the run expects at once, or for one repository at a time where
 * only that works. What follows upon which refusal stands in next-step.ts.
 */
export class Authorizer {
  readonly #options: AuthorizerOptions
  readonly #schemes = new KnownSchemes()
  readonly #tokens: Tokens
  /** Resources that a shared token has opened. */
  readonly #served = new Set<string>()
  readonly #rights = new SeenRights()
  #baseScheme: Promise<Scheme | undefined> | undefined
  /** Whether `/v2/` has used up its retries, so that no other request waits for it. */
  #hasBaseFailed = false

  constructor(options: AuthorizerOptions) {
    this.#options = options
    this.#tokens = new Tokens(options)
  }

  /** Tells of scopes that requests will need, so that one token can serve all of them. */
  expect(scopes: readonly Scope[]): void {
    for (const scope of scopes) this.#tokens.expected.add(scope)
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

  /**
   * Sends a request until it is let in, or nothing better is left to be sent with it than what was
   * refused (RFC 9110, 15.5.2). Throws the errors of the token service, and of a challenge that
   * names one which must not be asked.
   */
  async send<A extends Answer>(request: ProtectedRequest<A>): Promise<Authorized<A>> {
    const { scopes, place } = request
    let attempt = await this.#attempt(this.#schemes.for(scopes), scopes, place)
    for (let logins = 0; ;) {
      const { answer, isForeign } = await request.send(attempt.authorization)
      try {
        const refusal = isForeign ? undefined : await this.#refusalOf(answer, attempt, request)
        const step = refusal === undefined ? 'give up' : NEXT_STEP[attempt.sent][refusal.reason]
        if (step !== 'go alone') logins++
        const isLeft = refusal !== undefined && logins <= MAX_LOGINS
        const next = isLeft ? await this.#take(step, attempt, refusal, place) : undefined
        if (next === undefined) return { answer, ...this.#verdict(attempt, refusal) }
        attempt = next
      } catch (error) {
        abandon(answer)
        throw error
      }
      request.onLogin?.()
      await discard(answer)
    }
  }

  /** Takes in an answer. Returns what another login may be good against. */
  async #refusalOf(
    answer: Answer,
    attempt: Attempt,
    { isBlob, isReading, place }: Omit<ProtectedRequest<Answer>, 'send'>,
  ): Promise<Refusal | undefined> {
    const { status } = answer
    const { sent, scopes, scheme } = attempt
    if (status >= 200 && status < 300) this.#noteSuccess(attempt)
    if (status === 401 || this.#asksForLogin(answer, attempt)) {
      const refusal = await this.#unauthorized(answer, attempt, place)
      if (isReading && refusal.reason === 'rights') this.#rights.noteReading(scopes, false)
      return refusal
    }
    const isLetIn = status < 300 || status === 404
    if (isReading && isLetIn && sent !== 'nothing') this.#rights.noteReading(scopes, true)
    if (isBlob) return undefined
    if (sent === 'shared token') {
      return this.#isTooLittle(status, scopes) ? { reason: 'other', scheme } : undefined
    }
    const isHidden = scheme === undefined && HIDDEN_REFUSALS.has(status)
    const isOfUse = this.#options.login.credentials !== undefined
    return isHidden && isOfUse ? { reason: 'unexplained' } : undefined
  }

  /** Whether another status than 401 asks for a login (RFC 9110, 11.6.1), or for more rights (RFC 6750, 3.1). */
  #asksForLogin({ status, headers }: Answer, { sent }: Attempt): boolean {
    if (!HIDDEN_REFUSALS.has(status)) return false
    const [challenge] = answerable(parseChallenges(headers['www-authenticate']))
    if (challenge === undefined) return false
    return sent === 'nothing'
      ? this.#options.login.credentials !== undefined
      : challenge.parameters.get('error') === 'insufficient_scope'
  }

  #noteSuccess({ sent, scopes, isAlone }: Attempt): void {
    if (isAlone) this.#tokens.expected.doNotMix()
    if (sent === 'shared token') this.#served.add(resourceOf(scopes))
  }

  /** Whether some say that in place of 401 to a token that is good for others. */
  #isTooLittle(status: number, scopes: readonly Scope[]): boolean {
    // A destination is often not there yet; a source should be.
    const isReading = scopes.every(({ actions }) => actions.every((action) => action === 'pull'))
    return status === 403 || (status === 404 && isReading && !this.#served.has(resourceOf(scopes)))
  }

  async #unauthorized(answer: Answer, attempt: Attempt, place: ErrorPlace): Promise<Refusal> {
    const { scopes } = attempt
    const challenges = answerable(parseChallenges(answer.headers['www-authenticate']))
    const [challenge] = challenges
    // Some gateways name the scheme once, and later refuse a worn token without a word.
    const usual = attempt.scheme ?? this.#schemes.for(scopes)
    const scheme = challenge === undefined ? usual : await this.#schemeOf(challenges, place)
    if (scheme === undefined) return { reason: 'unexplained' }
    const wanted = readScopes(challenge?.parameters.get('scope'))
    const reason =
      attempt.scheme !== undefined && !sameScheme(attempt.scheme, scheme)
        ? 'elsewhere'
        : reasonOf(attempt, {
            wanted,
            error: challenge?.parameters.get('error'),
            hasServed: this.#served.has(resourceOf(scopes)),
          })
    return { reason, scheme, wanted }
  }

  async #take(
    step: Step,
    attempt: Attempt,
    refusal: Refusal,
    place: ErrorPlace,
  ): Promise<Attempt | undefined> {
    if (step === 'give up') return undefined
    const { authorization } = attempt
    const isAlone = step === 'go alone'
    if (step === 'renew') this.#tokens.drop(authorization)
    if (isAlone) this.#tokens.refused(authorization, attempt.scopes)
    const scheme = step === 'ask at the base' ? await this.#askBase(place) : refusal.scheme
    const scopes = mergeScopes([...attempt.scopes, ...(refusal.wanted ?? [])])
    const next = await this.#attempt(scheme, scopes, place, isAlone)
    // What cannot be answered is not believed either: the next request asks again.
    if (scheme !== undefined) this.#schemes.learn(attempt.scopes, scheme)
    return next.authorization === authorization ? undefined : next
  }

  async #attempt(
    scheme: Scheme | undefined,
    scopes: readonly Scope[],
    place: ErrorPlace,
    isAlone = false,
  ): Promise<Attempt> {
    const { credentials } = this.#options.login
    const constant = (authorization: string | undefined): Attempt => {
      const sent = authorization === undefined ? 'nothing' : 'login'
      return { sent, authorization, scheme, scopes, isNew: false, isAlone }
    }
    if (scheme === undefined) return constant(undefined)
    if (credentials?.kind === 'registry-token') return constant(`Bearer ${credentials.password}`)
    if (scheme.kind === 'basic') {
      return constant(credentials === undefined ? undefined : basicAuthorization(credentials))
    }
    const mayJoin = (other: Scope): boolean => this.#schemes.mayJoin(other, scheme)
    const wish = { scheme, scopes, mayJoin: isAlone ? undefined : mayJoin, place }
    const { authorization, isWide, isNew } = await this.#tokens.pass(wish)
    const sent = isWide ? 'shared token' : 'own token'
    return { sent, authorization, scheme, scopes, isNew, isAlone }
  }

  /** How to log in where only `/v2/` says so. It is asked once. */
  async #askBase(place: ErrorPlace): Promise<Scheme | undefined> {
    this.#baseScheme ??= this.#schemeOfBase(place)
    try {
      return await this.#baseScheme
    } catch (error) {
      this.#baseScheme = undefined
      throw error
    }
  }

  async #schemeOfBase(place: ErrorPlace): Promise<Scheme | undefined> {
    const answer = await this.#answerOfBase(place)
    if (answer === undefined) return undefined
    await discard(answer)
    const challenges = answerable(parseChallenges(answer.headers['www-authenticate']))
    return challenges.length > 0 ? this.#schemeOf(challenges, place) : undefined
  }

  /** Asked for again while it fails for a moment. Where it goes on failing it has said nothing. */
  async #answerOfBase(place: ErrorPlace): Promise<Answer | undefined> {
    const { askBase, network, logger } = this.#options
    if (askBase === undefined) return undefined
    const ask = async (): Promise<Answer | undefined> => {
      const answer = await askBase(place)
      if (answer === undefined || !isTransientStatus(answer.status)) return answer
      const asking = { ...place, operation: 'ask how to log in' }
      throw await answerError(answer, asking, { clock: network.clock })
    }
    try {
      return await (this.#hasBaseFailed ? ask() : withRetries(network, logger, ask))
    } catch (error) {
      if (!(error instanceof RegistryError) || error.status === undefined) throw error
      this.#hasBaseFailed = true
      this.#baseScheme = undefined
      return undefined
    }
  }

  async #schemeOf(challenges: readonly Challenge[], place: ErrorPlace): Promise<Scheme> {
    const authHost = this.#options.login.credentials?.authHost
    return schemeNamed(challenges, { home: await this.#options.home(), authHost, place })
  }

  #verdict(
    { sent, authorization, scopes }: Attempt,
    refusal: Refusal | undefined,
  ): Omit<Authorized<Answer>, 'answer'> {
    const { login } = this.#options
    const isKnown = login.credentials !== undefined
    const isUnsent = isKnown && sent === 'nothing'
    const lacks = isKnown && refusal?.reason === 'rights'
    const wanted = refusal?.wanted?.length === 0 ? scopes : (refusal?.wanted ?? [])
    return {
      login: isUnsent ? unsentText(login) : loginText(login),
      missing: lacks ? this.#rights.missing(authorization, wanted) : undefined,
    }
  }
}
