import { readAuthFiles } from './action/auth-files.ts'
import { annotateFailures, describeError, failureMessage } from './action/annotations.ts'
import { startCancellation } from './action/cancellation.ts'
import { type Commands, runnerCommands } from './action/commands.ts'
import { type RunContext, runContext } from './action/context.ts'
import { credentialSources } from './action/credentials.ts'
import { nodeTimers, startHeartbeat } from './action/heartbeat.ts'
import { InputError } from './action/input-reader.ts'
import { type Inputs, readInputs, stepInputs } from './action/inputs.ts'
import { ActionLogger, type BufferedLog } from './action/logger.ts'
import { emptyReport, setOutputs, writeReport } from './action/outputs.ts'
import { printResult, printTotals } from './action/result-lines.ts'
import {
  maskAuthFiles,
  maskCredentials,
  maskInputs,
  maskProxyPasswords,
  type MaskSecret,
  secretMasker,
} from './action/secrets.ts'
import { renderSummary, writeSummary } from './action/summary.ts'
import { ClientPool } from './registry/client-pool.ts'
import { systemClock } from './registry/clock.ts'
import { CredentialHelpers } from './registry/credentials/helper.ts'
import { Network } from './registry/network.ts'
import type { RunReport } from './sync/report.ts'
import { runSync } from './sync/run.ts'

/** The order of events of the action. Never throws: every way to fail ends in outputs and a failed step. */
export async function main(
  commands: Commands = runnerCommands,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<void> {
  const logger = new ActionLogger(commands)
  let report = emptyReport
  let failure: string | undefined
  try {
    const mask = secretMasker(commands)
    maskProxyPasswords(mask, environment)
    const inputs = readInputs(stepInputs)
    const context = runContext()
    maskInputs(mask, inputs, context.actor)
    for (const { key } of inputs.registryTls.values()) if (key !== undefined) mask(key)
    const end = await sync(inputs, context, logger, mask, environment)
    report = end.report
    if (inputs.summary) writeSummary(renderSummary(report), environment['GITHUB_STEP_SUMMARY'])
    annotateFailures(commands, report)
    failure = end.stray === undefined ? failureMessage(report) : unexpected(end.stray, logger)
  } catch (error) {
    failure = error instanceof InputError ? error.message : unexpected(error, logger)
  }
  try {
    setOutputs(commands, report, reportFile(report, environment, logger))
  } catch (error) {
    const problem = `The outputs could not be set: ${unexpected(error, logger)}`
    failure = failure === undefined ? problem : `${failure} ${problem}`
  }
  logger.finish()
  if (failure !== undefined) commands.fail(failure)
}

/** Everything between the inputs and the outputs. `stray` is the error that ended it, if one did that no image caught. */
async function sync(
  inputs: Inputs,
  context: RunContext,
  logger: ActionLogger,
  mask: MaskSecret,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly report: RunReport; readonly stray: unknown }> {
  const files = readAuthFiles(environment, logger)
  maskAuthFiles(mask, files)
  const cancel = startCancellation(logger)
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
  const progress = { done: 0, total: inputs.pairs.length, bytes: 0 }
  const stopHeartbeat = startHeartbeat(logger, () => progress, nodeTimers)
  try {
    const results = await runSync<BufferedLog>({
      pairs: inputs.pairs,
      policy: inputs,
      failFast: inputs.failFast,
      clock: systemClock,
      clientFor: async (side, reference) => pool.client(side, reference),
      openLog: () => logger.bufferedLog(),
      describe: (error) => describeError(error, context),
      onDone: (result, log) => {
        progress.done += 1
        progress.bytes += result.bytes.copied
        printResult(result, log, inputs.dryRun)
      },
    })
    const report = { ...results, pullsLeft: pool.pullsLeft }
    printTotals(report, logger)
    return { report, stray: cancel.stray() }
  } finally {
    stopHeartbeat()
    cancel.forget()
    await network.close()
  }
}

/** Puts an error into words that no image accounts for: most likely a defect, so the debug log gets all of it. */
function unexpected(error: unknown, logger: ActionLogger): string {
  const trace = error instanceof Error ? (error.stack ?? '') : ''
  for (const line of trace.split('\n')) logger.debug(line)
  return describeError(error, runContext()).message
}

/** Where the report was written; empty where it could not be, which is no reason to fail. */
function reportFile(
  report: RunReport,
  environment: Readonly<Record<string, string | undefined>>,
  logger: ActionLogger,
): string {
  try {
    return writeReport(report, environment['RUNNER_TEMP'] ?? '.')
  } catch (error) {
    logger.warning(`the report could not be written: ${String(error)}`)
    return ''
  }
}
