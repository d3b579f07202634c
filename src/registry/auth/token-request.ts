import * as v from 'valibot'
import { readWords, refusalError } from '../network/answer-error.ts'
import { readBody } from '../network/answer-body.ts'
import { basicAuthorization, type Credentials } from '../credentials/login.ts'
import { type ErrorPlace, RegistryError, reworded } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import { knownSecrets } from '../known-secrets.ts'
import type { Answer, Exchange, Network } from '../network/network.ts'
import { registryWords } from '../network/registry-words.ts'
import { formatScope, type Scope } from './scope.ts'

/** Tokens grow with the rights in them, and have to fit into a request's header. */
const MAX_TOKEN_LENGTH = 16 * 1024
/** Room for the token under both of its names, and for a refresh token. */
const MAX_TOKEN_ANSWER_BYTES = 128 * 1024
/** What a token lives where its service does not say (distribution: token authentication). */
const DEFAULT_LIFETIME_MS = 60_000
/** Shorter lives are not believed: renewing ahead of them would cost a token for each request. */
const MIN_LIFETIME_MS = 1_000
/** Tokens are renewed this long before they expire, or after three quarters of a shorter life. */
const RENEWAL_MARGIN_MS = 30_000

/** OAuth 2 wants every client to have a name. */
const CLIENT_ID = 'image-sync-action'

/** Everything is optional, and what is of another type than it should be counts as absent. */
const optionalText = v.fallback(v.optional(v.string()), undefined)
const TokenAnswer = v.object({
  token: optionalText,
  access_token: optionalText,
  refresh_token: optionalText,
  // Seconds; some services write them between quotation marks.
  expires_in: v.optional(v.pipe(v.unknown(), v.transform(Number))),
})

export interface Token {
  readonly value: string
  /** When to fetch another one, in milliseconds of the network's clock. */
  readonly renewAt: number
}

export interface TokenRequest {
  readonly realm: URL
  /** The origin of the registry that named the realm. */
  readonly onBehalfOf: string
  readonly service: string | undefined
  readonly scopes: readonly Scope[]
  readonly credentials: Credentials | undefined
  /** Shows no client certificate, also to a host that has one. */
  readonly withoutCertificate?: boolean
  /** The host that named the realm, where messages have to tell. */
  readonly askedBy?: string
  readonly place: ErrorPlace
}

/** Answers of a token service that say nothing about the other way of asking it. */
const SAME_BY_GET: ReadonlySet<number | undefined> = new Set([undefined, 408, 429])

/**
 * Fetches a token (distribution: token authentication specification). One try; redirects are not
 * followed. Throws AUTHENTICATION where it does not accept the login, and REGISTRY and others where it
 * is the service that fails.
 */
export async function fetchToken(network: Network, request: TokenRequest): Promise<Token> {
  if (request.credentials?.kind !== 'identity-token') return tokenByGet(network, request)
  try {
    return await tokenByPost(network, request, request.credentials)
  } catch (error) {
    if (!(error instanceof RegistryError) || SAME_BY_GET.has(error.status)) throw error
    // Many know GET alone, and each of them has its own way to say so (Q54).
    return tokenByGet(network, request).catch((byGet: unknown) => {
      // One that failed for a moment, and takes POST alone, is worth asking again.
      throw error.transient ? error : byGet
    })
  }
}

async function tokenByGet(network: Network, request: TokenRequest): Promise<Token> {
  const { credentials } = request
  const url = new URL(request.realm)
  if (request.service !== undefined) url.searchParams.set('service', request.service)
  for (const scope of request.scopes) url.searchParams.append('scope', formatScope(scope))
  const authorization =
    credentials === undefined ? {} : { authorization: basicAuthorization(credentials) }
  return exchangeToken(network, request, {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'GET',
    headers: authorization,
  })
}

/** OAuth 2 (distribution: token OAuth specification). */
async function tokenByPost(
  network: Network,
  request: TokenRequest,
  { password }: Credentials,
): Promise<Token> {
  const { realm, service, scopes } = request
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: CLIENT_ID,
    ...(service === undefined ? {} : { service }),
    scope: scopes.map(formatScope).join(' '),
    refresh_token: password,
  })
  return exchangeToken(network, request, {
    origin: realm.origin,
    path: `${realm.pathname}${realm.search}`,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
  })
}

