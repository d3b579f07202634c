import * as v from 'valibot'
import { foreignText } from '../foreign-text.ts'
import { knownSecrets } from '../known-secrets.ts'

/** The longest code of the specification has 21 characters. */
const MAX_CODE_LENGTH = 64
/** A manifest may lack all of its blobs, each of which is an error of its own. */
const MAX_ERRORS = 100

/** So many reasons of one error are worth a line. */
const MAX_DETAILS = 5

/** What a registry says of a refusal, harmless for a log. */
export interface RegistryWords {
  /** All of its error codes, the first one first (distribution-spec, Error Codes). */
  readonly codes: readonly string[]
  /** All of its messages in one line; undefined where it says nothing. */
  readonly message: string | undefined
  /** Whether it is said in markup, as pages for people are. */
  readonly isMarkup: boolean
}

/** Registries put null where they have nothing to say. */
const Text = v.fallback(v.optional(v.string()), undefined)

/** An error in the form of the specification. */
const SpecifiedError = v.object({ code: Text, message: Text, detail: v.optional(v.unknown()) })
const Members = v.record(v.string(), v.unknown())

/** What others send: GitHub, the token services of Docker Hub and Azure, Google, Pulp. */
const OtherBody = v.object({
  message: Text,
  Message: Text,
  details: Text,
  detail: Text,
  error_description: Text,
  error: v.optional(v.unknown()),
})
const Nested = v.object({ message: Text })

/**
 * Where the reason stands in a `detail`, which may be any JSON: Quay, zot, Artifactory, Distribution,
 * whose storage has `detail`, `details` or, in the version before, the call that failed.
 */
const Detail = v.object({
  message: Text,
  reason: Text,
  description: Text,
  error: v.optional(v.unknown()),
  detail: Text,
  details: v.fallback(v.optional(v.array(v.string())), undefined),
  Enclosed: v.fallback(v.optional(v.object({ Op: v.string(), Path: v.string() })), undefined),
  digest: Text,
  Digest: Text,
  Tag: Text,
})

/** Reads the body of a refusal, whatever its form. */
export function registryWords(
  body: string,
  contentType: string | string[] | undefined,
): RegistryWords {
  let document: unknown
  try {
    document = JSON.parse(body)
  } catch {
    const isMarked = isMarkup(body, contentType)
    return { ...(isMarked ? markupWords(body) : wordsOf([{ message: body }])), isMarkup: isMarked }
  }
  const errors = wordsOf(errorsIn(document).slice(0, MAX_ERRORS).map(errorOf))
  const isTelling = errors.message !== undefined || errors.codes.length > 0
  return isTelling ? errors : wordsOf([{ message: otherMessage(document) }])
}

/**
 * The errors of a body: those of the list that the specification has, or what some put in its place,
 * one error or text alone, one for each field, or the list without anything around it.
 */
function errorsIn(document: unknown): readonly unknown[] {
  if (typeof document !== 'object' || document === null) return [document]
  if (Array.isArray(document)) return document
  const { errors } = v.parse(
    v.fallback(v.object({ errors: v.optional(v.unknown()) }), {}),
    document,
  )
  if (Array.isArray(errors)) return errors
  const members = v.safeParse(Members, errors)
  if (!members.success) return [errors]
  const isError = ['code', 'message', 'detail'].some((name) => Object.hasOwn(members.output, name))
  return isError ? [errors] : Object.values(members.output).flat()
}

interface OneError {
  readonly code?: string | undefined
  readonly message?: string | undefined
  readonly detail?: unknown
}

function errorOf(error: unknown): OneError {
  if (typeof error === 'string') return { message: error }
  const parsed = v.safeParse(SpecifiedError, error)
  return parsed.success ? parsed.output : {}
}

/** Each error once: its code, unless that is the first one's, its message and the reason. */
function wordsOf(errors: readonly OneError[]): RegistryWords {
  const [first] = errors
  const codes = errors.flatMap(({ code }) => harmless(code, MAX_CODE_LENGTH) ?? [])
  const texts = errors.map(({ code, message = '', detail }) => {
    const reason = reasonIn(detail)
    const told = [message, message.includes(reason) ? '' : `(${reason})`].filter(Boolean).join(' ')
    const isNamed = code === undefined || code === first?.code
    return isNamed ? told : [code, told].filter(Boolean).join(': ')
  })
  const distinct = new Set(texts.map((text) => text.trim()).filter(Boolean))
  const message = harmless([...distinct].join('; '))
  return { codes: [...new Set(codes)], message, isMarkup: false }
}

/** Why, as far as a `detail` says it; empty where it does not. */
function reasonIn(detail: unknown): string {
  if (typeof detail === 'string') return detail.trim()
  if (Array.isArray(detail)) {
    const reasons = detail
      .slice(0, MAX_DETAILS)
      .map((one) => (Array.isArray(one) ? '' : reasonIn(one)))
    return [...new Set(reasons.filter(Boolean))].join(', ')
  }
  const { message, reason, description, error, digest, Digest, Tag, ...storage } = v.parse(
    v.fallback(Detail, {}),
    detail,
  )
  const nested = typeof error === 'string' ? error : v.parse(v.fallback(Nested, {}), error).message
  const why = message ?? reason ?? description ?? nested ?? storageReason(storage)
  const texts = [why, digest ?? Digest, Tag]
  return texts.filter(Boolean).join(', ').trim()
}

function storageReason({
  detail,
  details,
  Enclosed: call,
}: Pick<v.InferOutput<typeof Detail>, 'detail' | 'details' | 'Enclosed'>): string | undefined {
  if (detail !== undefined) return detail
  if (details !== undefined) return details.slice(0, MAX_DETAILS).join(', ')
  return call === undefined ? undefined : `${call.Op} ${call.Path}`
}

function otherMessage(document: unknown): string | undefined {
  const parsed = v.safeParse(OtherBody, document)
  if (!parsed.success) return undefined
  const { message, Message, details, detail, error_description: description, error } = parsed.output
  const nested = typeof error === 'string' ? error : v.parse(v.fallback(Nested, {}), error).message
  return message ?? Message ?? details ?? detail ?? description ?? nested
}

/** Gateways answer with pages, storages with XML. */
function isMarkup(body: string, contentType: string | string[] | undefined): boolean {
  return /html|xml/i.test(String(contentType)) || body.trimStart().startsWith('<')
}

/**
 * Markup says nothing in a log, but the title of a page does, and what a storage says in XML. Secrets
 * are taken out before, since one may hold what markup is made of.
 */
function markupWords(body: string): RegistryWords {
  const known = knownSecrets.redact(body)
  const inside = (name: string): string | undefined => {
    const text = new RegExp(`<${name}>([^<]*)`, 'i').exec(known)?.[1]
    return text?.replaceAll(/&(?:quot|apos|amp|lt|gt|#39|#34);/g, ' ')
  }
  return wordsOf([{ code: inside('Code'), message: inside('Message') ?? inside('title') }])
}

/** Foreign text for a log; undefined where nothing is left of it. */
function harmless(words: string | undefined, limit?: number): string | undefined {
  const line = foreignText(words ?? '', limit)
  return line === '' ? undefined : line
}
