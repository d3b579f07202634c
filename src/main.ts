import { tmpdir } from 'node:os'
import { readAuthFiles } from './action/docker-config-files.ts'
import { annotateFailures, describeError, failureMessage } from './action/annotations.ts'
import { Cancellation } from './action/cancellation.ts'
import { type Commands, runnerCommands } from './action/commands.ts'
import { bareContext, type RunContext, runContext } from './action/context.ts'
import { credentialSources } from './action/credentials.ts'
import { Defects } from './action/defects.ts'
import { cutShort } from './action/interrupted-run.ts'
import { declareArtifacts } from './action/declared-artifacts.ts'
import { InputError } from './action/input-reader.ts'
import { type Inputs, readInputs, stepInputs } from './action/inputs.ts'
import { ActionLogger, type BufferedLog } from './action/logger.ts'
import { writeOutputFiles } from './action/output-files.ts'
import { emptyReport, setOutputs } from './action/outputs.ts'
import { leaveProcess } from './action/process-exit.ts'
import { nodeTimers, type ProgressSource, startProgressLines } from './action/progress-lines.ts'
import { printResult, printTotals } from './action/result-lines.ts'
import {
  maskAuthFiles,
  maskCredentials,
  maskInputs,
  maskProxyPasswords,
  redacted,
  Secrets,
} from './action/secrets.ts'
import { renderSummary, writeSummary } from './action/summary.ts'
import { ClientPool } from './registry/client-pool.ts'
import { systemClock } from './registry/clock.ts'
import { CredentialHelpers } from './registry/credentials/helper.ts'
import { EndOfRun } from './registry/errors.ts'
import { Network } from './registry/network/network.ts'
import type { RunReport, SyncResult } from './sync/report.ts'
import { RunProgress } from './sync/run-progress.ts'
import { runSync } from './sync/run.ts'

/** The order of events of the action. Never throws: every way to fail ends in outputs and a failed step. */
export async function main(
  commands: Commands = runnerCommands,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<void> {
  const secrets = new Secrets(commands)
  const logger = new ActionLogger(commands, secrets.redact)
  const cancel = new Cancellation(logger)
  const defects = new Defects(() => cancel.end())
  let report = emptyReport
  let failure: string | undefined
  let summaryFile: string | undefined
  try {
    maskProxyPasswords(secrets.mask, environment)
    const inputs = readInputs(stepInputs)
    const context = bareContext(environment)
    maskInputs(secrets.mask, inputs, context.actor)
    if (inputs.deadlineSeconds !== undefined) cancel.endAfter(inputs.deadlineSeconds)
    report = await sync(inputs, context, logger, secrets, environment, cancel)
    if (inputs.summary) summaryFile = environment['GITHUB_STEP_SUMMARY']
    if (inputs.declareArtifacts) declareArtifacts(report, environment, logger)
    annotateFailures(commands, report)
    failure = failureMessage(report)
  } catch (error) {
    failure = error instanceof InputError ? error.message : unexpected(error, logger)
  }
  try {
    report = { ...report, warnings: logger.warnings }
    const files = writeOutputFiles(report, environment['RUNNER_TEMP'] || tmpdir(), logger)
    setOutputs(commands, logger, report, files)
    writeSummary(renderSummary({ ...report, warnings: logger.warnings }), summaryFile)
  } catch (error) {
    const problem = `The outputs could not be set: ${unexpected(error, logger)}`
    failure = failure === undefined ? problem : `${failure} ${problem}`
  }
  logger.finish()
  failure =
    defects.first === undefined ? endedBy(cancel, failure) : unexpected(defects.first, logger)
  if (failure !== undefined) commands.fail(secrets.redact(failure))
  defects.tell((error) => commands.fail(secrets.redact(unexpected(error, logger))))
  cancel.over()
  leaveProcess(cancel.signal.aborted ? 'cancelled' : 'finished')
}

/** Everything between the inputs and the outputs. */
async function sync(
  inputs: Inputs,
  context: RunContext,
  logger: ActionLogger,
  { mask, redact }: Secrets,
  environment: Readonly<Record<string, string | undefined>>,
  cancel: Cancellation,
): Promise<RunReport> {
  const files = readAuthFiles(environment, logger)
  maskAuthFiles(mask, files)
  const network = new Network({
    concurrency: inputs.concurrency,
    retries: inputs.retries,
    timeoutMs: inputs.timeoutSeconds * 1000,
    insecureRegistries: inputs.insecureRegistries,
    tls: inputs.registryTls,
    namedHosts: inputs.registryAuth.flatMap(({ authHost }) => authHost ?? []),
    environment,
    signal: cancel.signal,
    maskSecret: mask,
  })
  const helpers = new CredentialHelpers({
    environment,
    logger,
    mask: (credentials): void => maskCredentials(mask, credentials),
    signal: cancel.signal,
  })
  const sources = credentialSources(inputs, files, helpers, context)
  const pool = new ClientPool(sources, network, logger)
  void pool.expect(inputs.pairs)
  const progress = new RunProgress(inputs.pairs.length)
  const stopProgressLines = startProgressLines(logger, watched(progress, network), nodeTimers)
  const startedAt = systemClock.now()
  const finished: SyncResult[] = []
  let isOver = false
  try {
    const run = runSync<BufferedLog>({
      pairs: inputs.pairs,
      policy: inputs,
      failFast: inputs.failFast,
      clock: systemClock,
      signal: cancel.signal,
      progress,
      clientFor: async (side, reference) => pool.client(side, reference),
      openLog: () => logger.bufferedLog(),
      // The event explains failures, and reading it takes time that other runs can do without.
      describe: async (error) =>
        redacted(describeError(error, await runContext(environment)), redact),
      onDone: (result, log) => {
        if (isOver) return
        finished.push(result)
        printResult(result, log, inputs.dryRun)
      },
    })
    const whole = await cancel.within(run)
    isOver = true
    const { pairs, dryRun } = inputs
    const durationMs = systemClock.now() - startedAt
    const { signal } = cancel
    const results = whole ?? cutShort({ pairs, finished, dryRun, durationMs, signal })
    const report = { ...results, pullsLeft: pool.pullsLeft }
    printTotals(report, logger)
    return report
  } finally {
    stopProgressLines()
    await cancel.within(network.close())
  }
}

function watched(progress: RunProgress, network: Network): ProgressSource {
  return {
    state: (names) => progress.state(names),
    waits: (now) => network.waits.at(now),
    isTerminal: process.stdout.isTTY,
  }
}

/** What to say of a run in the end, and of what ended it from outside; nothing where all went well. */
function endedBy(
  { endedBy: cause, signal }: Cancellation,
  failure: string | undefined,
): string | undefined {
  if (cause === undefined) return failure
  // Who sends a signal knows of it. A deadline was set long ago.
  if (failure !== undefined && !(signal.reason instanceof EndOfRun)) return failure
  return [failure, `${cause} ended the run.`].filter(Boolean).join(' ')
}

/** Puts an error into words that no image accounts for: most likely a defect, so the debug log gets all of it. */
function unexpected(error: unknown, logger: ActionLogger): string {
  const trace = error instanceof Error ? (error.stack ?? '') : ''
  for (const line of trace.split('\n')) logger.debug(line)
  return describeError(error, bareContext(process.env)).message
}
