/** A part of the tags of a repository. */
export interface TagPage {
  readonly tags: readonly string[]
  /** Where the next part is; undefined behind the last one. */
  readonly next: string | undefined
}

/**
 * The tags of a repository, as far as its list has been read. It is read as long as that has cost no
 * more than to look at each tag that was asked for, one by one: lists can be of any length.
 */
export class TagList {
  readonly #tags = new Set<string>()
  #state: 'open' | 'complete' | 'useless' = 'open'
  #next: string | undefined
  #asked = 0
  #pages = 0
  #reading: Promise<void> | undefined

  /**
   * Whether the repository has a tag; undefined where only a look at the tag itself can tell.
   *
   * @param read gives a page, the first one where no place is named; undefined where the registry
   *   does not list tags
   */
  async has(
    tag: string,
    read: (next: string | undefined) => Promise<TagPage | undefined>,
  ): Promise<boolean | undefined> {
    this.#asked++
    while (!this.#tags.has(tag) && this.#state === 'open' && this.#pages < this.#asked) {
      this.#reading ??= this.#readOn(read)
      await this.#reading
    }
    if (this.#tags.has(tag)) return true
    return this.#state === 'complete' ? false : undefined
  }

  async #readOn(read: (next: string | undefined) => Promise<TagPage | undefined>): Promise<void> {
    try {
      const page = await read(this.#next)
      this.#pages++
      if (page === undefined) this.#state = 'useless'
      else this.#take(page)
    } finally {
      this.#reading = undefined
    }
  }

  #take({ tags, next }: TagPage): void {
    const before = this.#tags.size
    for (const tag of tags) this.#tags.add(tag)
    // A list that has nothing new to say and does not end runs in a circle.
    const isStuck = this.#tags.size === before && next !== undefined
    this.#state = isStuck ? 'useless' : next === undefined ? 'complete' : 'open'
    this.#next = next
  }
}

/** Those of the repositories of a registry. */
export class TagLists {
  readonly #lists = new Map<string, TagList>()

  of(repository: string): TagList {
    const list = this.#lists.get(repository) ?? new TagList()
    this.#lists.set(repository, list)
    return list
  }
}
