import type { BlobMeter } from '../content/metered-content.ts'
import type { Outcome } from './content-ledger.ts'

/** How far the blobs of one image have come on their way to one destination. Bytes. */
export class ImageProgress {
  /** Of those that have to be sent, as far as that is known. */
  needed = 0
  /** Of these, what was sent. */
  sent = 0
  /** All that ever was on its way, what was sent in vain as well. */
  flowed = 0
  /** Manifests whose blobs are not known yet; the first is the image itself. */
  #unlisted = 1

  /** Whether all blobs are known. */
  get isListed(): boolean {
    return this.#unlisted === 0
  }

  /** So many more manifests belong to it. */
  expect(manifests: number): void {
    this.#unlisted += manifests
  }

  /** The blobs of one of its manifests are known now. */
  listed(): void {
    this.#unlisted = Math.max(0, this.#unlisted - 1)
  }

  /** One of its blobs. */
  blob(size: number): BlobProgress {
    return new BlobProgress(this, size)
  }
}

/** How far one blob has come. */
export class BlobProgress implements BlobMeter {
  readonly #image: ImageProgress
  readonly #size: number
  #sent = 0

  constructor(image: ImageProgress, size: number) {
    this.#image = image
    this.#size = size
  }

  /** It has to be sent, as far as is known. */
  begin(): void {
    this.#image.needed += this.#size
  }

  restart(): void {
    this.#count(0)
  }

  moved(bytes: number): void {
    this.#image.flowed += bytes
    this.#count(this.#sent + bytes)
  }

  /** It is there. */
  end(outcome: Outcome): void {
    if (outcome === 'copied') {
      this.#count(this.#size)
    } else {
      this.#count(0)
      this.#image.needed -= this.#size
    }
  }

  #count(sent: number): void {
    this.#image.sent += sent - this.#sent
    this.#sent = sent
  }
}
