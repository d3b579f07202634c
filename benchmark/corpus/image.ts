import { createHash } from 'node:crypto'
import type { Belonging } from './belongings.ts'
import { architectureNames, architectures } from './packages.ts'
import type { LayerSet } from './layers.ts'

/** A blob whose bytes are here, or in a file. */
export interface Blob {
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly content: { readonly bytes: Buffer } | { readonly file: string }
}

export interface Manifest {
  readonly digest: string
  readonly mediaType: string
  readonly bytes: Buffer
}

export interface PlatformImage {
  /** `linux/arm/v7`. */
  readonly platform: string
  readonly manifest: Manifest
  /** Config and layers, each once. */
  readonly blobs: readonly Blob[]
}

/** An image as its tag shows it: an index, or the manifest of its only platform. */
export interface Image {
  readonly index: Manifest
  readonly children: readonly PlatformImage[]
  /** What is stored beside it. */
  readonly belongings?: readonly Belonging[]
}

export type Format = 'docker' | 'oci'

export interface ImageSpec {
  /** Tells configs of the same layers apart. */
  readonly name: string
  readonly layers: readonly LayerSet[]
  readonly format: Format
}

export const types = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const

/** Two clients that were handed the same packages make the same image of them. */
const CREATED = '2024-01-02T03:04:05Z'

export function buildImage(spec: ImageSpec): Image {
  const children = architectureNames.map((architecture) => {
    const platform = architectures[architecture]
    const layers = spec.layers.map(({ name, layers: of }) => {
      const layer = of[architecture]
      if (layer === undefined) throw new Error(`${name} has no layer for ${architecture}`)
      return layer
    })
    const config = Buffer.from(
      JSON.stringify({
        created: CREATED,
        ...platform,
        config: { Labels: { 'org.opencontainers.image.title': spec.name } },
        rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      }),
    )
    const configBlob = blobOf(config)
    const type = types[spec.format]
    const manifest = manifestOf(type.manifest, {
      config: { mediaType: type.config, digest: configBlob.digest, size: config.length },
      layers: layers.map(({ digest, size }) => ({ mediaType: type.layer, digest, size })),
    })
    const blobs = layers.map(({ digest, size, file }) => ({ digest, size, content: { file } }))
    return {
      platform: Object.values(platform).join('/'),
      about: platform,
      manifest,
      blobs: [configBlob, ...blobs],
    }
  })
  const index = manifestOf(types[spec.format].index, {
    manifests: children.map(({ manifest, about }) => ({
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.bytes.length,
      platform: about,
    })),
  })
  return {
    index,
    children: children.map(({ platform, manifest, blobs }) => ({ platform, manifest, blobs })),
  }
}

/**
 * What is to be found under the target's tag where only some platforms are wanted: an OCI index of their
 * descriptors, in the order of the platforms' names (docs/digests.md).
 */
export function filteredIndex(image: Image, platforms: readonly string[]): Manifest {
  const kept = image.children
    .filter(({ platform }) => platforms.includes(platform))
    .sort((one, other) => (one.platform < other.platform ? -1 : 1))
  return manifestOf(types.oci.index, {
    manifests: kept.map(({ platform, manifest }) => {
      const [os, architecture, variant] = platform.split('/')
      const { mediaType, digest, bytes } = manifest
      return {
        mediaType,
        size: bytes.length,
        digest,
        platform: { architecture, os, ...(variant === undefined ? {} : { variant }) },
      }
    }),
  })
}

export function blobOf(bytes: Buffer): Blob {
  return { digest: digestOf(bytes), size: bytes.length, content: { bytes } }
}

export function manifestOf(
  mediaType: string,
  members: Readonly<Record<string, unknown>>,
): Manifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...members }))
  return { digest: digestOf(bytes), mediaType, bytes }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
