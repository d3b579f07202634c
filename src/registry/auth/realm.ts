import type { Credentials } from '../credentials/login.ts'
import { type ErrorPlace, LOG_IN, RegistryError } from '../errors.ts'
import { familyOfHost } from '../families/lookup.ts'
import { foreignText } from '../foreign-text.ts'
import { mayPointAt } from '../network/foreign-hosts.ts'
import { isSameSite, originGivenBy } from '../network/hosts.ts'

/**
 * The URL of the token service that a challenge names, if the registry has any business to name it:
 * https (unless the registry itself is spoken to in the clear), no user info, and no private
 * address but the registry's own host or the one that the user named beside it.
 */
export function parseRealm(
  realm: string,
  registryOrigin: string,
  place: ErrorPlace,
  authHost?: string,
): URL {
  const refuse = (reason: string): RegistryError =>
    new RegistryError(
      'AUTHENTICATION',
      `${new URL(registryOrigin).host} names a token service ${reason}: ${foreignText(realm)}`,
      { ...place, operation: LOG_IN },
    )
  const url = realm === '' ? null : URL.parse(withScheme(realm), registryOrigin)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw refuse('that is no web address')
  }
  if (url.username !== '' || url.password !== '') throw refuse('with user info')
  const origin = originGivenBy(registryOrigin, url)
  if (origin.startsWith('http:') && registryOrigin.startsWith('https:')) {
    throw refuse('without https')
  }
  if (url.host !== authHost && !mayPointAt(url.host, registryOrigin)) {
    throw refuse('at a private address')
  }
  return new URL(`${origin}${url.pathname}${url.search}`)
}

/** A host with its port, and perhaps a path, which URL parsers take for a scheme. */
const HOST_AND_PORT = /^[a-z0-9.-]+:\d+(?:[/?]|$)/i

function withScheme(realm: string): string {
  return HOST_AND_PORT.test(realm) ? `//${realm}` : realm
}

/**
 * Whether a registry's credentials, or a client certificate, may go to that token service: its own host, a host of the same
 * site, one that is known to belong to it, or the one that came with the credentials. A token
 * without credentials may be fetched from anywhere that `parseRealm` lets through.
 */
export function mayReceiveCredentials(
  realm: URL,
  registry: { readonly host: string; readonly origin: string },
  { authHost }: Pick<Credentials, 'authHost'>,
): boolean {
  const { hostname } = new URL(registry.origin)
  const service = realm.hostname
  if (service === hostname || realm.host === authHost) return true
  if (familyOfHost(registry.host)?.tokenHosts?.includes(service) === true) return true
  return isSameSite(service, hostname)
}
