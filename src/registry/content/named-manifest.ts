import { algorithmOf, type Digest, digestOf } from '../../oci/digest.ts'
import type { ImageIndex, ImageManifest } from '../../oci/manifest.ts'
import { RegistryError } from '../errors.ts'
import type { Repository } from '../http/repository.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import { fetchManifest, hashedDigest, resolveDigest } from './manifests.ts'

/** What names a manifest: where there are a tag and a digest, the digest decides. */
export interface ManifestName {
  readonly digest?: Digest | undefined
  readonly tag?: string | undefined
}

/**
 * Fetches what a reference names, as `fetchManifest` does. Caches that fill by tag do not know a digest
 * that nobody has asked for by its tag (Q70): they are asked for that once, and the digest decides all
 * the same.
 */
export async function fetchNamed(
  repository: Repository,
  { digest, tag }: ManifestName,
): Promise<FetchedManifest> {
  if (digest === undefined) return fetchManifest(repository, tag ?? 'latest')
  try {
    return await fetchManifest(repository, digest)
  } catch (error) {
    const isMissing = error instanceof RegistryError && error.code === 'NOT_FOUND'
    const shown = isMissing && tag !== undefined ? await shownBy(repository, tag) : undefined
    if (shown === undefined || digestOf(shown.bytes, algorithmOf(digest)) !== digest) throw error
    return { ...shown, digest }
  }
}

async function shownBy(repository: Repository, tag: string): Promise<FetchedManifest | undefined> {
  try {
    return await fetchManifest(repository, tag)
  } catch (error) {
    // What counts is that the digest is not there.
    if (error instanceof RegistryError && error.code !== 'CANCELLED') return undefined
    throw error
  }
}

/** The digest of what a reference names, as `resolveDigest` and `fetchNamed` have it. */
export async function resolveNamed(
  repository: Repository,
  { digest, tag }: ManifestName,
): Promise<Digest | undefined> {
  const found = await resolveDigest(repository, digest ?? tag ?? 'latest')
  if (found !== undefined || digest === undefined || tag === undefined) return found
  const shown = await hashedDigest(repository, tag, algorithmOf(digest))
  return shown === digest ? digest : undefined
}

/** A single image. Throws GET_IMAGE where the reference names an index. */
export async function fetchSingle(
  repository: Repository,
  name: ManifestName,
  operation: string,
): Promise<FetchedManifest & { manifest: ImageManifest }> {
  const fetched = await fetchNamed(repository, name)
  const { manifest } = fetched
  if (manifest.kind === 'image') return { ...fetched, manifest }
  const place = repository.place(operation, name.digest ?? name.tag)
  throw new RegistryError('GET_IMAGE', 'this is an index, not a single image', place)
}

/** An index. Throws GET_IMAGE_INDEX where the reference names a single image. */
export async function fetchIndex(
  repository: Repository,
  name: ManifestName,
): Promise<FetchedManifest & { manifest: ImageIndex }> {
  const fetched = await fetchNamed(repository, name)
  const { manifest } = fetched
  if (manifest.kind === 'index') return { ...fetched, manifest }
  const place = repository.place('get image index', name.digest ?? name.tag)
  throw new RegistryError('GET_IMAGE_INDEX', 'this is a single image, not an index', place)
}
