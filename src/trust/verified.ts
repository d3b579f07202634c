import type { Digest } from '../oci/digest.ts'

/** Where a signature was found. */
export type Place = 'referrer' | 'tag' | 'github'

/** What an image was trusted for. Names are as a certificate has them, which is anybody's text. */
export interface Verified {
  /** Number of the rule, from 1. */
  readonly rule: number
  readonly kind: 'key' | 'keyless' | 'github'
  readonly digest: Digest
  readonly identity?: string
  readonly issuer?: string
  /** URI of the repository that the workflow is for. */
  readonly sourceRepository?: string
  readonly sourceRef?: string
  /** Commit. */
  readonly sourceDigest?: string
  readonly predicateType?: string
  /** When it was signed, as the log or a clock that stamped it has it (ISO 8601). */
  readonly time?: string
  readonly from: Place
}
