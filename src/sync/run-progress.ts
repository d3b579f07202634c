import { formatReference } from '../oci/reference.ts'
import { ImageProgress } from '../registry/copy/image-progress.ts'
import type { ImagePair } from './image-list.ts'

/** How far a run has come. */
export interface ProgressState {
  /** Images that are done, of all. */
  readonly done: number
  readonly total: number
  /** Bytes of blobs that have to be sent, as far as that is known, and what of these was sent. */
  readonly needed: number
  readonly sent: number
  /** Whether no more bytes may become needed. */
  readonly isComplete: boolean
  /** All bytes that ever were on their way, what was sent in vain as well. */
  readonly flowed: number
  /** Those with the most bytes left first. */
  readonly underWay: readonly ImageUnderWay[]
}

export interface ImageUnderWay {
  /** The destination, in full. */
  readonly name: string
  /** Bytes, as far as they are known. */
  readonly left: number
}

/** Adds up how far the images of a run have come. */
export class RunProgress {
  #total: number
  readonly #underWay = new Map<ImagePair, ImageProgress>()
  #done = 0
  #sent = 0
  #flowed = 0

  /** @param images in the run */
  constructor(images: number) {
    this.#total = images
  }

  /** How many they are, once that is known for certain. */
  expect(images: number): void {
    this.#total = images
  }

  begin(pair: ImagePair): ImageProgress {
    const image = new ImageProgress()
    this.#underWay.set(pair, image)
    return image
  }

  /** Of an image that is done, only what it has sent counts: one that failed needs no more. */
  end(pair: ImagePair): void {
    const image = this.#underWay.get(pair)
    this.#underWay.delete(pair)
    this.#done += 1
    this.#sent += image?.sent ?? 0
    this.#flowed += image?.flowed ?? 0
  }

  /** @param names how many of the images that are under way are wanted by name */
  state(names: number): ProgressState {
    const images = [...this.#underWay]
    const sum = (field: 'needed' | 'sent' | 'flowed'): number =>
      images.reduce((bytes, [, image]) => bytes + image[field], 0)
    const underWay = images
      .toSorted(([, a], [, b]) => leftOf(b) - leftOf(a))
      .slice(0, names)
      .map(([{ destination }, image]) => ({
        name: formatReference(destination),
        left: leftOf(image),
      }))
    return {
      done: this.#done,
      total: this.#total,
      needed: this.#sent + sum('needed'),
      sent: this.#sent + sum('sent'),
      isComplete:
        this.#done + images.length === this.#total && images.every(([, image]) => image.isListed),
      flowed: this.#flowed + sum('flowed'),
      underWay,
    }
  }
}

function leftOf({ needed, sent }: ImageProgress): number {
  return needed - sent
}
