import type { Digest } from '../oci/digest.ts'

/** How a blob came to be where it is wanted. */
export type BlobOutcome = 'copied' | 'mounted' | 'existing'

/**
 * What a destination registry is known to hold, repository by repository: whoever needs a blob that somebody else is
 * already moving waits for that, instead of moving it again. A failure is forgotten, so that the next one may try.
 */
export class BlobLedger {
  readonly #blobs = new Map<string, Promise<BlobOutcome>>()

  async once(repository: string, digest: Digest, move: () => Promise<BlobOutcome>): Promise<BlobOutcome> {
    const key = `${repository}@${digest}`
    const known = this.#blobs.get(key)
    if (known !== undefined) {
      await known
      return 'existing'
    }
    const moving = move()
    this.#blobs.set(key, moving)
    try {
      return await moving
    } catch (error) {
      this.#blobs.delete(key)
      throw error
    }
  }
}
