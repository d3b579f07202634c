import type { SizedDigest, Digest } from '../../oci/digest.ts'

/** The sizes of blobs, as this run has hashed them, or a registry has shown them. */
export class BlobSizes {
  readonly #sizes = new Map<Digest, number>()
  /** Ends of the looks that are under way. */
  readonly #looks = new Map<Digest, Promise<unknown>>()

  /** Takes in a blob that is there in that size. */
  note({ digest, size }: SizedDigest): void {
    this.#sizes.set(digest, size)
  }

  /** Whether a blob has that size; undefined where nothing is known of it. */
  isRight({ digest, size }: SizedDigest): boolean | undefined {
    const known = this.#sizes.get(digest)
    return known === undefined ? undefined : known === size
  }

  /**
   * Looks for a blob, unless somebody else does or did who found it in that size: undefined then.
   * Those who come at the same time wait for the first of them.
   *
   * @param look whether the blob is there, in that size
   */
  async confirm(blob: SizedDigest, look: () => Promise<boolean>): Promise<boolean | undefined> {
    const { digest } = blob
    for (
      let other = this.#looks.get(digest);
      other !== undefined && this.isRight(blob) !== true;
      other = this.#looks.get(digest)
    ) {
      await other
    }
    if (this.isRight(blob) === true) return undefined
    const looking = this.#look(blob, look)
    this.#looks.set(digest, this.#ended(digest, looking))
    return looking
  }

  async #look(blob: SizedDigest, look: () => Promise<boolean>): Promise<boolean> {
    const isThere = await look()
    if (isThere) this.note(blob)
    return isThere
  }

  async #ended(digest: Digest, looking: Promise<unknown>): Promise<void> {
    try {
      await looking
    } catch {
      // Told by itself.
    }
    this.#looks.delete(digest)
  }
}
