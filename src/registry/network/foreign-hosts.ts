import type { LookupFunction } from 'node:net'
import { foreignRule } from './guarded-lookup.ts'
import { apiHost, hostName, isLoopback } from './hosts.ts'
import { isPrivateAddress } from './private-address.ts'
import { endpoint, endpointOf } from './tls.ts'
import type { Guard } from './transport.ts'

/**
 * Whether a registry may point at that host: a public one or its own, on whatever port. A registry
 * on this machine may name this machine in another way.
 */
export function mayPointAt(host: string, registryOrigin: string): boolean {
  const { hostname } = new URL(registryOrigin)
  return (
    !isPrivateAddress(host) ||
    hostName(host) === hostName(hostname) ||
    (isLoopback(host) && isLoopback(hostname))
  )
}

/** A guard for a host, or the verdict on one that needs no looking up. */
export interface ForeignGuard extends Guard {
  /** Whether it is written as an address that must not be connected to. */
  readonly refuses: boolean
}

/**
 * Tells the hosts that the user named from those that only a registry did: token services, storage
 * behind redirects, upload sessions. The latter must not be used to reach what is private.
 */
export class ForeignHosts {
  readonly #lookup: LookupFunction
  readonly #named: Set<string>
  readonly #registries = new Set<string>()

  /** @param named further hosts, `host[:port]`, that the user named */
  constructor(lookup: LookupFunction, named: readonly string[]) {
    this.#lookup = lookup
    this.#named = new Set(named.map((host) => endpointOf(apiHost(host))))
  }

  /** @param origin of a registry that the user named */
  addRegistry(origin: string): void {
    this.#registries.add(origin)
  }

  /**
   * The guard for requests to an origin; undefined where the user named it, or where it is another
   * port of the registry itself.
   *
   * @param registry the origin on whose behalf the request is made; any registry if undefined
   */
  guard(origin: string, registry: string | undefined): ForeignGuard | undefined {
    if (this.#registries.has(origin)) return undefined
    const { hostname, port } = new URL(origin)
    if (this.#named.has(endpoint(hostname, port))) return undefined
    const registries = registry === undefined ? [...this.#registries] : [registry]
    // Nobody has pointed anywhere.
    if (registries.length === 0) return undefined
    const names = registries.map((one) => hostName(new URL(one).hostname))
    if (names.includes(hostName(hostname))) return undefined
    return {
      key: names.join(' '),
      rule: foreignRule(names, this.#lookup),
      refuses: isPrivateAddress(hostname) && !registries.some((one) => mayPointAt(hostname, one)),
    }
  }
}
