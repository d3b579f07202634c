import { createHash, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { generate } from 'selfsigned'

/** An RSA key with a certificate of its own, as CNCF Distribution trusts signers of tokens. */
export interface SigningKey {
  readonly privateKey: KeyObject
  /** PEM, for distribution's `rootcertbundle`. */
  readonly certificate: string
  /** base64 DER, for a token's `x5c`. */
  readonly x5c: readonly string[]
  /** For a token's `kid`, in the form that distribution 2 computes for the certificates it trusts. */
  readonly keyId: string
}

export async function createSigningKey(): Promise<SigningKey> {
  const pair = await generate([{ name: 'commonName', value: 'testkit token signer' }], {
    keyType: 'rsa',
    keySize: 2048,
    algorithm: 'sha256',
  })
  const certificate = new X509Certificate(pair.cert)
  return {
    privateKey: createPrivateKey(pair.private),
    certificate: pair.cert,
    x5c: [certificate.raw.toString('base64')],
    keyId: libtrustKeyId(certificate.publicKey),
  }
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * libtrust's fingerprint: the first 240 bits of the SHA-256 of the public key's DER, in base32, in
 * twelve groups of four that colons separate.
 */
export function libtrustKeyId(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' })
  const hash = createHash('sha256').update(der).digest().subarray(0, 30)
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const letters = (bits.match(/.{5}/g) ?? []).map((group) => BASE32[Number.parseInt(group, 2)])
  return (letters.join('').match(/.{4}/g) ?? []).join(':')
}
