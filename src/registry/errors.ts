import { FormatError, MismatchError } from '../oci/errors.ts'
import { harmlessLine } from './foreign-text.ts'

/** What went wrong, in a word that code can switch on. `operation` says during what. */
export type ErrorCode =
  | 'PARSE_IMAGE_REFERENCE'
  | 'PARSE_SOURCE_REFERENCE'
  | 'PARSE_DESTINATION_REFERENCE'
  | 'PARSE_MANIFEST_REFERENCE'
  /** What the reference names is not a single image. */
  | 'GET_IMAGE'
  /** What the reference names is not an index. */
  | 'GET_IMAGE_INDEX'
  | 'AUTHENTICATION'
  | 'DENIED'
  | 'NOT_FOUND'
  | 'RATE_LIMITED'
  | 'DIGEST_MISMATCH'
  | 'SIZE_MISMATCH'
  | 'INVALID_MANIFEST'
  | 'UNSUPPORTED'
  | 'UPLOAD'
  /** The destination shows something else than what was pushed. */
  | 'VERIFICATION'
  | 'TIMEOUT'
  | 'NETWORK'
  | 'TLS'
  | 'CANCELLED'
  | 'REDIRECT'
  /** Any other refusal, or an answer that the specification does not allow. */
  | 'REGISTRY'
  /** No wanted platform, or one that is not wanted. */
  | 'PLATFORM'
  /** The destination tag has another digest and may not be overwritten. */
  | 'EXISTS'
  /** Signatures of the source's index do not fit the new one, and must not stay behind. */
  | 'LOST_REFERRERS'
  /** Nothing vouches for the image as the rules ask for. */
  | 'UNTRUSTED'

/** The role a registry has in a copy. */
export type Side = 'source' | 'destination'

/** The operation of getting a token. */
export const LOG_IN = 'log in'

/** Who asks where a redirect leads, which takes no login along. */
export const GUEST = 'anybody'

/** Where an operation happens: enough to name it in a sentence. */
export interface ErrorPlace {
  readonly operation: string
  readonly side?: Side | undefined
  readonly registry?: string | undefined
  readonly repository?: string | undefined
  /** Tag or digest. */
  readonly reference?: string | undefined
  /** As whom it was asked, where it has been: `user octo from registry-auth`, `anonymous`. */
  readonly login?: string | undefined
  /** The family of the registry, where it is known (families/). */
  readonly family?: string | undefined
}

/** What else is known of a failure. */
export interface ErrorDetails extends ErrorPlace {
  /** The host that failed, where the registry has led to another. */
  readonly elsewhere?: string | undefined
  /** HTTP status. */
  readonly status?: number | undefined
  readonly registryCode?: string | undefined
  /** All of the registry's own error codes, where there are several. */
  readonly registryCodes?: readonly string[] | undefined
  readonly registryMessage?: string | undefined
  /** Whether the same request may succeed a moment later. */
  readonly transient?: boolean | undefined
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** The one error that the registry client throws. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly code: ErrorCode
  /** What was being done, as words for a sentence: `get image`, `push manifest`. */
  readonly operation: string
  readonly side?: Side
  readonly registry?: string
  readonly repository?: string
  /** Tag or digest. */
  readonly reference?: string
  /** The family of the registry (families/), where it is known. */
  readonly family?: string
  /** As whom it was asked, in words. */
  readonly login?: string
  /** The host that failed, where the registry has led to another. */
  readonly elsewhere?: string
  /** HTTP status. */
  readonly status?: number
  /**
   * The registry's own error code, for instance `NAME_UNKNOWN` (distribution-spec, Error Codes).
   */
  readonly registryCode?: string
  /** The registry's own words, already made harmless for logs. */
  readonly registryMessage?: string
  readonly transient: boolean
  readonly retryAfterMs?: number
  readonly #registryCodes: readonly string[]

