import { readSome } from './answer-body.ts'
import type { Clock } from '../clock.ts'
import { type ErrorCode, type ErrorPlace, RegistryError } from '../errors.ts'
import type { RegistryFamily } from '../families/family.ts'
import { foreignText } from '../foreign-text.ts'
import { decodedText } from './content-encoding.ts'
import type { Answer } from './network.ts'
import { isTransientStatus, parseRetryAfter } from '../pace/retry.ts'
import { registryWords, type RegistryWords } from './registry-words.ts'

/** More of an error is not worth reading. */
const MAX_ERROR_BYTES = 64 * 1024

export interface RefusalRules {
  readonly clock: Clock
  /** The code of a refusal whose status has none of its own; REGISTRY where absent. */
  readonly refusal?: ErrorCode | undefined
  /** Codes of the registry after which the same request may succeed a moment later. */
  readonly passing?: readonly string[] | undefined
  readonly family?: RegistryFamily | undefined
  /** The rights that the account lacks, in words, where its login was accepted. */
  readonly missing?: string | undefined
  /** Who answered, as the subject of a sentence, where that is not the registry itself. */
  readonly subject?: string | undefined
  /** Whether it is none who could judge: no more is known then than that it refused. */
  readonly isNoJudge?: boolean
}

/**
 * Turns a refusal into an error: the status decides what it is, the body how it is told, and
 * whether it is worth another try.
 */
export async function answerError(
  answer: Answer,
  place: ErrorPlace,
  rules: RefusalRules,
): Promise<RegistryError> {
  return refusalError(answer, await readWords(answer, rules.clock), place, rules)
}

/** Reads what the body of a refusal says. Never throws. */
export async function readWords(answer: Answer, clock: Clock): Promise<RegistryWords> {
  const body = await readSome(answer, MAX_ERROR_BYTES, { clock })
  const text = decodedText(answer, body, MAX_ERROR_BYTES)
  return registryWords(new TextDecoder().decode(text), answer.headers['content-type'])
}

/** As `answerError`, of a body that has been read. */
export function refusalError(
  { status, headers }: Answer,
  { codes, message }: RegistryWords,
  place: ErrorPlace,
  rules: RefusalRules,
): RegistryError {
  const { clock, refusal, passing = [], family, missing, isNoJudge = false } = rules
  const ruled = missing === undefined ? codeOf(status, codes, isNoJudge) : 'DENIED'
  const code = ruled ?? refusal ?? 'REGISTRY'
  const isFinal = family?.exhausted?.test(`${codes.join(' ')} ${message ?? ''}`) === true
  const isPassing =
    ruled === 'RATE_LIMITED' ||
    isTransientStatus(status) ||
    passing.some((one) => codes.includes(one))
  const retryAfterMs = parseRetryAfter([headers['retry-after']].flat()[0], clock.now())
  const reason = `${reasonOf(code, status, rules.subject)}${lack(missing)}${patience(retryAfterMs)}`
  return new RegistryError(code, reason, {
    ...place,
    status,
    registryCode: codes[0],
    registryCodes: codes,
    registryMessage: message,
    transient: !isFinal && isPassing,
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

/** What a status, or a code, says of a request by itself. */
function codeOf(
  status: number,
  codes: readonly string[],
  isNoJudge: boolean,
): ErrorCode | undefined {
  if (status === 408 || status === 504) return 'TIMEOUT'
  if (status === 429 || codes.includes('TOOMANYREQUESTS')) return 'RATE_LIMITED'
  return isNoJudge ? undefined : VERDICTS[status]
}

const VERDICTS: Readonly<Partial<Record<number, ErrorCode>>> = {
  401: 'AUTHENTICATION',
  403: 'DENIED',
  404: 'NOT_FOUND',
}

const REASONS: Readonly<Partial<Record<ErrorCode, string>>> = {
  AUTHENTICATION: 'not found, or the login was missing or not accepted',
  DENIED: 'access denied',
  NOT_FOUND: 'not found',
  RATE_LIMITED: 'too many requests',
}

function reasonOf(code: ErrorCode, status: number, subject: string | undefined): string {
  const reason = REASONS[code]
  if (reason !== undefined) return `${reason}${subject === undefined ? '' : `, says ${subject}`}`
  const who = subject ?? 'the registry'
  if (code === 'TIMEOUT') return `${who} ran out of time`
  return `${who} ${status >= 500 ? 'failed' : 'refused'}`
}
