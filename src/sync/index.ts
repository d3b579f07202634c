/**
 * Brings images at a destination up to date with a source: what is wanted, nothing that is there
 * already, the tag last (distribution-spec, Pushing Manifests).
 *
 * @packageDocumentation
 */
export type { ReferrerFilter, ReferrerTypes } from '../oci/referrer-filter.ts'
export type { Place, Verified } from '../trust/verified.ts'
export type {
  LostReferrer,
  ReferrersResult,
  ResultError,
  Status,
  SyncResult,
  TagResult,
} from './report.ts'
export type { AttestationPolicy } from './source-image.ts'
export type { SyncSettings } from './sync-settings.ts'
export type { SyncOutcome } from './sync-outcome.ts'
export { Syncer, type SyncerOptions } from './syncer.ts'
