import type { Digest } from '../oci/digest.ts'
import { parseReference, repositoryName } from '../oci/reference.ts'
import type { Logger } from '../registry/logger.ts'
import { type RunReport, type SyncResult, totalsOf } from '../sync/report.ts'
import { pinnedList, rollbackList } from '../sync/pinned.ts'
import type { Commands } from './commands.ts'

/** The outputs of the action, by the names that action.yml declares. */
export type OutputName =
  | 'digest'
  | 'digests'
  | 'images'
  | 'results'
  | 'report'
  | 'pinned'
  | 'rollback'
  | 'checksums'
  | 'changed'
  | 'copied'
  | 'unchanged'
  | 'skipped'
  | 'failed'

/**
 * GitHub keeps 1 MB of outputs of a job, counted as UTF-16 (two bytes each of these), and drops
 * those of a job that has more. All of ours together leave some of it to the other steps.
 */
export const MAX_OUTPUTS_LENGTH = 450_000

/**
 * Those that grow with the list, and what each is when it is left out. A list to run is no list then:
 * an empty one would look as if there were nothing to do.
 */
const GROWING = [
  ['results', '[]'],
  ['pinned', ''],
  ['digests', '{}'],
  ['images', ''],
  ['rollback', ''],
] as const

type Outputs = Readonly<Record<OutputName, string>>

/** Paths of the files that outputs name; empty for one that could not be written. */
export interface OutputFiles {
  readonly report: string
  readonly checksums: string
}

/** What a run reports that ended before its first image. */
export const emptyReport: RunReport = { dryRun: false, results: [], totals: totalsOf([], 0) }

/** The text of every output. */
export function outputsOf(run: RunReport, files: OutputFiles): Outputs {
  const { results, totals } = run
  return {
    digest: digestOfDestination(results[0]) ?? '',
    digests: JSON.stringify(digestsByDestination(results)),
    images: imagesByDigest(results).join('\n'),
    results: JSON.stringify(results.map(publicResult)),
    report: files.report,
    pinned: pinnedList(run),
    rollback: rollbackList(run),
    checksums: files.checksums,
    changed: String(results.some(changesTag)),
    copied: String(totals.copied),
    unchanged: String(totals.unchanged),
    skipped: String(totals.skipped),
    failed: String(totals.failed),
  }
}

/**
 * Sets every output, as far as they fit into a job's; a warning names those that do not. To be
 * called before the step is failed.
 */
export function setOutputs(
  commands: Pick<Commands, 'setOutput'>,
  logger: Pick<Logger, 'warning'>,
  report: RunReport,
  files: OutputFiles,
): void {
  const { outputs, leftOut } = fit(outputsOf(report, files))
  for (const [name, value] of Object.entries(outputs)) commands.setOutput(name, value)
  if (leftOut.length === 0) return
  const where = files.report === '' ? '' : '; the file that the output report names has everything'
  logger.warning(
    `the outputs of ${report.results.length} images are more than GitHub keeps of a job, ` +
      `so these are left empty: ${leftOut.join(', ')}${where}`,
  )
}

/** Leaves out what does not fit, beginning with the longest. */
function fit(outputs: Outputs): { readonly outputs: Outputs; readonly leftOut: readonly string[] } {
  let kept = outputs
  const leftOut: string[] = []
  for (const [name, none] of GROWING.toSorted(
    ([a], [b]) => outputs[b].length - outputs[a].length,
  )) {
    if (lengthOf(kept) <= MAX_OUTPUTS_LENGTH) break
    kept = { ...kept, [name]: none }
    leftOut.push(name)
  }
  return { outputs: kept, leftOut }
}

function lengthOf(outputs: Outputs): number {
  return Object.values(outputs).reduce((sum, value) => sum + value.length, 0)
}

/** Whether the tag shows something else than before; in a dry run: whether it would. */
function changesTag(result: SyncResult): boolean {
  const { status, destination, digest, previousDigest, referrers } = result
  if (status !== 'copied') return false
  const { tag } = parseReference(destination)
  return (referrers?.copied ?? 0) > 0 || (tag !== undefined && digest !== previousDigest)
}

/** The text of the report file: JSON. */
export function reportText(report: RunReport): string {
  const { dryRun, totals, selections = [], pullsLeft = [], warnings = [], results } = report
  const content = {
    dryRun,
    totals,
    selections,
    pullsLeft,
    warnings,
    results: results.map(publicResult),
    pinned: pinnedList(report),
    rollback: rollbackList(report),
  }
  return `${JSON.stringify(content, undefined, 2)}\n`
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
  const { platforms, bytes, referrers, verified, durationMs, error } = result
  return {
    source,
    destination,
    status,
    ...(digest === undefined ? {} : { digest }),
    ...(sourceDigest === undefined ? {} : { sourceDigest }),
    ...(previousDigest === undefined ? {} : { previousDigest }),
    platforms,
    bytes: { copied: bytes.copied, mounted: bytes.mounted, existing: bytes.existing },
    ...(referrers === undefined ? {} : { referrers }),
    ...(verified === undefined ? {} : { verified }),
    durationMs,
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
  }
}
