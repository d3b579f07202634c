import { type SizedDigest, contentKey, type Digest } from '../../oci/digest.ts'
import type { Taker } from './shared-downloads.ts'

/** How content came to be where it is wanted. */
export type Outcome = 'copied' | 'mounted' | 'existing'

/** A blob or manifest on its way, or there. */
interface Entry {
  /** The repository that it is taken from. */
  readonly source: string
  readonly taker: Taker | undefined
  readonly moved: Promise<Outcome>
}

/** A repository that has a blob. */
export interface Holder {
  readonly repository: string
  /** Whether the run has brought it there. What was found there is not for others to have by its name. */
  readonly isBrought: boolean
}

/** Where somebody brings a blob to for the first time. */
interface Supply {
  readonly over: Promise<unknown>
  /** How many wait for it, to mount it from there. */
  waiting: number
}

/**
 * What a destination registry is known to hold, repository by repository: whoever needs content that
 * somebody else is already moving waits for that, instead of moving it again. A failure is
 * forgotten, so that the next one may try, and counts for those only who wait for the same
 * content from the same source.
 */
export class ContentLedger {
  readonly #contents = new Map<string, Entry>()
  /** A repository for each blob that is in some repository. */
  readonly #holders = new Map<Digest, Holder>()
  readonly #supplies = new Map<Digest, Supply>()

  /**
   * Moves content to a place unless that is done or being done. What is described by another size
   * counts as other content, for whoever moves it to find out which of the two is right.
   *
   * @param place a repository, and what kind of content is meant
   * @param source the repository that it would be taken from
   * @param taker passes where another one brings it
   */
  async once(
    place: string,
    content: SizedDigest,
    source: string,
    move: () => Promise<Outcome>,
    taker?: Taker,
  ): Promise<Outcome> {
    const key = `${place}@${contentKey(content)}`
    for (
      let known = this.#contents.get(key);
      known !== undefined;
      known = this.#contents.get(key)
    ) {
      if (known.taker !== taker) taker?.pass(content.digest)
      try {
        await known.moved
        return 'existing'
      } catch (error) {
        if (known.source === source) throw error
      }
    }
    const entry = { source, taker, moved: move() }
    this.#contents.set(key, entry)
    try {
      return await entry.moved
    } catch (error) {
      this.#contents.delete(key)
      throw error
    }
  }

  /** Takes in that a repository was found to have these blobs. */
  note(repository: string, blobs: readonly SizedDigest[]): void {
    for (const { digest } of blobs) this.#note(digest, { repository, isBrought: false })
  }

  #note(digest: Digest, holder: Holder): void {
    const known = this.#holders.get(digest)
    if (known === undefined || holder.isBrought) this.#holders.set(digest, holder)
  }

  /** Another repository that has the blob. */
  holder(digest: Digest, repository: string): Holder | undefined {
    const holder = this.#holders.get(digest)
    return holder?.repository === repository ? undefined : holder
  }

  /** How many wait for the blob. */
  waiting(digest: Digest): number {
    return this.#supplies.get(digest)?.waiting ?? 0
  }

  /**
   * Brings a blob to a repository, for the first time or from the one that has it by then (see
   * `holder`): of all that want it, one goes first. Where that fails, the next one does, which may
   * have another source, and the first one waits for it in its turn.
   *
   * @param taker passes where another one brings it
   */
  async supply(
    repository: string,
    blob: SizedDigest,
    bring: () => Promise<Outcome>,
    taker?: Taker,
  ): Promise<Outcome> {
    let failure: { readonly error: unknown } | undefined
    while (!this.#holders.has(blob.digest)) {
      const supply = this.#supplies.get(blob.digest)
      if (supply !== undefined) {
        taker?.pass(blob.digest)
        supply.waiting++
        await supply.over
      } else if (failure === undefined) {
        const { first, over } = this.#supply(repository, blob, bring)
        try {
          return await first
        } catch (error) {
          failure = { error }
          // Whoever has waited for it goes on before this one does.
          await over
        }
      } else {
        throw failure.error
      }
    }
    return bring()
  }

  #supply(
    repository: string,
    blob: SizedDigest,
    bring: () => Promise<Outcome>,
  ): { first: Promise<Outcome>; over: Promise<void> } {
    const first = bring()
    const over = this.#ended(repository, blob, first)
    this.#supplies.set(blob.digest, { over, waiting: 0 })
    return { first, over }
  }

  async #ended(
    repository: string,
    { digest }: SizedDigest,
    first: Promise<Outcome>,
  ): Promise<void> {
    try {
      const isBrought = (await first) !== 'existing'
      this.#note(digest, { repository, isBrought })
    } catch {
      // Told by `first` itself.
    }
    this.#supplies.delete(digest)
  }
}
