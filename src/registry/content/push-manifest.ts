import { type Digest, isDigest } from '../../oci/digest.ts'
import { discard } from '../network/answer-body.ts'
import { confirmsDigest } from './content-headers.ts'
import { isNoVerdict, RegistryError, reworded } from '../errors.ts'
import type { RegistryFamily } from '../families/family.ts'
import { isPageOnly, pageInstead } from '../network/page.ts'
import { manifestRequest, resolveDigest } from './manifests.ts'
import type { Repository } from '../http/repository.ts'
import type { RegistryRequest } from '../http/registry-request.ts'
import { withRetries } from '../pace/retry.ts'
import { isShown, isShownAtLast, verifyPushed } from './read-back-tag.ts'

/** A manifest as it is pushed. */
export interface PushedManifest {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly digest: Digest
}

export interface PushOptions {
  /** Asked right before each try whether it is wanted still; what it throws ends the push. */
  readonly isWanted?: (() => Promise<boolean>) | undefined
  /** Ends a write that has been sent, in place of the network's own signal. */
  readonly endsLater?: AbortSignal | undefined
}

/**
 * Pushes a manifest under a tag or its digest, and checks that the registry shows it there then: by
 * its answer, or by a look where that does not tell. One after another where several tags of a
 * repository get the same manifest: a registry on a plain file system (distribution) fails to read
 * what it is just writing again. Throws VERIFICATION.
 */
export async function publishManifest(
  repository: Repository,
  reference: string,
  content: PushedManifest,
  options: PushOptions = {},
): Promise<void> {
  await repository.http.turns.run(`${repository.name}@${content.digest}`, async () => {
    const isConfirmed = await pushManifest(repository, reference, content, options)
    if (!isConfirmed) await verifyPushed(repository, reference, content.digest)
  })
}

/** What has just been uploaded is not seen by all parts of a registry at once (Q33, Q58). */
const NOT_YET_SEEN = ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN']

/**
 * Pushes the exact bytes of a manifest (distribution-spec, Pushing manifests) under a tag or its
 * digest. Where an answer is lost, late or a failure of the registry, the manifest may be there all
 * the same: it is looked for before it is sent again, and before that counts as a failure. So may a
 * tag have moved that was answered with a refusal, a redirect or a page, by a gateway for instance:
 * it is looked at before that counts. Returns whether nothing is left to be checked: the registry is
 * known to have it there, or it is not wanted any more. Throws VERIFICATION where it names another
 * digest, and EXISTS where the registry does not let the tag be moved.
 */
export async function pushManifest(
  repository: Repository,
  reference: string,
  content: PushedManifest,
  { isWanted, endsLater }: PushOptions = {},
): Promise<boolean> {
  const { network, logger } = repository.http
  const tries: { mayHaveArrived: boolean; failed?: unknown } = { mayHaveArrived: false }
  try {
    const answered = await withRetries(network, logger, async () => {
      if (tries.mayHaveArrived && (await isShown(repository, reference, content.digest)))
        return 'named'
      if (isWanted !== undefined && !(await isWanted())) return 'unwanted'
      try {
        return await put(repository, reference, content, endsLater)
      } catch (error) {
        tries.mayHaveArrived ||= isNoVerdict(error)
        tries.failed = error
        throw error
      }
    })
    if (answered === 'elsewhere') await verifyPushed(repository, reference, content.digest)
    return answered !== 'unnamed'
  } catch (error) {
    if (tries.mayHaveArrived && (await isShownAtLast(repository, reference, content.digest)))
      return true
    if (error !== tries.failed || !isVerdict(error)) throw error
    const shown = isDigest(reference) ? undefined : await shownAnyway(repository, reference)
    // Another run was faster, or an answer was lost (Q03).
    if (shown === content.digest) return true
    if (!isRefusal(error)) throw error
    if (shown !== undefined && saysFrozen(repository.http.family, error)) {
      throw reworded('EXISTS', 'the registry does not let this tag be moved', error)
    }
    throw refusedType(content.mediaType, error) ?? error
  }
}

/**
 * One try. Returns whether the answer names the digest, and whether it came from the address that was
 * asked: what a registry keeps after a redirect, it may keep under another name.
 */
async function put(
  repository: Repository,
  reference: string,
  { bytes, mediaType, digest }: PushedManifest,
  endsLater: AbortSignal | undefined,
): Promise<'named' | 'unnamed' | 'elsewhere'> {
  const request: RegistryRequest = {
    ...manifestRequest(repository, reference, 'PUT', 'push manifest'),
    headers: { 'content-type': mediaType },
    body: bytes,
    passing: NOT_YET_SEEN,
    endsLater,
  }
  return repository.http.callOnce(request, async (answer) => {
    await discard(answer)
    if (isPageOnly(answer)) throw pageInstead(answer, answer.address.origin, request.place)
    const isNamed = confirmsDigest(answer, digest, request.place)
    if (answer.address.path !== request.target) return 'elsewhere'
    return isNamed ? 'named' : 'unnamed'
  })
}

/** Whether a push was answered, with something that says neither what is there nor that it is other. */
function isVerdict(error: unknown): error is RegistryError {
  if (!(error instanceof RegistryError)) return false
  return error.code !== 'CANCELLED' && error.code !== 'VERIFICATION' && !isNoVerdict(error)
}

function isRefusal({ code, status = 0 }: RegistryError): boolean {
  return code !== 'AUTHENTICATION' && status >= 400 && status < 500
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
