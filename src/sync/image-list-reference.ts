import { FormatError } from '../oci/errors.ts'
import { quote } from '../oci/quote.ts'
import {
  formatReference,
  locate,
  namesRegistry,
  parseReference,
  type Reference,
  type RegistryBase,
  relativePath,
  repositoryName,
} from '../oci/reference.ts'

/** What shorter references of the list are relative to. */
export interface ListBases {
  readonly source: RegistryBase
  readonly destination?: RegistryBase
}

/** The source, with the tag `latest` where it has neither tag nor digest. */
export function readSource(text: string, bases: ListBases): Reference {
  const source = parseReference(text, bases.source)
  return source.tag === undefined && source.digest === undefined
    ? { ...source, tag: 'latest' }
    : source
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
  const sibling = text.startsWith(':')
  if (sibling && source === undefined) return undefined
  const full = sibling && source !== undefined ? repositoryName(source) + text : text
  const { registry, repository, tag, digest } = parseReference(full, bases.destination)
  if (digest !== undefined) {
    throw new FormatError(
      'reference',
      `reference ${quote(text)} has a digest; a destination takes a tag, and its digest follows from the source`,
    )
  }
  if (bases.destination === undefined && !namesRegistry(full)) {
    throw new FormatError(
      'reference',
      `reference ${quote(text)} names no registry; write its host before it, or give the input destination-registry`,
    )
  }
  return withTag({ registry, repository }, tag ?? source?.tag)
}

function defaultDestination(source: Reference, bases: ListBases): Reference {
  if (bases.destination === undefined) {
    throw new FormatError(
      'reference',
      `none is named for ${formatReference(source)}, and without the input destination-registry it has no default`,
    )
  }
  return withTag(locate(relativePath(source, bases.source), bases.destination), source.tag)
}

function withTag(reference: Reference, tag: string | undefined): Reference {
  return tag === undefined ? reference : { ...reference, tag }
}
