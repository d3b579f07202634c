import type { Descriptor } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import { type CosignKind, cosignKinds, cosignTag } from '../../oci/referrers.ts'
import type { Repository } from '../http/repository.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import { waitForAll } from '../wait-for-all.ts'
import { fetchManifest, resolveDigest } from './manifests.ts'
import { listByApi } from './referrers-api.ts'
import { listByTag } from './referrers-tag.ts'
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
  return { from: 'tag', entries: await listByTag(repository, subject) }
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
