import { type Digest, digestOf } from '../oci/digest.ts'
import { holdsManifest, presentDigest } from '../registry/content/manifests.ts'
import type { Repository } from '../registry/http/repository.ts'
import type { Document, Release, SourceImage } from './source-image.ts'

/** A destination, and the image that it is to have. */
export interface Destined {
  readonly image: SourceImage
  readonly repository: Repository
  /** Undefined where the image goes by its digest, which is there or not. */
  readonly tag: string | undefined
  /** What the tag shows; undefined where it shows nothing that matters. */
  readonly tagged: Digest | undefined
  /** Everything may be there by digest, and wait for the tag alone. */
  readonly mayBeStaged: boolean
}

/** What a destination is to show, beside what it shows. It is up to date where the two are one. */
export interface Comparison {
  readonly digest: Digest
  readonly previous: Digest | undefined
  /** What is to be pushed; undefined where the source's own document tells that all of it is there. */
  readonly release?: Release
  /** Nothing is left to be done but to move the tag, as far as one look can tell. */
  readonly isPresent: boolean
}

/** Compares an image with its destination, and reads no more of it than that takes. */
export async function compareWithDestination(destined: Destined): Promise<Comparison> {
  const { image, repository, tag, tagged } = destined
  const lookUp = async (digest: Digest): Promise<Digest | undefined> =>
    tag === undefined ? presentDigest(repository, digest) : tagged
  const expected = digestUnder(tag, image.expected())
  const found = await lookUp(expected)
  if (found === expected) return { digest: expected, previous: found, isPresent: true }

  const isPresent = tag !== undefined && (await isStaged(destined))
  const release = isPresent ? image.expectedRelease() : await image.release()
  const digest = digestUnder(tag, release)
  const previous = digest === expected ? found : await lookUp(digest)
  return { digest, previous, release: { ...release, digest }, isPresent }
}

async function isStaged({ image, repository, mayBeStaged }: Destined): Promise<boolean> {
  if (!mayBeStaged || image.isJudgedByConfig) return false
  const { bytes } = image.expected()
  return holdsManifest(repository, { digest: digestOf(bytes), size: bytes.length })
}

/**
 * The digest by which a destination will know a document. Registries name what a tag shows by
 * sha256, also where the source's reference has a digest of another algorithm.
 */
function digestUnder(tag: string | undefined, document: Document): Digest {
  return tag === undefined ? document.digest : digestOf(document.bytes)
}
