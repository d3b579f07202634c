import { type Content, verified } from '../oci/digest.ts'
import type { Address } from './address.ts'
import type { Outcome } from './content-ledger.ts'
import { blobExists, openBlob } from './blobs.ts'
import { RegistryError } from './errors.ts'
import { networkFailure } from './network-failure.ts'
import { acquireBoth } from './pacing.ts'
import type { Repository } from './repository.ts'
import { withRetries } from './retry.ts'
import { cancelUpload, mountBlob, putBlob, startUpload, type UploadStart } from './upload.ts'

/**
 * Brings one blob from one repository to another, by the cheapest way that works: it is there
 * already, the registry takes it over from the source's repository, or its bytes are streamed
 * through, hashed on the way. The last of them leave this process only after the size and the
 * digest are known to be right.
 */
export async function copyBlob(
  source: Repository,
  destination: Repository,
  blob: Content,
): Promise<Outcome> {
  if (await blobExists(destination, blob)) return 'existing'
  let session: Address | undefined
  if (source.sharesRegistryWith(destination)) {
    const start = await tryMount(source, destination, blob)
    if (start?.mounted === true) return 'mounted'
    session = start?.session
  }
  const { network, logger } = destination.http
  await withRetries(network, logger, async (tried) => {
    // The bytes may have arrived although the answer did not.
    if (tried > 0 && (await blobExists(destination, blob))) return
    const opened = session
    session = undefined
    await transfer(source, destination, blob, opened)
  })
  return 'copied'
}

/** A mount saves time or it does not: whatever goes wrong with it, the ordinary upload follows. */
async function tryMount(
  source: Repository,
  destination: Repository,
  blob: Content,
): Promise<UploadStart | undefined> {
  const { limiter, logger } = destination.http
  try {
    return await limiter.run(() => mountBlob(destination, blob, source.name))
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code === 'CANCELLED') throw error
    logger.debug(`no mount: ${error.message}`)
    return undefined
  }
}

async function transfer(
  source: Repository,
  destination: Repository,
  blob: Content,
  opened: Address | undefined,
): Promise<void> {
  const release = await acquireBoth(source.http.limiter, destination.http.limiter)
  try {
    const session = opened ?? (await startUpload(destination))
    try {
      await putBlob(destination, session, blob, () => verifiedBlob(source, blob))
    } catch (error) {
      await cancelUpload(destination, session)
      throw error
    }
  } finally {
    release()
  }
}

/**
 * The blob's bytes from the source, opened when the first one is wanted. Errors name the source.
 */
async function* verifiedBlob(
  source: Repository,
  blob: Content,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* verified(await openBlob(source, blob), blob)
  } catch (error) {
    throw networkFailure(error, source.place('get blob', blob.digest), source.http.network.signal)
  }
}
