import * as v from 'valibot'
import type { Digest } from '../oci/digest.ts'
import { Refusal } from './refusal.ts'
import type { Envelope } from './signature.ts'
import { parseSignedJson } from './signed-json.ts'

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const STATEMENT_TYPES: readonly string[] = [
  'https://in-toto.io/Statement/v1',
  'https://in-toto.io/Statement/v0.1',
]

const Statement = v.looseObject({
  _type: v.string(),
  subject: v.array(v.looseObject({ digest: v.record(v.string(), v.unknown()) })),
  predicateType: v.string(),
  predicate: v.optional(v.unknown()),
})

/** A statement about the image that was asked for (in-toto Attestation Framework). */
export interface ImageStatement {
  readonly predicateType: string
  readonly predicate: unknown
}

/**
 * Reads what an envelope states about an image. Some of its subjects has to have exactly that digest,
 * under the name of its own algorithm; the name of a subject says nothing.
 * @throws Refusal where it is no statement, or one about something else
 */
export function readStatement({ payloadType, payload }: Envelope, digest: Digest): ImageStatement {
  if (payloadType !== PAYLOAD_TYPE) throw new Refusal(`signs ${payloadType}, and no statement`)
  const result = v.safeParse(Statement, parseSignedJson(payload))
  if (!result.success) throw new Refusal('signs what is no statement')
  const { _type: type, subject, predicateType, predicate } = result.output
  if (!STATEMENT_TYPES.includes(type)) throw new Refusal(`signs a statement of the type ${type}`)
  const [algorithm = '', hex] = digest.split(':')
  const isAbout = subject.some(
    (one) => Object.hasOwn(one.digest, algorithm) && one.digest[algorithm] === hex,
  )
  if (!isAbout) throw new Refusal('states something about another image')
  return { predicateType, predicate }
}

/** The value at a path of members, if all of them are there and it is a text. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  let current = value
  for (const name of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) {
      return undefined
    }
    current = Object.getOwnPropertyDescriptor(current, name)?.value
  }
  return typeof current === 'string' ? current : undefined
}
