import { algorithmOf, type Digest, isDigest } from '../../oci/digest.ts'
import { discard, singleHeader } from '../network/answer-body.ts'
import { type ErrorCode, RegistryError } from '../errors.ts'
import type { RegistryFamily } from '../families/family.ts'
import { foreignText } from '../foreign-text.ts'
import { hashedDigest, manifestRequest, resolveDigest } from './manifests.ts'
import type { Repository } from '../http/repository.ts'
import type { RegistryRequest } from '../http/registry-http.ts'
import { pause } from '../pace/retry.ts'

/** A digest of the longest algorithm, with its name. */
const MAX_DIGEST_LENGTH = 140

/** A manifest as it is pushed. */
export interface PushedManifest {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly digest: Digest
}

/**
 * Pushes a manifest under a tag or its digest, and checks that the registry shows it there then: by
 * its answer, or by a look where that does not tell. One after another where several tags of a repository get the same manifest: a registry on a plain
 * file system (distribution) fails to read what it is just writing again. Throws VERIFICATION.
 */
export async function publishManifest(
  repository: Repository,
  reference: string,
  content: PushedManifest,
): Promise<void> {
  await repository.http.turns.run(`${repository.name}@${content.digest}`, async () => {
    const isConfirmed = await pushManifest(repository, reference, content)
    if (!isConfirmed) await verifyPushed(repository, reference, content.digest)
  })
}

/** What has just been uploaded is not seen by all parts of a registry at once (Q33, Q58). */
const NOT_YET_SEEN = ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN']

/**
 * Pushes the exact bytes of a manifest (distribution-spec, Pushing manifests) under a tag or its
 * digest. Returns whether the registry named the digest in its answer. Throws VERIFICATION where
 * that is another one, and EXISTS where the registry does not let the tag be moved.
 */
export async function pushManifest(
  repository: Repository,
  reference: string,
  content: PushedManifest,
): Promise<boolean> {
  const request: RegistryRequest = {
    ...manifestRequest(repository, reference, 'PUT', 'push manifest'),
    headers: { 'content-type': content.mediaType },
    body: content.bytes,
    passing: NOT_YET_SEEN,
  }
  const { place } = request
  try {
    return await repository.http.call(request, async (answer) => {
      await discard(answer)
      const stored = singleHeader(answer, 'docker-content-digest', place)
      if (stored === undefined) return false
      if (stored === content.digest) return true
      if (!sameAlgorithm(stored, content.digest)) return false
      const details = { ...place, status: answer.status }
      throw new RegistryError('VERIFICATION', otherDigest(content.digest, stored), details)
    })
  } catch (error) {
    if (!isRefusal(error)) throw error
    const shown = isDigest(reference) ? undefined : await shownAnyway(repository, reference)
    // Another run was faster, or an answer was lost (Q03).
    if (shown === content.digest) return true
    if (shown !== undefined && saysFrozen(repository.http.family, error)) {
      throw reworded('EXISTS', 'the registry does not let this tag be moved', error)
    }
    throw refusedType(content.mediaType, error) ?? error
  }
}

function isRefusal(error: unknown): error is RegistryError {
  if (!(error instanceof RegistryError) || error.code === 'AUTHENTICATION') return false
  return error.status !== undefined && error.status >= 400 && error.status < 500
}

/** What a tag shows that could not be written. A new one cannot be frozen. */
async function shownAnyway(
  repository: Repository,
  tag: string,
): Promise<Digest | 'hidden' | undefined> {
  try {
    return await resolveDigest(repository, tag)
  } catch {
    // The refusal of the push is what counts.
    return 'hidden'
  }
}

/**
 * Registries have many statuses and codes for a tag that is frozen, but most of them use the same
 * word (Q03, Q25, Q30). Where names hold that word, they are not what says it.
 */
function saysFrozen(family: RegistryFamily | undefined, error: RegistryError): boolean {
  const { registryCode = '', registryMessage = '', repository = '', reference = '' } = error
  const names = [...repository.split('/'), reference]
  return [/immutab/i, family?.frozenTag].some((words) => {
    if (words === undefined) return false
    const meant = names
      .filter((name) => words.test(name))
      .reduce((text, name) => text.replaceAll(name, ''), `${registryCode} ${registryMessage}`)
    return words.test(meant)
  })
}

/** Names the type that is not taken: the registry's words seldom do (Q36). */
function refusedType(mediaType: string, error: RegistryError): RegistryError | undefined {
  if (error.status !== 415) return undefined
  return reworded('UNSUPPORTED', `the registry does not take the type ${mediaType}`, error)
}

function reworded(code: ErrorCode, reason: string, error: RegistryError): RegistryError {
  const { operation, side, registry, repository, reference, family } = error
  const { status, registryCode, registryMessage } = error
  const place = { operation, side, registry, repository, reference, family }
  return new RegistryError(code, reason, {
    ...place,
    status,
    registryCode,
    registryMessage,
    cause: error,
  })
}

/**
 * Milliseconds between the looks at a tag that does not show yet what was pushed. Registries that
 * keep several copies need a moment; more than some seconds is no delay any more.
 */
const LOOKS_AFTER = [250, 500, 1_000, 2_000]

/**
 * Reads back what a tag shows after it was written. Throws VERIFICATION where that is not what was
 * pushed, also after some time.
 */
export async function verifyPushed(
  repository: Repository,
  reference: string,
  digest: Digest,
): Promise<void> {
  const { network } = repository.http
  const place = repository.place('verify', reference)
  let shown: Digest | undefined
  for (const delay of [0, ...LOOKS_AFTER]) {
    if (delay > 0) await pause(network, delay, place)
    shown = await shownDigest(repository, reference, digest)
    if (shown === digest) return
  }
  throw new RegistryError(
    'VERIFICATION',
    shown === undefined ? `pushed ${digest}, but nothing is there` : otherDigest(digest, shown),
    place,
  )
}

async function shownDigest(
  repository: Repository,
  reference: string,
  digest: Digest,
): Promise<Digest | undefined> {
  const shown = await resolveDigest(repository, reference)
  // A registry may name content by another algorithm (distribution-spec, Pulling manifests).
  return shown === undefined || sameAlgorithm(shown, digest)
    ? shown
    : hashedDigest(repository, reference, algorithmOf(digest))
}

function otherDigest(pushed: Digest, stored: string): string {
  return `pushed ${pushed}, but the registry shows ${foreignText(stored, MAX_DIGEST_LENGTH)}`
}

function sameAlgorithm(one: string, other: string): boolean {
  return one.split(':')[0] === other.split(':')[0]
}
