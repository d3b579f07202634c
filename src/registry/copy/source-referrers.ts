import type { Descriptor } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import type { Repository } from '../http/repository.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import { fetchManifest, resolveDigest } from '../content/manifests.ts'
import {
  type CosignImage,
  fetchTagged,
  listCosignImages,
  listReferrers,
} from '../content/referrers.ts'

/** Answers that are kept: those about some thousand images. */
const MAX_KEPT = 20_000

/**
 * What belongs to the images of a source, asked once for all of their destinations, and once for all
 * tags of one image.
 */
export class SourceReferrers {
  readonly #lists = new Answers<readonly Descriptor[]>()
  readonly #cosignImages = new Answers<readonly CosignImage[]>()
  readonly #cosignDigests = new Answers<Digest | undefined>()
  readonly #cosignManifests = new Answers<FetchedManifest | undefined>()

  /** What is listed as referring to a manifest. Nothing of it has been looked at. */
  async list(repository: Repository, subject: Digest): Promise<readonly Descriptor[]> {
    return this.#lists.of(repository, subject, async () => {
      const { entries } = await listReferrers(repository, subject)
      // Annotations of a list decide nothing, and would be kept for long.
      return entries.map(({ mediaType, digest, size, artifactType }) =>
        artifactType === undefined
          ? { mediaType, digest, size }
          : { mediaType, digest, size, artifactType },
      )
    })
  }

  async cosignImages(repository: Repository, subject: Digest): Promise<readonly CosignImage[]> {
    return this.#cosignImages.of(repository, subject, async () =>
      listCosignImages(repository, subject),
    )
  }

  /**
   * What a tag of cosign's showed when it was looked at for the first time; undefined where it is not
   * there. That it is listed says nothing: some registries go on listing tags whose manifests are
   * gone.
   */
  async cosignDigest(repository: Repository, tag: string): Promise<Digest | undefined> {
    const fetched = this.#cosignManifests.known(repository, tag)
    if (fetched !== undefined) return (await fetched)?.digest
    return this.#cosignDigests.of(repository, tag, async () => resolveDigest(repository, tag))
  }

  /** The image that a tag of cosign's shows; undefined as for `cosignDigest`. */
  async cosignImage(repository: Repository, tag: string): Promise<FetchedManifest | undefined> {
    return this.#cosignManifests.of(repository, tag, async () => {
      const digest = await this.#cosignDigests.known(repository, tag)
      return digest === undefined ? fetchTagged(repository, tag) : fetchManifest(repository, digest)
    })
  }
}

/** Answers by what was asked. A question that failed is asked again. */
class Answers<T> {
  readonly #answers = new Map<string, Promise<T>>()

  known({ name }: Repository, about: string): Promise<T> | undefined {
    return this.#answers.get(`${name}@${about}`)
  }

  async of({ name }: Repository, about: string, ask: () => Promise<T>): Promise<T> {
    const key = `${name}@${about}`
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    if (this.#answers.size >= MAX_KEPT) this.#answers.clear()
    const asked = ask()
    this.#answers.set(key, asked)
    try {
      return await asked
    } catch (error) {
      this.#answers.delete(key)
      throw error
    }
  }
}
