import type { Content } from '../../oci/digest.ts'
import { blobExists } from '../content/blobs.ts'
import type { Holder, Outcome } from './content-ledger.ts'
import { RegistryError } from '../errors.ts'
import { type Journey, type Member, rideAlone } from './fan-out.ts'
import type { BlobProgress } from './image-progress.ts'
import type { Rank } from '../pace/limiter.ts'
import { mountFromHolder, type MountWish } from './mount-from-holder.ts'
import type { Repository } from '../http/repository.ts'
import { withRetries } from '../pace/retry.ts'
import { BlobSender } from '../content/send-blob.ts'
import { mountBlob } from '../content/mount-blob.ts'
import { cancelUpload, startUpload, type UploadSession } from '../content/upload-session.ts'
import { verifiedBlob, whole } from '../content/verified-blob.ts'

/** Blobs up to this size, configs for the most part, are no more work than a request without a body. */
export const SMALL_BLOB_BYTES = 64 * 1024
/**
 * Blobs up to this size are held as a whole: neither registry waits for the other then, and no slot
 * of the one is taken while the other is asked.
 */
const HELD_BLOB_BYTES = 256 * 1024

export interface CopyBlobOptions {
  /**
   * Another repository of the destination's registry that holds the blob. A source in the same
   * registry is one by itself.
   */
  readonly holder?: Holder | undefined
  /** No mounts, in whatever way: what was there or was mounted has gone missing. */
  readonly again?: boolean | undefined
  /** For several destinations that share one download. */
  readonly member?: Member | undefined
  readonly rank?: Rank | undefined
  /** All of it, verified, where it is at hand. */
  readonly bytes?: Uint8Array | undefined
  readonly progress?: BlobProgress | undefined
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
  blob: Content,
  options: CopyBlobOptions = {},
): Promise<Outcome> {
  return new Delivery(source, destination, blob, options).run()
}

/** The way of one blob. */
class Delivery {
  readonly #source: Repository
  readonly #destination: Repository
  readonly #blob: Content
  readonly #options: CopyBlobOptions
  readonly #sender: BlobSender
  /** One that is open already, for the first try. */
  #session: UploadSession | undefined

  constructor(
    source: Repository,
    destination: Repository,
    blob: Content,
    options: CopyBlobOptions,
  ) {
    this.#source = source
    this.#destination = destination
    this.#blob = blob
    this.#options = options
    this.#sender = new BlobSender(destination, blob, options.progress)
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
    if (this.#mayAsk) {
      const start = await mountFromHolder(this.#wish, async () => this.#isReallyThere())
      if (start?.mounted === true) return 'mounted'
      this.#session = start?.session
    }
    const { progress } = this.#options
    progress?.begin()
    const outcome = await this.#lookAndSend()
    progress?.end(outcome)
    return outcome
  }

  async #lookAndSend(): Promise<Outcome> {
    const { mounts } = this.#destination.http
    if (this.#session === undefined && (await this.#answersLooks())) {
      const outcome = await this.#deliver(true)
      if (outcome === 'copied') return outcome
      const isThere = await this.#isReallyThere()
      mounts.noteLook(isThere)
      if (isThere) return outcome
    }
    if (await blobExists(this.#destination, this.#blob)) {
      await this.#cancel()
      return 'existing'
    }
    return this.#deliver(false)
  }

  /** Whether a mount from the repository itself will tell if the blob is there. */
  async #answersLooks(): Promise<boolean> {
    if (!this.#mayAsk) return false
    const { mounts } = this.#destination.http
    if (!this.#isSmall && mounts.answersLooks === undefined) {
      await mounts.tryOut()
    }
    // A small blob that is sent once more than needed costs no more than to look for it.
    return mounts.answersLooks ?? this.#isSmall
  }

  /** A registry that says `created` to whatever it is asked would leave holes in images. */
  async #isReallyThere(): Promise<boolean> {
    return this.#destination.http.mounts.keepsWord(async () =>
      blobExists(this.#destination, this.#blob),
    )
  }

