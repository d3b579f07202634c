import { isIP } from 'node:net'
import { connect } from 'node:tls'

/** Registries whose API lives on another host than the one that people write. */
const API_HOSTS: Readonly<Record<string, string>> = {
  // docker.io itself is a web site.
  'docker.io': 'registry-1.docker.io',
}

/** How long a host that may speak plain HTTP is given to show that it speaks TLS. */
const PROBE_TIMEOUT_MS = 3_000

/** `host[:port]` of the registry's API. */
export function apiHost(registry: string): string {
  return API_HOSTS[registry] ?? registry
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
 * Asks a host that may be spoken to over plain HTTP whether it speaks TLS after all, with nothing
 * but a handshake: no byte of HTTP is sent, and the certificate is checked later, by the first
 * request. Undefined where nobody answers at a port that either of the two may be spoken at.
 */
export async function speaksTls(host: string, signal?: AbortSignal): Promise<boolean | undefined> {
  const name = hostName(host)
  const port = /:(\d+)$/.exec(host)?.[1]
  return new Promise((resolve) => {
    const socket = connect({
      host: name,
      port: Number(port ?? 443),
      rejectUnauthorized: false,
      ...(isIP(name) === 0 ? { servername: name } : {}),
    })
    // Without a port they are spoken at 443 and 80, so that silence at the one is an answer.
    let answered = port === undefined
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
    socket.once('error', refuse)
    socket.once('close', refuse)
    signal?.addEventListener('abort', refuse, { once: true })
  })
}
