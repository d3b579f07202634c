import type { Digest } from '../oci/digest.ts'
import { resolveDigest } from '../registry/content/manifests.ts'
import { isNoVerdict, RegistryError } from '../registry/errors.ts'
import type { Repository } from '../registry/http/repository.ts'

/**
 * Whether a tag may show something else than before, after a write of it that failed: where the end
 * of the write is not known, and a last look does not tell that nothing came of it.
 */
export async function isInDoubt(
  error: unknown,
  { repository, tag }: { readonly repository: Repository; readonly tag: string },
  before: Digest,
): Promise<boolean> {
  if (!(error instanceof RegistryError)) return false
  // Nobody is asked once more who does not answer, nor after the end of the run.
  const isHanging = error.code === 'TIMEOUT' && error.status === undefined
  if (error.code === 'CANCELLED' || isHanging) return true
  if (error.code !== 'VERIFICATION' && !isNoVerdict(error)) return false
  try {
    return (await resolveDigest(repository, tag, { tries: 'callOnce' })) !== before
  } catch {
    return true
  }
}
