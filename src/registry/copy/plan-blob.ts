import type { SizedDigest } from '../../oci/digest.ts'
import { blobExists } from '../content/blobs.ts'
import type { Repository } from '../http/repository.ts'
import type { Holder, Outcome } from './content-ledger.ts'

/**
 * How a blob would come to a destination, by one look there: whether the registry would really mount
 * it, only asking would tell, and that opens uploads.
 *
 * @param holder another repository of the destination's registry that has it, or would by then
 */
export async function planBlob(
  source: Repository,
  destination: Repository,
  blob: SizedDigest,
  holder: Holder | undefined,
): Promise<Outcome> {
  if (await blobExists(destination, blob)) return 'existing'
  const isAround = holder !== undefined || source.sharesRegistryWith(destination)
  return isAround && destination.http.family?.mounts !== false ? 'mounted' : 'copied'
}
