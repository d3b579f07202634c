import type { SyncResult } from './report.ts'

/** What became of one destination, but for the names and the time, which the caller knows. */
export type SyncOutcome = Pick<
  SyncResult,
  | 'status'
  | 'digest'
  | 'sourceDigest'
  | 'previousDigest'
  | 'platforms'
  | 'missingPlatforms'
  | 'notInIndex'
  | 'bytes'
  | 'referrers'
  | 'verified'
>

/**
 * The same with what was asked for.
 *
 * @internal
 */
export type KnownOutcome = SyncOutcome & Pick<SyncResult, 'wanted'>

/**
 * What became of all of an image but its tag.
 *
 * @internal
 */
export type BroughtImage = Omit<KnownOutcome, 'status' | 'digest' | 'previousDigest'>
