import type { PlatformFilter } from '../../oci/platform.ts'
import type { Reference } from '../../oci/reference.ts'
import type { ReferrerFilter } from '../../oci/referrer-filter.ts'
import type { AttestationPolicy } from '../source-image.ts'
import type { TagRule } from '../tags/rule.ts'

/** Where in the lists something stands. */
export interface ListPlace {
  /** Counted from 1. */
  readonly line: number
  /** The list's file, for people; undefined for the list that has none. */
  readonly file?: string
}

/** What the list says for an image itself, each in place of the input of that name. */
export interface PairOptions {
  readonly platforms?: PlatformFilter
  readonly attestations?: AttestationPolicy
  readonly referrers?: ReferrerFilter
  readonly onLostReferrers?: 'warn' | 'fail'
}

/** One image and one place where it goes. */
export interface ImagePair extends ListPlace, PairOptions {
  readonly source: Reference
  readonly destination: Reference
}

/** Images of one repository, of which the registry has to be asked first, and one place for them. */
export interface TagSelection extends ListPlace, PairOptions {
  /** A repository. */
  readonly source: Reference
  /** The same object for all destinations of an entry. */
  readonly tags: TagRule
  /** The host that the destinations have. */
  readonly registry: string
  /** As the list has them. */
  readonly written: { readonly source: string; readonly destination: string }
  /**
   * Where the image with this tag goes.
   * @throws FormatError where the tag does not fit into the destination's name
   */
  readonly destinationOf: (tag: string) => Reference
}

/** What an entry of a list comes to, for one of its destinations. */
export type ListItem = ImagePair | TagSelection

export function isSelection(item: ListItem): item is TagSelection {
  return 'tags' in item
}

export function isPair(item: ListItem): item is ImagePair {
  return !isSelection(item)
}

/** What the list says for an image itself. */
export function optionsOf(item: ListItem): PairOptions {
  const { platforms, attestations, referrers, onLostReferrers } = item
  return {
    ...(platforms && { platforms }),
    ...(attestations && { attestations }),
    ...(referrers && { referrers }),
    ...(onLostReferrers && { onLostReferrers }),
  }
}

/**
 * Whether it is written as the output `pinned` of a run is: that run may have brought the image to the
 * destination already.
 */
export function isPinned({ source, platforms, attestations, referrers }: ImagePair): boolean {
  return [source.digest, platforms, attestations, referrers].every((said) => said !== undefined)
}

/** The host of the destination. */
export function destinationHost(item: ListItem): string {
  return isSelection(item) ? item.registry : item.destination.registry
}

/** The tag that an image goes to; undefined where it goes by its digest alone. */
export function tagOf({
  source,
  destination,
}: Pick<ImagePair, 'source' | 'destination'>): string | undefined {
  return destination.tag ?? source.tag ?? (source.digest === undefined ? 'latest' : undefined)
}
