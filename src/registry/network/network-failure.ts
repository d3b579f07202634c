import { types } from 'node:util'
import { MismatchError } from '../../oci/errors.ts'
import { cancelled, type ErrorCode, type ErrorPlace, placed, RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import { ForeignAddressError } from './guarded-lookup.ts'
import { apiHost } from './hosts.ts'
import { isTlsFailure, tlsReason } from './tls-failure.ts'
import { ProxyError } from './tunnel.ts'

/** Connections that break, and names that do not resolve just now. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
])

const TIMEOUT_CODES: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

/** Where the request went to, for what is not said by the place alone. */
export interface SentTo {
  /** `https://host[:port]` */
  readonly origin?: string
  /** The code where the host is one that nobody may be sent to. */
  readonly refusal?: ErrorCode | undefined
}

/**
 * The error of a request that failed below HTTP, with its place. One that has a place passes
 * through.
 */
export function networkFailure(
  error: unknown,
  place: ErrorPlace,
  signal: AbortSignal | undefined,
  sent: SentTo = {},
): RegistryError {
  if (error instanceof RegistryError) return error
  const known = placed(error, place)
  if (known instanceof RegistryError) {
    // Bits do flip on the way: what did not match gets another chance, and is never completed
    // before.
    const transient = error instanceof MismatchError
    return transient
      ? new RegistryError(known.code, error.message, { ...place, cause: error, transient })
      : known
  }
  if (signal?.aborted === true) return cancelled(place, signal, error)
  const foreign = within(error, ForeignAddressError)
  if (foreign !== undefined) return refusedAddress(foreign.host, place, sent.refusal)
  const code = codeOf(error)
  const host = hostIn(sent)
  return new RegistryError(errorCode(code), reason(error, code, host, place), {
    ...place,
    elsewhere:
      isElsewhere(host, place) && within(error, ProxyError) === undefined ? host : undefined,
    cause: error,
    transient: isTransient(error, code),
  })
}

/**
 * The error of a request to a host that the user did not name, and that has an address where nobody
 * may be sent to by a registry.
 */
export function refusedAddress(
  host: string,
  place: ErrorPlace,
  code: ErrorCode = 'REDIRECT',
): RegistryError {
  const sentence = `${foreignText(host)}, which the registry points to, has a private address, and is not connected to`
  return new RegistryError(code, sentence, place)
}

function isTransient(error: unknown, code: string): boolean {
  return within(error, ProxyError)?.mayPass ?? TRANSIENT_CODES.has(code)
}

function errorCode(code: string): ErrorCode {
  if (TIMEOUT_CODES.has(code)) return 'TIMEOUT'
  return isTlsFailure(code) ? 'TLS' : 'NETWORK'
}

function hostIn({ origin }: SentTo): string | undefined {
  return origin === undefined ? undefined : new URL(origin).host
}

function reason(error: unknown, code: string, host: string | undefined, place: ErrorPlace): string {
  const inner = innermost(error)
  const proxy = within(error, ProxyError)
  if (proxy !== undefined) {
    return proxy.cause === undefined
      ? foreignText(proxy.message)
      : `${foreignText(proxy.message)}: ${reason(proxy.cause, code, proxy.proxy, place)}`
  }
  if (isTlsFailure(code) && types.isNativeError(inner)) {
    return tlsReason(inner, code, host ?? place.registry ?? 'the registry')
  }
  // The registry itself is named by the place.
  return `${words(error, code)}${isElsewhere(host, place) ? ` (${foreignText(host)})` : ''}`
}

function isElsewhere(host: string | undefined, { registry }: ErrorPlace): host is string {
  return host !== undefined && host !== apiHost(registry ?? host)
}

function words(error: unknown, code: string): string {
  switch (code) {
    case 'ENOTFOUND':
      return 'the host name does not exist'
    case 'ECONNREFUSED':
      return 'the connection was refused'
    case 'UND_ERR_CONNECT_TIMEOUT':
      return 'no connection within the time limit'
    case 'UND_ERR_HEADERS_TIMEOUT':
      return 'no answer within the time limit'
    case 'UND_ERR_BODY_TIMEOUT':
      return 'no byte arrived within the time limit'
    default:
      return foreignText(messageOf(error))
  }
}

/** The code of an error, or of what caused it. */
function codeOf(error: unknown): string {
  const inner = innermost(error)
  if (!types.isNativeError(inner)) return ''
  if ('code' in inner && typeof inner.code === 'string') return inner.code
  return inner.cause === undefined ? '' : codeOf(inner.cause)
}

function messageOf(error: unknown): string {
  const inner = innermost(error)
  return types.isNativeError(inner) ? inner.message : String(inner)
}

/** The error itself or what caused it, if it is of that kind. */
function within<T extends Error>(
  error: unknown,
  kind: abstract new (...args: never[]) => T,
): T | undefined {
  const inner = innermost(error)
  if (inner instanceof kind) return inner
  return types.isNativeError(inner) && inner.cause !== undefined
    ? within(inner.cause, kind)
    : undefined
}

/**
 * A connection to several addresses fails with one error that holds the others. The last is of the
 * family that is there, where one of them is not.
 */
function innermost(error: unknown): unknown {
  if (!types.isNativeError(error) || !('errors' in error)) return error
  const { errors } = error
  return Array.isArray(errors) && errors.length > 0 ? innermost(errors.at(-1)) : error
}
