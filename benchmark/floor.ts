import type { Blob } from './corpus/image.ts'
import { expectedManifest, isTop, wantedChildren, type Job, type Platforms } from './job.ts'

/**
 * The fewest requests and bytes that a client needs which knows its whole job, remembers nothing from run to
 * run, asks at each target whether there is anything to do, and sends a blob in two requests. What an image that
 * is there consists of is in its manifests: of those it reads as few as tell where the blobs are that others need.
 * It believes nothing that a mistake or an attacker could make up: it looks at the length of each blob that it uses
 * and has not brought, and whether the source has itself what is mounted from an image that the run has not brought.
 * Token and redirect round trips come on top.
 */
export interface Floor {
  readonly source: number
  readonly destination: number
  /** Bytes of blobs, summed over all registries. */
  readonly down: number
  readonly up: number
  readonly mounts: number
}

/** What one registry holds, as far as a client can know that has looked at the targets. */
class Shelf {
  readonly tags = new Map<string, string>()
  readonly manifests = new Set<string>()
  readonly blobs = new Map<string, Set<string>>()
  /** By blob: what else is in a manifest that lists it, and that nobody has read yet. */
  readonly unread = new Map<string, readonly Blob[]>()
  /** Blobs that were there before, and those of them whose length has been looked at. */
  readonly #found = new Set<string>()
  readonly #measured = new Set<string>()

  stock(repository: string, blobs: readonly Blob[]) {
    for (const { digest } of blobs) {
      this.#found.add(digest)
      this.hold(repository, digest)
      if (!this.unread.has(digest)) this.unread.set(digest, blobs)
    }
  }

  /** Requests that it takes to know where a blob is. */
  find(digest: string): number {
    const blobs = this.unread.get(digest) ?? []
    for (const blob of blobs) this.unread.delete(blob.digest)
    return blobs.length === 0 ? 0 : 1
  }

  /** Whether a blob was there before the run. */
  hasFound(digest: string): boolean {
    return this.#found.has(digest)
  }

  /** Requests that it takes to know how long a blob is. */
  measure(digest: string): number {
    if (!this.hasFound(digest) || this.#measured.has(digest)) return 0
    this.#measured.add(digest)
    return 1
  }

  hold(repository: string, digest: string) {
    const repositories = this.blobs.get(digest) ?? new Set<string>()
    this.blobs.set(digest, repositories.add(repository))
  }
}

/**
 * Whether it is known. What it takes to bring along what belongs to images depends on what is taken for
 * certain of a registry, and on its kind.
 */
export function hasFloor({ referrers = false }: Job): boolean {
  return !referrers
}

export function floorOf(job: Job, platforms: Platforms): Floor {
  const shelves = shelvesOf(job, platforms)
  const [manifests, blobs] = [new Set<string>(), new Map<string, Blob>()]
  const shown = new Set<string>()
  const floor = { destination: 0, up: 0, mounts: 0 }
  for (const { image, source, targets } of job.copies) {
    manifests.add(`${source.repository}:${source.tag}`)
    const expected = expectedManifest(image, platforms)
    for (const { registry, repository, tag } of targets) {
      const shelf = shelves[registry]
      if (shelf === undefined) throw new Error(`there is no registry ${registry}`)
      floor.destination++
      if (shelf.tags.get(`${repository}:${tag}`) === expected.digest) continue
      for (const child of wantedChildren(image, platforms)) {
        const isThere = shelf.manifests.has(`${repository}@${child.manifest.digest}`)
        const isPart = !isTop(child, image)
        // A list that is made anew is made of what has been read and checked, wherever it already is.
        if (isPart && (!isThere || platforms !== 'all')) manifests.add(child.manifest.digest)
        if (isThere) continue
        for (const blob of child.blobs) {
          const holders = shelf.blobs.get(blob.digest)
          floor.destination += shelf.measure(blob.digest)
          if (holders?.has(repository) === true) continue
          shelf.hold(repository, blob.digest)
          if (holders === undefined) {
            blobs.set(blob.digest, blob)
            floor.destination += 2
            floor.up += blob.size
          } else {
            floor.destination += 1 + shelf.find(blob.digest)
            floor.mounts += 1
            if (shelf.hasFound(blob.digest)) shown.add(`${source.repository}@${blob.digest}`)
          }
        }
        shelf.manifests.add(`${repository}@${child.manifest.digest}`)
        if (isPart) floor.destination++
      }
      shelf.tags.set(`${repository}:${tag}`, expected.digest)
      floor.destination++
    }
  }
  const down = [...blobs.values()].reduce((sum, { size }) => sum + size, 0)
  return { ...floor, source: manifests.size + blobs.size + shown.size, down }
}

function shelvesOf({ destinations, stock }: Job, wanted: Platforms): readonly Shelf[] {
  const shelves = Array.from({ length: destinations }, () => new Shelf())
  for (const { registry, repository, tag, image, platforms = wanted } of stock) {
    const shelf = shelves[registry]
    if (shelf === undefined) throw new Error(`there is no registry ${registry}`)
    shelf.tags.set(`${repository}:${tag}`, expectedManifest(image, platforms).digest)
    for (const { manifest, blobs } of wantedChildren(image, platforms)) {
      shelf.manifests.add(`${repository}@${manifest.digest}`)
      shelf.stock(repository, blobs)
    }
  }
  return shelves
}
