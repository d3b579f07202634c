import { formatPlatform, type PlatformFilter } from '../../oci/platform.ts'
import { formatReference, type Reference } from '../../oci/reference.ts'
import type { ImagePair } from './pair.ts'

/** Whose each destination is: that of the pair that names it first. */
export class Claims {
  /** By the name under which the destination is reached. */
  readonly #pairs = new Map<string, ImagePair>()

  get size(): number {
    return this.#pairs.size
  }

  /**
   * Takes a pair in. `isNew` unless the same one is there already; `problem` if it may not be there.
   */
  add(pair: ImagePair): { readonly isNew: boolean; readonly problem?: string } {
    const { source, destination } = pair
    const place = placeOf(source, destination)
    if (isSame(source, destination)) {
      return { isNew: false, problem: `source and destination are the same: ${place}` }
    }
    const first = this.#pairs.get(place)
    if (first === undefined) this.#pairs.set(place, pair)
    const problem = first && conflict(first, pair, place)
    return { isNew: first === undefined, ...(problem !== undefined && { problem }) }
  }
}

/** The name under which a destination is reached, the source's digest where it has no tag. */
function placeOf(source: Reference, destination: Reference): string {
  const { tag } = destination
  if (tag !== undefined || source.digest === undefined) return formatReference(destination)
  return formatReference({ ...destination, digest: source.digest })
}

/** A source with a digest may well go to its own tag: that moves the tag to the digest. */
function isSame(source: Reference, destination: Reference): boolean {
  return formatReference(source) === placeOf(source, destination)
}

function conflict(first: ImagePair, second: ImagePair, place: string): string | undefined {
  const [before, now] = [formatReference(first.source), formatReference(second.source)]
  const isOtherSource = before !== now
  if (!isOtherSource && formatFilter(first.platforms) === formatFilter(second.platforms)) {
    return undefined
  }
  const other = isOtherSource ? 'another source' : 'other platforms'
  const way = isOtherSource ? wayOut(first, second) : ''
  if (first.file !== second.file) {
    const list = first.file === undefined ? 'images' : `images-file ${first.file}`
    return `${place} has ${other} in ${list}, line ${first.line}${way}`
  }
  const already = `${place} is the destination of line ${first.line} already`
  return isOtherSource
    ? `${already}, from ${before}; line ${second.line} has ${now}${way}`
    : `${already}, with other platforms than in line ${second.line}`
}

/** Sources of several hosts meet where the destination leaves the host out. */
function wayOut(first: ImagePair, second: ImagePair): string {
  return first.source.registry === second.source.registry
    ? ''
    : '; {registry} in destination-registry, or in the destinations, keeps hosts apart'
}

function formatFilter(filter: PlatformFilter | undefined): string {
  if (filter === undefined || filter === 'all') return filter ?? ''
  return filter.map((platform) => formatPlatform(platform)).join(',')
}
