import { RegistryError } from '../errors.ts'
import type { Repository } from '../http/repository.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import { fetchManifest } from './manifests.ts'
import { listsTag } from './tag-names.ts'

/** What a tag shows that need not be there; undefined where it is not. */
export async function fetchTagged(
  repository: Repository,
  tag: string,
): Promise<FetchedManifest | undefined> {
  try {
    return await fetchManifest(repository, tag)
  } catch (error) {
    if (error instanceof RegistryError && error.status === 404) return undefined
    if (await isHidden(repository, tag, error)) return undefined
    throw error
  }
}

/**
 * Whether a look at a tag was denied that is not there: some say that of every tag that is missing
 * (Q31). The list of tags tells.
 */
export async function isHidden(
  repository: Repository,
  tag: string,
  error: unknown,
): Promise<boolean> {
  const isDenied = error instanceof RegistryError && error.status === 403
  return isDenied && (await listsTag(repository, tag)) === false
}
