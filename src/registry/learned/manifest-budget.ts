import type { SizedDigest } from '../../oci/digest.ts'

/** Indexes nest once or twice in practice; the specification sets no bound. */
export const MAX_INDEX_DEPTH = 4
/** More manifests than this beneath one reference is not an image but an attack. */
export const MAX_MANIFESTS = 5_000
/**
 * Bytes. All manifests beneath one reference may be held at one time; honest ones need some kilobytes
 * each.
 */
export const MAX_TREE_BYTES = 64 * 1024 * 1024

/**
 * What may be fetched because one reference leads there: documents, their bytes, and how deep they
 * lie. Whoever fetches what another document lists spends from it, whatever for; what is fetched
 * again is not counted again.
 */
export class ManifestBudget {
  readonly #known = new Set<string>()
  #bytes = 0

  /**
   * Takes in that a document is to be fetched, as its descriptor promises it. Returns why it must not
   * be; undefined where it may.
   *
   * @param depth how many documents lead to it, and one more for an index, whose entries are to come
   */
  spend({ digest, size }: SizedDigest, depth: number): string | undefined {
    if (depth > MAX_INDEX_DEPTH) return `indexes nested deeper than ${MAX_INDEX_DEPTH}`
    const key = `${digest} ${size}`
    if (this.#known.has(key)) return undefined
    if (this.#known.size >= MAX_MANIFESTS) return `more than ${MAX_MANIFESTS} manifests`
    // What is too much leaves nothing for others: the image cannot be had any more.
    this.#bytes += size
    if (this.#bytes > MAX_TREE_BYTES) {
      return `manifests of more than ${MAX_TREE_BYTES} bytes together`
    }
    this.#known.add(key)
    return undefined
  }
}
