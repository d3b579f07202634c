import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { buildArtifact, buildImage, type BuiltImage } from '../image/image.ts'
import { simpleSigning } from '../image/referrers.ts'
import { signatureOf } from './signature.ts'
import type { CertificateSpec, PrivateSigstore } from './sigstore.ts'

export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json'
export const SIGN_PREDICATE = 'https://sigstore.dev/cosign/sign/v1'

export interface StatementSpec {
  /** Of the image that it is about. */
  readonly digest: string
  readonly predicateType?: string
  readonly predicate?: unknown
  /** Members to put into the statement, or to take out of it with undefined. */
  readonly members?: Readonly<Record<string, unknown>>
}

/** A statement about an image (in-toto), as bytes. */
export function statementOf({ digest, predicateType, predicate, members }: StatementSpec): Buffer {
  const [algorithm = '', hex = ''] = digest.split(':')
  return Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: '', digest: { [algorithm]: hex } }],
      predicateType: predicateType ?? SIGN_PREDICATE,
      predicate: predicate ?? {},
      ...members,
    }),
  )
}

/** DSSE's encoding of what is signed. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `
  return Buffer.concat([Buffer.from(head), payload])
}

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/** A bundle that is signed with a key, as cosign 3 writes it. */
export function keyBundle(privateKey: KeyObject, payload: Buffer, payloadType = PAYLOAD_TYPE) {
  const signature = signatureOf(privateKey, preAuthEncoding(payloadType, payload))
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: {
      publicKey: { hint: createHash('sha256').update(der).digest('base64') },
      tlogEntries: [] as object[],
    },
    dsseEnvelope: {
      payloadType,
      payload: payload.toString('base64'),
      signatures: [{ sig: signature.toString('base64') }],
    },
  }
}

export interface KeylessSpec extends CertificateSpec {
  readonly payload: Buffer
  readonly payloadType?: string
  /** In place of a log entry: as GitHub's own authority does. */
  readonly isOnlyStamped?: boolean
}

/** A bundle that is signed by somebody whom an authority has vouched for. */
export async function keylessBundle(sigstore: PrivateSigstore, spec: KeylessSpec) {
  const { payload, payloadType = PAYLOAD_TYPE, isOnlyStamped = false } = spec
  const { certificate, privateKey } = await sigstore.certify({ isQuiet: isOnlyStamped, ...spec })
  const signature = signatureOf(privateKey, preAuthEncoding(payloadType, payload))
  const sig = signature.toString('base64')
  const dsseEnvelope = {
    payloadType,
    payload: payload.toString('base64'),
    signatures: [{ sig }],
  }
  const entry = isOnlyStamped
    ? []
    : [await sigstore.enter(dsseEntry(dsseEnvelope, sig, pem(certificate)))]
  return {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: {
      certificate: { rawBytes: certificate.toString('base64') },
      tlogEntries: entry,
      ...(isOnlyStamped && {
        timestampVerificationData: { rfc3161Timestamps: [await sigstore.stamp(signature)] },
      }),
    },
    dsseEnvelope,
  }
}

/** A bundle as it lies beside an image in a registry: the one layer of a referrer. */
export function storedBundle(subject: BuiltImage, bundle: unknown): BuiltImage {
  const blobs = [{ bytes: JSON.stringify(bundle), mediaType: BUNDLE_TYPE }]
  return buildArtifact({ artifactType: BUNDLE_TYPE, subject, blobs })
}

/** What cosign 2 keeps under the tag of an image's signatures. */
export function storedSignature(privateKey: KeyObject, subject: BuiltImage): BuiltImage {
  const document = cosignDocument(subject.manifest.digest)
  const signature = signatureOf(privateKey, document).toString('base64')
  const annotations = { 'dev.cosignproject.cosign/signature': signature }
  const layer = { bytes: document.toString(), mediaType: simpleSigning, annotations }
  return buildImage({ layers: [layer] })
}

/** As the log writes hashes. */
export function logHash(content: Buffer | string) {
  return { algorithm: 'sha256', value: createHash('sha256').update(content).digest('hex') }
}

/** What the log keeps of an envelope (Rekor, dsse 0.0.1). */
function dsseEntry(envelope: { readonly payload: string }, signature: string, verifier: string) {
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: logHash(JSON.stringify(envelope)),
      payloadHash: logHash(Buffer.from(envelope.payload, 'base64')),
      signatures: [{ signature, verifier: Buffer.from(verifier).toString('base64') }],
    },
  }
}

export function pem(certificate: Buffer): string {
  const body = certificate.toString('base64').replaceAll(/.{64}/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`
}

/** The document that cosign signs in its old form. */
export function cosignDocument(digest: string, type = 'cosign container image signature'): Buffer {
  const identity = { 'docker-reference': 'example.com/app' }
  const image = { 'docker-manifest-digest': digest }
  return Buffer.from(JSON.stringify({ critical: { identity, image, type }, optional: null }))
}
