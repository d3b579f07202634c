import type { SizedDigest } from '../../oci/digest.ts'
import { chunkSize, patchBlob, putChunks } from './chunked-upload.ts'
import { RegistryError } from '../errors.ts'
import { type BlobMeter, meteredContent } from './metered-content.ts'
import { failsAtWhole, refusesWhole } from '../learned/blob-size-limit.ts'
import type { OpenContent } from '../http/registry-request.ts'
import type { Repository } from '../http/repository.ts'
import { streamOf } from './verified-blob.ts'
import { cancelUpload, putBlob, startUpload, type UploadSession } from './upload-session.ts'

/** Sends the bytes of one blob, which may take several tries. */
export class BlobSender {
  readonly #destination: Repository
  readonly #blob: SizedDigest
  readonly #meter: BlobMeter | undefined
  /** Broken connections one after the other. */
  #resets = 0
  /** Failures of the server one after the other. */
  #failures = 0
  #hasTriedPatch = false
  /** Why it is being sent in chunks. */
  #refusal: RegistryError | undefined

  constructor(destination: Repository, blob: SizedDigest, meter?: BlobMeter) {
    this.#destination = destination
    this.#blob = blob
    this.#meter = meter
  }

  /**
   * One try: in one piece or, once that was refused, in chunks, or by PATCH. Needs a slot of the
   * caller's. `openContent` is called each time the body has to be sent.
   */
  async send(session: UploadSession, openContent: OpenContent): Promise<void> {
    const { http } = this.#destination
    const open = this.#metered(openContent)
    if (http.facts.largeBlobs.needPatch) {
      await this.#inSession(session, async () =>
        patchBlob(this.#destination, session, this.#blob, open),
      )
      return
    }
    let unused: UploadSession | undefined = session
    try {
      if (!http.facts.largeBlobs.needChunks(this.#blob.size)) {
        unused = undefined
        if (await this.#wasTakenWhole(session, open)) return
      }
      await this.#inChunks(unused, open)
      if (this.#refusal !== undefined) http.facts.largeBlobs.refused(this.#blob.size)
    } catch (error) {
      throw this.#rather(error)
    }
  }

  #metered(open: OpenContent): OpenContent {
    const meter = this.#meter
    return meter === undefined ? open : () => meteredContent(open(), meter, this.#destination)
  }

  /**
   * What to tell of chunks that failed: where it was chance that broke the connections before, and
   * chunks are refused, the broken connection is worth another try.
   */
  #rather(error: unknown): unknown {
    const refusal = this.#refusal
    this.#refusal = undefined
    // Chunks that are too large as well show that it was the size after all.
    const isAboutChunks = error instanceof RegistryError && !error.transient && error.status !== 413
    return isAboutChunks && refusal?.transient === true ? refusal : error
  }

  /** @param tooLarge bytes of the chunks that were refused for their size */
  async #inChunks(
    opened: UploadSession | undefined,
    open: OpenContent,
    tooLarge = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    const { http } = this.#destination
    const session = opened ?? (await startUpload(this.#destination))
    // Other blobs may have shown by now what is too large: what counts is what this one was sent in.
    const size = Math.min(chunkSize(session, http), this.#blob.size)
    try {
      await this.#inSession(session, async () =>
        putChunks(this.#destination, session, this.#blob, { size, content: streamOf(open()) }),
      )
    } catch (error) {
      const isTooLarge = error instanceof RegistryError && error.status === 413
      if (!isTooLarge) throw error
      http.facts.largeBlobs.refusedChunk()
      if (size >= tooLarge || chunkSize(session, http) >= size) throw error
      await this.#inChunks(undefined, open, size)
    }
  }

  /** False where the blob was refused for its size, and chunks are worth a try. */
  async #wasTakenWhole(session: UploadSession, open: OpenContent): Promise<boolean> {
    const { http } = this.#destination
    try {
      await this.#inSession(session, async () =>
        putBlob(this.#destination, session, this.#blob, open),
      )
      return true
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      if (await this.#wasTakenByPatch(error, open)) return true
      const isReset = error.code === 'NETWORK' && error.operation === 'upload blob'
      this.#resets = isReset ? this.#resets + 1 : 0
      if (http.family?.maxChunk === 0 || !refusesWhole(error, this.#blob, this.#resets)) throw error
      http.logger.info(`${error.message}; sending it in chunks`)
      this.#refusal = error
      return false
    }
  }

  /** Tries once whether a server that goes on failing takes the blob in the form of other clients. */
  async #wasTakenByPatch(failure: RegistryError, open: OpenContent): Promise<boolean> {
    const { http } = this.#destination
    this.#failures = (failure.status ?? 0) >= 500 ? this.#failures + 1 : 0
    const isOfUse = !this.#hasTriedPatch && http.family?.maxChunk !== 0
    if (!isOfUse || !failsAtWhole(failure, this.#failures)) return false
    this.#hasTriedPatch = true
    http.logger.info(`${failure.message}; sending it by PATCH`)
    try {
      const session = await startUpload(this.#destination)
      await this.#inSession(session, async () =>
        patchBlob(this.#destination, session, this.#blob, open),
      )
    } catch (error) {
      // What it says of the usual form is what counts.
      if (!(error instanceof RegistryError) || error.code === 'CANCELLED') throw error
      return false
    }
    http.facts.largeBlobs.tookPatch()
    return true
  }

  async #inSession(session: UploadSession, send: () => Promise<void>): Promise<void> {
    try {
      await send()
    } catch (error) {
      await cancelUpload(this.#destination, session)
      throw error
    }
  }
}
