import type { Digest } from '../oci/digest.ts'

/** How a blob came to be where it is wanted. */
export type BlobOutcome = 'copied' | 'mounted' | 'existing'

/** A blob on its way, or there. */
interface Entry {
  /** The repository that it is taken from. */
  readonly source: string
  readonly moved: Promise<BlobOutcome>
}

/**
 * What a destination registry is known to hold, repository by repository: whoever needs a blob that
 * somebody else is already moving waits for that, instead of moving it again. A failure is
 * forgotten, so that the next one may try, and counts for those only who wait for the same blob
 * from the same source.
 */
export class BlobLedger {
  readonly #blobs = new Map<string, Entry>()

  async once(
    repository: string,
    digest: Digest,
    source: string,
    move: () => Promise<BlobOutcome>,
  ): Promise<BlobOutcome> {
    const key = `${repository}@${digest}`
    for (let known = this.#blobs.get(key); known !== undefined; known = this.#blobs.get(key)) {
      try {
        await known.moved
        return 'existing'
      } catch (error) {
        if (known.source === source) throw error
      }
    }
    const entry = { source, moved: move() }
    this.#blobs.set(key, entry)
    try {
      return await entry.moved
    } catch (error) {
      this.#blobs.delete(key)
      throw error
    }
  }
}
