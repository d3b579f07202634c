import { isObject, parseObject } from '../registry/manifest-check.ts'
import { ociEmpty, ociIndex } from '../registry/media-types.ts'
import type { Store } from '../registry/storage.ts'
import type { Annotations } from './descriptor.ts'
import { buildArtifact, buildImage, buildIndex, descriptorOf, type BuiltImage } from './image.ts'
import { pushTo } from './push.ts'

export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
export const simpleSigning = 'application/vnd.dev.cosign.simplesigning.v1+json'
export const spdx = 'application/spdx+json'
export const signPredicate = 'https://sigstore.dev/cosign/sign/v1'

export interface BundleSpec {
  readonly predicateType?: string
  /** Tells bundles of one subject apart. */
  readonly signer?: string
}

/** The shape in which cosign 3 stores a signature or an attestation: a bundle that refers to it. */
export function buildBundle(subject: BuiltImage, spec: BundleSpec = {}): BuiltImage {
  const { predicateType = signPredicate, signer = 'release' } = spec
  const text = JSON.stringify({
    mediaType: bundleType,
    signer,
    predicateType,
    of: digestOf(subject),
  })
  return buildArtifact({
    artifactType: bundleType,
    subject,
    blobs: [{ bytes: text, mediaType: bundleType }],
    annotations: {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': predicateType,
    },
  })
}

/** A bill of materials that refers to an image. */
export function buildSbom(subject: BuiltImage, name = 'app'): BuiltImage {
  const bytes = JSON.stringify({ spdxVersion: 'SPDX-2.3', name, of: digestOf(subject) })
  return buildArtifact({ artifactType: spdx, subject, blobs: [{ bytes, mediaType: spdx }] })
}

/** What cosign 2 keeps under `sha256-….sig`: an image with a layer for each signature. */
export function buildSignatures(subject: BuiltImage, signers = ['release']): BuiltImage {
  const payload = JSON.stringify({
    critical: { image: { 'docker-manifest-digest': digestOf(subject) } },
  })
  return buildImage({
    layers: signers.map((signer) => ({
      bytes: payload,
      mediaType: simpleSigning,
      annotations: { 'dev.cosignproject.cosign/signature': Buffer.from(signer).toString('base64') },
    })),
    config: { architecture: '', os: '' },
  })
}

/** `sha256-…`, and with a suffix cosign's. */
export function tagOf(subject: BuiltImage, suffix?: 'sig' | 'att' | 'sbom'): string {
  const [algorithm = '', hex = ''] = digestOf(subject).split(':')
  return suffix === undefined ? `${algorithm}-${hex.slice(0, 64)}` : `${algorithm}-${hex}.${suffix}`
}

/** The index that clients keep of referrers where a registry does not (distribution-spec 1.1). */
export function buildReferrersIndex(referrers: readonly BuiltImage[]): BuiltImage {
  const entries = referrers.map((referrer) => {
    const content = parseObject(referrer.manifest.bytes) ?? {}
    const config = isObject(content['config']) ? content['config'] : {}
    return {
      ...descriptorOf(referrer),
      platform: undefined,
      annotations: content['annotations'] as Annotations | undefined,
      artifactType: content['artifactType'] ?? config['mediaType'],
    }
  })
  return buildIndex({ children: [], members: { mediaType: ociIndex, manifests: entries } })
}

/** Puts referrers into a registry's storage, listed under the tag of the schema as well if `tagged`. */
export function giveReferrers(
  store: Store,
  repository: string,
  subject: BuiltImage,
  referrers: readonly BuiltImage[],
  { tagged = false } = {},
) {
  for (const referrer of referrers) pushTo(store, repository, undefined, referrer)
  if (!tagged) return
  store.putManifest(repository, buildReferrersIndex(referrers).manifest, tagOf(subject))
}

/** The two bytes that most referrers have for a config. */
export const emptyConfig = { mediaType: ociEmpty, bytes: Buffer.from('{}') }

function digestOf(image: BuiltImage): string {
  return image.manifest.digest
}
