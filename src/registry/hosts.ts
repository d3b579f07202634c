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
  const name = hostName(host).toLowerCase()
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true
  return isIP(name) === 4 && name.startsWith('127.')
}

/**
 * Asks a host that may be spoken to over plain HTTP whether it speaks TLS after all, with nothing but a handshake:
 * no byte of HTTP is sent, and the certificate is checked later, by the first request.
 */
export async function speaksTls(host: string, signal?: AbortSignal): Promise<boolean> {
  const name = hostName(host)
  const port = Number(/:(\d+)$/.exec(host)?.[1] ?? 443)
  return await new Promise<boolean>((resolve) => {
    const socket = connect({
      host: name,
      port,
      rejectUnauthorized: false,
      ...(isIP(name) === 0 ? { servername: name } : {}),
    })
    const answer = (secure: boolean) => (): void => {
      signal?.removeEventListener('abort', no)
      socket.destroy()
      resolve(secure)
    }
    const no = answer(false)
    socket.setTimeout(PROBE_TIMEOUT_MS, no)
    socket.once('secureConnect', answer(true))
    socket.once('error', no)
    socket.once('close', no)
    signal?.addEventListener('abort', no, { once: true })
  })
}