async function exchangeToken(
  network: Network,
  request: TokenRequest,
  exchange: Exchange,
): Promise<Token> {
  const { place, onBehalfOf, withoutCertificate } = request
  const headers = { accept: 'application/json', ...exchange.headers }
  const sent = { ...exchange, headers, onBehalfOf, withoutCertificate }
  const answer = await network.send({ ...sent, refusal: 'AUTHENTICATION' }, place)
  if (!isSuccess(answer)) throw await refusedToken(answer, network, request)
  const body = await readBody(answer, MAX_TOKEN_ANSWER_BYTES, place, network)
  const token = readToken(body, network)
  if (token === undefined) throw unusable(answer, body, request)
  const { value, lifetimeMs } = token
  const margin = Math.min(RENEWAL_MARGIN_MS, lifetimeMs / 4)
  return { value, renewAt: network.clock.now() + lifetimeMs - margin }
}

/** 200 by the specification; some answer a GET as if it had made the token. */
function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300
}

function readToken(
  body: Buffer,
  network: Network,
): { value: string; lifetimeMs: number } | undefined {
  const answer = parseAnswer(body)
  const tokens = [answer?.access_token, answer?.token, answer?.refresh_token]
  // What cannot be a token is nobody's secret, and masking it would hide innocent words of the log.
  for (const token of tokens.filter(isToken)) {
    knownSecrets.addToken(token)
    network.maskSecret(token)
  }
  const value = tokens.slice(0, 2).find((token) => token !== undefined && token !== '')
  if (!isToken(value)) return undefined
  const seconds = answer?.expires_in ?? 0
  const isLifetime = Number.isFinite(seconds) && seconds > 0
  const lifetimeMs = isLifetime ? Math.max(seconds * 1000, MIN_LIFETIME_MS) : DEFAULT_LIFETIME_MS
  return { value, lifetimeMs }
}

/** Whether it can stand in a header field (RFC 6750, 2.1, and servers that take more characters). */
function isToken(text: string | undefined): text is string {
  return text !== undefined && text.length <= MAX_TOKEN_LENGTH && /^[\x21-\x7e]+$/.test(text)
}

function parseAnswer(body: Buffer): v.InferOutput<typeof TokenAnswer> | undefined {
  try {
    const parsed = v.safeParse(TokenAnswer, JSON.parse(new TextDecoder().decode(body)))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}

async function refusedToken(
  answer: Answer,
  { clock }: Network,
  request: TokenRequest,
): Promise<RegistryError> {
  const host = hostOf(request)
  const words = await readWords(answer, clock)
  if (answer.status < 400) return ledAway(answer, request)
  const rules = { clock, subject: `the token service ${host}`, isNoJudge: true }
  const error = refusalError(answer, words, request.place, rules)
  const isPage = words.isMarkup && !asksForPassword(answer)
  // One that fails or is not there does not judge, nor does a page, which stands before one.
  const isVerdict = answer.status < 500 && answer.status !== 404 && !isPage
  if (error.code !== 'REGISTRY' || !isVerdict) return error
  const who = request.credentials === undefined ? 'anonymous access' : 'the login'
  return reworded('AUTHENTICATION', `the token service did not accept ${who} (${host})`, error)
}

/** A service that leads elsewhere, as a sign-in page does, has judged nobody. */
function ledAway({ headers, status }: Answer, request: TokenRequest): RegistryError {
  const target = URL.parse([headers['location']].flat()[0] ?? '', request.realm.href)
  const where = target === null ? '' : ` to ${foreignText(target.host + target.pathname)}`
  const reason = `the token service ${hostOf(request)} redirects${where}, where no login goes`
  return new RegistryError('AUTHENTICATION', reason, { ...request.place, login: undefined, status })
}

/** As nginx does, with a page. */
function asksForPassword({ status, headers }: Answer): boolean {
  return status === 401 && headers['www-authenticate'] !== undefined
}

function unusable(answer: Answer, body: Buffer, request: TokenRequest): RegistryError {
  const { headers, status } = answer
  const { isMarkup } = registryWords(body.toString('utf8'), headers['content-type'])
  const isForPeople = isMarkup && !/json/.test(String(headers['content-type']))
  const what = isForPeople ? 'with a page for people, and without' : 'without'
  const reason = `the token service answered ${what} a usable token (${hostOf(request)})`
  const code = isForPeople ? 'REGISTRY' : 'AUTHENTICATION'
  return new RegistryError(code, reason, { ...request.place, status })
}

/** The service's host, with who named it where that is another one. */
function hostOf({ realm, askedBy }: TokenRequest): string {
  const by = askedBy === undefined || askedBy === realm.host ? '' : ` of ${askedBy}`
  return foreignText(`${realm.host}${by}`)
}
