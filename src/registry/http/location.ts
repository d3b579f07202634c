import { type ErrorPlace, RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'
import { mayPointAt } from '../network/foreign-hosts.ts'
import { originGivenBy } from '../network/hosts.ts'

/** Where a request goes. The path and query are kept as text: servers sign them byte for byte. */
export interface Address {
  /** `https://host[:port]`, the default port dropped. */
  readonly origin: string
  /** Path and query, without fragment. */
  readonly path: string
  /**
   * Whether it is another origin than the registry's, or was given by one: no login and no client
   * certificate go there, also where it leads back to the registry.
   */
  readonly isAway: boolean
}

export interface AddressRules {
  /** The origin of the registry that the user named. */
  readonly registryOrigin: string
  readonly place: ErrorPlace
}

/**
 * Resolves a `Location` (RFC 9110, 10.2.2) against the address that gave it, and refuses what a
 * registry has no business to point at: other schemes, user info, plain HTTP after https, private
 * addresses other than its own.
 */
export function resolveLocation(from: Address, location: string, rules: AddressRules): Address {
  const refuse = (reason: string): RegistryError => refusedLocation(location, reason, rules.place)
  const url = URL.parse(location, `${from.origin}${from.path}`)
  if (url === null) throw refuse('that is no URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('that is not HTTP')
  if (url.username !== '' || url.password !== '') throw refuse('with user info')
  const origin = originGivenBy(from.origin, url)
  if (from.origin.startsWith('https:') && !origin.startsWith('https:')) {
    throw refuse('that leaves https')
  }
  if (!mayPointAt(url.host, rules.registryOrigin)) throw refuse('at a private address')
  const isAway = from.isAway || origin !== rules.registryOrigin
  return { origin, path: rawPath(location, url), isAway }
}

/** @param status of the answer that the location came with, where that was a redirect */
export function refusedLocation(
  location: string,
  reason: string,
  place: ErrorPlace,
  status?: number,
): RegistryError {
  const text = `the registry sent a location ${reason}: ${foreignText(location)}`
  return new RegistryError('REDIRECT', text, { ...place, status })
}

/** Whether a `Location` names another host, or cannot be read. */
export function leadsAway({ origin, path }: Address, location: string): boolean {
  return URL.parse(location, `${origin}${path}`)?.host !== new URL(origin).host
}

/** What may stand in a request line, but for the backslash, which URL parsers take for a slash. */
const RAW = /^[\x21-\x5b\x5d-\x7e]*$/
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|$)/i

/**
 * Path and query as the registry wrote them, since it may have signed them; as the URL parser reads
 * them where they are relative, or in characters that have to be escaped.
 */
function rawPath(location: string, url: URL): string {
  const text = location.trim().replace(/#.*$/s, '')
  const mark = text.indexOf('?')
  const written = (mark === -1 ? text : text.slice(0, mark)).replace(/^(?:https?:)?\/\/[^/]*/i, '')
  const query = mark === -1 ? '' : text.slice(mark)
  const isAbsolute = written.startsWith('/') && RAW.test(written) && !DOT_SEGMENT.test(written)
  return `${isAbsolute ? written : url.pathname}${RAW.test(query) ? query : url.search}`
}

/** Adds a parameter to a query without touching what stands there. */
export function withParameter(path: string, name: string, value: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}`
}
