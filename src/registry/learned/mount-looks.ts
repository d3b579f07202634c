/**
 * What it means when a registry is asked to mount a blob from the very repository that wants it: to ask
 * whether it is there, and to open an upload where it is not, in one request. That is relied on only
 * where it was seen to work: where it does not, what is there would be sent again.
 */
export class MountLooks {
  #areAnswered: boolean | undefined
  #hasDenied = false
  #trial: Promise<void> | undefined
  #tryOut: (() => Promise<boolean>) | undefined
  #word: Promise<boolean> | undefined

  /** Whether it tells what is there; undefined as long as that is not known. */
  get areAnswered(): boolean | undefined {
    return this.#areAnswered
  }

  /** Takes in that such a mount was denied, as it is where the blob is not there. */
  noteDenied(): void {
    this.#hasDenied = true
  }

  /** Takes in what became of such a mount, where the blob was known to be there. */
  note(answered: boolean): void {
    this.#areAnswered = answered
  }

  /** Takes in how to find out: by a blob that is there for certain, and may be mounted or not. */
  offerTrial(mount: () => Promise<boolean>): void {
    this.#tryOut ??= mount
  }

  /** Finds out, once, if somebody has offered how. */
  async tryOut(): Promise<void> {
    this.#trial ??= this.#tryOut?.().then((answered) => this.note(answered))
    await this.#trial
  }

  /**
   * Whether the registry can be believed that it has a blob. Saying so is easy: where it has not
   * said the contrary of any other, the first one is looked for.
   */
  async keepsWord(look: () => Promise<boolean>): Promise<boolean> {
    if (this.#areAnswered === true && this.#hasDenied) return true
    this.#word ??= look()
    try {
      return await this.#word
    } catch (error) {
      this.#word = undefined
      throw error
    }
  }
}
