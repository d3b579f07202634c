import { generate } from 'selfsigned'

export interface CertificateOptions {
  /** Names and IPv4 or IPv6 addresses that the certificate is for; default loopback in every spelling. */
  readonly names?: readonly string[]
  /** Ended yesterday. */
  readonly expired?: boolean
  /** Vouched for by nobody but itself. */
  readonly selfSigned?: boolean
  /** The server lets nobody in without a certificate of the authority. */
  readonly clientCertificate?: boolean
  /** The latest version of TLS that the server speaks. */
  readonly maxVersion?: 'TLSv1.2'
}

export interface Certificate {
  readonly key: string
  readonly cert: string
  /** The authority to trust, PEM. */
  readonly ca: string
  readonly clientCertificate: boolean
  readonly maxVersion: 'TLSv1.2' | undefined
}

const DAY = 24 * 60 * 60 * 1000
const LOOPBACK = ['127.0.0.1', '::1', 'localhost']

let authority: ReturnType<typeof generate> | undefined

/** One authority a process, so that a client which trusts it trusts every registry of a test. */
async function authorityOf() {
  authority ??= generate([{ name: 'commonName', value: 'testkit authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 7 * DAY),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return authority
}

export async function createCertificate(options: CertificateOptions = {}): Promise<Certificate> {
  const names = options.names ?? LOOPBACK
  const ca = await authorityOf()
  const leaf = await generate([{ name: 'commonName', value: names[0] ?? 'testkit' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 3 * DAY),
    notAfterDate: new Date(Date.now() + (options.expired === true ? -DAY : DAY)),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames: names.map(alternativeName) },
    ],
    ...(options.selfSigned === true ? {} : { ca: { key: ca.private, cert: ca.cert } }),
  })
  const { clientCertificate = false, maxVersion } = options
  return { key: leaf.private, cert: leaf.cert, ca: ca.cert, clientCertificate, maxVersion }
}

function alternativeName(name: string) {
  const isAddress = /^[\d.]+$/.test(name) || name.includes(':')
  return isAddress ? ({ type: 7, ip: name } as const) : ({ type: 2, value: name } as const)
}
