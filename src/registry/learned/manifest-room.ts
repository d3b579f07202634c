import type { Digest } from '../../oci/digest.ts'
import { MAX_MANIFEST_BYTES } from '../../oci/manifest.ts'
import { isBlobType } from '../../oci/media-types.ts'
import type { FetchedManifest, UnknownManifest } from './fetched-manifest.ts'
import { MAX_TREE_BYTES } from './manifest-budget.ts'

/** Bytes of what the images of one registry list: four that spend their budgets, or any honest ones. */
export const MAX_ROOM_BYTES = 4 * MAX_TREE_BYTES

interface Waiting {
  readonly share: ManifestShare
  readonly bytes: number
  readonly admit: () => void
}

/**
 * Room for the manifests of the images that are worked on side by side, of one source registry: each
 * has a budget, and all of them together are not to have as many. What came first has its turn first,
 * and the oldest that has some goes on whatever it needs. So it ends and gives back, as long as it
 * does not wait for one that waits here: who asks must not be what another one waits for.
 */
export class ManifestRoom {
  /** With the bytes that they have, the oldest first. */
  readonly #holders = new Map<ManifestShare, number>()
  #waiting: Waiting[] = []
  #bytes = 0

  /** The share of one source. */
  share(): ManifestShare {
    return new ManifestShare(this)
  }

  /** Comes back when there is room for so many bytes more. */
  async take(share: ManifestShare, bytes: number): Promise<void> {
    const isNext = this.#waiting.length === 0 || this.#isOldest(share)
    if (isNext && this.#fits(share, bytes)) this.#hold(share, bytes)
    else await new Promise<void>((admit) => this.#waiting.push({ share, bytes, admit }))
  }

  giveBack(share: ManifestShare): void {
    this.#bytes -= this.#holders.get(share) ?? 0
    this.#holders.delete(share)
    const waiting = this.#waiting
    this.#waiting = []
    for (const one of waiting) {
      if (one.share === share) {
        one.admit()
        continue
      }
      const isNext = this.#waiting.length === 0 || this.#isOldest(one.share)
      if (!isNext || !this.#fits(one.share, one.bytes)) {
        this.#waiting.push(one)
        continue
      }
      this.#hold(one.share, one.bytes)
      one.admit()
    }
  }

  #isOldest(share: ManifestShare): boolean {
    const [oldest = share] = this.#holders.keys()
    return oldest === share
  }

  #fits(share: ManifestShare, bytes: number): boolean {
    return this.#isOldest(share) || this.#bytes + bytes <= MAX_ROOM_BYTES
  }

  #hold(share: ManifestShare, bytes: number): void {
    this.#holders.set(share, (this.#holders.get(share) ?? 0) + bytes)
    this.#bytes += bytes
  }
}

/** What one source has of the room. */
export class ManifestShare {
  readonly #room: ManifestRoom
  readonly #admitted = new Map<Digest, Promise<void>>()
  #last = Promise.resolve()
  #bytes = 0
  #isOver = false

  constructor(room: ManifestRoom) {
    this.#room = room
  }

  /** Comes back when there is room for an index and what it lists. */
  async admit(index: FetchedManifest | UnknownManifest): Promise<void> {
    if (this.#isOver) return
    let admitted = this.#admitted.get(index.digest)
    if (admitted === undefined) {
      // More than that the budget does not give.
      const bytes = Math.min(bytesBeneath(index), MAX_TREE_BYTES - this.#bytes)
      this.#bytes += bytes
      admitted = this.#takeNext(bytes)
      this.#admitted.set(index.digest, admitted)
      this.#last = admitted
    }
    await admitted
  }

  async #takeNext(bytes: number): Promise<void> {
    await this.#last
    if (bytes > 0 && !this.#isOver) await this.#room.take(this, bytes)
  }

  /** Gives all of it back, and takes no more. */
  end(): void {
    this.#isOver = true
    this.#room.giveBack(this)
  }
}

/** Bytes of an index and of the manifests that it lists, as it describes them. */
function bytesBeneath({ size, manifest }: FetchedManifest | UnknownManifest): number {
  if (manifest?.kind !== 'index') return 0
  const listed = manifest.manifests.filter((entry) => !isBlobType(entry.mediaType))
  const sizes = listed.map((entry) => entry.size).filter((bytes) => bytes <= MAX_MANIFEST_BYTES)
  return sizes.reduce((sum, bytes) => sum + bytes, size)
}
