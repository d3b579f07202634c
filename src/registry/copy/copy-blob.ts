import type { SizedDigest } from '../../oci/digest.ts'
import { type BlobLook, lookUpBlob } from '../content/blobs.ts'
import type { Holder, Outcome } from './content-ledger.ts'
import { isNoVerdict, RegistryError } from '../errors.ts'
import { mountFromHolder, type MountWish } from './mount-from-holder.ts'
import type { Repository } from '../http/repository.ts'
import { withRetries } from '../pace/retry.ts'
import { cancelUpload, type UploadSession } from '../content/upload-session.ts'
import { BlobTransfer, type Opening, type TransferOptions } from './transfer-blob.ts'

/** Blobs up to this size, configs for the most part, are no more work than a request without a body. */
export const SMALL_BLOB_BYTES = 64 * 1024

export interface CopyBlobOptions extends TransferOptions {
  /**
   * Another repository of the destination's registry that holds the blob. A source in the same
   * registry is one by itself.
   */
  readonly holder?: Holder | undefined
  /** No mounts, in whatever way: what was there or was mounted has gone missing. */
  readonly again?: boolean | undefined
}

/**
 * Brings one blob from one repository to another, by the cheapest way that works: it is there
 * already, the registry takes it over from another of its repositories, or its bytes are streamed
 * through, hashed on the way. The last of them leave this process only after the size and the
 * digest are known to be right.
 */
export async function copyBlob(
  source: Repository,
  destination: Repository,
  blob: SizedDigest,
  options: CopyBlobOptions = {},
): Promise<Outcome> {
  return new Delivery(source, destination, blob, options).run()
}

/** The way of one blob. */
class Delivery {
  readonly #source: Repository
  readonly #destination: Repository
  readonly #blob: SizedDigest
  readonly #options: CopyBlobOptions
  readonly #transfer: BlobTransfer
  /** What is under the digest, as far as the registry has been asked. */
  #shown: BlobLook | undefined

  constructor(
    source: Repository,
    destination: Repository,
    blob: SizedDigest,
    options: CopyBlobOptions,
  ) {
    this.#source = source
    this.#destination = destination
    this.#blob = blob
    this.#options = options
    this.#transfer = new BlobTransfer(source, destination, blob, options)
  }

  get #isSmall(): boolean {
    return this.#blob.size <= SMALL_BLOB_BYTES
  }

  /** Whether mounts may be asked for at all. */
  get #mayAsk(): boolean {
    return this.#options.again !== true && this.#destination.http.family?.mounts !== false
  }

  get #wish(): MountWish {
    const { holder } = this.#options
    return { source: this.#source, destination: this.#destination, blob: this.#blob, holder }
  }

  async run(): Promise<Outcome> {
    const outcome = await this.#bring()
    this.#destination.http.facts.blobSizes.note(this.#blob)
    return outcome
  }

  async #bring(): Promise<Outcome> {
    const start = this.#mayAsk
      ? await mountFromHolder(this.#wish, async () => this.#isReallyThere())
      : undefined
    if (start?.mounted === true) return 'mounted'
    const { progress } = this.#options
    progress?.begin()
    const outcome = await this.#lookAndSend(start?.session)
    progress?.end(outcome)
    return outcome
  }

  /** @param session of an upload that is open already */
  async #lookAndSend(session: UploadSession | undefined): Promise<Outcome> {
    if (session === undefined && !this.#hasOther() && (await this.#answersLooks())) {
      const outcome = await this.#deliver('asking')
      if (outcome === 'copied') return outcome
      const isThere = await this.#isReallyThere()
      this.#destination.http.facts.mountLooks.note(isThere || this.#hasOther())
      if (isThere) return outcome
    }
    if (!this.#hasOther() && (await this.#isThere())) {
      if (session !== undefined) await cancelUpload(this.#destination, session)
      return 'existing'
    }
    return this.#deliver(session ?? 'new')
  }

  /** Whether a mount from the repository itself will tell if the blob is there. */
  async #answersLooks(): Promise<boolean> {
    if (!this.#mayAsk) return false
    const { mountLooks } = this.#destination.http.facts
    if (!this.#isSmall && mountLooks.areAnswered === undefined) {
      await mountLooks.tryOut()
    }
    // A small blob that is sent once more than needed costs no more than to look for it.
    return mountLooks.areAnswered ?? this.#isSmall
  }

  /**
   * A registry that says `created` to whatever it is asked would leave holes in images, and one that
   * has something truncated says so too: its length is looked at, unless it is known. Of many images
   * that want a blob, one looks.
   */
  async #isReallyThere(): Promise<boolean> {
    const { mountLooks, blobSizes } = this.#destination.http.facts
    const isThere = await blobSizes.confirm(this.#blob, async () => this.#isThere())
    if (isThere === undefined) return mountLooks.keepsWord(async () => this.#isThere())
    return !this.#hasOther() && mountLooks.keepsWord(async () => Promise.resolve(isThere))
  }

  async #isThere(): Promise<boolean> {
    const shown = await lookUpBlob(this.#destination, this.#blob)
    // Where the run knows it by another size, one of the two is false: the bytes will tell.
    const isDisputed = this.#destination.http.facts.blobSizes.isRight(this.#blob) === false
    this.#shown = shown === 'there' && isDisputed ? 'other' : shown
    return this.#shown === 'there'
  }

  /** Whether there is something else under the digest. */
  #hasOther(): boolean {
    return this.#shown === 'other'
  }

  /** Sends the blob. Throws VERIFICATION where something else stays in its place. */
  async #deliver(opening: Opening): Promise<Outcome> {
    const hadOther = this.#hasOther()
    const outcome = await this.#send(opening)
    if (!hadOther || outcome !== 'copied') return outcome
    if ((await lookUpBlob(this.#destination, this.#blob)) !== 'other') return outcome
    const place = this.#destination.place('upload blob', this.#blob.digest)
    const reason = 'the registry shows something else under the digest, and keeps that'
    throw new RegistryError('VERIFICATION', reason, place)
  }

  /** With retries. The bytes may have arrived although the answer did not. */
  async #send(opening: Opening): Promise<Outcome> {
    const { network, logger } = this.#destination.http
    let isLost = false
    try {
      return await withRetries(network, logger, async (tried) => {
        if (isLost && (await this.#isThere())) return 'copied'
        try {
          return await this.#transfer.attempt(tried === 0 ? opening : 'new', tried === 0)
        } catch (error) {
          if (this.#isOfAnother(error)) return this.#transfer.attempt('new', false)
          isLost = error instanceof RegistryError && error.side === 'destination'
          throw error
        }
      })
    } catch (error) {
      if (isAnswerLost(error) && (await this.#hasArrived())) return 'copied'
      throw error
    }
  }

  /** Whether it failed at the source of another image, in whose download this one had a share. */
  #isOfAnother(error: unknown): boolean {
    if (!(error instanceof RegistryError) || error.side !== 'source') return false
    const { http, name } = this.#source
    return error.registry !== http.registry || error.repository !== name
  }

  /** A failure to look is no answer: the one before it is told. */
  async #hasArrived(): Promise<boolean> {
    try {
      return await this.#isThere()
    } catch (error) {
      if (error instanceof RegistryError) return false
      throw error
    }
  }
}

/** Whether it is the end of an upload that nothing is known of. */
function isAnswerLost(error: unknown): boolean {
  return isNoVerdict(error) && error.operation === 'upload blob'
}
