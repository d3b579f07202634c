import { isIP, type LookupFunction, type Socket } from 'node:net'
import { connect, type SecureContext } from 'node:tls'
import { familyOfHost } from '../families/lookup.ts'

/** How long a host that may speak plain HTTP is given to show that it speaks TLS. */
const PROBE_TIMEOUT_MS = 3_000

/** `host[:port]` of the registry's API. */
export function apiHost(registry: string): string {
  return familyOfHost(registry)?.apiHost ?? registry
}

/** The host name without port, IPv6 without brackets. */
export function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host)
  return bracketed?.[1] ?? host.replace(/:\d+$/, '')
}

/** Whether the name can only mean this machine: `localhost`, `*.localhost`, 127.0.0.0/8, ::1. */
export function isLoopback(host: string): boolean {
  // A dot at the end says that the name is complete, and no more.
  const name = (isIP(host) === 0 ? hostName(host) : host).toLowerCase().replace(/\.$/, '')
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true
  return isIP(name) === 4 && name.startsWith('127.')
}

/**
 * The origin of a URL that a server gives. A registry behind a proxy that ends TLS often names itself
 * with http: the same host is still spoken to over https (Q39).
 *
 * @param from the origin of the server
 */
export function originGivenBy(from: string, url: URL): string {
  const base = new URL(from)
  const sameHost = url.hostname === base.hostname
  const samePort =
    url.port === '' || url.port === base.port || url.port === '80' || url.port === '443'
  return sameHost && samePort && base.protocol === 'https:' && url.protocol === 'http:'
    ? from
    : url.origin
}

/** Whether two host names stand in one domain: `registry.example.com` and `auth.example.com`. */
export function isSameSite(a: string, b: string): boolean {
  const site = siteOf(b)
  return site !== undefined && (a === site || a.endsWith(`.${site}`))
}

/**
 * The domain that a host stands in: `example.com` for `registry.example.com` and itself. Addresses
 * stand in none.
 */
function siteOf(host: string): string | undefined {
  const labels = host.split('.')
  if (labels.length < 2 || /^[\d.]+$|:/.test(host)) return undefined
  return labels.length === 2 ? host : labels.slice(1).join('.')
}

export interface ProbeOptions {
  readonly signal?: AbortSignal | undefined
  readonly lookup?: LookupFunction | undefined
  /** A connection to the host that is there already. */
  readonly tunnel?: Socket | undefined
  /** With the client certificate, since some hosts end the handshake without one. */
  readonly secureContext?: SecureContext | undefined
}

/** What only a host sends that speaks TLS, although not with us. */
const TLS_ALERT = /_ALERT_/

/**
 * Asks a host that may be spoken to over plain HTTP whether it speaks TLS after all, with nothing
 * but a handshake: no byte of HTTP is sent, and the certificate is checked later, by the first
 * request. Undefined where nobody answers at a port that either of the two may be spoken at.
 */
export async function speaksTls(
  host: string,
  { signal, lookup, tunnel, secureContext }: ProbeOptions = {},
): Promise<boolean | undefined> {
  const name = hostName(host)
  const port = /:(\d+)$/.exec(host)?.[1]
  return new Promise((resolve) => {
    const socket = connect({
      host: name,
      port: Number(port ?? 443),
      rejectUnauthorized: false,
      ...(isIP(name) === 0 ? { servername: name } : {}),
      ...(lookup === undefined ? {} : { lookup }),
      ...(tunnel === undefined ? {} : { socket: tunnel }),
      ...(secureContext === undefined ? {} : { secureContext }),
    })
    // Without a port they are spoken at 443 and 80, so that silence at the one is an answer.
    let answered = port === undefined || tunnel !== undefined
    const finish = (secure: boolean): void => {
      signal?.removeEventListener('abort', refuse)
      socket.destroy()
      resolve(answered ? secure : undefined)
    }
    const refuse = (): void => {
      finish(false)
    }
    socket.setTimeout(PROBE_TIMEOUT_MS, refuse)
    socket.once('connect', () => {
      answered = true
    })
    socket.once('secureConnect', () => {
      finish(true)
    })
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      finish(TLS_ALERT.test(code ?? ''))
    })
    socket.once('close', refuse)
    signal?.addEventListener('abort', refuse, { once: true })
  })
}
