import type { Content, Digest } from '../../oci/digest.ts'

/** The sizes of blobs, as this run has hashed them, or a registry has shown them. */
export class BlobSizes {
  readonly #sizes = new Map<Digest, number>()

  /** Takes in a blob that is there in that size. */
  note({ digest, size }: Content): void {
    this.#sizes.set(digest, size)
  }

  /** Whether a blob has that size; undefined where nothing is known of it. */
  isRight({ digest, size }: Content): boolean | undefined {
    const known = this.#sizes.get(digest)
    return known === undefined ? undefined : known === size
  }
}
