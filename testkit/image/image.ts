import { bytesSource, digestOf, type Algorithm, type ByteSource } from '../registry/content.ts'
import type { Annotations, DescriptorSpec, Format, PlatformSpec } from './descriptor.ts'
import { buildLayer, type LayerSpec } from './layer.ts'
import {
  dockerConfig,
  dockerList,
  dockerManifest,
  ociConfig,
  ociEmpty,
  ociIndex,
  ociManifest,
} from '../registry/media-types.ts'

export interface BuiltManifest {
  readonly bytes: Buffer
  readonly digest: string
  readonly mediaType: string
  /** Bytes. */
  readonly size: number
}

/** An image, an artifact or an index, with all that hangs on it. */
export interface BuiltImage {
  readonly manifest: BuiltManifest
  /** Config and layers; an index has none of its own. */
  readonly config?: DescriptorSpec
  readonly layers: readonly DescriptorSpec[]
  /** Blobs that are small enough to be bytes, by digest. */
  readonly blobs: ReadonlyMap<string, Buffer>
  /** Blobs that are made while they are read, by digest. */
  readonly synthetic: ReadonlyMap<string, ByteSource>
  readonly children: readonly BuiltImage[]
  /** How an index refers to it. */
  readonly platform?: PlatformSpec
  readonly entryAnnotations?: Annotations
}

export interface ImageSpec {
  /** `linux/arm64` or its parts; default linux/amd64. */
  readonly platform?: PlatformSpec | string
  /** Default: one small gzip layer that differs by platform. */
  readonly layers?: readonly LayerSpec[]
  readonly format?: Format
  /** Digests inside the manifest, and the manifest's own. */
  readonly algorithm?: Algorithm
  readonly annotations?: Annotations
  readonly subject?: BuiltImage
  readonly artifactType?: string
  /** Members to put into the image config, or to take out of it with undefined. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Members to put into the manifest, or to take out of it with undefined. */
  readonly members?: Readonly<Record<string, unknown>>
}

export function parsePlatform(platform: PlatformSpec | string): PlatformSpec {
  if (typeof platform !== 'string') return platform
  const [os = '', architecture = '', variant] = platform.split('/')
  return variant === undefined ? { os, architecture } : { os, architecture, variant }
}

export function buildImage(spec: ImageSpec = {}): BuiltImage {
  const { format = 'oci', algorithm = 'sha256' } = spec
  const platform = parsePlatform(spec.platform ?? 'linux/amd64')
  const name = Object.values(platform).join('/')
  const specs = spec.layers ?? [{ files: { 'etc/platform': `${name}\n` } }]
  const layers = specs.map((layer) => buildLayer(layer, format, algorithm))
  const config = jsonBlob(format === 'docker' ? dockerConfig : ociConfig, algorithm, {
    created: '2024-01-02T03:04:05Z',
    ...platform,
    config: { Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map((_, index) => ({ created_by: `layer ${index}` })),
    ...spec.config,
  })
  const manifest = buildManifest(algorithm, {
    schemaVersion: 2,
    mediaType: format === 'docker' ? dockerManifest : ociManifest,
    artifactType: spec.artifactType,
    config: config.descriptor,
    layers: layers.map((layer) => layer.descriptor),
    subject: spec.subject === undefined ? undefined : descriptorOf(spec.subject),
    annotations: spec.annotations,
    ...spec.members,
  })
  return {
    manifest: { ...manifest, mediaType: format === 'docker' ? dockerManifest : ociManifest },
    config: config.descriptor,
    layers: layers.map((layer) => layer.descriptor),
    ...sortedBlobs([config, ...layers]),
    children: [],
    platform,
  }
}

export interface ArtifactSpec {
  readonly artifactType: string
  readonly blobs?: readonly LayerSpec[]
  readonly subject?: BuiltImage
  readonly annotations?: Annotations
}

/** image-spec 1.1, "Guidelines for Artifact Usage": the empty config, and any blobs as layers. */
export function buildArtifact(spec: ArtifactSpec): BuiltImage {
  const empty = jsonBlob(ociEmpty, 'sha256', {})
  const layers = (spec.blobs ?? []).map((blob) => buildLayer(blob, 'oci', 'sha256'))
  const descriptors = layers.map((layer) => layer.descriptor)
  const manifest = buildManifest('sha256', {
    schemaVersion: 2,
    mediaType: ociManifest,
    artifactType: spec.artifactType,
    config: empty.descriptor,
    layers: layers.length === 0 ? [empty.descriptor] : descriptors,
    subject: spec.subject === undefined ? undefined : descriptorOf(spec.subject),
    annotations: spec.annotations,
  })
  return {
    manifest,
    config: empty.descriptor,
    layers: descriptors,
    ...sortedBlobs([empty, ...layers]),
    children: [],
  }
}

export interface IndexSpec {
  readonly children: readonly BuiltImage[]
  readonly format?: Format
  readonly algorithm?: Algorithm
  readonly annotations?: Annotations
  readonly subject?: BuiltImage
  readonly artifactType?: string
  readonly members?: Readonly<Record<string, unknown>>
}

/** Docker's name for it is a manifest list. Children may be indexes. */
export function buildIndex(spec: IndexSpec): BuiltImage {
  const { children, format = 'oci', algorithm = 'sha256' } = spec
  const mediaType = format === 'docker' ? dockerList : ociIndex
  const manifest = buildManifest(algorithm, {
    schemaVersion: 2,
    mediaType,
    artifactType: spec.artifactType,
    manifests: children.map(descriptorOf),
    subject: spec.subject === undefined ? undefined : descriptorOf(spec.subject),
    annotations: spec.annotations,
    ...spec.members,
  })
  const none = { blobs: new Map(), synthetic: new Map() }
  return { manifest: { ...manifest, mediaType }, layers: [], ...none, children }
}

/** The entry for `image` in an index. */
export function descriptorOf(image: BuiltImage): DescriptorSpec {
  const { mediaType, digest, size } = image.manifest
  return {
    mediaType,
    digest,
    size,
    ...(image.entryAnnotations === undefined ? {} : { annotations: image.entryAnnotations }),
    ...(image.platform === undefined ? {} : { platform: image.platform }),
  }
}

interface Blob {
  readonly descriptor: DescriptorSpec
  readonly content: Buffer | ByteSource
}

function sortedBlobs(blobs: readonly Blob[]) {
  const bytes = new Map<string, Buffer>()
  const synthetic = new Map<string, ByteSource>()
  for (const { descriptor, content } of blobs) {
    if (Buffer.isBuffer(content)) bytes.set(descriptor.digest, content)
    else synthetic.set(descriptor.digest, content)
  }
  return { blobs: bytes, synthetic }
}

function jsonBlob(mediaType: string, algorithm: Algorithm, value: unknown): Blob {
  const content = Buffer.from(JSON.stringify(value))
  const { digest, size } = bytesSource(content, algorithm)
  return { descriptor: { mediaType, digest, size }, content }
}

interface ManifestMembers extends Readonly<Record<string, unknown>> {
  readonly mediaType: string
}

/** Members that are undefined are left out, as JSON has it. */
function buildManifest(algorithm: Algorithm, value: ManifestMembers): BuiltManifest {
  const bytes = Buffer.from(JSON.stringify(value))
  const { mediaType } = value
  return { bytes, digest: digestOf(bytes, algorithm), mediaType, size: bytes.length }
}
