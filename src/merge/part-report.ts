import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { FormatError } from '../oci/errors.ts'
import { parsePlatformFilter } from '../oci/platform.ts'
import { parseReferrerFilter } from '../oci/referrer-filter.ts'
import { foreignText } from '../registry/foreign-text.ts'
import { codeOf, fileProblem, tooLarge } from '../action/workspace-path.ts'
import {
  type Positions,
  type RunReport,
  type ShardReport,
  type SyncResult,
  totalsOf,
} from '../sync/report.ts'
import type { FoundFile } from './find-reports.ts'
import {
  type DetailsDocument,
  type ReportDocument,
  reportSchema,
  unnumberedSchema,
} from './report-schema.ts'

/** Of all reports together; as much as a run of the whole list writes at most. */
const MAX_BYTES = 256 * 1024 * 1024

/** The report of a run that did a part of a list. */
export type PartReport = RunReport & {
  readonly shard: ShardReport
  readonly positions: Positions
  /** Of its file, for people. */
  readonly name: string
}

/** What is in files: reports, and what is wrong with those that have none. */
export interface PartReports {
  readonly reports: readonly PartReport[]
  /** Names of those of runs that ended before they knew their part, at their inputs for example. */
  readonly unnumbered: readonly string[]
  /** In words that begin with the name of the file. */
  readonly problems: readonly string[]
}

/** Reads the reports of parts; nothing of them is believed that is not checked. */
export function readPartReports(files: readonly FoundFile[]): PartReports {
  const reports: PartReport[] = []
  const unnumbered: string[] = []
  const problems: string[] = []
  let room = MAX_BYTES
  for (const { name, path } of files) {
    try {
      const bytes = readBytes(path, room)
      room -= bytes.length
      const document = documentOf(bytes)
      if (document === undefined) unnumbered.push(name)
      else reports.push({ ...partReport(document), name })
    } catch (error) {
      problems.push(`${name} ${problemOf(error)}`)
    }
  }
  return { reports, unnumbered, problems }
}

/** Why a file is no report; the message follows its name. */
class NoReport extends Error {
  override readonly name = 'NoReport'
}

function problemOf(error: unknown): string {
  if (error instanceof NoReport) return error.message
  if (error instanceof FormatError) return `is no report of a shard: ${foreignText(error.message)}`
  const code = codeOf(error)
  if (code === undefined) throw error
  return `cannot be read (${code})`
}

function readBytes(path: string, room: number): Buffer {
  const problem = fileProblem(path, room)
  if (problem !== undefined) throw new NoReport(problem)
  const bytes = readFileSync(path)
  // The file may have grown since its size was asked for.
  if (bytes.length > room) throw new NoReport(tooLarge(bytes.length, room))
  return bytes
}

/** Undefined for the report of a run that ended before it knew its part. */
function documentOf(bytes: Buffer): ReportDocument | undefined {
  const json = jsonOf(bytes)
  if (v.is(unnumberedSchema, json)) return undefined
  const parsed = v.safeParse(reportSchema, json, { abortEarly: true })
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const place = foreignText(v.getDotPath(issue) ?? 'the document')
  const problem = issue.received === 'undefined' ? whatIsMissing(place) : issue.message
  throw new NoReport(`is no report of a shard: ${place}: ${foreignText(problem)}`)
}

function whatIsMissing(place: string): string {
  return place === 'shard' ? 'is missing: the run was not given a shard' : 'is missing'
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new NoReport('is no report: it is no JSON, or was cut off')
  }
}

function partReport(document: ReportDocument): Omit<PartReport, 'name'> {
  const { dryRun, stage, shard, selections, pullsLeft, warnings, details } = document
  if (
    details.results.length !== document.results.length ||
    details.selections.length !== selections.length
  ) {
    throw new NoReport('is no report of a shard: it does not say where its results belong')
  }
  const positions = {
    results: details.results.map(({ position }) => position),
    selections: details.selections,
  }
  if ([...positions.results, ...positions.selections].some((at) => at >= shard.linesOfAll)) {
    throw new NoReport('is no report of a shard: it has results of no line of the list')
  }
  const results = document.results.map((result, index) =>
    withDetails(result, details.results[index]),
  )
  return {
    dryRun,
    isStage: stage,
    shard,
    positions,
    results,
    totals: totalsOf(results, document.totals.durationMs),
    selections,
    pullsLeft: pullsLeft.map(({ limit, windowSeconds, ...rest }) => ({
      ...rest,
      limit,
      windowSeconds,
    })),
    warnings,
  }
}

/** @throws FormatError */
function withDetails(
  { error, digest: shown, ...result }: ReportDocument['results'][number],
  details: DetailsDocument | undefined,
): SyncResult {
  const { digest = shown, hint, wanted, place } = details ?? {}
  const { missingPlatforms, notInIndex, warnings } = details ?? {}
  return {
    ...result,
    ...(digest !== undefined && digest !== null && { digest }),
    ...(error && { error: { ...error, ...(hint !== undefined && { hint }) } }),
    ...(wanted && { wanted: wantedOf(wanted) }),
    ...(place && { place }),
    ...(missingPlatforms && { missingPlatforms }),
    ...(notInIndex !== undefined && { notInIndex }),
    ...(warnings && { warnings }),
  }
}

function wantedOf({
  platforms,
  attestations,
  referrers,
}: NonNullable<DetailsDocument['wanted']>): NonNullable<SyncResult['wanted']> {
  return {
    platforms: parsePlatformFilter(platforms),
    ...(attestations !== undefined && { attestations }),
    ...(referrers !== undefined && { referrers: parseReferrerFilter(referrers) }),
  }
}
