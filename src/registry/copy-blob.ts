import { type Content, verified } from '../oci/digest.ts'
import type { Outcome } from './content-ledger.ts'
import { blobExists } from './blobs.ts'
import { putChunks } from './chunked-upload.ts'
import { downloadBlob } from './download.ts'
import { RegistryError } from './errors.ts'
import { refusesWhole } from './large-blobs.ts'
import { networkFailure } from './network/network-failure.ts'
import { acquireTransfer } from './pacing.ts'
import { Repository } from './repository.ts'
import { withRetries } from './retry.ts'
import {
  cancelUpload,
  mountBlob,
  putBlob,
  startUpload,
  type UploadSession,
  type UploadStart,
} from './upload.ts'

/**
 * Brings one blob from one repository to another, by the cheapest way that works: it is there
 * already, the registry takes it over from the source's repository, or its bytes are streamed
 * through, hashed on the way. The last of them leave this process only after the size and the
 * digest are known to be right.
 */
export async function copyBlob(
  source: Repository,
  destination: Repository,
  blob: Content,
  { mount = true }: { readonly mount?: boolean } = {},
): Promise<Outcome> {
  if (await blobExists(destination, blob)) return 'existing'
  const start = mount ? await tryMount(source, destination, blob) : undefined
  if (start?.mounted === true) return 'mounted'
  const transfer = new Transfer(source, destination, blob, start?.session)
  const { network, logger } = destination.http
  await withRetries(network, logger, async (tried) => {
    // The bytes may have arrived although the answer did not.
    if (tried > 0 && (await blobExists(destination, blob))) return
    await transfer.run()
  })
  return 'copied'
}

/**
 * Asks for a mount where there is a chance. It saves time or it does not: whatever goes wrong with
 * it, the ordinary upload follows.
 */
async function tryMount(
  source: Repository,
  destination: Repository,
  blob: Content,
): Promise<UploadStart | undefined> {
  const { http } = destination
  if (!source.sharesRegistryWith(destination) || http.family?.mounts === false) return undefined
  if (!http.mounts.areWorthTrying) return undefined
  try {
    if (!(await mayMount(source, destination, blob))) return undefined
    const start = await http.limiter.run(() => mountBlob(destination, blob, source.name))
    // Saying so is easy; a blob that is not there would leave a hole in the image.
    const isMounted = start.mounted && (await blobExists(destination, blob))
    http.mounts.note(isMounted)
    return start.mounted && !isMounted ? undefined : start
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code === 'CANCELLED') throw error
    http.mounts.note(false)
    http.logger.debug(`no mount: ${error.message}`)
    return undefined
  }
}

/** Another account may read the source for us; the one that mounts has to be allowed to, too. */
async function mayMount(source: Repository, { http }: Repository, blob: Content): Promise<boolean> {
  if (source.http === http) return true
  const from = new Repository(http, source.name, 'source')
  return http.mounts.mayRead(source.name, async () => blobExists(from, blob))
}

/** The way of one blob's bytes, which may take several tries. */
class Transfer {
  readonly #source: Repository
  readonly #destination: Repository
  readonly #blob: Content
  /** One that is open already, for the first try. */
  #session: UploadSession | undefined
  /** Broken connections one after the other. */
  #resets = 0
  /** Why it is being sent in chunks. */
  #refusal: RegistryError | undefined

  constructor(
    source: Repository,
    destination: Repository,
    blob: Content,
    session: UploadSession | undefined,
  ) {
    this.#source = source
    this.#destination = destination
    this.#blob = blob
    this.#session = session
  }

  /** One try: in one piece or, once that was refused, in chunks. */
  async run(): Promise<void> {
    const { http } = this.#destination
    const release = await acquireTransfer(this.#source.http.limiter, [http.limiter])
    try {
      if (!http.largeBlobs.needChunks(this.#blob.size) && (await this.#wasTakenWhole())) return
      await this.#inChunks()
      if (this.#refusal !== undefined) http.largeBlobs.refused(this.#blob.size)
    } catch (error) {
      throw this.#rather(error)
    } finally {
      release()
    }
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

  async #inChunks(): Promise<void> {
    const { http } = this.#destination
    try {
      await this.#inSession(async (session) =>
        putChunks(this.#destination, session, this.#blob, this.#content()),
      )
    } catch (error) {
      const isTooLarge = error instanceof RegistryError && error.status === 413
      if (!isTooLarge || !http.largeBlobs.refusedChunk()) throw error
      await this.#inChunks()
    }
  }

  /** False where the blob was refused for its size, and chunks are worth a try. */
  async #wasTakenWhole(): Promise<boolean> {
    const { http } = this.#destination
    try {
      await this.#inSession(async (session) =>
        putBlob(this.#destination, session, this.#blob, () => this.#content()),
      )
      return true
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      const isReset = error.code === 'NETWORK' && error.operation === 'upload blob'
      this.#resets = isReset ? this.#resets + 1 : 0
      if (http.family?.maxChunk === 0 || !refusesWhole(error, this.#blob, this.#resets)) throw error
      http.logger.info(`${error.message}; sending it in chunks`)
      this.#refusal = error
      return false
    }
  }

  async #inSession(send: (session: UploadSession) => Promise<void>): Promise<void> {
    const session = this.#session ?? (await startUpload(this.#destination))
    this.#session = undefined
    try {
      await send(session)
    } catch (error) {
      await cancelUpload(this.#destination, session)
      throw error
    }
  }

  #content(): AsyncGenerator<Uint8Array, void, undefined> {
    return verifiedBlob(this.#source, this.#blob)
  }
}

/**
 * The blob's bytes from the source, opened when the first one is wanted. Errors name the source.
 */
async function* verifiedBlob(
  source: Repository,
  blob: Content,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* verified(downloadBlob(source, blob), blob)
  } catch (error) {
    throw networkFailure(error, source.place('get blob', blob.digest), source.http.network.signal)
  }
}
