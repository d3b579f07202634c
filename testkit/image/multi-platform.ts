import { buildImage, buildIndex, type BuiltImage, type IndexSpec } from './image.ts'
import type { Format } from './descriptor.ts'
import type { LayerSpec } from './layer.ts'
import { inTotoLayer } from '../registry/media-types.ts'

export interface MultiPlatformSpec {
  /** Default linux/amd64 and linux/arm64. */
  readonly platforms?: readonly string[]
  readonly format?: Format
  /** One BuildKit attestation for each platform image, behind all of them. */
  readonly attestations?: boolean
  /** Layers of the image for a platform. */
  readonly layers?: (platform: string) => readonly LayerSpec[]
  readonly index?: Partial<IndexSpec>
}

/** The usual multi-platform image: an index with one small image a platform. */
export function buildMultiPlatform(spec: MultiPlatformSpec = {}): BuiltImage {
  const { platforms = ['linux/amd64', 'linux/arm64'], format = 'oci' } = spec
  const images = platforms.map((platform) =>
    buildImage({
      platform,
      format,
      ...(spec.layers === undefined ? {} : { layers: spec.layers(platform) }),
    }),
  )
  const attestations = spec.attestations === true ? images.map(buildAttestation) : []
  return buildIndex({ children: [...images, ...attestations], format, ...spec.index })
}

/** What BuildKit adds for an image: an entry of platform unknown/unknown that names the image. */
export function buildAttestation(image: BuiltImage): BuiltImage {
  const statement = JSON.stringify({
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ name: 'image', digest: { sha256: image.manifest.digest.replace('sha256:', '') } }],
  })
  const attestation = buildImage({
    platform: { os: 'unknown', architecture: 'unknown' },
    layers: [
      {
        bytes: statement,
        mediaType: inTotoLayer,
        annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v0.2' },
      },
    ],
  })
  return {
    ...attestation,
    entryAnnotations: {
      'vnd.docker.reference.digest': image.manifest.digest,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
  }
}

/** Every image below and including `image`, children before parents. */
export function allImages(image: BuiltImage): BuiltImage[] {
  return [...image.children.flatMap(allImages), image]
}