  constructor(code: ErrorCode, reason: string, details: ErrorDetails) {
    // Parts of it may come from a registry, by way of an error of the vocabulary too.
    super(
      harmlessLine(sentence(`${reason}${asked(code, details)}`, details)),
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.code = code
    this.operation = details.operation
    this.transient = details.transient ?? false
    if (details.side !== undefined) this.side = details.side
    if (details.registry !== undefined) this.registry = details.registry
    if (details.repository !== undefined) this.repository = details.repository
    if (details.reference !== undefined) this.reference = details.reference
    if (details.family !== undefined) this.family = details.family
    if (details.login !== undefined) this.login = details.login
    if (details.elsewhere !== undefined) this.elsewhere = details.elsewhere
    if (details.status !== undefined) this.status = details.status
    if (details.registryCode !== undefined) this.registryCode = details.registryCode
    this.#registryCodes = details.registryCodes ?? [details.registryCode ?? []].flat()
    if (details.registryMessage !== undefined) this.registryMessage = details.registryMessage
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs
  }

  /** All of the registry's own error codes: an answer may hold several errors. */
  get registryCodes(): readonly string[] {
    return this.#registryCodes
  }
}

/** Who was refused, since that is the first thing to look at. */
function asked(code: ErrorCode, { login }: ErrorDetails): string {
  const isRefusal = code === 'AUTHENTICATION' || code === 'DENIED'
  return isRefusal && login !== undefined && login !== GUEST ? `; asked as ${login}` : ''
}

/** `get manifest at source ghcr.io/acme/app:1.0: not found (HTTP 404, MANIFEST_UNKNOWN: …)` */
function sentence(reason: string, details: ErrorDetails): string {
  const answer = [
    details.status === undefined ? '' : `HTTP ${details.status}`,
    [details.registryCode, details.registryMessage].filter(Boolean).join(': '),
  ].filter(Boolean)
  return `${placeText(details)}: ${reason}${answer.length > 0 ? ` (${answer.join(', ')})` : ''}`
}

function placeText(place: ErrorPlace): string {
  const name = [place.registry, place.repository].filter(Boolean).join('/')
  const separator = place.reference?.includes(':') === true ? '@' : ':'
  const reference =
    place.reference === undefined ? '' : `${name === '' ? '' : separator}${place.reference}`
  const where = [place.side, `${name}${reference}`].filter(Boolean).join(' ')
  return where === '' ? place.operation : `${place.operation} at ${where}`
}

/**
 * Gives an error of the vocabulary (bytes that do not match, a document that is not valid) its
 * place. Anything else is returned as it is.
 */
export function placed(error: unknown, place: ErrorPlace): unknown {
  if (error instanceof MismatchError) {
    const code = error.kind === 'size' ? 'SIZE_MISMATCH' : 'DIGEST_MISMATCH'
    return new RegistryError(code, error.message, { ...place, cause: error })
  }
  if (error instanceof FormatError) {
    return new RegistryError('INVALID_MANIFEST', error.message, { ...place, cause: error })
  }
  return error
}

/** Why a run ends before its time, for the signal that ends it: a clause such as `the disk is full`. */
export class EndOfRun extends Error {
  override readonly name = 'EndOfRun'
}

/** Why a signal has ended the run, in a clause. */
export function whyEnded(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason
  return reason instanceof EndOfRun ? reason.message : 'the run was cancelled'
}

/** Whether a failure says nothing of what the registry has done: the answer is missing, or a 5xx. */
export function isNoVerdict(error: unknown): error is RegistryError {
  if (!(error instanceof RegistryError)) return false
  return error.code === 'NETWORK' || error.code === 'TIMEOUT' || (error.status ?? 0) >= 500
}

/** The error of whatever was under way, or about to be, when the signal ended the run. */
export function cancelled(
  place: ErrorPlace,
  signal: AbortSignal | undefined,
  cause?: unknown,
): RegistryError {
  const { operation, side, registry, repository, reference } = place
  return new RegistryError('CANCELLED', whyEnded(signal), {
    operation,
    side,
    registry,
    repository,
    reference,
    cause,
  })
}

/** The same failure in other words, and under another code where these say more. */
export function reworded(code: ErrorCode, reason: string, error: RegistryError): RegistryError {
  const { operation, side, registry, repository, reference, family, login } = error
  const { status, registryCode, registryCodes, registryMessage, transient } = error
  const place = { operation, side, registry, repository, reference, family, login }
  const words = { registryCode, registryCodes, registryMessage }
  return new RegistryError(code, reason, { ...place, ...words, status, transient, cause: error })
}
