import { digestOf } from '../../src/oci/digest.ts'
import { type RunReport, type SyncResult, totalsOf } from '../../src/sync/report.ts'

export const digestA = digestOf(Buffer.from('a'))
export const digestB = digestOf(Buffer.from('b'))
export const digestC = digestOf(Buffer.from('c'))

/** A result of a successful copy, with whatever a test wants different. */
export function copied(changes: Partial<SyncResult> = {}): SyncResult {
  return {
    source: 'docker.io/library/alpine:3.20',
    destination: 'ghcr.io/acme/alpine:3.20',
    status: 'copied',
    digest: digestA,
    sourceDigest: digestB,
    platforms: { 'linux/amd64': digestC },
    bytes: { copied: 3_400_000, mounted: 0, existing: 0 },
    durationMs: 2300,
    wanted: { platforms: 'all' },
    ...changes,
  }
}

/** A result of a failed copy. */
export function failed(destination: string, message = 'push manifest: denied'): SyncResult {
  return {
    source: 'docker.io/library/alpine:3.20',
    destination,
    status: 'failed',
    platforms: {},
    bytes: { copied: 0, mounted: 0, existing: 0 },
    durationMs: 10,
    error: { code: 'DENIED', message },
  }
}

export function reportOf(results: readonly SyncResult[], dryRun = false): RunReport {
  return { dryRun, results, totals: totalsOf(results, 5000) }
}
