import type { Descriptor } from '../oci/descriptor.ts'
import { isIndexType } from '../oci/media-types.ts'
import { cosignTag } from '../oci/referrers.ts'
import { fetchBlob } from '../registry/content/blobs.ts'
import { fetchManifest } from '../registry/content/manifests.ts'
import { fetchReferrer } from '../registry/content/referrers.ts'
import { RegistryError } from '../registry/errors.ts'
import { foreignText } from '../registry/foreign-text.ts'
import type { Repository } from '../registry/http/repository.ts'
import type { FetchedManifest } from '../registry/learned/fetched-manifest.ts'
import { waitForAll } from '../registry/wait-for-all.ts'
import type { LookUpError } from '../trust/look-up-error.ts'
import type { SignatureSource } from '../trust/source.ts'
import type { Verified } from '../trust/verified.ts'
import type { ImageToVerify, Verdict } from '../trust/verify-image.ts'
import type { NamedSource } from './named-source.ts'
import type { SourceImage } from './source-image.ts'

/** A source whose images are verified. */
type SignedSource = Pick<NamedSource, 'repository' | 'referrers' | 'bringsReferrers'>

export type { Verified } from '../trust/verified.ts'

/** Finds out whether an image may be copied. Throws where that could not be found out. */
export type Verify = (image: ImageToVerify) => Promise<Verdict>

/**
 * Lets through what the rules of a run trust: found out once for each digest of a source, for all of
 * its destinations, before anything is written for it.
 */
export class TrustGate {
  readonly #verify: Verify
  readonly #known = new Map<string, Promise<Verified | undefined>>()

  constructor(verify: Verify) {
    this.#verify = verify
  }

  /**
   * Comes back with what the image is trusted for; undefined where a rule lets it pass unseen. Throws
   * UNTRUSTED where nothing vouches for it, and the error of a look-up that failed.
   *
   * @param source where the image is from, also where it was read elsewhere
   */
  async check(source: SignedSource, image: SourceImage): Promise<Verified | undefined> {
    const { repository } = source
    // The images that may be signed in place of an index depend on the platforms that are wanted.
    const parts = image.selection?.selected.map(({ descriptor }) => descriptor.digest) ?? []
    const key = [repository.http.registry, repository.name, image.top.digest, ...parts].join(' ')
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const checking = this.#check(source, image)
    this.#known.set(key, checking)
    return checking
  }

  async #check(source: SignedSource, image: SourceImage): Promise<Verified | undefined> {
    const { top } = image
    const { repository } = source
    const place = repository.place('verify', top.digest)
    let verdict: Verdict
    try {
      verdict = await this.#verify({
        repository: `${repository.http.registry}/${repository.name}`,
        subject: top,
        platforms: async () => platformImages(repository, image),
        source: signaturesIn(source),
      })
    } catch (error) {
      if (error instanceof RegistryError) throw error
      const reason = error instanceof Error ? error.message : String(error)
      throw new RegistryError('REGISTRY', `trust could not be looked up: ${reason}`, {
        ...(isLookUp(error) ? { operation: error.operation, registry: error.registry } : place),
        cause: error,
      })
    }
    if (verdict.isTrusted) return verdict.verified && harmless(verdict.verified)
    throw new RegistryError('UNTRUSTED', verdict.reason, place)
  }
}

/** What the module throws that verifies, which has errors of its own: it is a bundle of its own. */
function isLookUp(error: unknown): error is LookUpError {
  return error instanceof Error && error.name === 'LookUpError'
}

/** What of it somebody else has written. */
const FOREIGN_NAMES = [
  'identity',
  'issuer',
  'sourceRepository',
  'sourceRef',
  'sourceDigest',
  'predicateType',
] as const

/** Names in certificates are anybody's text. */
function harmless(verified: Verified): Verified {
  const clean = { ...verified }
  for (const name of FOREIGN_NAMES) {
    const text = verified[name]
    if (text !== undefined) Object.assign(clean, { [name]: foreignText(text) })
  }
  return clean
}

/**
 * What would have to be signed in place of an index: the images that were selected of it, and of one
 * that is copied as it is everything that somebody could run.
 */
async function platformImages(
  repository: Repository,
  { top, selection }: SourceImage,
): Promise<readonly FetchedManifest[]> {
  if (top.manifest.kind === 'image') return [top]
  const parts =
    selection?.selected.map(({ descriptor }) => descriptor) ??
    top.manifest.manifests.filter((entry) => !isForNoPlatform(entry))
  return waitForAll(parts.map(async (part) => fetchManifest(repository, part.digest, part)))
}

/** Such as BuildKit's attestations. What an annotation calls an entry does not keep anybody from running it. */
function isForNoPlatform({ platform, mediaType }: Descriptor): boolean {
  const isUnknown = platform?.os === 'unknown' && platform.architecture === 'unknown'
  return isUnknown && !isIndexType(mediaType)
}

/** A repository as the place where signatures are kept. What is found is what may be copied, too. */
function signaturesIn(source: SignedSource): SignatureSource {
  const { repository, referrers } = source
  const { referrersSupport } = repository.http.facts
  return {
    isCostly: async () =>
      !source.bringsReferrers && (await referrersSupport.isMissing(repository.name)),
    list: async (subject) => referrers.list(repository, subject),
    fetch: async (subject, entry) => fetchReferrer(repository, subject, entry),
    fetchCosign: async (subject, kind) => {
      const tag = cosignTag(subject, kind)
      return tag === undefined ? undefined : referrers.cosignImage(repository, tag)
    },
    fetchBlob: async (blob) => fetchBlob(repository, blob),
  }
}
