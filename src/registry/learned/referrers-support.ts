/**
 * Which repositories have the referrers API. Each of them has to show it by itself: behind one name
 * there may be several registries, and behind a proxy another one tomorrow.
 */
export class ReferrersSupport {
  /** The first answer of each; undefined where that failed and the next one may tell. */
  readonly #first = new Map<string, Promise<boolean | undefined>>()
  /** Whether what was pushed is listed. */
  readonly #proofs = new Map<string, Promise<boolean>>()

  /**
   * A list of a repository by the API; undefined where it has none. As long as that is not known,
   * one request goes first.
   *
   * @param list the same for this one list
   */
  async list<T>(repository: string, list: () => Promise<T | undefined>): Promise<T | undefined> {
    const before = this.#first.get(repository)
    if (before !== undefined && (await before) === false) return undefined
    const listing = list()
    if (before === undefined) this.#learn(repository, listing)
    return listing
  }

  /** Whether a repository is known to have no such API. */
  async isMissing(repository: string): Promise<boolean> {
    return (await this.#first.get(repository)) === false
  }

  #learn(repository: string, listing: Promise<unknown>): void {
    const told = listing.then(
      (list) => list !== undefined,
      () => {
        this.#first.delete(repository)
        return undefined
      },
    )
    this.#first.set(repository, told)
  }

  /** Takes in that a repository was seen to list something. */
  noteListing(repository: string): void {
    this.#proofs.set(repository, Promise.resolve(true))
  }

  /**
   * Whether a repository lists what is pushed to it, found out once: one has said so that did not
   * (Q65).
   */
  async lists(repository: string, findOut: () => Promise<boolean>): Promise<boolean> {
    const known = this.#proofs.get(repository)
    if (known !== undefined) return known
    const proof = findOut()
    this.#proofs.set(repository, proof)
    try {
      return await proof
    } catch (error) {
      this.#proofs.delete(repository)
      throw error
    }
  }
}
