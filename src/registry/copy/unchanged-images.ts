import type { SizedDigest } from '../../oci/digest.ts'
import { ContentLedger } from './content-ledger.ts'
import type { ExpectedManifest } from '../learned/fetched-manifest.ts'
import { fetchManifest } from '../content/manifests.ts'
import type { Repository } from '../http/repository.ts'

/** A request is worth its while where it may spare that many bytes. */
const BYTES_PER_LOOK = 256 * 1024

interface SeenImage {
  readonly repository: Repository
  readonly manifest: ExpectedManifest
}

/**
 * Images that a destination registry turned out to have already. What they consist of is not known
 * until something large is to be uploaded that may be among it.
 */
export class SeenImages {
  readonly #ledger: ContentLedger
  readonly #unread: SeenImage[] = []
  #reading: Promise<unknown> = Promise.resolve()

  constructor(ledger: ContentLedger) {
    this.#ledger = ledger
  }

  /** Takes in manifests that are in the repository. */
  add(repository: Repository, manifests: readonly ExpectedManifest[]): void {
    this.#unread.push(...manifests.map((manifest) => ({ repository, manifest })))
  }

  /**
   * Tells the ledger what is in the images, as many of them as a blob of that size is worth. Only
   * where blobs can be mounted from comes of it, never what is pushed.
   */
  async look({ size }: SizedDigest): Promise<void> {
    const images = this.#unread.splice(0, Math.ceil(size / BYTES_PER_LOOK))
    const before = this.#reading
    this.#reading = Promise.all([before, ...images.map(async (image) => this.#read(image))])
    await this.#reading
  }

  async #read({ repository, manifest: expected }: SeenImage): Promise<void> {
    try {
      const { manifest } = await fetchManifest(repository, expected.digest, expected)
      if (manifest.kind === 'image') {
        this.#ledger.note(repository.name, [manifest.config, ...manifest.layers])
      }
    } catch (error) {
      // Nothing depends on it; a run that is cancelled ends elsewhere.
      repository.http.logger.debug(`not looked into: ${String(error)}`)
    }
  }
}

/** What a registry holds, as far as is known. */
export interface Holdings {
  readonly ledger: ContentLedger
  readonly seen: SeenImages
}

export function noHoldings(): Holdings {
  const ledger = new ContentLedger()
  return { ledger, seen: new SeenImages(ledger) }
}
