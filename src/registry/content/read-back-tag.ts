import { algorithmOf, type Digest } from '../../oci/digest.ts'
import { RegistryError } from '../errors.ts'
import type { Repository } from '../http/repository.ts'
import type { Tries } from '../http/registry-request.ts'
import { pause } from '../pace/retry.ts'
import { otherDigest, sameAlgorithm } from './content-headers.ts'
import { hashedDigest, resolveDigest } from './manifests.ts'
import { HEAD_FAILS } from './refused-looks.ts'

/**
 * Milliseconds between the looks at what does not show yet what was pushed. Registries that
 * keep several copies need a moment; more than some seconds is no delay any more.
 */
export const LOOKS_AFTER = [250, 500, 1_000, 2_000]

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

/** The same, as a question, after a push whose answer was lost: a failure to look is no answer. */
export async function isShownAtLast(
  repository: Repository,
  reference: string,
  digest: Digest,
): Promise<boolean> {
  const place = repository.place('verify', reference)
  let failure: RegistryError | undefined
  for (const delay of [0, ...LOOKS_AFTER]) {
    failure = undefined
    try {
      if (delay > 0) await pause(repository.http.network, delay, place)
      if ((await shownDigest(repository, reference, digest, 'callOnce')) === digest) return true
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      if (error.code === 'CANCELLED' || error.code === 'TIMEOUT') return false
      failure = error
    }
  }
  return failure?.status === HEAD_FAILS && isRead(repository, reference, digest)
}

/** Whether what is shown reads as what was pushed: the last word where only HEAD fails (Q56). */
async function isRead(repository: Repository, reference: string, digest: Digest): Promise<boolean> {
  try {
    const read = await hashedDigest(repository, reference, algorithmOf(digest), 'callOnce')
    return read === digest
  } catch (error) {
    if (error instanceof RegistryError) return false
    throw error
  }
}

/** One look of one try. */
export async function isShown(
  repository: Repository,
  reference: string,
  digest: Digest,
): Promise<boolean> {
  try {
    return (await shownDigest(repository, reference, digest, 'callOnce')) === digest
  } catch (error) {
    if (error instanceof RegistryError && error.code !== 'CANCELLED') return false
    throw error
  }
}

async function shownDigest(
  repository: Repository,
  reference: string,
  digest: Digest,
  tries: Tries = 'call',
): Promise<Digest | undefined> {
  const shown = await resolveDigest(repository, reference, { tries })
  // A registry may name content by another algorithm (distribution-spec, Pulling manifests).
  return shown === undefined || sameAlgorithm(shown, digest)
    ? shown
    : hashedDigest(repository, reference, algorithmOf(digest), tries)
}
