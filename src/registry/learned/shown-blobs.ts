import type { Digest } from '../../oci/digest.ts'

/** Which blobs a registry has shown to have, repository by repository: each is looked for once. */
export class ShownBlobs {
  readonly #shown = new Map<string, Promise<boolean>>()

  /** Whether a repository has a blob; `look` is called where that is not known. */
  async has(repository: string, digest: Digest, look: () => Promise<boolean>): Promise<boolean> {
    const key = `${repository}@${digest}`
    const known = this.#shown.get(key)
    if (known !== undefined) return known
    const looking = look()
    this.#shown.set(key, looking)
    try {
      return await looking
    } catch (error) {
      this.#shown.delete(key)
      throw error
    }
  }
}
