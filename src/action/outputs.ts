import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../oci/digest.ts'
import { parseReference, repositoryName } from '../oci/reference.ts'
import { type RunReport, type SyncResult, totalsOf } from '../sync/report.ts'
import type { Commands } from './commands.ts'

/** The outputs of the action, by the names that action.yml declares. */
export type OutputName =
  | 'digest'
  | 'digests'
  | 'images'
  | 'results'
  | 'report'
  | 'changed'
  | 'copied'
  | 'unchanged'
  | 'skipped'
  | 'failed'

/** What a run reports that ended before its first image. */
export const emptyReport: RunReport = { dryRun: false, results: [], totals: totalsOf([], 0) }

/** The text of every output; `reportPath` is empty when no report could be written. */
export function outputsOf(
  { results, totals }: RunReport,
  reportPath: string,
): Readonly<Record<OutputName, string>> {
  return {
    digest: digestOfDestination(results[0]) ?? '',
    digests: JSON.stringify(digestsByDestination(results)),
    images: imagesByDigest(results).join('\n'),
    results: JSON.stringify(results.map(publicResult)),
    report: reportPath,
    changed: String(totals.copied > 0),
    copied: String(totals.copied),
    unchanged: String(totals.unchanged),
    skipped: String(totals.skipped),
    failed: String(totals.failed),
  }
}

/** Sets every output. To be called before the step is failed. */
export function setOutputs(
  commands: Pick<Commands, 'setOutput'>,
  report: RunReport,
  reportPath: string,
): void {
  for (const [name, value] of Object.entries(outputsOf(report, reportPath))) {
    commands.setOutput(name, value)
  }
}

/**
 * Writes the report as a JSON file with a name of its own into `directory` (RUNNER_TEMP, which the
 * runner empties after the job), readable by the runner's user only. Returns its path; throws what
 * the file system throws.
 */
export function writeReport(report: RunReport, directory: string): string {
  const path = join(directory, `image-sync-report-${randomUUID()}.json`)
  const { dryRun, totals, pullsLeft = [], results } = report
  const content = { dryRun, totals, pullsLeft, results: results.map(publicResult) }
  writeFileSync(path, `${JSON.stringify(content, undefined, 2)}\n`, { flag: 'wx', mode: 0o600 })
  return path
}

/** What the destination holds after the run; one that was skipped holds what it had before. */
function digestOfDestination(result: SyncResult | undefined): Digest | undefined {
  return result?.status === 'failed' ? undefined : (result?.digest ?? result?.previousDigest)
}

function digestsByDestination(results: readonly SyncResult[]): Readonly<Record<string, string>> {
  const entries = results.flatMap((result): (readonly [string, string])[] => {
    const digest = digestOfDestination(result)
    return digest === undefined ? [] : [[result.destination, digest]]
  })
  return Object.fromEntries(entries)
}

function imagesByDigest(results: readonly SyncResult[]): readonly string[] {
  const images = results.flatMap((result) => {
    const digest = digestOfDestination(result)
    if (digest === undefined) return []
    return [`${repositoryName(parseReference(result.destination))}@${digest}`]
  })
  return [...new Set(images)]
}

/** The fields that users may rely on, in a fixed order; what is not known is left out. */
function publicResult(result: SyncResult): Omit<SyncResult, 'error'> & {
  readonly error?: { readonly code: string; readonly message: string }
} {
  const { source, destination, status, sourceDigest, previousDigest } = result
  const digest = digestOfDestination(result)
  const { platforms, bytes, durationMs, error } = result
  return {
    source,
    destination,
    status,
    ...(digest === undefined ? {} : { digest }),
    ...(sourceDigest === undefined ? {} : { sourceDigest }),
    ...(previousDigest === undefined ? {} : { previousDigest }),
    platforms,
    bytes: { copied: bytes.copied, mounted: bytes.mounted, existing: bytes.existing },
    durationMs,
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
  }
}
