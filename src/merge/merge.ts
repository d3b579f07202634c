import { tmpdir } from 'node:os'
import { annotateFailures, failureMessage } from '../action/annotations.ts'
import { type Commands, runnerCommands } from '../action/commands.ts'
import { count } from '../action/format-bytes.ts'
import { InputError, type InputProblem } from '../action/input-reader.ts'
import { ActionLogger } from '../action/logger.ts'
import { maskProxyPasswords, Secrets } from '../action/masking.ts'
import { emptyReport } from '../action/outputs.ts'
import { publishReport } from '../action/publish-report.ts'
import { printResult, printTotals } from '../action/result-lines.ts'
import type { Logger } from '../registry/logger.ts'
import { conflictsIn } from './conflicts.ts'
import { findReports } from './find-reports.ts'
import { readMergeInputs } from './inputs.ts'
import { type Joined, joinParts } from './join-parts.ts'
import { readPartReports } from './part-report.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The order of events of the action that makes one result of the reports of shards: one set of
 * outputs, one summary, one verdict. Never throws.
 */
export function merge(
  commands: Commands = runnerCommands,
  environment: Environment = process.env,
): void {
  const secrets = new Secrets(commands)
  maskProxyPasswords(secrets.mask, environment)
  const logger = new ActionLogger(commands)
  let report = emptyReport
  let failure: string | undefined
  let summaryFile: string | undefined
  try {
    const { reports, summary } = readMergeInputs(environment)
    const joined = joinReports(reports, environment, logger)
    report = joined.report
    if (summary) summaryFile = environment['GITHUB_STEP_SUMMARY']
    for (const warning of report.warnings ?? []) logger.warning(warning)
    for (const result of report.results) {
      if (result.status === 'failed') printResult(result, logger.bufferedLog(), report.dryRun)
    }
    printTotals(report, logger)
    annotateFailures(commands, report)
    failure = verdict(joined)
  } catch (error) {
    failure = error instanceof InputError ? error.message : unexpected(error, logger)
  }
  try {
    publishReport(report, { commands, logger, environment, summaryFile })
  } catch (error) {
    failure = [failure, `The outputs could not be set: ${unexpected(error, logger)}`]
      .filter(Boolean)
      .join(' ')
  }
  logger.finish()
  if (failure !== undefined) commands.fail(secrets.redact(failure))
}

/** @throws InputError where there are none, or they do not go together */
function joinReports(lines: readonly string[], environment: Environment, logger: Logger): Joined {
  const workspace = environment['GITHUB_WORKSPACE'] || process.cwd()
  const temporary = environment['RUNNER_TEMP'] || tmpdir()
  const found = findReports(lines, { workspace, temporary })
  const { reports, unnumbered, problems } = readPartReports(found.files)
  const early = unnumbered.map((name) => `${name} is of a run that ended before its first image`)
  const [first, ...others] = reports
  if (first === undefined || found.problems.length + problems.length > 0) {
    const nothing = found.unmatched.map((line) => `${line}: no report is found`)
    throw refusal([...found.problems, ...problems, ...early, ...nothing])
  }
  const joining = joinParts([first, ...others])
  if ('problems' in joining) throw refusal(joining.problems)
  // Each of these is one of the shards that are missing, or of something else.
  if (early.length > joining.missing.length) throw refusal(early)
  for (const words of early) logger.warning(words)
  for (const line of found.unmatched) logger.info(`${line}: no file is found`)
  logger.info(`reports of ${reports.length} of ${count(joining.of, 'shard')}`)
  return joining
}

function refusal(messages: readonly string[]): InputError {
  return new InputError(
    messages.map((message): InputProblem => ({ input: 'reports', place: 'reports', message })),
  )
}

/** What one run would say, what is missing, and what no single shard could see. */
function verdict({ report, missing, of }: Joined): string | undefined {
  const absent =
    missing.length === 0
      ? undefined
      : `No report of ${missing.length === 1 ? 'shard' : 'shards'} ${missing.join(', ')} of ${of}.`
  const parts = [failureMessage(report), absent, ...conflictsIn(report.results)].filter(
    (part) => part !== undefined,
  )
  return parts.length === 0 ? undefined : parts.join(' ')
}

function unexpected(error: unknown, logger: Logger): string {
  const trace = error instanceof Error ? (error.stack ?? '') : ''
  for (const line of trace.split('\n')) logger.debug(line)
  return error instanceof Error ? error.message : String(error)
}
