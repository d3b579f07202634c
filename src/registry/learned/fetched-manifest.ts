import type { Content } from '../../oci/digest.ts'
import type { Manifest } from '../../oci/manifest.ts'

/** A manifest or index as it was fetched: its bytes, their own digest, and what they say. */
export interface FetchedManifest extends Content {
  readonly mediaType: string
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

/** What a descriptor promises about a manifest. */
export interface ExpectedManifest extends Content {
  readonly mediaType: string
}
