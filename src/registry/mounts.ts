/**
 * A registry that has not mounted any of so many blobs does not do it at all (Q06). Each of them may
 * have cost a request, or a token that was refused.
 */
const MAX_MISSES = 3

/** What is known about mounting blobs at one registry, as one identity. */
export class Mounts {
  #misses = 0
  #hasWorked = false
  readonly #readable = new Map<string, Promise<boolean>>()

  get areWorthTrying(): boolean {
    return this.#hasWorked || this.#misses < MAX_MISSES
  }

  note(mounted: boolean): void {
    if (mounted) this.#hasWorked = true
    else this.#misses++
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
