/** How the environment wants requests to be sent; empty where it names no proxy. */
export interface Proxies {
  readonly httpProxy: string
  readonly httpsProxy: string
  readonly noProxy: string
}

type Environment = Readonly<Record<string, string | undefined>>

const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks:'])

/**
 * The proxies of the environment, in either case, lower case first as curl has it. An `http_proxy`
 * is not used for https targets. Undefined where there is none. Throws an Error that names the
 * variable, and not its value, which may hold a password, where that is no URL.
 */
export function readProxies(environment: Environment): Proxies | undefined {
  const httpProxy = proxyIn(environment, 'http_proxy')
  const httpsProxy = proxyIn(environment, 'https_proxy')
  if (httpProxy === '' && httpsProxy === '') return undefined
  return { httpProxy, httpsProxy, noProxy: setting(environment, 'no_proxy') }
}

/** The URL of a proxy. As in curl and in Go, `host:port` alone means `http://`. */
export function parseProxy(text: string): URL | null {
  return URL.parse(text.includes('://') ? text : `http://${text}`)
}

function proxyIn(environment: Environment, name: string): string {
  const text = setting(environment, name)
  if (text === '') return ''
  const url = parseProxy(text)
  if (url !== null && PROTOCOLS.has(url.protocol)) return url.href
  throw new Error(`the environment variable ${name} is not the URL of a proxy`)
}

function setting(environment: Environment, name: string): string {
  return (environment[name] ?? environment[name.toUpperCase()] ?? '').trim()
}
