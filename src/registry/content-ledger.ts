import type { Digest } from '../oci/digest.ts'

/** How content came to be where it is wanted. */
export type Outcome = 'copied' | 'mounted' | 'existing'

/** A blob or manifest on its way, or there. */
interface Entry {
  /** The repository that it is taken from. */
  readonly source: string
  readonly moved: Promise<Outcome>
}

/**
 * What a destination registry is known to hold, repository by repository: whoever needs content that
 * somebody else is already moving waits for that, instead of moving it again. A failure is
 * forgotten, so that the next one may try, and counts for those only who wait for the same
 * content from the same source.
 */
export class ContentLedger {
  readonly #contents = new Map<string, Entry>()

  async once(
    repository: string,
    digest: Digest,
    source: string,
    move: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const key = `${repository}@${digest}`
    for (
      let known = this.#contents.get(key);
      known !== undefined;
      known = this.#contents.get(key)
    ) {
      try {
        await known.moved
        return 'existing'
      } catch (error) {
        if (known.source === source) throw error
      }
    }
    const entry = { source, moved: move() }
    this.#contents.set(key, entry)
    try {
      return await entry.moved
    } catch (error) {
      this.#contents.delete(key)
      throw error
    }
  }
}
