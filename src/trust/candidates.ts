import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { ImageManifest } from '../oci/manifest.ts'
import { isBundleType, readBundleBytes } from './bundle.ts'
import { readCosignLayer } from './cosign-layer.ts'
import { Refusal } from './refusal.ts'
import type { Signature } from './signature.ts'
import type { SignatureSource } from './source.ts'

/** Signatures of an image that are looked at; more are not a sign of trust. */
export const MAX_CANDIDATES = 100
/** Bytes of one. Bills of materials have some megabytes. */
const MAX_SIGNATURE_BYTES = 16 * 1024 * 1024

/** Of the Notary Project, which is not verified here. */
const NOTARY = 'application/vnd.cncf.notary.signature'

/** A signature that was found, or why what was found is none, or could not be had. */
export type Candidate =
  | { readonly signature: Signature }
  | { readonly refused: string }
  | { readonly failed: unknown }

/** Signatures among what refers to a manifest: bundles, one in each of their layers. */
export async function* referrerCandidates(
  source: SignatureSource,
  subject: Digest,
): AsyncGenerator<Candidate> {
  for (const entry of await source.list(subject)) {
    if (!mayBeSignature(entry)) continue
    yield* candidatesOf(
      entry.digest,
      async () => {
        const fetched = await source.fetch(subject, entry)
        return fetched?.manifest.kind === 'image' ? fetched.manifest : undefined
      },
      source,
      bundleOf,
    )
  }
}

/** Types of configs, which cosign 2 puts into the lists that it keeps under tags. */
const OF_CONFIGS = 'application/vnd.oci.'

/**
 * Whether to fetch what is listed: what is certainly something else is left where it is. A list that
 * tells another type than the manifest has can hide a signature, as one that leaves it out.
 */
function mayBeSignature({ artifactType = '' }: Descriptor): boolean {
  const saysNothing = artifactType === '' || artifactType.startsWith(OF_CONFIGS)
  return saysNothing || artifactType === NOTARY || isBundleType(artifactType)
}

/** Signatures that cosign keeps under tags: of the image, and with statements about it. */
export async function* cosignCandidates(
  source: SignatureSource,
  subject: Digest,
  kinds: readonly ('sig' | 'att')[],
): AsyncGenerator<Candidate> {
  for (const kind of kinds) {
    yield* candidatesOf(
      `.${kind}`,
      async () => {
        const fetched = await source.fetchCosign(subject, kind)
        return fetched?.manifest.kind === 'image' ? fetched.manifest : undefined
      },
      source,
      cosignSignatureOf,
    )
  }
}

type Read = (layer: Descriptor, bytes: Uint8Array, name: string) => Signature

async function* candidatesOf(
  name: string,
  fetchManifest: () => Promise<ImageManifest | undefined>,
  source: SignatureSource,
  read: Read,
): AsyncGenerator<Candidate> {
  let manifest: ImageManifest | undefined
  try {
    manifest = await fetchManifest()
  } catch (error) {
    yield { failed: error }
    return
  }
  if (manifest === undefined) return
  const type = manifest.artifactType ?? manifest.config.mediaType
  if (type === NOTARY) yield { refused: `${name}: is of the Notary Project, which is not verified` }
  for (const layer of manifest.layers) {
    if (read === bundleOf && !isBundleType(layer.mediaType)) continue
    yield await candidateOf(layer, name, source, read)
  }
}

async function candidateOf(
  layer: Descriptor,
  name: string,
  source: SignatureSource,
  read: Read,
): Promise<Candidate> {
  if (layer.size > MAX_SIGNATURE_BYTES) return { refused: `${name}: is ${layer.size} bytes long` }
  let bytes: Uint8Array
  try {
    bytes = await source.fetchBlob(layer)
  } catch (error) {
    return { failed: error }
  }
  return candidate(name, () => read(layer, bytes, name))
}

/** What reading gives, or why it is none. Whatever reading throws is a refusal. */
export function candidate(name: string, read: () => Signature): Candidate {
  try {
    return { signature: read() }
  } catch (error) {
    const reason = error instanceof Refusal ? error.message : `cannot be read: ${String(error)}`
    return { refused: `${name}: ${reason}` }
  }
}

function bundleOf(_layer: Descriptor, bytes: Uint8Array, name: string): Signature {
  return readBundleBytes(bytes, 'referrer', name)
}

function cosignSignatureOf(layer: Descriptor, bytes: Uint8Array, name: string): Signature {
  const { mediaType, annotations = {} } = layer
  return readCosignLayer({ mediaType, annotations, bytes, name })
}
