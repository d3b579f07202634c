import { formatPlatform } from '../../oci/platform.ts'
import { formatReference, type Reference } from '../../oci/reference.ts'
import { formatReferrerFilter } from '../../oci/referrer-filter.ts'
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
  const differs = isOtherSource ? undefined : otherOption(first, second)
  if (!isOtherSource && differs === undefined) return undefined
  const other = isOtherSource ? 'another source' : `other ${differs}`
  const way = isOtherSource ? wayOut(first, second) : ''
  if (first.file !== second.file) {
    const list = first.file === undefined ? 'images' : `images-file ${first.file}`
    return `${place} has ${other} in ${list}, line ${first.line}${way}`
  }
  const already = `${place} is the destination of line ${first.line} already`
  return isOtherSource
    ? `${already}, from ${before}; line ${second.line} has ${now}${way}`
    : `${already}, with other ${differs} than in line ${second.line}`
}

/** Sources of several hosts meet where the destination leaves the host out. */
function wayOut(first: ImagePair, second: ImagePair): string {
  return first.source.registry === second.source.registry
    ? ''
    : '; {registry} in destination-registry, or in the destinations, keeps hosts apart'
}

/** What two pairs of one source do not have in common. */
function otherOption(first: ImagePair, second: ImagePair): string | undefined {
  const [before, now] = [written(first), written(second)]
  return Object.keys(now).find((name) => before[name] !== now[name])
}

/** What the list says for a pair, by the name that it says it under. */
function written(pair: ImagePair): Readonly<Record<string, string>> {
  const { platforms = [], referrers, onLostReferrers = '', attestations = '' } = pair
  return {
    platforms: platforms === 'all' ? platforms : platforms.map(formatPlatform).join(','),
    referrers: referrers === undefined ? '' : formatReferrerFilter(referrers),
    'on-lost-referrers': onLostReferrers,
    attestations,
  }
}
