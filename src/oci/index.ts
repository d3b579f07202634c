/**
 * The vocabulary of the OCI specifications: references, digests, platforms, descriptors, manifests
 * and the index that the action writes. No input or output.
 *
 * @packageDocumentation
 */
export type { Descriptor } from './descriptor.ts'
export {
  type SizedDigest,
  type Digest,
  type DigestAlgorithm,
  digestOf,
  isDigest,
  parseDigest,
  verifyBytes,
} from './digest.ts'
export { FormatError, type FormatErrorKind, MismatchError } from './errors.ts'
export { buildImageIndex, type ImageAttestation, type PlatformImage } from './image-index.ts'
export {
  type ImageIndex,
  type ImageManifest,
  type Manifest,
  type ManifestHints,
  parseManifest,
} from './manifest.ts'
export { MediaType } from './media-types.ts'
export {
  formatPlatform,
  parsePlatform,
  parsePlatformFilter,
  type Platform,
  type PlatformFilter,
} from './platform.ts'
export {
  formatReference,
  normaliseRegistry,
  parseReference,
  parseRegistryBase,
  type Reference,
  type RegistryBase,
} from './reference.ts'
