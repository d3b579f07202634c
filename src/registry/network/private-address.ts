import { BlockList, isIP } from 'node:net'
import { hostName, isLoopback } from './hosts.ts'

type Subnet = readonly [network: string, prefix: number]

/** This machine and its network, and what is no address of a single public host (RFC 6890). */
const PRIVATE_IPV4: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Azure's services for the machine itself, on an address that is a public one elsewhere.
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
const PRIVATE_IPV6: readonly Subnet[] = [
  ['::', 128],
  ['::1', 128],
  // The local part of NAT64 (RFC 8215), whose use is each network's own.
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['fe80::', 10],
  // Site-local, from before fc00::/7.
  ['fec0::', 10],
  ['ff00::', 8],
]

/** Where clouds keep the credentials and the settings of a machine; nothing else lives there. */
const METADATA_IPV4: readonly Subnet[] = [
  // Nearly all of them, and what Amazon has for containers.
  ['169.254.0.0', 16],
  // Alibaba
  ['100.100.100.200', 32],
  // Azure
  ['168.63.129.16', 32],
  // Oracle, in its first generation
  ['192.0.0.192', 32],
]
const METADATA_IPV6: readonly Subnet[] = [
  // Amazon: machines, and the pods of EKS
  ['fd00:ec2::254', 128],
  ['fd00:ec2::23', 128],
  // Google
  ['fd20:ce::254', 128],
  // Oracle
  ['fd00:c1::a9fe:a9fe', 128],
  // Scaleway
  ['fd00:42::42', 128],
  // Akamai (Linode)
  ['fd00:a9fe:a9fe::1', 128],
  // What OpenStack and others have on the link.
  ['fe80::', 10],
]

const privateAddresses = blockList(PRIVATE_IPV4, PRIVATE_IPV6)
const metadataAddresses = blockList(METADATA_IPV4, METADATA_IPV6)

/**
 * Whether a host is written as an address that only means something near us: this machine, its
 * network, the cloud's metadata services. Names are not looked up.
 */
export function isPrivateAddress(host: string): boolean {
  const name = addressOf(host)
  return isIP(name) === 0 ? isLoopback(name) : contains(privateAddresses, name)
}

/**
 * Whether that is an address of a cloud's metadata or platform service, or could be one on this link.
 */
export function isMetadataAddress(host: string): boolean {
  return contains(metadataAddresses, addressOf(host))
}

/** The host name without port, brackets and the zone of an IPv6 address. */
function addressOf(host: string): string {
  const name = isIP(host) === 0 ? hostName(host) : host
  return name.replace(/%.*$/, '')
}

function contains(list: BlockList, address: string): boolean {
  const version = isIP(address)
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/**
 * IPv6 has ways to write IPv4 addresses that routers act on: those of NAT64 (RFC 6052) and of 6to4
 * (RFC 3056) are blocked for the same subnets. Mapped ones (`::ffff:0:0/96`) the list knows itself.
 */
function blockList(ipv4: readonly Subnet[], ipv6: readonly Subnet[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of ipv4) {
    const [high, low] = halves(network)
    list.addSubnet(network, prefix, 'ipv4')
    list.addSubnet(`64:ff9b::${high}:${low}`, 96 + prefix, 'ipv6')
    list.addSubnet(`2002:${high}:${low}::`, 16 + prefix, 'ipv6')
  }
  for (const [network, prefix] of ipv6) list.addSubnet(network, prefix, 'ipv6')
  return list
}

/** The two groups that an IPv4 address takes in an IPv6 address. */
function halves(address: string): readonly [string, string] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)]
}
