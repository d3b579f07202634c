import * as v from 'valibot'
import { answerError } from '../answer-error.ts'
import { readBody } from '../body.ts'
import { basicAuthorization, type Credentials } from '../credentials/credentials.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import type { Network } from '../network.ts'
import { formatScope, type Scope } from './scope.ts'

/** Real tokens stay below 16 KiB; a service that sends more is not sending a token. */
const MAX_TOKEN_ANSWER_BYTES = 128 * 1024
/** What a token lives where its service does not say (distribution: token authentication). */
const DEFAULT_LIFETIME_MS = 60_000
/** Tokens are renewed this long before they expire, or after three quarters of a shorter life. */
const RENEWAL_MARGIN_MS = 30_000

const TokenAnswer = v.object({
  token: v.optional(v.string()),
  access_token: v.optional(v.string()),
  expires_in: v.optional(v.number()),
})

export interface Token {
  readonly value: string
  /** When to fetch another one, in milliseconds of the network's clock. */
  readonly renewAt: number
}

export interface TokenRequest {
  readonly realm: URL
  readonly service: string | undefined
  readonly scopes: readonly Scope[]
  readonly credentials: Credentials | undefined
  readonly place: ErrorPlace
}

/** Fetches a token by GET (distribution: token authentication specification). One try; redirects are not followed. */
export async function fetchToken(network: Network, request: TokenRequest): Promise<Token> {
  const { place } = request
  const url = new URL(request.realm)
  if (request.service !== undefined) url.searchParams.set('service', request.service)
  for (const scope of request.scopes) url.searchParams.append('scope', formatScope(scope))
  const answer = await network.send(
    {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      headers: {
        accept: 'application/json',
        ...(request.credentials === undefined
          ? {}
          : { authorization: basicAuthorization(request.credentials) }),
      },
    },
    place,
  )
  if (answer.status !== 200) {
    const error = await answerError(answer, place, network.clock.now())
    if (error.code === 'AUTHENTICATION' || error.code === 'DENIED') throw rejected(error, request)
    throw error
  }
  const body = await readBody(answer, MAX_TOKEN_ANSWER_BYTES, place, network.signal)
  const { value, lifetimeMs } = readToken(body, place)
  network.maskSecret(value)
  const margin = Math.min(RENEWAL_MARGIN_MS, lifetimeMs / 4)
  return { value, renewAt: network.clock.now() + lifetimeMs - margin }
}

function readToken(body: Buffer, place: ErrorPlace): { value: string; lifetimeMs: number } {
  let parsed
  try {
    parsed = v.safeParse(TokenAnswer, JSON.parse(body.toString('utf8')))
  } catch {
    parsed = undefined
  }
  const answer = parsed?.success === true ? parsed.output : undefined
  const value = [answer?.access_token, answer?.token].find((token) => token !== undefined && token !== '')
  if (value === undefined || !/^[\x21-\x7e]+$/.test(value)) {
    throw new RegistryError('AUTHENTICATION', 'the token service answered without a usable token', place)
  }
  const seconds = answer?.expires_in
  const lifetimeMs = seconds !== undefined && seconds > 0 ? seconds * 1000 : DEFAULT_LIFETIME_MS
  return { value, lifetimeMs }
}

function rejected(error: RegistryError, request: TokenRequest): RegistryError {
  const who = request.credentials === undefined ? 'anonymous access' : `the login of ${request.credentials.username}`
  return new RegistryError('AUTHENTICATION', `the token service did not accept ${who}`, {
    ...request.place,
    status: error.status,
    registryCode: error.registryCode,
    registryMessage: error.registryMessage,
    cause: error,
  })
}
