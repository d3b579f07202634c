import { FormatError } from '../../oci/errors.ts'
import { isAddress } from '../../oci/pasted-address.ts'
import { quote } from '../../oci/quote.ts'
import {
  formatReference,
  namesRegistry,
  parseReference,
  type Reference,
  type RegistryBase,
  repositoryName,
} from '../../oci/reference.ts'
import { defaultPlace, fillIn, hasPlaceholder, parseFilledIn, valuesOf } from './placeholders.ts'
import { isPattern } from '../tags/rule.ts'
import { strayWord } from './stray.ts'

/** What shorter references of the list are relative to. */
export interface ListBases {
  readonly source: RegistryBase
  /** Its path may hold placeholders. */
  readonly destination?: RegistryBase
}

/** The source, with the tag `latest` where it has neither tag nor digest. */
export function readSource(text: string, bases: ListBases): Reference {
  const source = readRepository(text, bases)
  return source.tag === undefined && source.digest === undefined
    ? { ...source, tag: 'latest' }
    : source
}

/** The source as it is written. */
export function readRepository(text: string, bases: ListBases): Reference {
  refuseStray(text)
  if (hasPlaceholder(text)) {
    throw bad(`reference ${quote(text)} has braces; placeholders are for destinations`)
  }
  return parseReference(text, bases.source)
}

/**
 * What the text of a destination means; undefined where that depends on a source which could not be
 * read.
 */
export function readDestination(
  text: string | undefined,
  source: Reference | undefined,
  bases: ListBases,
): Reference | undefined {
  if (text === undefined) return source && defaultDestination(source, bases)
  refuseStray(text)
  if (isPattern(text) && !isAddress(text)) {
    throw bad(`reference ${quote(text)} has a wildcard; patterns are for sources`)
  }
  if (source === undefined && (text.startsWith(':') || hasPlaceholder(text))) return undefined
  const { registry, repository, tag, digest } = located(text, source, bases)
  if (digest !== undefined) {
    throw bad(
      `reference ${quote(text)} has a digest; a destination takes a tag, and its digest follows from the source`,
    )
  }
  if (bases.destination === undefined && !text.startsWith(':') && !namesRegistry(text)) {
    throw bad(
      `reference ${quote(text)} names no registry; write its host before it, or give the input destination-registry`,
    )
  }
  return withTag({ registry, repository }, tag ?? source?.tag)
}

function located(text: string, source: Reference | undefined, bases: ListBases): Reference {
  // Only to see what is wrong with it.
  if (source === undefined) return parseReference(text, { registry: 'docker.io' })
  const values = valuesOf(source, bases.source)
  return text.startsWith(':')
    ? parseReference(repositoryName(source) + fillIn(text, values))
    : parseFilledIn(text, bases.destination, values)
}

function defaultDestination(
  source: Reference,
  { source: from, destination }: ListBases,
): Reference {
  if (destination === undefined) {
    throw bad(
      `none is named for ${formatReference(source)}, and without the input destination-registry it has no default`,
    )
  }
  return withTag(defaultPlace(source, { source: from, destination }), source.tag)
}

function refuseStray(text: string): void {
  const problem = strayWord(text)
  if (problem !== undefined) throw bad(problem)
}

function withTag(reference: Reference, tag: string | undefined): Reference {
  return tag === undefined ? reference : { ...reference, tag }
}

function bad(message: string): FormatError {
  return new FormatError('reference', message)
}
