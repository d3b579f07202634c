import type { Descriptor } from '../oci/descriptor.ts'
import type { SizedDigest, Digest } from '../oci/digest.ts'
import type { Manifest } from '../oci/manifest.ts'

/** A manifest of the source, verified by its digest. */
export interface SourceManifest {
  readonly digest: Digest
  readonly manifest: Manifest
}

/**
 * The source's repository, as far as signatures are kept in it. Everything is verified by its
 * digest; methods throw the RegistryErrors of a look-up that failed.
 */
export interface SignatureSource {
  /** Whether to look elsewhere first, where that may save the requests that a list costs here. */
  isCostly(): Promise<boolean>
  /** What is listed as referring to a manifest. */
  list(subject: Digest): Promise<readonly Descriptor[]>
  /** One of these; undefined where it refers to something else. */
  fetch(subject: Digest, entry: Descriptor): Promise<SourceManifest | undefined>
  /** What cosign keeps under a tag of its own; undefined where there is nothing. */
  fetchCosign(subject: Digest, kind: 'sig' | 'att'): Promise<SourceManifest | undefined>
  /** The bytes of a blob. */
  fetchBlob(blob: SizedDigest): Promise<Uint8Array>
}
