/** Which repositories of a registry an identity may read, where another one reads them for us. */
export class ReadableRepositories {
  readonly #known = new Map<string, Promise<boolean>>()

  /** Whether it may read one; `ask` is called once for each. */
  async has(repository: string, ask: () => Promise<boolean>): Promise<boolean> {
    const known = this.#known.get(repository)
    if (known !== undefined) return known
    const asked = ask()
    this.#known.set(repository, asked)
    return asked
  }
}
