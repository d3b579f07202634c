/**
 * Brings images at a destination up to date with a source: what is wanted, nothing that is there
 * already, the tag last (distribution-spec, Pushing Manifests).
 *
 * @packageDocumentation
 */
export type { ResultError, Status, SyncResult } from './report.ts'
export { Syncer, type SyncerOptions, type SyncOutcome, type SyncPolicy } from './syncer.ts'
