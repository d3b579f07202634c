import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { bytesSource, digestOf, type Algorithm, type ByteSource } from '../registry/content.ts'
import type { Annotations, DescriptorSpec, Format } from './descriptor.ts'
import { dockerLayer, ociLayer } from '../registry/media-types.ts'
import { tar, type Files } from './tar.ts'

export type Compression = 'none' | 'gzip' | 'zstd'

interface CommonSpec {
  /** Overrides the media type that format and compression give. */
  readonly mediaType?: string
  readonly annotations?: Annotations
  readonly urls?: readonly string[]
}

/** What a layer is made of: files to pack, bytes as they are, or a source that makes them as it goes. */
export type LayerSpec = CommonSpec &
  (
    | { readonly files: Files; readonly compression?: Compression }
    | { readonly bytes: Uint8Array | string }
    | { readonly source: ByteSource }
  )

export interface BuiltLayer {
  readonly descriptor: DescriptorSpec
  readonly content: Buffer | ByteSource
  /** Digest of the uncompressed tar, as image configs list it. */
  readonly diffId: string
}

export function buildLayer(spec: LayerSpec, format: Format, algorithm: Algorithm): BuiltLayer {
  const { content, diffId, compression } = contentOf(spec)
  const { annotations, urls } = spec
  const { digest, size } = Buffer.isBuffer(content) ? bytesSource(content, algorithm) : content
  return {
    descriptor: {
      mediaType: spec.mediaType ?? layerType(format, compression),
      digest,
      size,
      ...(annotations === undefined ? {} : { annotations }),
      ...(urls === undefined ? {} : { urls }),
    },
    content,
    diffId,
  }
}

/** Given bytes and sources pass for gzip, which is what nearly every layer is. */
function contentOf(spec: LayerSpec): {
  content: Buffer | ByteSource
  diffId: string
  compression: Compression
} {
  if ('source' in spec) {
    return { content: spec.source, diffId: spec.source.digest, compression: 'gzip' }
  }
  if ('bytes' in spec) {
    const content = Buffer.from(spec.bytes)
    return { content, diffId: digestOf(content), compression: 'gzip' }
  }
  const { compression = 'gzip' } = spec
  const archive = tar(spec.files)
  return { content: compress(archive, compression), diffId: digestOf(archive), compression }
}

/** zlib writes no time and no name here, so equal input gives equal output. */
function compress(bytes: Buffer, compression: Compression): Buffer {
  if (compression === 'none') return bytes
  if (compression === 'gzip') return gzipSync(bytes, { level: 6 })
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 3 } })
}

function layerType(format: Format, compression: Compression): string {
  if (format === 'oci') return compression === 'none' ? ociLayer : `${ociLayer}+${compression}`
  return compression === 'none' ? dockerLayer : `${dockerLayer}.${compression}`
}
