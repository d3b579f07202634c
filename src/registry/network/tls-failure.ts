import { foreignText } from '../foreign-text.ts'

/** OpenSSL's verification results, as Node names them, and its protocol errors. */
const TLS_CODE =
  /^(?:ERR_(?:SSL|TLS)_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/

export function isTlsFailure(code: string): boolean {
  return TLS_CODE.test(code)
}

/** What failed, by OpenSSL's name for it. `HOST` stands for the host. */
const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'the certificate of HOST has expired',
  CERT_NOT_YET_VALID: 'the certificate of HOST is not valid yet; is the clock of the runner right?',
  CERT_REVOKED: 'the certificate of HOST has been revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'HOST has a self-signed certificate, which is not among those that are trusted',
  SELF_SIGNED_CERT_IN_CHAIN:
    'the certificate of HOST comes from an authority of its own, which is not among those that are trusted',
  UNABLE_TO_GET_ISSUER_CERT:
    'the certificate of HOST comes from an authority that is not among those that are trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the certificate of HOST comes from an authority that is not among those that are trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate of HOST comes from an authority that is not among those that are trusted',
  ERR_SSL_WRONG_VERSION_NUMBER: 'HOST does not speak TLS; it may speak plain HTTP',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'HOST does not speak TLS; it may speak plain HTTP',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'HOST speaks no version of TLS that is still safe',
  CERTIFICATE_REQUIRED: 'HOST wants a client certificate, and none is given for it',
  UNKNOWN_CA: 'HOST does not accept the client certificate (its authority is not known there)',
  BAD_CERTIFICATE: 'HOST does not accept the client certificate, or wants one',
  CERTIFICATE_EXPIRED: 'HOST does not accept the client certificate (it has expired)',
  CERTIFICATE_REVOKED: 'HOST does not accept the client certificate (it has been revoked)',
  CERTIFICATE_UNKNOWN: 'HOST does not accept the client certificate',
  UNSUPPORTED_CERTIFICATE: 'HOST does not accept the client certificate',
  DECRYPT_ERROR: 'HOST does not accept the client certificate',
  HANDSHAKE_FAILURE: 'HOST ended the TLS handshake; it may want a client certificate',
  PROTOCOL_VERSION: 'HOST speaks no version of TLS that is still safe',
  UNRECOGNIZED_NAME: 'HOST says that it does not go by this name',
}

/** What the host itself sent before it hung up: `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA` and the like. */
const ALERT = /_ALERT_([A-Z_]+)$/

/** Names that a certificate is for: enough to see which host it was made for. */
const SHOWN_NAMES = 5

/** What is wrong with the TLS of a host, in words of which the host's name is one. */
export function tlsReason(error: Error, code: string, host: string): string {
  const name = foreignText(host)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `the certificate of ${name} is for ${namesIn(error)}, and not for this name`
  }
  const reason = REASONS[ALERT.exec(code)?.[1] ?? code]
  if (reason !== undefined) return reason.replaceAll('HOST', () => name)
  return `no TLS connection to ${name}: ${foreignText(error.message)}`
}

/** `DNS:a.example, IP Address:10.0.0.1`, which is how Node writes them, as `a.example, 10.0.0.1`. */
function namesIn(error: Error): string {
  const cert = 'cert' in error ? error.cert : undefined
  const text =
    typeof cert === 'object' && cert !== null && 'subjectaltname' in cert
      ? String(cert.subjectaltname)
      : ''
  const names = [...text.matchAll(/(?:DNS|IP Address):("[^"]*"|[^,]*)/g)].map(
    ([, one]) => one ?? '',
  )
  if (names.length === 0) return 'no name at all'
  const rest = names.length > SHOWN_NAMES ? ', …' : ''
  return foreignText(`${names.slice(0, SHOWN_NAMES).join(', ')}${rest}`)
}
