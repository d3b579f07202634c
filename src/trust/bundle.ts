import { type Bundle, bundleFromJSON } from '@sigstore/bundle'
import { Refusal } from './refusal.ts'
import { parseSignedJson } from './signed-json.ts'
import type { Signature, Signed } from './signature.ts'
import type { Place } from './verified.ts'

/** Media types of bundles that are understood, as artifact types and as types of layers. */
const BUNDLE_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.dev.sigstore.bundle.v0.3+json',
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
])

/** Whether a media type is that of a bundle, of whatever version. */
export function isBundleType(mediaType: string): boolean {
  return mediaType.startsWith('application/vnd.dev.sigstore.bundle')
}

/**
 * Reads a bundle (sigstore, `Bundle`): one signature with all that it takes to check it.
 * @throws Refusal for a version that is not known, and for what is no bundle
 */
export function readBundle(value: unknown, from: Place, name: string): Signature {
  const mediaType = mediaTypeOf(value)
  if (mediaType === undefined) throw new Refusal('is no bundle')
  if (!BUNDLE_TYPES.has(mediaType)) {
    throw new Refusal(`is a bundle of a kind that is not known, ${mediaType}`)
  }
  let bundle: Bundle
  try {
    // The library knows the type in one spelling.
    bundle = bundleFromJSON(Object.assign({}, value, { mediaType }))
  } catch (error) {
    throw new Refusal(`is no bundle: ${error instanceof Error ? error.message : String(error)}`)
  }
  const isKey = bundle.verificationMaterial.content.$case === 'publicKey'
  return { from, name, signed: signedBy(bundle), signer: isKey ? 'key' : 'certificate', bundle }
}

/** Bundle files hold JSON that was signed in parts: it is read as strictly as what is in it. */
export function readBundleBytes(bytes: Uint8Array, from: Place, name: string): Signature {
  return readBundle(parseSignedJson(bytes), from, name)
}

function mediaTypeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const mediaType: unknown = Object.getOwnPropertyDescriptor(value, 'mediaType')?.value
  return typeof mediaType === 'string' ? mediaType.replaceAll('; ', ';') : undefined
}

function signedBy({ content }: Bundle): Signed {
  if (content.$case === 'messageSignature') {
    return { kind: 'manifest', signature: content.messageSignature.signature }
  }
  const { payloadType, payload, signatures } = content.dsseEnvelope
  const [only, ...others] = signatures
  // The library looks at the first of them alone.
  if (only === undefined || others.length > 0) {
    throw new Refusal(`has an envelope with ${signatures.length} signatures`)
  }
  return { kind: 'statement', envelope: { payloadType, payload, signature: only.sig } }
}
