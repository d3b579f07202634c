import { FormatError } from './errors.ts'
import { quote } from './quote.ts'

/** Docker Hub answers to several names; images are named after the first one. */
const DOCKER_HUB = 'docker.io'
const dockerHubAliases: ReadonlySet<string> = new Set([
  'hub.docker.com',
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
])

/** 253 characters are the longest name that DNS can hold; a colon and a port make six more. */
const MAX_HOST_LENGTH = 259

const LABEL = /^[a-z0-9-]+$/
const IPV4_PART = /^(?:0|[1-9][0-9]{0,2})$/

/**
 * Whether the first component of a reference (what stands before its first slash) names a registry
 * rather than the first part of a repository (distribution/reference).
 */
export function isRegistryHost(component: string): boolean {
  return /[.:]/.test(component) || component.toLowerCase() === 'localhost'
}

/**
 * The one spelling of a registry host with optional port: lower case, IPv6 in its short form, the
 * default port 443 dropped, Docker Hub's aliases replaced by `docker.io`. A host without a dot always
 * has a port, since it could not be told from a repository otherwise: `registry` is `registry:443`.
 * @throws FormatError of kind `reference`
 */
export function normaliseRegistry(host: string): string {
  const known = spellings.get(host)
  if (known !== undefined) return known
  const spelling = spellingOf(host)
  if (spellings.size < MAX_SPELLINGS) spellings.set(host, spelling)
  return spelling
}

/** A list names few hosts, and each of them ten thousand times: one text is enough for all of these. */
const MAX_SPELLINGS = 256
const spellings = new Map<string, string>()

function spellingOf(host: string): string {
  if (host.length > MAX_HOST_LENGTH) {
    throw bad(host, `is longer than ${MAX_HOST_LENGTH} characters`)
  }
  if (host.includes('@')) {
    // Not repeated, since a password may stand before it.
    throw new FormatError(
      'reference',
      'a registry host has an "@"; user names and passwords have inputs of their own',
    )
  }
  if (host.includes('/')) {
    throw bad(host, 'has a slash; only a host is wanted, with a port where it needs one')
  }
  if (host === '') throw new FormatError('reference', 'the registry host is empty')
  const bracket = host.startsWith('[') ? host.indexOf(']') : 0
  const colon = host.indexOf(':', Math.max(bracket, 0))
  const name = colon === -1 ? host : host.slice(0, colon)
  const canonical = host.startsWith('[') ? ipv6(host, name) : domain(host, name)
  const port = colon === -1 ? undefined : parsePort(host, host.slice(colon + 1))
  if (port !== undefined && port !== 443) return `${canonical}:${port}`
  if (dockerHubAliases.has(canonical)) return DOCKER_HUB
  return isRegistryHost(canonical) ? canonical : `${canonical}:443`
}

function parsePort(host: string, port: string): number {
  if (!/^[1-9][0-9]{0,4}$/.test(port) || Number(port) > 65_535) {
    throw bad(host, `has the port ${quote(port)}; a port is a number from 1 to 65535`)
  }
  return Number(port)
}

function ipv6(host: string, name: string): string {
  if (name.includes('%')) throw bad(host, 'has a zone; write the IPv6 address without it')
  // The URL parser knows the grammar of addresses, and writes each of them in one way.
  const url = /^\[[0-9a-fA-F:.]+\]$/.test(name) ? URL.parse(`http://${name}/`) : null
  if (url === null) throw bad(host, 'is not an IPv6 address in brackets')
  return url.hostname
}

function domain(host: string, name: string): string {
  const lower = name.toLowerCase()
  if (lower.endsWith('.')) throw bad(host, `ends with a dot; write ${quote(lower.slice(0, -1))}`)
  if (/[*?]/.test(lower)) throw bad(host, 'has a wildcard; each host is written out')
  const labels = lower.split('.')
  if (!labels.every(isLabel)) throw bad(host, `is not a host name${asciiForm(lower)}`)
  // What ends in a number is an IPv4 address to every URL parser, in odd spellings as well.
  if (/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '') && !isIpv4(labels)) {
    throw bad(host, 'is not an IPv4 address of four decimal numbers')
  }
  return lower
}

function isLabel(label: string): boolean {
  return LABEL.test(label) && !label.startsWith('-') && !label.endsWith('-')
}

function isIpv4(labels: readonly string[]): boolean {
  return labels.length === 4 && labels.every((part) => IPV4_PART.test(part) && Number(part) < 256)
}

/**
 * Names with other letters than ASCII are not converted on the quiet: two that look the same can be
 * two hosts, and the converted form shows it.
 */
function asciiForm(name: string): string {
  if (!/[^\x20-\x7e]/.test(name) || /[/?#@:%\\\s]/.test(name)) return ''
  const ascii = URL.parse(`https://${name}/`)?.hostname
  return ascii?.includes('xn--') === true ? `; write it in ASCII as ${quote(ascii)}` : ''
}

function bad(host: string, problem: string): FormatError {
  return new FormatError('reference', `registry host ${quote(host)} ${problem}`)
}
