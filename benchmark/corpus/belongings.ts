import { type Blob, blobOf, type Image, type Manifest, manifestOf } from './image.ts'

/** Something that is stored beside an image, and is about it or one of its parts. */
export interface Belonging {
  /** Digest of what it is about. */
  readonly subject: string
  /** Under which cosign keeps it; undefined for what names its subject itself. */
  readonly tag?: string
  readonly manifest: Manifest
  readonly blobs: readonly Blob[]
}

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  empty: 'application/vnd.oci.empty.v1+json',
  bundle: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  simpleSigning: 'application/vnd.dev.cosign.simplesigning.v1+json',
  spdx: 'application/spdx+json',
} as const

/** As many files as a small image of Debian's has packages. */
const SBOM_PACKAGES = 300

/**
 * What a release workflow stores beside an image: a signature of the index and of each platform's
 * image, as cosign 3 does it and as cosign 2 did it, a bill of materials and provenance.
 */
export function belongingsOf({ index, children }: Image): readonly Belonging[] {
  const subjects = [index, ...children.map(({ manifest }) => manifest)]
  return [
    ...subjects.flatMap((subject) => [
      bundle(subject, 'https://sigstore.dev/cosign/sign/v1'),
      signature(subject),
    ]),
    bundle(index, 'https://slsa.dev/provenance/v1'),
    billOfMaterials(index),
  ]
}

/** The list of what refers to a manifest that clients keep under a tag where a registry keeps none. */
export function listOf(belongings: readonly Belonging[]): Manifest {
  return manifestOf(types.index, {
    manifests: belongings.map(({ manifest }) => {
      const { artifactType, annotations } = JSON.parse(manifest.bytes.toString()) as Document
      return { ...described(manifest), artifactType, annotations }
    }),
  })
}

interface Document {
  readonly artifactType: string
  readonly annotations?: object
}

/** `sha256-<hex>`, under which that list is kept. */
export function listTag(subject: string): string {
  return subject.replace(':', '-')
}

function bundle(subject: Manifest, predicateType: string): Belonging {
  const payload = Buffer.from(JSON.stringify({ predicateType, subject: [subject.digest] }))
  const text = JSON.stringify({
    mediaType: types.bundle,
    // Of the size of what a certificate and a proof of the log need.
    verificationMaterial: { certificate: { rawBytes: subject.digest.repeat(60) } },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: 'application/vnd.in-toto+json',
    },
  })
  const annotations = { 'dev.sigstore.bundle.predicateType': predicateType }
  return referrer(subject, types.bundle, text, annotations)
}

function billOfMaterials(subject: Manifest): Belonging {
  const packages = Array.from({ length: SBOM_PACKAGES }, (_, index) => ({
    SPDXID: `SPDXRef-Package-${index}`,
    name: `package-${index}`,
    versionInfo: `1.${index}-1+deb12u1`,
    downloadLocation: 'NOASSERTION',
  }))
  const text = JSON.stringify({ spdxVersion: 'SPDX-2.3', name: subject.digest, packages })
  return referrer(subject, types.spdx, text, {})
}

function referrer(
  subject: Manifest,
  artifactType: string,
  text: string,
  annotations: object,
): Belonging {
  const config = blobOf(Buffer.from('{}'))
  const layer = blobOf(Buffer.from(text))
  const manifest = manifestOf(types.manifest, {
    artifactType,
    config: { mediaType: types.empty, digest: config.digest, size: config.size },
    layers: [{ mediaType: artifactType, digest: layer.digest, size: layer.size }],
    subject: described(subject),
    annotations,
  })
  return { subject: subject.digest, manifest, blobs: [config, layer] }
}

/** What cosign 2 keeps under `sha256-<hex>.sig`. */
function signature(subject: Manifest): Belonging {
  const critical = { image: { 'docker-manifest-digest': subject.digest } }
  const layer = blobOf(Buffer.from(JSON.stringify({ critical, optional: null })))
  const rootfs = { type: 'layers', diff_ids: [layer.digest] }
  const config = blobOf(Buffer.from(JSON.stringify({ architecture: '', os: '', rootfs })))
  const manifest = manifestOf(types.manifest, {
    config: { mediaType: types.config, digest: config.digest, size: config.size },
    layers: [
      {
        mediaType: types.simpleSigning,
        digest: layer.digest,
        size: layer.size,
        annotations: { 'dev.cosignproject.cosign/signature': 'MEUCIQD=' },
      },
    ],
  })
  const tag = `${listTag(subject.digest)}.sig`
  return { subject: subject.digest, tag, manifest, blobs: [config, layer] }
}

function described({ mediaType, digest, bytes }: Manifest): object {
  return { mediaType, digest, size: bytes.length }
}
