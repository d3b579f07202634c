/**
 * The first request to a registry goes alone until it has been answered, or has been given a login,
 * so that it asks for one once and not sixteen times.
 */
export class Introduction {
  readonly #meanwhile: () => Promise<void>
  readonly #end = Promise.withResolvers<void>()
  #state: 'new' | 'under way' | 'over' = 'new'

  /** @param meanwhile what each of those does that have to wait */
  constructor(meanwhile: () => Promise<void>) {
    this.#meanwhile = meanwhile
  }

  /** Whether requests need not be run here any more. */
  get isOver(): boolean {
    return this.#state === 'over'
  }

  /** Sends a request, the first one at once and the others after the introduction. */
  async run<T>(send: () => Promise<T>): Promise<T> {
    if (this.isOver) return send()
    if (this.#state === 'under way') {
      await this.#meanwhile()
      await this.#end.promise
      return send()
    }
    this.#state = 'under way'
    try {
      return await send()
    } finally {
      this.end()
    }
  }

  /** Lets the others go although the first has not been answered yet. */
  end(): void {
    this.#state = 'over'
    this.#end.resolve()
  }
}
