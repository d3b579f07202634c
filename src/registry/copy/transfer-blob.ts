import type { SizedDigest } from '../../oci/digest.ts'
import { mountBlob, mountsItself } from '../content/mount-blob.ts'
import { BlobSender } from '../content/send-blob.ts'
import { cancelUpload, startUpload, type UploadSession } from '../content/upload-session.ts'
import { verifiedBlob, whole } from '../content/verified-blob.ts'
import { RegistryError } from '../errors.ts'
import type { Repository } from '../http/repository.ts'
import type { Rank } from '../pace/limiter.ts'
import type { Outcome } from './content-ledger.ts'
import type { BlobProgress } from './image-progress.ts'
import type { Taker } from './shared-downloads.ts'
import { type DownloadWish, startDownload } from './start-download.ts'

/**
 * Blobs up to this size are held as a whole: neither registry waits for the other then, and no slot
 * of the one is taken while the other is asked.
 */
const HELD_BLOB_BYTES = 256 * 1024

/**
 * How the session of an upload is had: by a request for it, by one that asks at the same time whether
 * the blob is there, or from an earlier request.
 */
export type Opening = 'new' | 'asking' | UploadSession

export interface TransferOptions {
  /** For several destinations that share one download. */
  readonly taker?: Taker | undefined
  readonly rank?: Rank | undefined
  /** All of it, verified, where it is at hand. */
  readonly bytes?: Uint8Array | undefined
  readonly progress?: BlobProgress | undefined
}

/** The bytes of one blob on their way from its source to a destination. */
export class BlobTransfer {
  readonly #source: Repository
  readonly #destination: Repository
  readonly #blob: SizedDigest
  readonly #options: TransferOptions
  readonly #sender: BlobSender

  constructor(
    source: Repository,
    destination: Repository,
    blob: SizedDigest,
    options: TransferOptions,
  ) {
    this.#source = source
    this.#destination = destination
    this.#blob = blob
    this.#options = options
    this.#sender = new BlobSender(destination, blob, options.progress)
  }

  get #bytes(): Uint8Array | undefined {
    const { bytes } = this.#options
    return bytes?.length === this.#blob.size ? bytes : undefined
  }

  /** One try. `existing` where the registry says, to one that asks, that it has the blob. */
  async attempt(opening: Opening, isFirst: boolean): Promise<Outcome> {
    const isHeld = this.#bytes !== undefined || this.#blob.size <= HELD_BLOB_BYTES
    const outcome = await (isHeld ? this.#sendHeld(opening) : this.#stream(opening, isFirst))
    if (outcome === 'copied') {
      this.#destination.http.facts.mountLooks.offerTrial(async () =>
        mountsItself(this.#destination, this.#blob),
      )
    }
    return outcome
  }

  /** In three steps, with a slot for each. */
  async #sendHeld(opening: Opening): Promise<Outcome> {
    const { http } = this.#destination
    const session = await http.limiter.run(async () => this.#open(opening))
    if (session === undefined) return 'existing'
    await http.limiter.held.run(this.#blob.size, async () => {
      const bytes = await this.#orCancel(session, async () => this.#read())
      await http.limiter.run(async () => this.#sender.send(session, () => bytes))
    })
    return 'copied'
  }

  async #read(): Promise<Uint8Array> {
    const { taker } = this.#options
    const read = async (): Promise<Uint8Array> =>
      this.#source.http.limiter.run(async () =>
        whole(verifiedBlob(this.#source, this.#blob), this.#blob.size),
      )
    const bytes = this.#bytes ?? (await (taker?.read(this.#blob.digest, read) ?? read()))
    // Others may have read it under another size.
    return bytes.length === this.#blob.size ? bytes : read()
  }

  async #stream(opening: Opening, isFirst: boolean): Promise<Outcome> {
    const wish = this.#wish()
    const taker = isFirst ? this.#options.taker : undefined
    const share = await this.#orCancel(opening, async () =>
      taker === undefined ? startDownload(wish) : taker.take(wish),
    )
    let bytes = 0
    try {
      const session = await this.#open(opening)
      if (session === undefined) return 'existing'
      await this.#sender.send(session, () => share.open())
      bytes = this.#blob.size
      return 'copied'
    } finally {
      await share.end(bytes)
    }
  }

  /** The session to send it in; undefined where the registry says that it has the blob. */
  async #open(opening: Opening): Promise<UploadSession | undefined> {
    if (typeof opening !== 'string') return opening
    if (opening === 'new') return startUpload(this.#destination)
    const { mountLooks } = this.#destination.http.facts
    try {
      const start = await mountBlob(this.#destination, this.#blob, this.#destination.name)
      if (start.mounted) return undefined
      mountLooks.noteDenied()
      return start.session
    } catch (error) {
      if (!isRefusal(error)) throw error
      // Harbor refuses to mount from what does not exist yet (Q24): another time it may.
      const isAboutRights = error.status === 401 || error.status === 403
      if (!isAboutRights) mountLooks.note(false)
    }
    return startUpload(this.#destination)
  }

  /** What has to be done before a session can be used, which is given back where that fails. */
  async #orCancel<T>(opening: Opening, act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      if (typeof opening !== 'string') await cancelUpload(this.#destination, opening)
      throw error
    }
  }

  #wish(): DownloadWish {
    const { rank } = this.#options
    return { source: this.#source, destination: this.#destination, blob: this.#blob, rank }
  }
}

/** A refusal that may be about the question, and not about the moment; or an answer that is none. */
function isRefusal(error: unknown): error is RegistryError {
  if (!(error instanceof RegistryError) || error.transient) return false
  return error.code === 'VERIFICATION' || (error.status ?? 0) >= 400
}
