import { annotateFailures, describeError, failureMessage } from './action/annotations.ts'
import { type Commands, runnerCommands } from './action/commands.ts'
import { runContext } from './action/context.ts'
import { credentialSources, readDockerLogins } from './action/credentials.ts'
import { nodeTimers, startHeartbeat } from './action/heartbeat.ts'
import { InputError } from './action/input-reader.ts'
import { type Inputs, readInputs, stepInputs } from './action/inputs.ts'
import { ActionLogger, type BufferedLog } from './action/logger.ts'
import { emptyReport, setOutputs, writeReport } from './action/outputs.ts'
import { printResult, printTotals } from './action/result-lines.ts'
import {
  maskCredentials,
  maskInputs,
  maskProxyPasswords,
  type MaskSecret,
  secretMasker,
} from './action/secrets.ts'
import { renderSummary, writeSummary } from './action/summary.ts'
import { ClientPool } from './registry/client-pool.ts'
import { systemClock } from './registry/clock.ts'
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
    maskInputs(mask, inputs)
    report = await sync(inputs, logger, mask, environment)
    if (inputs.summary) writeSummary(renderSummary(report), environment['GITHUB_STEP_SUMMARY'])
    annotateFailures(commands, report)
    failure = failureMessage(report)
  } catch (error) {
    failure = error instanceof InputError ? error.message : describeError(error, runContext()).message
  }
  setOutputs(commands, report, reportFile(report, environment, logger))
  logger.finish()
  if (failure !== undefined) commands.fail(failure)
}

/** Everything between the inputs and the outputs. */
async function sync(
  inputs: Inputs,
  logger: ActionLogger,
  mask: MaskSecret,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<RunReport> {
  const context = runContext()
  const docker = readDockerLogins(environment, logger)
  for (const login of docker) maskCredentials(mask, login)
  const cancel = cancelOnSignals(logger)
  const network = new Network({
    concurrency: inputs.concurrency,
    retries: inputs.retries,
    timeoutMs: inputs.timeoutSeconds * 1000,
    insecureRegistries: inputs.insecureRegistries,
    environment,
    signal: cancel.signal,
    maskSecret: mask,
  })
  const pool = new ClientPool(credentialSources(inputs, docker, context), network, logger)
  const progress = { done: 0, total: inputs.pairs.length, bytes: 0 }
  const stopHeartbeat = startHeartbeat(logger, () => progress, nodeTimers)
  try {
    const report = await runSync<BufferedLog>({
      pairs: inputs.pairs,
      policy: inputs,
      failFast: inputs.failFast,
      clock: systemClock,
      clientFor: (side, reference) => pool.client(side, reference),
      openLog: () => logger.bufferedLog(),
      describe: (error) => describeError(error, context),
      onDone: (result, log) => {
        progress.done += 1
        progress.bytes += result.bytes.copied
        printResult(result, log, inputs.dryRun)
      },
    })
    printTotals(report, logger)
    return report
  } finally {
    stopHeartbeat()
    cancel.forget()
    await network.close()
  }
}

/** A cancelled job gets SIGINT, then SIGTERM, and soon after that the end: stop all requests and report what is done. */
function cancelOnSignals(logger: ActionLogger): { readonly signal: AbortSignal; forget(): void } {
  const controller = new AbortController()
  const cancel = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) return
    logger.info(`${signal}: stopping`)
    controller.abort()
  }
  process.on('SIGINT', cancel).on('SIGTERM', cancel)
  return {
    signal: controller.signal,
    forget: () => {
      process.off('SIGINT', cancel).off('SIGTERM', cancel)
    },
  }
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
