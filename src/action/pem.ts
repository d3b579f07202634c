import { X509Certificate } from 'node:crypto'
import { secureContext, type TlsOptions } from '../registry/network/tls.ts'
import { codeOf } from './workspace-path.ts'

/** A store with every authority there is takes 250 KiB; more than this is a mistake in the path. */
export const MAX_PEM_BYTES = 4 * 1024 * 1024

/** Why certificates or a key cannot be used, in words that may be shown. */
export class Refusal extends Error {}

/** What is between two lines of dashes holds none, so that a file is gone through once. */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*(?:-(?!----)[^-]*)*-----END CERTIFICATE-----/g
const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----[^-]*(?:-(?!----)[^-]*)*-----END/
const ENCRYPTED_KEY = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m

/** The text of a file, without the mark of byte order that Windows writes and OpenSSL stumbles over. */
export function pemText(content: Uint8Array): string {
  return Buffer.from(content)
    .toString('latin1')
    .replace(/^\xEF\xBB\xBF/, '')
}

/** @param place what they are called in a Refusal */
export function checkCertificates(pem: string, place: string): void {
  const certificates = pem.match(CERTIFICATE) ?? []
  if (certificates.length === 0) throw new Refusal(`${place} holds no certificate in PEM`)
  for (const [index, certificate] of certificates.entries()) {
    if (!isCertificate(certificate)) {
      const which = certificates.length === 1 ? 'a certificate' : `certificate ${index + 1}`
      throw new Refusal(`${place} holds ${which} that cannot be read`)
    }
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

/** @param place what it is called in a Refusal */
export function checkKey(pem: string, place: string): void {
  if (!PRIVATE_KEY.test(pem)) throw new Refusal(`${place} holds no private key in PEM`)
  if (ENCRYPTED_KEY.test(pem)) {
    throw new Refusal(`${place} is encrypted; a key without a passphrase is needed`)
  }
}

/** Finds what OpenSSL would refuse before anything is sent. Throws a Refusal. */
export function checkTogether(options: TlsOptions): void {
  try {
    secureContext(options)
  } catch (error) {
    const code = codeOf(error) ?? ''
    if (
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' ||
      code === 'ERR_OSSL_X509_KEY_TYPE_MISMATCH'
    ) {
      throw new Refusal('cert and key do not belong together')
    }
    const reason = /^[A-Z0-9_]+$/.test(code) ? ` (${code})` : ''
    const what = options.cert === undefined ? 'ca' : 'cert and key'
    throw new Refusal(`${what} cannot be used for TLS${reason}`)
  }
}
