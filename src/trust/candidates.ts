import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { ImageManifest } from '../oci/manifest.ts'
import { isBundleType, readBundleBytes } from './bundle.ts'
import { isCosignType, readCosignLayer } from './cosign-layer.ts'
import { Refusal } from './refusal.ts'
import type { Signature } from './signature.ts'
import type { SignatureSource } from './source.ts'
import type { Place } from './verified.ts'

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

/** What cosign 1 and 2 write: a signature alone, or a statement. */
export type CosignKind = 'sig' | 'att'

/**
 * Signatures among what refers to a manifest, one in each of their layers: bundles, and what cosign 2
 * wrote where it was told to use the API.
 *
 * @param kinds of the latter
 */
export async function* referrerCandidates(
  source: SignatureSource,
  subject: Digest,
  kinds: readonly CosignKind[],
): AsyncGenerator<Candidate> {
  for (const entry of await source.list(subject)) {
    if (!mayBeSignature(entry, kinds)) continue
    yield* candidatesOf(
      entry.digest,
      async () => {
        const fetched = await source.fetch(subject, entry)
        return fetched?.manifest.kind === 'image' ? fetched.manifest : undefined
      },
      source,
      referrerReader,
    )
  }
}

/** Types of configs, which cosign 2 puts into the lists that it keeps under tags. */
const OF_CONFIGS = 'application/vnd.oci.'

/**
 * Whether to fetch what is listed: what is certainly something else is left where it is. A list that
 * tells another type than the manifest has can hide a signature, as one that leaves it out.
 */
function mayBeSignature({ artifactType = '' }: Descriptor, kinds: readonly CosignKind[]): boolean {
  const saysNothing = artifactType === '' || artifactType.startsWith(OF_CONFIGS)
  const isCosign = kinds.some(
    (kind) => artifactType === `application/vnd.dev.cosign.artifact.${kind}.v1+json`,
  )
  return saysNothing || isCosign || artifactType === NOTARY || isBundleType(artifactType)
}

/** Signatures that cosign keeps under tags: of the image, and with statements about it. */
export async function* cosignCandidates(
  source: SignatureSource,
  subject: Digest,
  kinds: readonly CosignKind[],
): AsyncGenerator<Candidate> {
  for (const kind of kinds) {
    yield* candidatesOf(
      `.${kind}`,
      async () => {
        const fetched = await source.fetchCosign(subject, kind)
        return fetched?.manifest.kind === 'image' ? fetched.manifest : undefined
      },
      source,
      () => cosignReader('tag'),
    )
  }
}

type Read = (layer: Descriptor, bytes: Uint8Array, name: string) => Signature

async function* candidatesOf(
  name: string,
  fetchManifest: () => Promise<ImageManifest | undefined>,
  source: SignatureSource,
  readerOf: (layer: Descriptor) => Read | undefined,
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
    const read = readerOf(layer)
    if (read !== undefined) yield await candidateOf(layer, name, source, read)
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

function referrerReader({ mediaType }: Descriptor): Read | undefined {
  if (isBundleType(mediaType)) {
    return (_layer, bytes, name): Signature => readBundleBytes(bytes, 'referrer', name)
  }
  return isCosignType(mediaType) ? cosignReader('referrer') : undefined
}

function cosignReader(from: Place): Read {
  return ({ mediaType, annotations = {} }, bytes, name) =>
    readCosignLayer({ mediaType, annotations, bytes, name, from })
}
