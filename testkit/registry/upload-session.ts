import { randomBytes, randomUUID } from 'node:crypto'
import { algorithmOf, ContentMeter, rehash, type Algorithm } from './content.ts'

/** A blob on its way in (distribution-spec 1.1, "Pushing a blob in chunks"). */
export class UploadSession {
  readonly id = randomUUID()
  readonly repository: string
  /**
   * The query of the session's Location. A client that rebuilds the query instead of keeping its
   * bytes changes the tilde, and one that decodes it changes the rest.
   */
  readonly query = `_state=${randomBytes(9).toString('hex')}~%2F%3D`
  readonly chunks: Uint8Array[] = []
  /** A chunk below the announced minimum came; only the last one may be that short. */
  hasShortChunk = false
  #meter: ContentMeter | undefined

  constructor(repository: string) {
    this.repository = repository
  }

  get path(): string {
    return `/v2/${this.repository}/blobs/uploads/${this.id}`
  }

  get received(): number {
    return this.#meter?.size ?? 0
  }

  /** `keep: false` hashes and counts, and lets the bytes go. */
  add(chunk: Uint8Array, options: { keep: boolean; algorithm: Algorithm }) {
    this.#meter ??= new ContentMeter(options.algorithm)
    this.#meter.add(chunk)
    if (options.keep) this.chunks.push(chunk)
  }

  /** Whether what arrived is the content of `digest`. */
  matches(digest: string): boolean {
    const algorithm = algorithmOf(digest)
    const meter = this.#meter ?? new ContentMeter(algorithm)
    if (meter.algorithm === algorithm) return meter.digest() === digest
    return rehash(this.chunks, algorithm) === digest
  }
}
