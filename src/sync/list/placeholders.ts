import { FormatError } from '../../oci/errors.ts'
import { quote } from '../../oci/quote.ts'
import {
  locate,
  parseReference,
  parseRegistryBase,
  type Reference,
  type RegistryBase,
  relativePath,
} from '../../oci/reference.ts'
import { isRegistryHost } from '../../oci/registry-host.ts'

const PLACEHOLDER = /\{[^{}]*\}/g

/** What a placeholder stands for; undefined where the source has nothing of the kind. */
type Values = ReadonlyMap<string, string | undefined>

/** Whether the text has a placeholder, or what is meant to be one. */
export function hasPlaceholder(text: string): boolean {
  return /[{}]/.test(text)
}

/** What the placeholders stand for in destinations of a source. */
export function valuesOf(source: Reference, base: RegistryBase): Values {
  const repository = relativePath(source, base)
  return new Map([
    ['{registry}', source.registry.replaceAll(/[[\]]/g, '').replaceAll(':', '-')],
    ['{repository}', repository],
    ['{name}', repository.slice(repository.lastIndexOf('/') + 1)],
    ['{tag}', source.tag],
  ])
}

/**
 * The text with its placeholders filled in.
 * @throws FormatError of kind `reference` for one that does not exist, or has no value
 */
export function fillIn(text: string, values: Values): string {
  const filled = text.replaceAll(PLACEHOLDER, (placeholder) => {
    if (!values.has(placeholder)) {
      const known = [...values.keys()].join(', ')
      throw bad(`${quote(placeholder)} is no placeholder; there are ${known}`)
    }
    const value = values.get(placeholder)
    if (value === undefined) throw bad(`${placeholder} stands for nothing: the source has no tag`)
    return value
  })
  if (/[{}]/.test(filled)) throw bad(`${quote(text)} has a brace without its other half`)
  return filled
}

/**
 * Reads a registry host with an optional path, which may hold placeholders.
 * @throws FormatError of kind `reference`
 */
export function parseDestinationBase(text: string): RegistryBase {
  if (!hasPlaceholder(text)) return parseRegistryBase(text)
  const slash = text.indexOf('/')
  const host = slash === -1 ? text : text.slice(0, slash)
  if (hasPlaceholder(host)) throw bad(`${quote(text)} has a placeholder in its host`)
  const names = ['{registry}', '{repository}', '{name}', '{tag}']
  const sample = fillIn(text, new Map(names.map((name) => [name, 'x'])))
  return { ...parseRegistryBase(sample), prefix: text.slice(slash + 1) }
}

/** The place that shorter destinations of a source are relative to. */
function filledBase({ registry, prefix }: RegistryBase, values: Values): RegistryBase {
  if (prefix === undefined || !hasPlaceholder(prefix)) {
    return { registry, ...(prefix !== undefined && { prefix }) }
  }
  return parseRegistryBase(`${registry}/${fillIn(prefix, values)}`)
}

/**
 * Reads a destination that may hold placeholders. What they stand for is never taken for a host.
 * @throws FormatError of kind `reference`
 */
export function parseFilledIn(
  text: string,
  base: RegistryBase | undefined,
  values: Values,
): Reference {
  const place = base && filledBase(base, values)
  if (!hasPlaceholder(text)) return parseReference(text, place)
  const [first = ''] = text.includes('/') ? text.split('/', 1) : []
  const isHost = isRegistryHost(first.replaceAll(PLACEHOLDER, ''))
  if (isHost && hasPlaceholder(first)) {
    throw bad(`${quote(text)} has a placeholder in its host; a host is written out`)
  }
  const filled = fillIn(text, values)
  if (isHost || place === undefined) return parseReference(filled)
  const { registry, prefix } = place
  return parseReference([registry, ...(prefix === undefined ? [] : [prefix]), filled].join('/'))
}

/**
 * Where a source goes whose destination is left out.
 * @throws FormatError of kind `reference`
 */
export function defaultPlace(
  source: Reference,
  {
    source: from,
    destination,
  }: { readonly source: RegistryBase; readonly destination: RegistryBase },
): Reference {
  return locate(relativePath(source, from), filledBase(destination, valuesOf(source, from)))
}

function bad(message: string): FormatError {
  return new FormatError('reference', message)
}
