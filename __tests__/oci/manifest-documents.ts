import { expect } from '@jest/globals'
import { FormatError } from '../../src/oci/errors.ts'
import { type Manifest, type ManifestHints, parseManifest } from '../../src/oci/manifest.ts'
import { MediaType } from '../../src/oci/media-types.ts'
import { thrownBy } from './thrown-by.ts'

export const DIGEST = `sha256:${'a'.repeat(64)}`

/** That of the config, which is another one since it has another size. */
export const CONFIG_DIGEST = `sha256:${'c'.repeat(64)}`

export const config = { mediaType: MediaType.ociConfig, size: 37, digest: CONFIG_DIGEST }
export const layer = { mediaType: MediaType.ociLayerGzip, size: 12, digest: DIGEST }
export const child = { mediaType: MediaType.ociManifest, size: 399, digest: DIGEST }
export const image = { schemaVersion: 2, mediaType: MediaType.ociManifest, config, layers: [layer] }
export const index = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [child] }

/** Parses a document that is given as a value. */
export function parse(document: unknown, hints?: ManifestHints): Manifest {
  return parseManifest(Buffer.from(JSON.stringify(document)), hints)
}

/** The message with which the document is refused. */
export function errorOf(document: unknown, hints?: ManifestHints): string {
  const error = thrownBy(() => parse(document, hints), FormatError)
  expect(error.kind).toBe('manifest')
  return error.message
}

export function without(document: object, ...names: readonly string[]): object {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)))
}
