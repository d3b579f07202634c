import * as v from 'valibot'
import { readSome, singleHeader } from './body.ts'
import { type ErrorCode, type ErrorPlace, RegistryError } from './errors.ts'
import { foreignText } from './foreign-text.ts'
import type { Answer } from './network.ts'
import { isTransientStatus, parseRetryAfter } from './retry.ts'

/** More of an error is not worth reading. */
const MAX_ERROR_BYTES = 64 * 1024

/** Only what is read of it; the specification leaves the form of an error body open (distribution-spec, Error Codes). */
const ErrorBody = v.object({
  errors: v.array(
    v.object({ code: v.optional(v.string()), message: v.optional(v.string()) }),
  ),
})

/** Turns a refusal into an error: the status decides what it is, the body only how it is told. */
export async function answerError(answer: Answer, place: ErrorPlace, now: number): Promise<RegistryError> {
  const body = await readSome(answer, MAX_ERROR_BYTES)
  const told = registryWords(body, answer.headers['content-type'])
  return new RegistryError(codeOf(answer.status, told.code), reasonOf(answer.status, told.code), {
    ...place,
    status: answer.status,
    registryCode: told.code,
    registryMessage: told.message,
    transient: isTransientStatus(answer.status),
    retryAfterMs: parseRetryAfter(singleHeader(answer, 'retry-after', place), now),
  })
}

function codeOf(status: number, registryCode: string | undefined): ErrorCode {
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
      return registryCode === 'TOOMANYREQUESTS' ? 'RATE_LIMITED' : 'REGISTRY'
  }
}

function reasonOf(status: number, registryCode: string | undefined): string {
  switch (codeOf(status, registryCode)) {
    case 'AUTHENTICATION':
      return 'not found, or the login was missing or not accepted'
    case 'DENIED':
      return 'access denied'
    case 'NOT_FOUND':
      return 'not found'
    case 'TIMEOUT':
      return 'the registry ran out of time'
    case 'RATE_LIMITED':
      return 'too many requests'
    default:
      return status >= 500 ? 'the registry failed' : 'the registry refused'
  }
}

function registryWords(
  body: Buffer,
  contentType: string | string[] | undefined,
): { code?: string | undefined; message?: string | undefined } {
  const text = body.toString('utf8')
  try {
    const parsed = v.safeParse(ErrorBody, JSON.parse(text))
    const first = parsed.success ? parsed.output.errors[0] : undefined
    return {
      code: first?.code === undefined ? undefined : foreignText(first.code, 64),
      message: first?.message === undefined ? undefined : foreignText(first.message),
    }
  } catch {
    // Gateways answer with pages: markup says nothing in a log.
    const isPage = String(contentType).includes('html') || text.trimStart().startsWith('<')
    const message = isPage ? '' : foreignText(text).trim()
    return { message: message === '' ? undefined : message }
  }
}
