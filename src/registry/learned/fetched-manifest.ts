import type { SizedDigest } from '../../oci/digest.ts'
import type { Manifest } from '../../oci/manifest.ts'

/** A manifest or index as it was fetched: its bytes, their own digest, and what they say. */
export interface FetchedManifest extends SizedDigest {
  readonly mediaType: string
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

/** What an index lists and a registry stores as a manifest, in a form that nobody here knows. */
export interface UnknownManifest extends SizedDigest {
  readonly mediaType: string
  readonly bytes: Uint8Array
  readonly manifest: undefined
}

/** What a descriptor promises about a manifest. */
export interface ExpectedManifest extends SizedDigest {
  readonly mediaType: string
  /** How many documents lead to it, each listed in the one before; 1 where absent. */
  readonly depth?: number
}
