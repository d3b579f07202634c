import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/** A key that signatures are checked with, and the hashes that its kind is used with. */
export interface PublicKey {
  readonly key: KeyObject
  /** Null where the key's own scheme hashes (Ed25519). */
  readonly hashes: readonly (string | null)[]
}

/** A PEM that is no public key that could be used; the message says why, and repeats nothing of it. */
export class KeyError extends Error {
  override readonly name = 'KeyError'
}

/** P-384 and P-521 are used with the hash of their size by some, and with SHA-256 by cosign. */
const HASHES_OF_CURVE: Readonly<Record<string, readonly string[]>> = {
  prime256v1: ['sha256'],
  secp384r1: ['sha384', 'sha256'],
  secp521r1: ['sha512', 'sha256'],
}

/** Bits; a shorter RSA key proves nothing any more. */
const SHORTEST_RSA = 2048

/** Begin and end of each block, and its label (RFC 7468). */
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g
const LABELS: readonly string[] = ['PUBLIC KEY', 'RSA PUBLIC KEY']

/**
 * Reads all public keys of a PEM text (RFC 7468, `PUBLIC KEY`); what stands around them is skipped.
 * @throws KeyError for a private key, a certificate, and kinds of keys that nobody signs images with
 */
export function readPublicKeys(pem: string): readonly PublicKey[] {
  const labels = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map(([, label = '']) => label)
  if (labels.length === 0) throw new KeyError('is no PEM text')
  if (labels.some((label) => label.includes('PRIVATE'))) {
    throw new KeyError('is a private key: give the public one')
  }
  if (!labels.every((label) => LABELS.includes(label))) {
    throw new KeyError('is no public key: PEM with BEGIN PUBLIC KEY is wanted')
  }
  const blocks = pem.match(BLOCK) ?? []
  if (blocks.length < labels.length) throw new KeyError('is a public key that cannot be read')
  return blocks.map(readBlock)
}

function readBlock(pem: string): PublicKey {
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch {
    throw new KeyError('is a public key that cannot be read')
  }
  return { key, hashes: hashesOf(key) }
}

function hashesOf(key: KeyObject): readonly (string | null)[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type === 'ed25519') return [null]
  if (type === 'rsa') {
    const bits = details?.modulusLength ?? 0
    if (bits < SHORTEST_RSA) throw new KeyError(`is an RSA key of ${bits} bits, which is too short`)
    return ['sha256']
  }
  const hashes = type === 'ec' ? HASHES_OF_CURVE[details?.namedCurve ?? ''] : undefined
  if (hashes === undefined) {
    throw new KeyError('is of a kind that is not supported: P-256, P-384, P-521, RSA or Ed25519')
  }
  return hashes
}

/** Whether one of the keys has made the signature over exactly these bytes. Never throws. */
export function isSignedBy(
  keys: readonly PublicKey[],
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  return keys.some(({ key, hashes }) =>
    hashes.some((hash) => {
      try {
        return verify(hash, bytes, key, signature)
      } catch {
        return false
      }
    }),
  )
}
