import type { Descriptor } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import type { Repository } from '../http/repository.ts'
import type { FetchedManifest } from '../learned/fetched-manifest.ts'
import { fetchManifest, resolveDigest } from '../content/manifests.ts'
import { type CosignImage, listCosignImages, listReferrers } from '../content/referrers.ts'
import { fetchTagged } from '../content/tagged-manifest.ts'

/** Answers that are kept: those about some thousand images. */
const MAX_KEPT = 20_000
/** Entries of all lists that are kept; each list counts for one more. */
const MAX_ENTRIES = 100_000
/** Bytes of images of cosign's that are kept. An honest one has a kilobyte or two for a signature. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024

/**
 * What belongs to the images of a source, asked once for all of their destinations, and once for all
 * tags of one image.
 */
export class SourceReferrers {
  readonly #lists = new Answers<readonly Descriptor[]>(MAX_ENTRIES, ({ length }) => 1 + length)
  readonly #cosignImages = new Answers<readonly CosignImage[]>(MAX_KEPT)
  readonly #cosignDigests = new Answers<Digest | undefined>(MAX_KEPT)
  readonly #cosignManifests = new Answers<FetchedManifest | undefined>(
    MAX_KEPT_BYTES,
    (fetched) => fetched?.size ?? 1,
  )

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

  /**
   * The image that a tag of cosign's shows; undefined as for `cosignDigest`. Throws INVALID_MANIFEST
   * once there is more of such than the repository's budget has.
   */
  async cosignImage(repository: Repository, tag: string): Promise<FetchedManifest | undefined> {
    return this.#cosignManifests.of(repository, tag, async () => {
      const digest = await this.#cosignDigests.known(repository, tag)
      const fetched = await (digest === undefined
        ? fetchTagged(repository, tag)
        : fetchManifest(repository, digest))
      if (fetched !== undefined) repository.spend(fetched, 'get image')
      return fetched
    })
  }
}

/** Answers by what was asked, as many as there is room for. A question that failed is asked again. */
class Answers<T> {
  readonly #answers = new Map<string, Promise<T>>()
  readonly #room: number
  readonly #weigh: (answer: T) => number
  #kept = 0

  /** @param weigh how much of the room an answer takes */
  constructor(room: number, weigh: (answer: T) => number = (): number => 1) {
    this.#room = room
    this.#weigh = weigh
  }

  known({ name }: Repository, about: string): Promise<T> | undefined {
    return this.#answers.get(`${name}@${about}`)
  }

  async of({ name }: Repository, about: string, ask: () => Promise<T>): Promise<T> {
    const key = `${name}@${about}`
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const asked = ask()
    this.#answers.set(key, asked)
    try {
      const answer = await asked
      this.#take(this.#weigh(answer))
      return answer
    } catch (error) {
      this.#answers.delete(key)
      throw error
    }
  }

  #take(weight: number): void {
    this.#kept += weight
    if (this.#kept <= this.#room) return
    this.#answers.clear()
    this.#kept = 0
  }
}
