import { BlockList, isIP } from 'node:net'
import { basicAuthorization, type Credentials } from '../credentials/login.ts'
import { knownSecrets } from '../known-secrets.ts'
import { hostName, isLoopback } from './hosts.ts'

/** Where requests are sent instead of to their host. */
export interface ProxyServer {
  /** `http://host[:port]` or https, without a login. */
  readonly origin: string
  /** `host[:port]`, for people. */
  readonly name: string
  /** What the proxy, and nobody else, is given as `Proxy-Authorization`. */
  readonly authorization?: string
}

/** How the environment wants requests to be sent. */
export interface Proxies {
  readonly http?: ProxyServer
  readonly https?: ProxyServer
  readonly exceptions: readonly Exception[]
  /** Addresses that are no exception by name; absent where there are none. */
  readonly ranges?: BlockList
}

/** An entry of `no_proxy`. */
interface Exception {
  /** In lower case, an IPv6 address in its short form without brackets; `*` is every host. */
  readonly name: string
  readonly port?: string
  /** Only hosts below that name, and not the one of that name. */
  readonly subdomainsOnly: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:'])

/**
 * The proxies of the environment, in either case, lower case first as curl has it. An `http_proxy`
 * is not used for https targets. Throws an Error that names the variable, and not its value, which
 * may hold a password, where that is not the URL of an HTTP proxy.
 */
export function readProxies(environment: Environment): Proxies {
  const http = proxyIn(environment, 'http_proxy')
  const https = proxyIn(environment, 'https_proxy')
  const entries = setting(environment, 'no_proxy').split(/[\s,]+/)
  const ranges = rangesIn(entries)
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    exceptions: entries.flatMap((entry) => parseException(entry) ?? []),
    ...(ranges === undefined ? {} : { ranges }),
  }
}

/** What to say of a variable that others go by, and that is not used here; holds no value of it. */
export function unusedProxy(environment: Environment): string | undefined {
  const isUsed = setting(environment, 'https_proxy') !== ''
  if (isUsed || setting(environment, 'all_proxy') === '') return undefined
  return (
    'ALL_PROXY is not used: a proxy for HTTP comes from https_proxy, and from http_proxy for ' +
    'registries without TLS; SOCKS is not supported'
  )
}

/** The proxy for requests to an origin; undefined where they go there directly. */
export function proxyFor(proxies: Proxies, origin: string): ProxyServer | undefined {
  const { protocol, hostname, port } = new URL(origin)
  const proxy = protocol === 'https:' ? proxies.https : proxies.http
  if (proxy === undefined || isLoopback(hostname)) return undefined
  const name = hostName(hostname).replace(/\.$/, '')
  const actualPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  const isException =
    proxies.exceptions.some((one) => excepts(one, name, actualPort)) ||
    isInRange(proxies.ranges, name)
  return isException ? undefined : proxy
}

/** As in Go, curl and Python, a range is about addresses that are written, and not about names. */
function isInRange(ranges: BlockList | undefined, name: string): boolean {
  const version = isIP(name)
  return version !== 0 && ranges?.check(name, version === 6 ? 'ipv6' : 'ipv4') === true
}

/** The address ranges among the entries of `no_proxy`: `10.0.0.0/8`, `fd00::/8`. */
function rangesIn(entries: readonly string[]): BlockList | undefined {
  const ranges = new BlockList()
  for (const entry of entries) {
    const [, written = '', prefix] = /^\[?([\da-f:.]+)\]?\/(\d{1,3})$/i.exec(entry) ?? []
    const version = isIP(written)
    if (version === 0 || Number(prefix) > (version === 6 ? 128 : 32)) continue
    ranges.addSubnet(written, Number(prefix), version === 6 ? 'ipv6' : 'ipv4')
  }
  return ranges.rules.length === 0 ? undefined : ranges
}

/** The URL of a proxy. As in curl and in Go, `host:port` alone means `http://`. */
export function parseProxy(text: string): URL | null {
  return URL.parse(text.includes('://') ? text : `http://${text}`)
}

function proxyIn(environment: Environment, variable: string): ProxyServer | undefined {
  const text = setting(environment, variable)
  if (text === '') return undefined
  const url = parseProxy(text)
  if (url === null || !PROTOCOLS.has(url.protocol)) {
    const isSocks = url?.protocol.startsWith('socks') === true
    const why = isSocks ? ' for HTTP: SOCKS is not supported' : ''
    throw new Error(`the environment variable ${variable} is not the URL of a proxy${why}`)
  }
  const { origin, host: name, username, password, pathname, search, hash } = url
  // The first half of a password with a slash in it looks like a port.
  if (`${pathname}${search}${hash}`.includes('@')) {
    throw new Error(
      `the environment variable ${variable} has an "@" after the proxy; in a login, write /, \\, ? and # as %2F, %5C, %3F and %23`,
    )
  }
  if (username === '' && password === '') return { origin, name }
  for (const secret of secretsOfProxy(url)) knownSecrets.add(secret)
  return { origin, name, authorization: basicAuthorization(proxyLogin(url)) }
}

/** User name and password in the URL of a proxy, decoded. */
export function proxyLogin({ username, password }: URL): Credentials {
  return { username: decoded(username), password: decoded(password) }
}

/**
 * What must not be shown of the URL of a proxy: its password, as written and decoded, and the login
 * as it is sent. Without a password the user name is a token.
 */
export function secretsOfProxy(url: URL): readonly string[] {
  const { username, password } = proxyLogin(url)
  if (username === '' && password === '') return []
  const secret = password === '' ? [url.username, username] : [url.password, password]
  return [...secret, Buffer.from(`${username}:${password}`).toString('base64')]
}

/** A blank variable does not hide the other one, as curl has it. */
function setting(environment: Environment, variable: string): string {
  const value = (name: string): string => environment[name]?.trim() ?? ''
  return value(variable) || value(variable.toUpperCase())
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone percent sign: the text is its own meaning.
    return text
  }
}

/**
 * `host`, `.host` and `host:port`, of which each covers the hosts below as well; `*.host`, which
 * covers only those; `*`. Anything else is nobody's name, and is left out.
 */
function parseException(entry: string): Exception | undefined {
  if (/^[\da-f:.]*:[\da-f:.]*:[\da-f:.]*$/i.test(entry)) return parseException(`[${entry}]`)
  const parts = /^(\*?\.)?(\*|\[[\da-f:.]+\]|[^\s*/:[\]]+)(?::(\d+))?$/i.exec(entry)
  if (parts === null) return undefined
  const [, prefix, host = '', port] = parts
  const hostname = host === '*' ? host : URL.parse(`http://${host}/`)?.hostname
  if (hostname === undefined) return undefined
  return {
    name: hostName(hostname).replace(/\.$/, ''),
    ...(port === undefined ? {} : { port: String(Number(port)) }),
    subdomainsOnly: prefix === '*.',
  }
}

function excepts(exception: Exception, name: string, port: string): boolean {
  if (exception.port !== undefined && exception.port !== port) return false
  if (exception.name === '*') return true
  return (
    name.endsWith(`.${exception.name}`) || (!exception.subdomainsOnly && name === exception.name)
  )
}
