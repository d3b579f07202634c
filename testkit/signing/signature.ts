import { type KeyObject, sign } from 'node:crypto'

/** Signs bytes as images are signed: with SHA-256, and in DER. */
export function signatureOf(privateKey: KeyObject, content: Uint8Array): Buffer {
  return sign(privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256', content, privateKey)
}
