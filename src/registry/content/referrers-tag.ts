import type { Descriptor } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import { MediaType } from '../../oci/media-types.ts'
import { referrersTag } from '../../oci/referrers.ts'
import { foreignText } from '../foreign-text.ts'
import type { Repository } from '../http/repository.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import { listsTag } from './tag-names.ts'
import { fetchTagged } from './tagged-manifest.ts'

/**
 * What is listed as referring to a manifest under the tag of the referrers schema. What is there and
 * is no list counts as none, and is told to the log.
 */
export async function listByTag(
  repository: Repository,
  subject: Digest,
): Promise<readonly Descriptor[]> {
  const tag = referrersTag(subject)
  // What is written there by this run does not show in a list that was read before.
  const isListed = repository.side === 'source' ? await listsTag(repository, tag) : undefined
  if (isListed === false) return []
  const shown = await fetchReferrersTag(repository, subject)
  if (shown === undefined || shown.digest === subject) return []
  const { manifest } = shown
  if (manifest.kind === 'index' && manifest.mediaType === MediaType.ociIndex) {
    // What two programs have added at one time may stand there twice.
    return [...new Map(manifest.manifests.map((entry) => [entry.digest, entry])).values()]
  }
  repository.http.logger.info(
    `${tag} in ${repository.name} holds ${foreignText(shown.mediaType)} and not a list of referrers: not counted`,
  )
  return []
}

/**
 * What is under the tag that clients list the referrers of a manifest under, where a registry has no
 * API (distribution-spec, Referrers Tag Schema); undefined where there is nothing. It may be
 * anything: GitLab shows the manifest itself there (Q62).
 */
export async function fetchReferrersTag(
  repository: Repository,
  subject: Digest,
): Promise<FetchedManifest | undefined> {
  return fetchTagged(repository, referrersTag(subject))
}
