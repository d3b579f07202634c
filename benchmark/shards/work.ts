import { repositoryName } from '../../src/oci/reference.ts'
import type { ListItem } from '../../src/sync/image-list.ts'
import { isPair } from '../../src/sync/list/pair.ts'
import { blobsOf, type Image, PLATFORMS } from './images.ts'

/** What a run has to do, by the rules of thumb of the model. */
export interface Work {
  lines: number
  /** Blobs by name, and their bytes. */
  readonly fetched: Map<string, number>
  bytes: number
  /** By host. */
  readonly requests: Map<string, number>
}

/** What a run has to do that brings all images of a part for the first time. */
export function workOf(part: readonly ListItem[], images: ReadonlyMap<string, Image>): Work {
  const work: Work = { lines: part.length, fetched: new Map(), bytes: 0, requests: new Map() }
  const held = new Set<string>()
  for (const { source, destination } of part.filter(isPair)) {
    const image = images.get(`${repositoryName(source)}:${source.tag ?? ''}`)
    const place = repositoryName(destination)
    // The index and its images are read; the tag is looked at, and all of them are written.
    count(work, source.registry, 1 + PLATFORMS.length)
    count(work, destination.registry, 1 + 1 + PLATFORMS.length)
    for (const { name, bytes } of image === undefined ? [] : blobsOf(image)) {
      if (held.has(`${place} ${name}`)) continue
      held.add(`${place} ${name}`)
      const isKnown = work.fetched.has(name)
      // A mount is one request; an upload two, and a download one.
      count(work, destination.registry, isKnown ? 1 : 2)
      if (isKnown) continue
      work.fetched.set(name, bytes)
      work.bytes += bytes
      count(work, source.registry, 1)
    }
  }
  return work
}

function count({ requests }: Work, host: string, more: number) {
  requests.set(host, (requests.get(host) ?? 0) + more)
}
