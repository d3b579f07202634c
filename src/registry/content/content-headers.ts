import type { SizedDigest, Digest } from '../../oci/digest.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import { declaredLength, singleHeader } from '../network/answer-body.ts'
import { isEncoded } from '../network/content-encoding.ts'
import type { Answer } from '../network/network.ts'

/** A digest of the longest algorithm, with its name. */
const MAX_DIGEST_LENGTH = 140

/**
 * Whether a registry's answer to a write names the digest of what was written
 * (`Docker-Content-Digest`); it need not, and may name one of another algorithm (distribution-spec,
 * Pulling manifests). Throws VERIFICATION where it names another one.
 */
export function confirmsDigest(answer: Answer, digest: Digest, place: ErrorPlace): boolean {
  const named = singleHeader(answer, 'docker-content-digest', place)
  if (named === undefined || !contradicts(named, digest)) return named === digest
  const details = { ...place, status: answer.status }
  throw new RegistryError('VERIFICATION', otherDigest(digest, named), details)
}

/**
 * Whether what an answer to a HEAD is about is something else than that content: its digest is another
 * one, or its length. That of what is compressed on the way (Q47) is the length of other bytes.
 */
export function isOtherContent(answer: Answer, content: SizedDigest, place: ErrorPlace): boolean {
  const { digest, size } = content
  const named = singleHeader(answer, 'docker-content-digest', place) ?? digest
  if (contradicts(named, digest)) return true
  return !isEncoded(answer) && (declaredLength(answer) ?? size) !== size
}

function contradicts(named: string, digest: Digest): boolean {
  return named !== digest && sameAlgorithm(named, digest)
}

export function otherDigest(pushed: Digest, stored: string): string {
  return `pushed ${pushed}, but the registry shows ${foreignText(stored, MAX_DIGEST_LENGTH)}`
}

export function sameAlgorithm(one: string, other: string): boolean {
  return one.split(':')[0] === other.split(':')[0]
}
