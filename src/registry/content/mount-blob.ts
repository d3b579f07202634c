import type { SizedDigest } from '../../oci/digest.ts'
import { pullScope } from '../auth/scope.ts'
import { RegistryError } from '../errors.ts'
import type { Repository } from '../http/repository.ts'
import { discard } from '../network/answer-body.ts'
import { confirmsDigest } from './content-headers.ts'
import { withRetries } from '../pace/retry.ts'
import { cancelUpload, sessionOf, type UploadSession } from './upload-session.ts'

/**
 * A registry's answer to the wish to put a blob: it has it by now, or waits for it at an address.
 */
export type UploadStart =
  | { readonly mounted: true }
  | { readonly mounted: false; readonly session: UploadSession }

/**
 * Asks the registry to take a blob over from another of its repositories (distribution-spec,
 * Mounting a blob from another repository). Where it will not, its 202 is an upload session like
 * any other. From the repository itself, it is a look that opens a session where the blob is not
 * there. Throws VERIFICATION where what was mounted is something else, or was so elsewhere.
 */
export async function mountBlob(
  repository: Repository,
  blob: SizedDigest,
  from: string,
): Promise<UploadStart> {
  const { http, scope } = repository
  const isLook = from === repository.name
  const place = isLook
    ? repository.place('start upload')
    : repository.place('mount blob', blob.digest)
  const query = `mount=${encodeURIComponent(blob.digest)}&from=${encodeURIComponent(from)}`
  const target = repository.path(`blobs/uploads/?${query}`)
  const answer = await http.exchange({
    method: 'POST',
    reach: 'storage',
    target,
    scopes: isLook ? [scope] : [scope, pullScope(from)],
    place,
    refusal: 'UPLOAD',
  })
  await discard(answer)
  if (answer.status === 201) {
    confirmsDigest(answer, blob.digest, place)
    if (!answer.address.isAway) return { mounted: true }
    const reason = 'another host than the registry says that the blob was mounted'
    throw new RegistryError('VERIFICATION', reason, { ...place, status: answer.status })
  }
  return { mounted: false, session: await sessionOf(repository, answer, place) }
}

/** Whether a blob that is there for certain is mounted into the very repository that it is in. */
export async function mountsItself(repository: Repository, blob: SizedDigest): Promise<boolean> {
  const { http } = repository
  try {
    const start = await withRetries(http.network, http.logger, async () =>
      http.limiter.run(async () => mountBlob(repository, blob, repository.name)),
    )
    if (!start.mounted) await cancelUpload(repository, start.session)
    return start.mounted
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code === 'CANCELLED') throw error
    http.logger.debug(`no mount: ${error.message}`)
    return false
  }
}
