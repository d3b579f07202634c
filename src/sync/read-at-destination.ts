import type { Digest } from '../oci/digest.ts'
import { RegistryError } from '../registry/errors.ts'
import { fetchManifest } from '../registry/content/manifests.ts'
import type { Repository } from '../registry/http/repository.ts'
import type { NamedSource } from './named-source.ts'
import { SourceImage } from './source-image.ts'

/**
 * The image of a source that counts what is fetched there, and not what is looked up (Q28), read at
 * a destination that shows the same: an image that is up to date costs nothing then. Undefined where
 * it has to be fetched at the source, because it shows something else, or has an index of which only
 * a part is wanted. What is read is verified by its digest.
 *
 * @param shown what the destination's tag shows
 */
export async function readUncounted(
  source: NamedSource,
  destination: Repository,
  shown: Digest | undefined,
): Promise<SourceImage | undefined> {
  const { repository, platforms } = source
  if (shown === undefined || repository.sharesRegistryWith(destination)) return undefined
  try {
    if ((await source.digest()) !== shown) return undefined
    const top = await fetchManifest(destination, shown)
    if (top.manifest.kind === 'index' && platforms !== 'all') return undefined
    return SourceImage.whole(repository, top, platforms)
  } catch (error) {
    // The way that is counted will tell what is wrong.
    if (!(error instanceof RegistryError)) throw error
    return undefined
  }
}
