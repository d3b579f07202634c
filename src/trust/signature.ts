import type { Bundle } from '@sigstore/bundle'
import type { Place } from './verified.ts'

/** An envelope with a statement in it (DSSE), exactly as it was signed. */
export interface Envelope {
  readonly payloadType: string
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}

/** What was signed: a statement, or some bytes that name the image or are its manifest. */
export type Signed =
  | { readonly kind: 'statement'; readonly envelope: Envelope }
  /** Cosign's old form: a small document that names the digest. */
  | { readonly kind: 'document'; readonly bytes: Uint8Array; readonly signature: Uint8Array }
  /** The bytes of the manifest itself. */
  | { readonly kind: 'manifest'; readonly signature: Uint8Array }

/** One signature or attestation that was found for an image. Nothing of it has been believed yet. */
export interface Signature {
  readonly from: Place
  /** What to call it in a message. */
  readonly name: string
  readonly signed: Signed
  readonly signer: 'key' | 'certificate'
  /** For the cryptography of signatures with a certificate, or with a log entry. */
  readonly bundle: Bundle | undefined
}
