import type { Digest } from '../oci/digest.ts'
import type { PullsLeft } from '../registry/pace/pull-limit.ts'
import { addBytes, type BytesMoved } from '../registry/copy/bytes-moved.ts'

export type { BytesMoved } from '../registry/copy/bytes-moved.ts'

/** What became of one destination. In a dry run: what would have become of it. */
export type Status = 'copied' | 'unchanged' | 'skipped' | 'failed'

/** Why a destination failed, in words for people. */
export interface ResultError {
  readonly code: string
  readonly message: string
  /** What the reader may try next. */
  readonly hint?: string
}

/** The result of one pair of the image list. */
export interface SyncResult {
  /** Fully qualified: `host/repository[:tag][@digest]`. */
  readonly source: string
  /** Fully qualified: `host/repository[:tag]`. */
  readonly destination: string
  readonly status: Status
  /** What the destination holds now; computed from the bytes that were pushed. */
  readonly digest?: Digest
  /** What the source reference resolved to. */
  readonly sourceDigest?: Digest
  /** What the destination tag pointed to before the run. */
  readonly previousDigest?: Digest
  /** Platform (`linux/arm64`) to the digest of its image manifest. */
  readonly platforms: Readonly<Record<string, Digest>>
  readonly bytes: BytesMoved
  readonly durationMs: number
  readonly error?: ResultError
  /** What was warned of; each text names the image. The same for all destinations of a source. */
  readonly warnings?: readonly string[]
}

/** Counts and sums over all results of a run. */
export interface Totals {
  readonly images: number
  readonly copied: number
  readonly unchanged: number
  readonly skipped: number
  readonly failed: number
  readonly bytes: BytesMoved
  /** Wall-clock time of the run, not the sum over the images, which are copied side by side. */
  readonly durationMs: number
}

/** Everything that a run hands to whoever presents it. Results are in list order. */
export interface RunReport {
  /** True when nothing was written and every result says what would have happened. */
  readonly dryRun: boolean
  readonly results: readonly SyncResult[]
  readonly totals: Totals
  /** Where registries count pulls and have said what is left. */
  readonly pullsLeft?: readonly PullsLeft[]
  /** All of the run, of its images and of anything else, each once. */
  readonly warnings?: readonly string[]
}

/** Counts the results; `durationMs` is the wall-clock time of the whole run. */
export function totalsOf(results: readonly SyncResult[], durationMs: number): Totals {
  const count = (status: Status): number =>
    results.filter((result) => result.status === status).length
  return {
    images: results.length,
    copied: count('copied'),
    unchanged: count('unchanged'),
    skipped: count('skipped'),
    failed: count('failed'),
    bytes: addBytes(results.map((result) => result.bytes)),
    durationMs,
  }
}
