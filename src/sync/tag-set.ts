import type { Digest } from '../oci/digest.ts'
import { RegistryError } from '../registry/errors.ts'
import type { ImagePair } from './image-list.ts'

/** What a tag is to show, and what it showed when it was looked at. */
export interface TagMove {
  readonly digest: Digest
  readonly previousDigest: Digest | undefined
}

/**
 * How far the write of a tag has come: not begun or refused, sent and not answered, of an unclear
 * end, or answered.
 */
export type TagWriting = 'none' | 'underWay' | 'unclear' | 'answered'

/** The tag of an image is not moved, because of another image of the set. */
export class AbortedSet extends Error {
  override readonly name = 'AbortedSet'
}

interface ReadyTag {
  readonly pair: ImagePair
  readonly move: TagMove
  readonly permit: PromiseWithResolvers<undefined>
  writing: TagWriting
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
    const permit = Promise.withResolvers<undefined>()
    const tag: ReadyTag = { pair, move, permit, writing: 'none' }
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

  /** How far its tag has come. */
  writingOf(pair: ImagePair): TagWriting {
    return this.#ready.get(pair)?.writing ?? 'none'
  }

  /** Takes in how far it has come. */
  note(pair: ImagePair, writing: TagWriting): void {
    const tag = this.#ready.get(pair)
    if (tag !== undefined) tag.writing = writing
  }

  /** Lets an image through, unless nobody is let through any more. Returns whether it was. */
  permit(pair: ImagePair): boolean {
    const tag = this.#ready.get(pair)
    if (tag === undefined || this.#isAborted) return false
    tag.writing = 'underWay'
    tag.permit.resolve(undefined)
    return true
  }

  get isAborted(): boolean {
    return this.#isAborted
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

/** How far the write of a tag came that ended in an error. */
export function writingAfter(error: unknown): TagWriting {
  if (error instanceof AbortedSet) return 'none'
  if (!(error instanceof RegistryError)) return 'unclear'
  if (error.code === 'CANCELLED' || error.code === 'TIMEOUT') return 'underWay'
  // A gateway may refuse what the registry behind it has done.
  return error.code === 'EXISTS' ? 'none' : 'unclear'
}
