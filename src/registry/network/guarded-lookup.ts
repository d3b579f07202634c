import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { familyOfHost } from '../families/lookup.ts'
import { isLoopback, isSameSite } from './hosts.ts'
import { isMetadataAddress, isPrivateAddress } from './private-address.ts'

/** A host that nobody but a registry has named turned out to be where no registry may send us. */
export class ForeignAddressError extends Error {
  override readonly name = 'ForeignAddressError'
  readonly host: string

  constructor(host: string) {
    super(`${host} has a private address`)
    this.host = host
  }
}

/** Whether a connection to a host may be made at that address. */
export type AddressRule = (host: string, address: string) => Promise<boolean>

/**
 * The rule for hosts that the user did not name: no private address, unless the registry that named
 * the host is on this machine as well, or has a private address itself and is known to belong with
 * it.
 * Metadata services are never what a registry may point at.
 *
 * @param registries names of the hosts on whose behalf the connection is made
 */
export function foreignRule(registries: readonly string[], lookup: LookupFunction): AddressRule {
  return async (host, address) => {
    if (!isPrivateAddress(address)) return true
    if (isMetadataAddress(address)) return false
    if (isLoopback(address) && registries.some(isLoopback)) return true
    for (const registry of registries.filter((one) => belongsTo(host, one))) {
      if (await isPrivate(registry, lookup)) return true
    }
    return false
  }
}

function belongsTo(host: string, registry: string): boolean {
  return isSameSite(host, registry) || familyOfHost(registry)?.storageHosts?.test(host) === true
}

/**
 * A lookup that fails with a ForeignAddressError where the rule forbids one of the addresses. Since
 * it is the one that the socket itself asks, no other answer of the name server can come between.
 */
export function guardedLookup(lookup: LookupFunction, rule: AddressRule): LookupFunction {
  return (host, options, callback) => {
    lookup(host, options, (error, address, family) => {
      const answer = async (): Promise<void> => {
        const isAllowed = error !== null || (await allowed(host, address, rule))
        callback(isAllowed ? error : new ForeignAddressError(host), address, family)
      }
      void answer()
    })
  }
}

/** One forbidden address is enough: a name that has both kinds is out for the private one. */
async function allowed(
  host: string,
  addresses: string | readonly LookupAddress[],
  rule: AddressRule,
): Promise<boolean> {
  const list = typeof addresses === 'string' ? [addresses] : addresses.map((one) => one.address)
  const answers = await Promise.all(list.map(async (address) => rule(host, address)))
  return answers.every(Boolean)
}

async function isPrivate(host: string, lookup: LookupFunction): Promise<boolean> {
  return new Promise((resolve) => {
    lookup(host, { all: true }, (error, found) => {
      const addresses = typeof found === 'string' ? [{ address: found }] : found
      resolve(error === null && addresses.every(({ address }) => isPrivateAddress(address)))
    })
  })
}
