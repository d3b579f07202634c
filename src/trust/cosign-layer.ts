import { createHash } from 'node:crypto'
import { type Bundle, bundleFromJSON } from '@sigstore/bundle'
import * as v from 'valibot'
import { Refusal } from './refusal.ts'
import { parseSignedJson } from './signed-json.ts'
import type { Signature, Signed } from './signature.ts'
import type { Place } from './verified.ts'

/** A layer of an image that cosign keeps under a tag, or as a referrer: one signature each. */
export interface CosignLayer {
  readonly mediaType: string
  readonly annotations: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  /** What to call it in a message. */
  readonly name: string
  readonly from: Place
}

/** Types of layers, of `.sig` and of `.att`. */
const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json'
const DSSE_ENVELOPE = 'application/vnd.dsse.envelope.v1+json'

/** Whether a layer of that type is a signature or a statement of cosign's. */
export function isCosignType(mediaType: string): boolean {
  return mediaType === SIMPLE_SIGNING || mediaType === DSSE_ENVELOPE
}

const SIGNATURE = 'dev.cosignproject.cosign/signature'
const CERTIFICATE = 'dev.sigstore.cosign/certificate'
const CHAIN = 'dev.sigstore.cosign/chain'
const LOG_ENTRY = 'dev.sigstore.cosign/bundle'
const TIMESTAMP = 'dev.sigstore.cosign/rfc3161timestamp'

const Base64 = v.pipe(v.string(), v.base64())

/** Envelopes may have either alphabet (DSSE, envelope: base64). */
const AnyBase64 = v.pipe(
  v.string(),
  v.transform((text) => text.replaceAll('-', '+').replaceAll('_', '/')),
  v.base64(),
)

const EnvelopeJson = v.looseObject({
  payloadType: v.string(),
  payload: AnyBase64,
  signatures: v.array(v.looseObject({ sig: AnyBase64 })),
})

const LogEntryJson = v.looseObject({
  SignedEntryTimestamp: Base64,
  Payload: v.looseObject({
    body: Base64,
    integratedTime: v.pipe(v.number(), v.safeInteger()),
    logIndex: v.pipe(v.number(), v.safeInteger()),
    logID: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  }),
})

const LogBodyJson = v.looseObject({ kind: v.string(), apiVersion: v.string() })

/** Cosign's document about an image. */
const Document = v.looseObject({
  critical: v.looseObject({
    image: v.looseObject({ 'docker-manifest-digest': v.string() }),
    type: v.literal('cosign container image signature'),
  }),
})

/**
 * Reads one layer of such an image.
 * @throws Refusal where it is no signature
 */
export function readCosignLayer(layer: CosignLayer): Signature {
  const { name, from } = layer
  const signed = signedBy(layer)
  const isKey = valueOf(layer, CERTIFICATE) === undefined
  return {
    from,
    name,
    signed,
    signer: isKey ? 'key' : 'certificate',
    bundle: isKey ? keyBundleOf(layer, signed) : bundleOf(layer, signed, false),
  }
}

/** An annotation; undefined where it is empty as well, which is the same to cosign. */
function valueOf({ annotations }: CosignLayer, name: string): string | undefined {
  return annotations[name] || undefined
}

