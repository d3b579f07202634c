/**
 * A registry that has not mounted any of so many blobs does not do it at all (Q06). Each of them may
 * have cost a token that was refused.
 */
const MAX_MISSES = 3

/**
 * What is known about mounting blobs at one registry, as one identity. To mount a blob from the very
 * repository that wants it is to ask whether it is there, and to open an upload where it is not, in
 * one request. That is relied on only where it was seen to work: where it does not, what is there
 * would be sent again.
 */
export class Mounts {
  #misses = 0
  #hasWorked = false
  #answersLooks: boolean | undefined
  #hasDenied = false
  #trial: Promise<void> | undefined
  #tryOut: (() => Promise<boolean>) | undefined
  #word: Promise<boolean> | undefined
  readonly #readable = new Map<string, Promise<boolean>>()

  /** Whether mounting from other repositories is worth a try. */
  get areWorthTrying(): boolean {
    return this.#hasWorked || this.#misses < MAX_MISSES
  }

  /** Whether one has been mounted already. */
  get haveWorked(): boolean {
    return this.#hasWorked
  }

  /** Takes in whether another repository's blob was mounted. */
  note(mounted: boolean): void {
    if (mounted) this.#hasWorked = true
    else this.#misses++
  }

  /**
   * Whether mounting from the repository itself tells what is there; undefined as long as that is
   * not known.
   */
  get answersLooks(): boolean | undefined {
    return this.#answersLooks
  }

  /** Takes in that such a mount was denied, as it is where the blob is not there. */
  noteDenied(): void {
    this.#hasDenied = true
  }

  /** Takes in what became of such a mount, where the blob was known to be there. */
  noteLook(answered: boolean): void {
    this.#answersLooks = answered
  }

  /** Takes in how to find out: by a blob that is there for certain, and may be mounted or not. */
  offerTrial(mount: () => Promise<boolean>): void {
    this.#tryOut ??= mount
  }

  /** Finds out, once, if somebody has offered how. */
  async tryOut(): Promise<void> {
    this.#trial ??= this.#tryOut?.().then((answered) => this.noteLook(answered))
    await this.#trial
  }

  /**
   * Whether the registry can be believed that it has a blob. Saying so is easy: where it has not
   * said the contrary of any other, the first one is looked for.
   */
  async keepsWord(look: () => Promise<boolean>): Promise<boolean> {
    if (this.#answersLooks === true && this.#hasDenied) return true
    this.#word ??= look()
    try {
      return await this.#word
    } catch (error) {
      this.#word = undefined
      throw error
    }
  }

  /**
   * Whether the identity that writes may read the repository to mount from, where another one reads
   * it for us. `ask` is called once for each repository.
   */
  async mayRead(repository: string, ask: () => Promise<boolean>): Promise<boolean> {
    const known = this.#readable.get(repository)
    if (known !== undefined) return known
    const asked = ask()
    this.#readable.set(repository, asked)
    return asked
  }
}
