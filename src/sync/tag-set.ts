import type { Digest } from '../oci/digest.ts'
import type { ImagePair } from './image-list.ts'

/** What a tag is to show, and what it showed when it was looked at. */
export interface TagMove {
  readonly digest: Digest
  readonly previousDigest: Digest | undefined
}

/** The tag of an image is not moved, because of another image of the set. */
export class AbortedSet extends Error {
  override readonly name = 'AbortedSet'
}

interface ReadyTag {
  readonly pair: ImagePair
  readonly move: TagMove
  readonly permit: PromiseWithResolvers<undefined>
  isPermitted: boolean
}

/**
 * Tags that move together or not at all. Each image comes here when all that it consists of is at
 * its destination, and waits until every other one is there as well.
 */
export class TagSet {
  readonly #ready = new Map<ImagePair, ReadyTag>()
  readonly #arrivals = new Map<ImagePair, PromiseWithResolvers<undefined>>()
  #isAborted = false

  /** Comes back when the image waits for its tag, if it ever does. */
  async arrival(pair: ImagePair): Promise<void> {
    await this.#arrivalOf(pair).promise
  }

  /** Waits for the others. Throws AbortedSet where the tag is not to be moved. */
  async await(pair: ImagePair, move: TagMove): Promise<void> {
    const tag = { pair, move, permit: Promise.withResolvers<undefined>(), isPermitted: false }
    this.#ready.set(pair, tag)
    if (this.#isAborted) tag.permit.reject(new AbortedSet())
    this.#arrivalOf(pair).resolve(undefined)
    await tag.permit.promise
  }

  /** The images that wait, or have waited. */
  get pairs(): readonly ImagePair[] {
    return [...this.#ready.keys()]
  }

  /** What an image has come with; undefined for one that never came. */
  moveOf(pair: ImagePair): TagMove | undefined {
    return this.#ready.get(pair)?.move
  }

  /** Whether an image was let through, so that its tag may have moved. */
  isPermitted(pair: ImagePair): boolean {
    return this.#ready.get(pair)?.isPermitted === true
  }

  /** Lets an image through, unless nobody is let through any more. Returns whether it was. */
  permit(pair: ImagePair): boolean {
    const tag = this.#ready.get(pair)
    if (tag === undefined || this.#isAborted) return false
    tag.isPermitted = true
    tag.permit.resolve(undefined)
    return true
  }

  /** From now on nobody is let through, also of those that come later. */
  abort(): void {
    this.#isAborted = true
    for (const { permit } of this.#ready.values()) permit.reject(new AbortedSet())
  }

  #arrivalOf(pair: ImagePair): PromiseWithResolvers<undefined> {
    const arrival = this.#arrivals.get(pair) ?? Promise.withResolvers<undefined>()
    this.#arrivals.set(pair, arrival)
    return arrival
  }
}
