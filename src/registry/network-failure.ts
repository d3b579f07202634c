import { types } from 'node:util'
import { MismatchError } from '../oci/errors.ts'
import { cancelled, type ErrorCode, type ErrorPlace, placed, RegistryError } from './errors.ts'
import { foreignText } from './foreign-text.ts'

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

/** OpenSSL's verification results, as Node names them, and its protocol errors. */
const TLS_CODE =
  /^(?:ERR_(?:SSL|TLS)_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/

/**
 * The error of a request that failed below HTTP, with its place. One that has a place passes
 * through.
 */
export function networkFailure(
  error: unknown,
  place: ErrorPlace,
  signal: AbortSignal | undefined,
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
  if (signal?.aborted === true) return cancelled(place, error)
  const code = codeOf(error)
  return new RegistryError(errorCode(code), reason(error, code), {
    ...place,
    cause: error,
    transient: TRANSIENT_CODES.has(code),
  })
}

function errorCode(code: string): ErrorCode {
  if (TIMEOUT_CODES.has(code)) return 'TIMEOUT'
  return TLS_CODE.test(code) ? 'TLS' : 'NETWORK'
}

function reason(error: unknown, code: string): string {
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

/** A connection to several addresses fails with one error that holds the others. */
function innermost(error: unknown): unknown {
  if (!types.isNativeError(error) || !('errors' in error)) return error
  const { errors } = error
  return Array.isArray(errors) && errors.length > 0 ? innermost(errors[0]) : error
}
