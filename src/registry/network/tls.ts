import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

/** What one host needs beyond the authorities that everybody trusts. All of it is PEM text. */
export interface TlsOptions {
  /** Certificates to trust, for this host only and beside the usual ones. */
  readonly ca?: string
  /** The certificate to show when the host asks for one, and those that vouch for it. */
  readonly cert?: string
  readonly key?: string
}

/**
 * What Node needs for connections to that host. Throws what OpenSSL has to say about a certificate
 * and a key that cannot be used, or not together.
 */
export function secureContext({ ca, cert, key }: TlsOptions): SecureContext {
  return createSecureContext({
    ...(ca === undefined
      ? {}
      : {
          // What is given here takes the place of the usual authorities, with those of
          // NODE_EXTRA_CA_CERTS, so they are given again.
          ca: [...getCACertificates('default'), ca],
          // An intermediate authority, or the registry's own certificate, is trusted as it is.
          allowPartialTrustChain: true,
        }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  })
}

/** The same, but that no host is shown a client certificate. */
export function withoutCertificates(
  tls: ReadonlyMap<string, TlsOptions>,
): ReadonlyMap<string, TlsOptions> {
  return new Map([...tls].map(([host, { ca }]) => [host, ca === undefined ? {} : { ca }] as const))
}

/** `name:port` of a host, without brackets, such that every spelling of one endpoint is the same. */
export function endpoint(hostname: string, port: string | number | undefined): string {
  const name = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  return `${name}:${port === undefined || port === '' ? 443 : port}`
}

/** The endpoint of `host[:port]`. */
export function endpointOf(host: string): string {
  const { hostname, port } = new URL(`https://${host}`)
  return endpoint(hostname, port)
}
