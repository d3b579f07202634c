import type { Digest } from '../oci/digest.ts'
import { parseReference, repositoryName } from '../oci/reference.ts'
import type { Logger } from '../registry/logger.ts'
import { type RunReport, type SyncResult, totalsOf } from '../sync/report.ts'
import { mayHaveMoved, pinnedList, rollbackList } from '../sync/pinned.ts'
import { isAborted } from '../sync/undone-image.ts'
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

/** In the order in which they are left out: what the report has as well first, what is deployed last. */
const growingNames = ['results', 'pinned', 'rollback', 'digests', 'images'] as const
type GrowingName = (typeof growingNames)[number]

/** An output that grows with the list. */
interface Growing {
  /** What it is when it is left out. */
  readonly none: string
  /** Undefined where it is too long to be put together. */
  readonly text: (run: RunReport) => string | undefined
}

/** A list to run is no list when it is left out: an empty one would look as if there were nothing to do. */
const GROWING: Readonly<Record<GrowingName, Growing>> = {
  results: { none: '[]', text: ({ results }) => jsonArray(results.map(publicResult)) },
  pinned: { none: '', text: pinnedList },
  digests: { none: '{}', text: ({ results }) => JSON.stringify(digestsByDestination(results)) },
  images: { none: '', text: ({ results }) => imagesByDigest(results).join('\n') },
  rollback: { none: '', text: rollbackList },
}

type Outputs = Readonly<Record<OutputName, string>>

/** Paths of the files that outputs name; empty for one that could not be written. */
export interface OutputFiles {
  readonly report: string
  readonly checksums: string
}

/** What a run reports that ended before its first image. */
export const emptyReport: RunReport = { dryRun: false, results: [], totals: totalsOf([], 0) }

/** The text of every output, as far as it can be put together. */
export function outputsOf(run: RunReport, files: OutputFiles): Outputs {
  return withGrowing(run, files).outputs
}

interface FittingOutputs {
  readonly outputs: Outputs
  readonly leftOut: readonly GrowingName[]
}

/** One that cannot be put together keeps none of the others from it. */
function withGrowing(run: RunReport, files: OutputFiles): FittingOutputs {
  const { results, totals } = run
  const leftOut: GrowingName[] = []
  const growing = (name: GrowingName): string => {
    const { none, text } = GROWING[name]
    const made = textOf(() => text(run))
    if (made === undefined) leftOut.push(name)
    return made ?? none
  }
  const outputs = {
    digest: digestOfDestination(results[0]) ?? '',
    digests: growing('digests'),
    images: growing('images'),
    results: growing('results'),
    report: files.report,
    pinned: growing('pinned'),
    rollback: growing('rollback'),
    checksums: files.checksums,
    changed: String(run.isStage !== true && results.some(changesTag)),
    copied: String(totals.copied),
    unchanged: String(totals.unchanged),
    skipped: String(totals.skipped),
    failed: String(totals.failed),
  }
  return { outputs, leftOut }
}

/** What is made; undefined where it would be longer than a string can be. */
function textOf(make: () => string | undefined): string | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** JSON; undefined where it would be longer than all outputs may be. */
function jsonArray(items: readonly unknown[]): string | undefined {
  let text = ''
  for (const item of items) {
    text += `${text === '' ? '' : ','}${JSON.stringify(item)}`
    if (text.length > MAX_OUTPUTS_LENGTH) return undefined
  }
  return `[${text}]`
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
  const { outputs, leftOut } = fit(withGrowing(report, files))
  for (const [name, value] of Object.entries(outputs)) commands.setOutput(name, value)
  if (leftOut.length === 0) return
  const where = files.report === '' ? '' : '; the file that the output report names has everything'
  logger.warning(
    `the outputs of ${report.results.length} images are more than GitHub keeps of a job, ` +
      `so these are left empty: ${leftOut.join(', ')}${where}`,
  )
}

/** Leaves out what does not fit. */
function fit({ outputs, leftOut: missing }: FittingOutputs): FittingOutputs {
  let kept = outputs
  const leftOut = [...missing]
  for (const name of growingNames.filter((one) => !missing.includes(one))) {
    if (lengthOf(kept) <= MAX_OUTPUTS_LENGTH) break
    // An empty list takes no room, and says that there is nothing to do.
    if (kept[name].length <= '[]'.length) continue
    kept = { ...kept, [name]: GROWING[name].none }
    leftOut.push(name)
  }
  return { outputs: kept, leftOut }
}

function lengthOf(outputs: Outputs): number {
  return Object.values(outputs).reduce((sum, value) => sum + value.length, 0)
}

/** Whether the tag shows, or may show, something else than before; in a dry run: whether it would. */
function changesTag(result: SyncResult): boolean {
  const { status, destination, digest, previousDigest, referrers } = result
  if (status !== 'copied') return mayHaveMoved(result)
  const { tag } = parseReference(destination)
  return (referrers?.copied ?? 0) > 0 || (tag !== undefined && digest !== previousDigest)
}

/**
 * What the destination holds after the run; one that was skipped holds what it had before, unless it
 * was skipped because of another image of a set.
 */
function digestOfDestination(result: SyncResult | undefined): Digest | undefined {
  if (result === undefined || isAborted(result)) return undefined
  return result.status === 'failed' ? undefined : (result.digest ?? result.previousDigest)
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
export function publicResult(result: SyncResult): Omit<SyncResult, 'error'> & {
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
    ...(result.tag === undefined ? {} : { tag: result.tag }),
    ...(referrers === undefined ? {} : { referrers }),
    ...(verified === undefined ? {} : { verified }),
    durationMs,
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
  }
}
