import { isIP, isIPv6, Socket } from 'node:net'
import type { buildConnector, Dispatcher } from 'undici'
import type { ProxyServer } from './proxies.ts'

/** Refusals that can be over a moment later. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])

export interface ProxyErrorDetails {
  /** HTTP status of a refusal. */
  readonly status?: number
  readonly cause?: unknown
}

/** The proxy, and not the host behind it, is what failed. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError'
  /** `host[:port]` of the proxy. */
  readonly proxy: string
  /** Whether it is a refusal that can be over a moment later; undefined where it is none. */
  readonly mayPass: boolean | undefined

  constructor(proxy: string, reason: string, { status, cause }: ProxyErrorDetails = {}) {
    super(`the proxy ${proxy} ${reason}`, { cause })
    this.proxy = proxy
    this.mayPass = status === undefined ? undefined : PASSING_STATUSES.has(status)
  }
}

/** The error of a proxy that says no, itself or for the network behind it. */
export function refusedBy(proxy: ProxyServer, status: number, host: string): ProxyError {
  const words =
    status === 407
      ? `wants a login, or another one than it was given (HTTP ${status})`
      : `refused the connection to ${host} (HTTP ${status})`
  return new ProxyError(proxy.name, words, { status })
}

export function proxyHeaders({ authorization }: ProxyServer): Record<string, string> {
  return authorization === undefined ? {} : { 'proxy-authorization': authorization }
}

/** Connects to a proxy itself; what fails is told to be the proxy's. */
export function proxyConnector(
  proxy: ProxyServer,
  connect: buildConnector.connector,
): buildConnector.connector {
  // The name that undici has is that of the host behind the proxy.
  const { hostname } = new URL(proxy.origin)
  const names = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? { servername: hostname } : {}
  return (target, callback) => {
    const { hostname: host, protocol, port } = target
    connect({ hostname: host, protocol, port, ...names }, (...result) => {
      const [error] = result
      if (error === null) callback(...result)
      else callback(new ProxyError(proxy.name, 'cannot be reached', { cause: error }), null)
    })
  }
}

/**
 * Connects to a host by way of a proxy (CONNECT; RFC 9110, 9.3.6), with TLS inside of the tunnel.
 * Nothing of the request reaches the proxy, and nothing of the proxy's login the host.
 *
 * @param pool connections to the proxy
 * @param connect makes the TLS connection in the tunnel
 */
export function tunnelConnector(
  proxy: ProxyServer,
  pool: Dispatcher,
  connect: buildConnector.connector,
): buildConnector.connector {
  return (target, callback) => {
    const opening = openTunnel(proxy, pool, target)
    // What goes wrong is for the callback alone.
    const connecting = async (): Promise<void> => {
      try {
        connect({ ...target, httpSocket: await opening }, callback)
      } catch (error) {
        callback(error instanceof Error ? error : new ProxyError(proxy.name, 'failed'), null)
      }
    }
    void connecting()
  }
}

/**
 * A connection to a host by way of a proxy. Throws a ProxyError.
 *
 * @param pool connections to the proxy
 */
export async function openTunnel(
  proxy: ProxyServer,
  pool: Dispatcher,
  { hostname, port }: Pick<URL, 'hostname' | 'port'>,
  signal?: AbortSignal,
): Promise<Socket> {
  const name = isIPv6(hostname) ? `[${hostname}]` : hostname
  const authority = `${name}:${port === '' ? 443 : port}`
  const headers = { host: authority, ...proxyHeaders(proxy) }
  let answer: Dispatcher.ConnectData
  try {
    answer = await pool.connect({
      origin: proxy.origin,
      path: authority,
      headers,
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (error instanceof ProxyError) throw error
    throw new ProxyError(proxy.name, `did not open a tunnel to ${name}`, { cause: error })
  }
  const { statusCode, socket } = answer
  if (statusCode >= 200 && statusCode < 300 && socket instanceof Socket) return socket
  socket.on('error', () => undefined).destroy()
  throw refusedBy(proxy, statusCode, name)
}
