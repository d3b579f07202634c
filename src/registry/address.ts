import { BlockList, isIP } from 'node:net'
import { type ErrorPlace, RegistryError } from './errors.ts'
import { foreignText } from './foreign-text.ts'
import { hostName } from './hosts.ts'

/** Where a request goes: the path and query are kept as text, because servers sign them byte for byte. */
export interface Address {
  /** `https://host[:port]`, the default port dropped. */
  readonly origin: string
  /** Path and query, without fragment. */
  readonly path: string
}

/** Addresses that are nobody's business to point us at: this machine, its network, the cloud's metadata services. */
const PRIVATE = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6')
}

/** Whether a host is written as an address that only means something near us. Names are not looked up here. */
export function isPrivateAddress(host: string): boolean {
  const name = hostName(host)
  const version = isIP(name)
  if (version === 0) return name === 'localhost' || name.endsWith('.localhost')
  return PRIVATE.check(name, version === 4 ? 'ipv4' : 'ipv6')
}

export interface AddressRules {
  /** The origin of the registry that the user named: always allowed. */
  readonly registryOrigin: string
  readonly place: ErrorPlace
}

/**
 * Resolves a `Location` (RFC 9110, 10.2.2) against the address that gave it, and refuses what a registry has no
 * business to point at: other schemes, user info, plain HTTP after https, private addresses other than its own.
 */
export function resolveLocation(from: Address, location: string, rules: AddressRules): Address {
  const refuse = (reason: string): RegistryError =>
    new RegistryError('REDIRECT', `${reason}: ${foreignText(location)}`, rules.place)
  const url = URL.parse(location, `${from.origin}${from.path}`)
  if (url === null) throw refuse('the registry sent a location that is no URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('the registry sent a location that is not HTTP')
  if (url.username !== '' || url.password !== '') throw refuse('the registry sent a location with user info')
  const origin = upgraded(url, from.origin)
  if (from.origin.startsWith('https:') && !origin.startsWith('https:')) {
    throw refuse('the registry sent a location that leaves https')
  }
  if (origin !== rules.registryOrigin && isPrivateAddress(url.host)) {
    throw refuse('the registry sent a location at a private address')
  }
  return { origin, path: rawPath(location, url) }
}

/** A registry behind a proxy that ends TLS often names itself with http: the same host is still spoken to over https (Q39). */
function upgraded(url: URL, from: string): string {
  const base = new URL(from)
  const sameHost = url.hostname === base.hostname
  const samePort = url.port === '' || url.port === base.port || url.port === '80' || url.port === '443'
  return sameHost && samePort && base.protocol === 'https:' && url.protocol === 'http:' ? from : url.origin
}

/** The path and query as the registry wrote them where they are absolute; as resolved where they are relative. */
function rawPath(location: string, url: URL): string {
  const text = location.trim().replace(/#.*$/s, '')
  const absolute = /^(?:https?:)?\/\/[^/?]*([/?].*)?$/is.exec(text)
  const raw = absolute === null ? text : (absolute[1] ?? '/')
  const resolved = `${url.pathname}${url.search}`
  // Only a path that needs no resolving, in characters that may stand in a request line, is taken as it is.
  if (!/^\/[\x21-\x7e]*$/.test(raw) || /(?:^|\/)(?:\.|%2e){1,2}(?:[/?]|$)/i.test(raw) || (absolute === null && raw.startsWith('//'))) {
    return resolved
  }
  return raw
}

/** Adds a parameter to a query without touching what stands there. The value must need no escaping but that of colons. */
export function withParameter(path: string, name: string, value: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}`
}
