import { mayPointAt } from '../address.ts'
import { type ErrorPlace, RegistryError } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'

/** Token services that are known to live on another site than their registry. */
const KNOWN_REALMS: Readonly<Record<string, readonly string[]>> = {
  'registry.digitalocean.com': ['api.digitalocean.com'],
  'nvcr.io': ['authn.nvidia.com'],
  'lscr.io': ['ghcr.io'],
  'rg.fr-par.scw.cloud': ['api.scaleway.com'],
  'rg.nl-ams.scw.cloud': ['api.scaleway.com'],
  'rg.pl-waw.scw.cloud': ['api.scaleway.com'],
}

/**
 * The URL of the token service that a challenge names, if the registry has any business to name it:
 * https (unless the registry itself is spoken to in the clear), no user info, and no private
 * address but the registry's own host.
 */
export function parseRealm(realm: string, registryOrigin: string, place: ErrorPlace): URL {
  const refuse = (reason: string): RegistryError =>
    new RegistryError(
      'AUTHENTICATION',
      `the registry names a token service ${reason}: ${foreignText(realm)}`,
      place,
    )
  const url = realm === '' ? null : URL.parse(realm, registryOrigin)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw refuse('that is no web address')
  }
  if (url.username !== '' || url.password !== '') throw refuse('with user info')
  if (url.protocol === 'http:' && registryOrigin.startsWith('https:')) {
    throw refuse('without https')
  }
  if (!mayPointAt(url.host, registryOrigin)) throw refuse('at a private address')
  url.hash = ''
  return url
}

/**
 * Whether a registry's credentials may go to that token service: its own host, a host of the same
 * site, or one that is known to belong to it. A token without credentials may be fetched from
 * anywhere that `parseRealm` lets through.
 */
export function mayReceiveCredentials(realm: URL, registryOrigin: string): boolean {
  const registry = new URL(registryOrigin).hostname
  const service = realm.hostname
  if (service === registry || KNOWN_REALMS[registry]?.includes(service) === true) return true
  const site = siteOf(registry)
  return site !== undefined && (service === site || service.endsWith(`.${site}`))
}

/**
 * The domain that a registry's host stands in: `example.com` for `registry.example.com` and itself.
 */
function siteOf(host: string): string | undefined {
  const labels = host.split('.')
  if (labels.length < 2 || /^[\d.]+$|:/.test(host)) return undefined
  return labels.length === 2 ? host : labels.slice(1).join('.')
}
