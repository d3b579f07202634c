import type { Descriptor } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import { MediaType } from '../../oci/media-types.ts'
import { type CosignKind, cosignKinds, cosignTag, referrersTag } from '../../oci/referrers.ts'
import { RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import type { Repository } from '../http/repository.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import { waitForAll } from '../wait-for-all.ts'
import { fetchManifest, resolveDigest } from './manifests.ts'
import { listByApi } from './referrers-list.ts'
import { listsTag } from './tag-names.ts'

/** What a repository lists as referring to a manifest. Nothing of it has been looked at. */
export interface ReferrersList {
  /** By the API of the registry, or under the tag that clients keep where there is none. */
  readonly from: 'api' | 'tag'
  readonly entries: readonly Descriptor[]
}

/** An image that cosign keeps under a tag of its own for another one. */
export interface CosignImage {
  readonly kind: CosignKind
  readonly tag: string
}

/**
 * Lists what refers to a manifest: by the API, and under the tag of the referrers schema where the
 * repository has none. The manifest is one that this login was seen to reach. Throws the errors of
 * every request: a look that failed does not say that there is nothing.
 */
export async function listReferrers(
  repository: Repository,
  subject: Digest,
): Promise<ReferrersList> {
  const entries = await listByApi(repository, subject)
  if (entries !== undefined) return { from: 'api', entries }
  return { from: 'tag', entries: await listUnderTag(repository, subject) }
}

/**
 * Fetches and verifies what was listed as referring to a manifest; undefined, and told to the log,
 * where it refers to another one. Throws NOT_FOUND where it is listed and not there.
 */
export async function fetchReferrer(
  repository: Repository,
  subject: Digest,
  entry: Descriptor,
): Promise<FetchedManifest | undefined> {
  const fetched = await fetchManifest(repository, entry.digest, entry)
  const named = fetched.manifest.subject?.digest
  if (named === subject) return fetched
  const what = named === undefined ? 'nothing' : `another manifest, ${named}`
  repository.http.logger.info(
    `${entry.digest} is listed as a referrer of ${subject}, but refers to ${what}: not counted`,
  )
  return undefined
}

/** What refers to a manifest, fetched and verified. See `listReferrers` and `fetchReferrer`. */
export async function findReferrers(
  repository: Repository,
  subject: Digest,
): Promise<readonly FetchedManifest[]> {
  const { entries } = await listReferrers(repository, subject)
  const found = await waitForAll(
    entries.map(async (entry) => fetchReferrer(repository, subject, entry)),
  )
  return found.filter((referrer) => referrer !== undefined)
}

/** What cosign keeps in the repository for a manifest, of these kinds. Nothing of it is fetched. */
export async function listCosignImages(
  repository: Repository,
  subject: Digest,
  kinds: readonly CosignKind[] = cosignKinds,
): Promise<readonly CosignImage[]> {
  const found = await waitForAll(
    kinds.map(async (kind) => {
      const tag = cosignTag(subject, kind)
      if (tag === undefined) return undefined
      const isListed = await listsTag(repository, tag)
      const isThere = isListed ?? (await resolveDigest(repository, tag)) !== undefined
      return isThere ? { kind, tag } : undefined
    }),
  )
  return found.filter((image) => image !== undefined)
}

async function listUnderTag(
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
    return manifest.manifests
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
