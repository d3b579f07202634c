import * as v from 'valibot'
import { readSome } from './answer-body.ts'
import type { Clock } from '../clock.ts'
import { type ErrorCode, type ErrorPlace, RegistryError } from '../errors.ts'
import type { RegistryFamily } from '../families/family.ts'
import { foreignText } from '../foreign-text.ts'
import type { Answer } from './network.ts'
import { isTransientStatus, parseRetryAfter } from '../pace/retry.ts'

/** More of an error is not worth reading. */
const MAX_ERROR_BYTES = 64 * 1024
/** The longest code of the specification has 21 characters. */
const MAX_CODE_LENGTH = 64

/** Registries put null where they have nothing to say. */
const text = v.fallback(v.optional(v.string()), undefined)

/** What is read of the form that the specification gives (distribution-spec, Error Codes). */
const SpecifiedBody = v.object({
  errors: v.pipe(v.array(v.object({ code: text, message: text })), v.minLength(1)),
})

/** What others send: GitHub, Docker Hub's and Azure's token services. */
const OtherBody = v.object({
  message: text,
  details: text,
  error: text,
  error_description: text,
})

interface Words {
  readonly code?: string | undefined
  readonly message?: string | undefined
}

export interface RefusalRules {
  readonly clock: Clock
  /** The code of a refusal whose status has none of its own; REGISTRY where absent. */
  readonly refusal?: ErrorCode | undefined
  /** Codes of the registry after which the same request may succeed a moment later. */
  readonly passing?: readonly string[] | undefined
  readonly family?: RegistryFamily | undefined
  /** The rights that the account lacks, in words, where its login was accepted. */
  readonly missing?: string | undefined
}

/**
 * Turns a refusal into an error: the status decides what it is, the body how it is told, and
 * whether it is worth another try.
 */
export async function answerError(
  answer: Answer,
  place: ErrorPlace,
  { clock, refusal, passing = [], family, missing }: RefusalRules,
): Promise<RegistryError> {
  const { status, headers } = answer
  const body = await readSome(answer, MAX_ERROR_BYTES, { clock })
  const told = registryWords(body.toString('utf8'), headers['content-type'])
  const code =
    missing === undefined ? (codeOf(status, told.code) ?? refusal ?? 'REGISTRY') : 'DENIED'
  const isFinal = family?.exhausted?.test(`${told.code ?? ''} ${told.message ?? ''}`) === true
  const retryAfterMs = parseRetryAfter([headers['retry-after']].flat()[0], clock.now())
  const reason = `${reasonOf(code, status)}${lack(missing)}${patience(retryAfterMs)}`
  return new RegistryError(code, reason, {
    ...place,
    status,
    registryCode: told.code,
    registryMessage: told.message,
    transient: !isFinal && (isTransientStatus(status) || passing.includes(told.code ?? '')),
    retryAfterMs,
  })
}

function lack(missing: string | undefined): string {
  return missing === undefined
    ? ''
    : `: the login was accepted, but lacks the right ${foreignText(missing)}`
}

/** When a limit lifts, where the registry says so. */
function patience(retryAfterMs: number | undefined): string {
  if (retryAfterMs === undefined) return ''
  return `, and asks to come back in ${Math.ceil(retryAfterMs / 1000)} s`
}

function codeOf(status: number, registryCode: string | undefined): ErrorCode | undefined {
  switch (status) {
    case 401:
      return 'AUTHENTICATION'
    case 403:
      return 'DENIED'
    case 404:
      return 'NOT_FOUND'
    case 408:
    case 504:
      return 'TIMEOUT'
    case 429:
      return 'RATE_LIMITED'
    default:
      return registryCode === 'TOOMANYREQUESTS' ? 'RATE_LIMITED' : undefined
  }
}

const REASONS: Readonly<Partial<Record<ErrorCode, string>>> = {
  AUTHENTICATION: 'not found, or the login was missing or not accepted',
  DENIED: 'access denied',
  NOT_FOUND: 'not found',
  TIMEOUT: 'the registry ran out of time',
  RATE_LIMITED: 'too many requests',
}

function reasonOf(code: ErrorCode, status: number): string {
  return REASONS[code] ?? (status >= 500 ? 'the registry failed' : 'the registry refused')
}

function registryWords(body: string, contentType: string | string[] | undefined): Words {
  let document: unknown
  try {
    document = JSON.parse(body)
  } catch {
    // Gateways answer with pages: their markup says nothing in a log, but their title does.
    const isPage = String(contentType).includes('html') || body.trimStart().startsWith('<')
    return { message: harmless(isPage ? /<title>([^<]*)/i.exec(body)?.[1] : body) }
  }
  const specified = v.safeParse(SpecifiedBody, document)
  if (specified.success) {
    const [first] = specified.output.errors
    return { code: harmless(first?.code, MAX_CODE_LENGTH), message: harmless(first?.message) }
  }
  const other = v.safeParse(OtherBody, document)
  if (!other.success) return {}
  const { message, details, error_description: description, error } = other.output
  return { message: harmless(message ?? details ?? description ?? error) }
}

/** Foreign text for a log; undefined where nothing is left of it. */
function harmless(words: string | undefined, limit?: number): string | undefined {
  const line = foreignText(words ?? '', limit)
  return line === '' ? undefined : line
}