  /** Sends the blob; `asks` where the request that starts the upload is to find out if it is there. */
  async #deliver(asks: boolean): Promise<Outcome> {
    const { http } = this.#destination
    return withRetries(http.network, http.logger, async (tried) => {
      // The bytes may have arrived although the answer did not.
      if (tried > 0 && (await blobExists(this.#destination, this.#blob))) return 'copied'
      return this.#attempt(asks && tried === 0, tried === 0)
    })
  }

  async #attempt(asks: boolean, isFirst: boolean): Promise<Outcome> {
    const isHeld = this.#options.bytes !== undefined || this.#blob.size <= HELD_BLOB_BYTES
    const outcome = await (isHeld ? this.#sendHeld(asks) : this.#stream(asks, isFirst))
    if (outcome === 'copied') {
      this.#destination.http.mounts.offerTrial(async () =>
        mountsItself(this.#destination, this.#blob),
      )
    }
    return outcome
  }

  /** In three steps, with a slot for each. */
  async #sendHeld(asks: boolean): Promise<Outcome> {
    const { http } = this.#destination
    const session = this.#session ?? (await http.limiter.run(async () => this.#start(asks)))
    this.#session = session
    if (session === undefined) return 'existing'
    await http.held.run(this.#blob.size, async () => {
      const bytes = await this.#read()
      this.#session = undefined
      await http.limiter.run(async () => this.#sender.send(session, () => bytes))
    })
    return 'copied'
  }

  async #read(): Promise<Uint8Array> {
    const { bytes, member } = this.#options
    if (bytes !== undefined) return bytes
    const read = async (): Promise<Uint8Array> =>
      this.#source.http.limiter.run(async () => whole(verifiedBlob(this.#source, this.#blob)))
    try {
      return await (member === undefined ? read() : member.read(this.#blob.digest, read))
    } catch (error) {
      await this.#cancel()
      throw error
    }
  }

  async #stream(asks: boolean, isFirst: boolean): Promise<Outcome> {
    const { member } = this.#options
    const journey = this.#journey()
    const ride = await (isFirst && member !== undefined ? member.ride(journey) : rideAlone(journey))
    let bytes = 0
    try {
      const session = this.#session ?? (await this.#start(asks))
      this.#session = undefined
      if (session === undefined) return 'existing'
      let { reader } = ride
      await this.#sender.send(session, () => {
        // A body can be wanted twice (after a login, in chunks), and a shared one is there once.
        const content = reader ?? journey.open()
        reader = undefined
        return content
      })
      bytes = this.#blob.size
      return 'copied'
    } finally {
      await ride.reader?.leave()
      ride.release(bytes)
    }
  }

  /** Opens an upload; undefined where the registry says that it has the blob. */
  async #start(asks: boolean): Promise<UploadSession | undefined> {
    const { mounts } = this.#destination.http
    if (asks) {
      try {
        const start = await mountBlob(this.#destination, this.#blob, this.#destination.name)
        if (start.mounted) return undefined
        mounts.noteDenied()
        return start.session
      } catch (error) {
        if (!isRefusal(error)) throw error
        // Harbor refuses to mount from what does not exist yet (Q24): another time it may.
        const isAboutRights = error.status === 401 || error.status === 403
        if (!isAboutRights) mounts.noteLook(false)
      }
    }
    return startUpload(this.#destination)
  }

  #journey(): Journey {
    return {
      source: this.#source,
      destination: this.#destination,
      blob: this.#blob,
      open: () => verifiedBlob(this.#source, this.#blob),
      rank: this.#options.rank,
    }
  }

  async #cancel(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    if (session !== undefined) await cancelUpload(this.#destination, session)
  }
}

/** Whether a blob that is there for certain is mounted into the very repository that it is in. */
async function mountsItself(repository: Repository, blob: Content): Promise<boolean> {
  const { http } = repository
  try {
    const start = await withRetries(http.network, http.logger, async () =>
      http.limiter.run(async () => mountBlob(repository, blob, repository.name)),
    )
    if (!start.mounted) await cancelUpload(repository, start.session)
    return start.mounted
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code === 'CANCELLED') throw error
    http.logger.debug(`no mount: ${error.message}`)
    return false
  }
}

/** A refusal that may be about the question, and not about the moment. */
function isRefusal(error: unknown): error is RegistryError {
  return error instanceof RegistryError && !error.transient && (error.status ?? 0) >= 400
}
