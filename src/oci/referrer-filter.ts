import { FormatError } from './errors.ts'
import { quote } from './quote.ts'

/** Types of the referrers that are wanted, and whether what cosign keeps under tags is. */
export interface ReferrerTypes {
  /** In lower case; one that ends in `*` stands for all that begin so. */
  readonly types: readonly string[]
  readonly cosignTags: boolean
}

/** Which of the referrers of an image come along. */
export type ReferrerFilter = 'none' | 'all' | ReferrerTypes

const COSIGN_TAGS = 'cosign-tags'

/** A media type (RFC 6838, 4.2) with parameters as some types of bundles have them, or the start of one. */
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/(?:[a-z0-9][a-z0-9!#$&^_.+;="-]*\*?|\*)$/

/** Far above any type there is. */
const MAX_TYPE_LENGTH = 255

/**
 * Reads `all`, `none`, or artifact types and the word `cosign-tags` separated by commas and white
 * space. The result is sorted and holds each type once.
 * @throws FormatError of kind `media-type`
 */
export function parseReferrerFilter(text: string): ReferrerFilter {
  const words = text.split(/[\s,]+/).flatMap((word) => (word === '' ? [] : [word.toLowerCase()]))
  const [only] = words
  if (words.length === 1 && (only === 'all' || only === 'none')) return only
  for (const word of words) {
    const problem = problemOf(word)
    if (problem !== undefined) throw bad(`${quote(word)} ${problem}`)
  }
  if (words.length === 0) throw bad('nothing is named')
  const types = new Set(words.filter((word) => word !== COSIGN_TAGS))
  return { types: [...types].sort(), cosignTags: words.includes(COSIGN_TAGS) }
}

function problemOf(word: string): string | undefined {
  if (word === COSIGN_TAGS) return undefined
  if (word === 'all' || word === 'none') return 'cannot be combined with anything else'
  if (word === '*' || word === '*/*') return 'is written as all'
  if (!word.includes('/')) return 'is no artifact type'
  return word.length <= MAX_TYPE_LENGTH && TYPE.test(word) ? undefined : 'is no artifact type'
}

function bad(problem: string): FormatError {
  return new FormatError(
    'media-type',
    `${problem}; expected none, all, or artifact types such as application/spdx+json or ` +
      'application/vnd.dev.sigstore.* and the word cosign-tags',
  )
}

/** Whether anything that has a subject may be wanted. */
export function wantsReferrers(filter: ReferrerFilter): boolean {
  return filter === 'all' || (filter !== 'none' && filter.types.length > 0)
}

export function wantsCosignTags(filter: ReferrerFilter): boolean {
  return filter === 'all' || (filter !== 'none' && filter.cosignTags)
}

/** Whether referrers of a type are wanted; one may have none. */
export function wantsType(filter: ReferrerFilter, type = ''): boolean {
  if (filter === 'all' || filter === 'none') return filter === 'all'
  const own = type.toLowerCase()
  return filter.types.some((one) =>
    one.endsWith('*') ? own.startsWith(one.slice(0, -1)) : own === one,
  )
}

/** The filter as it is written. */
export function formatReferrerFilter(filter: ReferrerFilter): string {
  if (filter === 'all' || filter === 'none') return filter
  return [...filter.types, ...(filter.cosignTags ? [COSIGN_TAGS] : [])].join(',')
}
