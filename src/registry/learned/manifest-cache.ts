import type { Digest } from '../../oci/digest.ts'
import type { ExpectedManifest, FetchedManifest } from './fetched-manifest.ts'

/** Bytes of all manifests that are kept: those of some thousand images. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024

/**
 * Manifests that were fetched and verified by their digest, for those who want the same once more:
 * other tags of one image, other destinations.
 */
export class KeptManifests {
  readonly #kept = new Map<
    Digest,
    { readonly size: number; readonly fetched: Promise<FetchedManifest> }
  >()
  #bytes = 0

  /** What was fetched before; where there is no such thing, what is fetched now. */
  async once(
    { digest, size, mediaType }: ExpectedManifest,
    fetch: () => Promise<FetchedManifest>,
  ): Promise<FetchedManifest> {
    const kept = this.#kept.get(digest)
    if (kept !== undefined && kept.size === size) {
      const fetched = await kept.fetched
      // Another description of the same bytes has to be checked against them.
      if (fetched.mediaType === mediaType) return fetched
      return fetch()
    }
    const fetched = fetch()
    if (kept !== undefined || this.#bytes + size > MAX_KEPT_BYTES) return fetched
    this.#bytes += size
    this.#kept.set(digest, { size, fetched })
    try {
      return await fetched
    } catch (error) {
      this.#kept.delete(digest)
      this.#bytes -= size
      throw error
    }
  }
}