/** Undefined where there is no log entry, or none that could be read: a key counts without one. */
function keyBundleOf(layer: CosignLayer, signed: Signed): Bundle | undefined {
  if (valueOf(layer, LOG_ENTRY) === undefined) return undefined
  try {
    return bundleOf(layer, signed, true)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** @throws Refusal where a document that was signed is not about the image */
export function checkDocument(bytes: Uint8Array, digest: string): void {
  const result = v.safeParse(Document, parseSignedJson(bytes))
  if (!result.success) throw new Refusal('signs what is no document of cosign')
  if (result.output.critical.image['docker-manifest-digest'] !== digest) {
    throw new Refusal('signs another image')
  }
}

function signedBy({ mediaType, bytes, annotations }: CosignLayer): Signed {
  if (mediaType === SIMPLE_SIGNING) {
    const signature = annotations[SIGNATURE]
    if (signature === undefined || !v.is(Base64, signature)) {
      throw new Refusal('has no signature beside it')
    }
    return { kind: 'document', bytes, signature: Buffer.from(signature, 'base64') }
  }
  if (mediaType !== DSSE_ENVELOPE) throw new Refusal(`is ${mediaType}, and no signature`)
  const result = v.safeParse(EnvelopeJson, parseSignedJson(bytes))
  if (!result.success) throw new Refusal('is no envelope')
  const { payloadType, payload, signatures } = result.output
  const [only, ...others] = signatures
  if (only === undefined || others.length > 0) {
    throw new Refusal(`has an envelope with ${signatures.length} signatures`)
  }
  const envelope = {
    payloadType,
    payload: Buffer.from(payload, 'base64'),
    signature: Buffer.from(only.sig, 'base64'),
  }
  return { kind: 'statement', envelope }
}

/** What cosign has in annotations, in the form that the library checks: a bundle of version 0.1. */
function bundleOf(layer: CosignLayer, signed: Signed, isKey: boolean): Bundle {
  const entry = valueOf(layer, LOG_ENTRY)
  const timestamp = valueOf(layer, TIMESTAMP)
  try {
    return bundleFromJSON({
      mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
      verificationMaterial: {
        ...(isKey
          ? { publicKey: { hint: '' } }
          : { x509CertificateChain: { certificates: certificatesOf(layer) } }),
        tlogEntries: entry === undefined ? [] : [logEntryOf(entry)],
        ...(timestamp !== undefined && {
          timestampVerificationData: { rfc3161Timestamps: [timestampOf(timestamp)] },
        }),
      },
      ...contentOf(signed),
    })
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(`is not whole: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function contentOf(signed: Signed): object {
  if (signed.kind === 'statement') {
    const { payloadType, payload, signature } = signed.envelope
    return {
      dsseEnvelope: {
        payloadType,
        payload: base64(payload),
        signatures: [{ sig: base64(signature), keyid: '' }],
      },
    }
  }
  const bytes = signed.kind === 'document' ? signed.bytes : new Uint8Array()
  return {
    messageSignature: {
      messageDigest: {
        algorithm: 'SHA2_256',
        digest: createHash('sha256').update(bytes).digest('base64'),
      },
      signature: base64(signed.signature),
    },
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

/** The leaf first; those of the chain are not believed, and only passed on. */
function certificatesOf(layer: CosignLayer): readonly object[] {
  const text = `${valueOf(layer, CERTIFICATE) ?? ''}\n${valueOf(layer, CHAIN) ?? ''}`
  const bodies = [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END/g)]
  if (bodies.length === 0) throw new Refusal('has a certificate that is no PEM text')
  return bodies.map(([, body = '']) => ({ rawBytes: body.replaceAll(/\s/g, '') }))
}

function logEntryOf(text: string): object {
  const result = v.safeParse(LogEntryJson, parseSignedJson(Buffer.from(text)))
  if (!result.success) throw new Refusal('has a log entry that is none')
  const { SignedEntryTimestamp, Payload } = result.output
  const body = v.safeParse(LogBodyJson, parseSignedJson(Buffer.from(Payload.body, 'base64')))
  if (!body.success) throw new Refusal('has a log entry without a kind')
  return {
    logIndex: String(Payload.logIndex),
    logId: { keyId: Buffer.from(Payload.logID, 'hex').toString('base64') },
    kindVersion: { kind: body.output.kind, version: body.output.apiVersion },
    integratedTime: String(Payload.integratedTime),
    inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
    canonicalizedBody: Payload.body,
  }
}

function timestampOf(text: string): object {
  const Timestamp = v.looseObject({ SignedRFC3161Timestamp: Base64 })
  const result = v.safeParse(Timestamp, parseSignedJson(Buffer.from(text)))
  if (!result.success) throw new Refusal('has a time stamp that is none')
  return { signedTimestamp: result.output.SignedRFC3161Timestamp }
}
