import type { SizedDigest } from '../../oci/digest.ts'
import { blobExists } from '../content/blobs.ts'
import { RegistryError } from '../errors.ts'
import { Repository } from '../http/repository.ts'
import { withRetries } from '../pace/retry.ts'
import { mountBlob, type UploadStart } from '../content/mount-blob.ts'
import type { Holder } from './content-ledger.ts'

/** A blob on its way from a source to a destination, that another repository there may have. */
export interface MountWish {
  readonly source: Repository
  readonly destination: Repository
  readonly blob: SizedDigest
  /** A source in the same registry is one by itself. */
  readonly holder: Holder | undefined
}

/**
 * Asks for a mount where there is a chance. It saves time or it does not: whatever goes wrong with
 * it, the ordinary upload follows, in the session that may have been opened. Undefined where nothing
 * has come of it.
 *
 * @param isThere whether the registry can be believed that it has mounted it
 */
export async function mountFromHolder(
  wish: MountWish,
  isThere: () => Promise<boolean>,
): Promise<UploadStart | undefined> {
  const { facts, logger } = wish.destination.http
  const { mounts } = facts
  const from = holderName(wish)
  if (from === undefined || !mounts.isWorthTrying) return undefined
  if (!(await mayTake(wish))) return undefined
  try {
    if (!(await mayRead(wish, from))) return undefined
    const start = await mount(wish, from)
    const isMounted = start.mounted && (await isThere())
    mounts.note(isMounted)
    return start.mounted && !isMounted ? undefined : start
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code === 'CANCELLED') throw error
    if (!error.transient) mounts.note(false)
    logger.debug(`no mount: ${error.message}`)
    return undefined
  }
}

async function mount({ destination, blob }: MountWish, from: string): Promise<UploadStart> {
  const { http } = destination
  const ask = async (): Promise<UploadStart> =>
    http.limiter.run(async () => mountBlob(destination, blob, from))
  // Some answer so as if they would another time, and never do (Q24, Q48).
  return http.facts.mounts.hasWorked ? withRetries(http.network, http.logger, ask) : ask()
}

function holderName({ source, destination, holder }: MountWish): string | undefined {
  return source.sharesRegistryWith(destination) ? source.name : holder?.repository
}

/**
 * A source that only names a blob is not to get what the destination's account has elsewhere: it has
 * to have the blob itself, unless the run has brought it. From a source in the same registry, that one
 * tells.
 */
async function mayTake({ source, destination, blob, holder }: MountWish): Promise<boolean> {
  if (source.sharesRegistryWith(destination) || holder?.isBrought === true) return true
  const { facts, logger } = source.http
  try {
    return await facts.shownBlobs.has(source.name, blob.digest, async () =>
      blobExists(source, blob),
    )
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code === 'CANCELLED') throw error
    // Reading the blob will tell.
    logger.debug(`no mount: ${error.message}`)
    return false
  }
}

/** Another account may read the source for us; the one that mounts has to be allowed to, too. */
async function mayRead(
  { source, destination, blob, holder }: MountWish,
  from: string,
): Promise<boolean> {
  const { http } = destination
  if (source.http === http || from === holder?.repository) return true
  const repository = new Repository(http, from, 'source')
  return http.facts.readable.has(from, async () => blobExists(repository, blob))
}
