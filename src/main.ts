import { readAuthFiles } from './action/docker-config-files.ts'
import {
  annotateFailures,
  annotateProblems,
  describeError,
  failureMessage,
} from './action/annotations.ts'
import { Cancellation } from './action/cancellation.ts'
import { type AnnotationProperties, type Commands, runnerCommands } from './action/commands.ts'
import { bareContext, type RunContext, runContext } from './action/context.ts'
import { readCertsD } from './action/certs-d.ts'
import { credentialSources, knownLogins } from './action/credentials.ts'
import { Defects } from './action/defects.ts'
import { cutShort } from './action/interrupted-run.ts'
import { declareArtifacts } from './action/declared-artifacts.ts'
import { InputError } from './action/input-reader.ts'
import { type Inputs, readInputsAndRanges, stepInputs } from './action/inputs.ts'
import { ActionLogger, type BufferedLog } from './action/logger.ts'
import { nameList } from './action/named-list.ts'
import { emptyReport } from './action/outputs.ts'
import { leaveProcess } from './action/process-exit.ts'
import { nodeTimers, type ProgressSource, startProgressLines } from './action/progress-lines.ts'
import { publishReport } from './action/publish-report.ts'
import { printResult, printTotals } from './action/result-lines.ts'
import {
  maskAuthFiles,
  maskCredentials,
  maskInputs,
  maskKeys,
  maskProxyPasswords,
  maskUnreadInputs,
  Secrets,
} from './action/secrets.ts'
import { shownNames, shownTexts } from './action/shown-texts.ts'
import { loadTrust, openGate, type Trust } from './load-trust.ts'
import { ClientPool } from './registry/client-pool.ts'
import { systemClock } from './registry/clock.ts'
import { CredentialHelpers } from './registry/credentials/helper.ts'
import { EndOfRun } from './registry/errors.ts'
import { Network } from './registry/network/network.ts'
import { unusedProxy } from './registry/network/proxies.ts'
import type { ImagePair } from './sync/image-list.ts'
import type { ResultError, RunReport, SyncResult } from './sync/report.ts'
import { aboutPart, LateClients, partOfList, shardLine, watchSet } from './action/set-watch.ts'
import { RunProgress } from './sync/run-progress.ts'
import { runSync } from './sync/run.ts'
import type { TagNote } from './sync/settle-set.ts'
import { failuresIn, pairsIn, withFailures } from './sync/tags/named-list.ts'

/** The order of events of the action. Never throws: every way to fail ends in outputs and a failed step. */
export async function main(
  commands: Commands = runnerCommands,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<void> {
  const secrets = new Secrets(commands)
  const logger = new ActionLogger(commands)
  const cancel = new Cancellation(logger)
  const defects = new Defects(() => cancel.end())
  let report = emptyReport
  let failure: string | undefined
  let place: AnnotationProperties = {}
  let summaryFile: string | undefined
  try {
    const inputs = await readInputsAndRanges(stepInputs)
    const context = bareContext(environment)
    secrets.neverMask(shownTexts(inputs, context.actor))
    maskProxyPasswords(secrets.mask, environment)
    maskInputs(secrets.mask, inputs, context.actor)
    const trust = await loadTrust(inputs, stepInputs.workspace, logger)
    for (const note of inputs.listNotes) logger.info(note)
    if (inputs.deadlineSeconds !== undefined) cancel.endAfter(inputs.deadlineSeconds)
    report = await sync({ inputs, context, logger, secrets, environment, cancel, trust })
    if (inputs.summary) summaryFile = environment['GITHUB_STEP_SUMMARY']
    if (inputs.declareArtifacts) declareArtifacts(report, environment, logger)
    annotateFailures(commands, report)
    failure = failureMessage(report)
  } catch (error) {
    if (error instanceof InputError) maskUnreadInputs(secrets.mask, stepInputs)
    failure = error instanceof InputError ? error.message : unexpected(error, logger)
    if (error instanceof InputError) place = refused(error, commands, logger)
  }
  try {
    publishReport(report, { commands, logger, environment, summaryFile })
  } catch (error) {
    const problem = `The outputs could not be set: ${unexpected(error, logger)}`
    failure = failure === undefined ? problem : `${failure} ${problem}`
  }
  logger.finish()
  failure =
    defects.first === undefined ? endedBy(cancel, failure) : unexpected(defects.first, logger)
  if (failure !== undefined) commands.fail(secrets.redact(failure), place)
  defects.tell((error) => commands.fail(secrets.redact(unexpected(error, logger))))
  cancel.over()
  leaveProcess(cancel.signal.aborted ? 'cancelled' : 'finished')
}

/** What a run of the action has. */
interface Step {
  readonly inputs: Inputs
  readonly context: RunContext
  readonly logger: ActionLogger
  readonly secrets: Secrets
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly cancel: Cancellation
  readonly trust: Trust | undefined
}

/** Everything between the inputs and the outputs. */
async function sync({
  inputs,
  context,
  logger,
  secrets,
  environment,
  cancel,
  trust,
}: Step): Promise<RunReport> {
  const machineTls = readCertsD(logger)
  maskKeys(secrets.mask, machineTls)
  const notUsed = unusedProxy(environment)
  if (notUsed !== undefined) logger.info(notUsed)
  const files = readAuthFiles(environment, logger)
  secrets.neverMask(files.flatMap(({ file }) => file.logins.map(({ username }) => username)))
  maskAuthFiles(secrets.mask, files)
  const options = {
    concurrency: inputs.concurrency,
    retries: inputs.retries,
    timeoutMs: inputs.timeoutSeconds * 1000,
    insecureRegistries: inputs.insecureRegistries,
    tls: inputs.registryTls,
    machineTls,
    namedHosts: inputs.registryAuth.flatMap(({ authHost }) => authHost ?? []),
    environment,
    maskSecret: secrets.maskToken,
  }
  const network = new Network({ ...options, signal: cancel.signal })
  const helpers = new CredentialHelpers({
    environment,
    logger,
    mask: (credentials): void => maskCredentials(secrets.mask, credentials),
    signal: cancel.signal,
  })
  const sources = credentialSources(inputs, files, helpers, context)
  const pool = new ClientPool(sources, network, logger)
  const progress = new RunProgress(inputs.list.length)
  const stopProgressLines = startProgressLines(logger, watched(progress, network), nodeTimers)
  const startedAt = systemClock.now()
  const finished: SyncResult[] = []
  const tags = new Map<ImagePair, TagNote>()
  // Once the run has ended, its network refuses everything; tags may have to go back all the same.
  const atEnd = new LateClients(
    () => new Network(options),
    (own) => pool.over(own),
  )
  let isOver = false
  const set = { tags, logger, onMoving: (): void => cancel.takeTime() }
  // The event explains failures, and reading it takes time that other runs can do without.
  const describe = async (error: unknown): Promise<ResultError> => {
    const logins = knownLogins(inputs, files, context)
    return describeError(error, { ...(await runContext(environment)), logins })
  }
  try {
    const part = partOfList(inputs)
    if (part.shard !== undefined) logger.info(shardLine(part.shard))
    const named = await nameList(part.list, { pool, logger, describe, cancel })
    const { items, selections } = named
    const pairs = pairsIn(items)
    if (selections.length > 0) secrets.neverMask(shownNames(pairs))
    void pool.expect(pairs)
    const onDone = (result: SyncResult, log: BufferedLog): void => {
      if (isOver) return
      finished.push(result)
      printResult(result, log, inputs.dryRun)
    }
    progress.expect(pairs.length)
    for (const result of failuresIn(items)) onDone(result, logger.bufferedLog())
    const run = runSync<BufferedLog>({
      pairs,
      hasFailed: pairs.length < items.length,
      settings: inputs,
      asSet: inputs.allOrNothing ? watchSet(set, atEnd.clientFor) : undefined,
      failFast: inputs.failFast,
      clock: systemClock,
      signal: cancel.signal,
      silentHosts: network.silentHosts,
      progress,
      trust: trust && openGate(trust, inputs, network, logger, environment),
      clientFor: async (side, reference) => pool.client(side, reference),
      openLog: () => logger.bufferedLog(),
      describe,
      onDone,
    })
    const whole = await cancel.within(run)
    isOver = true
    const { dryRun } = inputs
    const durationMs = systemClock.now() - startedAt
    const { signal } = cancel
    const ofPairs = whole ?? cutShort({ pairs, finished, dryRun, durationMs, signal, tags })
    const report = {
      // Tags were listed before the first image was begun.
      ...withFailures({ ...ofPairs, totals: { ...ofPairs.totals, durationMs } }, items),
      ...(inputs.stage && { isStage: true }),
      ...aboutPart(part, named.origins),
      selections,
      pullsLeft: pool.pullsLeft,
    }
    printTotals(report, logger)
    return report
  } finally {
    stopProgressLines()
    await cancel.within(Promise.all([network.close(), atEnd.close()]))
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

/** Tells of inputs that cannot be used, beside the message. Returns where that belongs. */
function refused(
  { notes, problems }: InputError,
  commands: Commands,
  logger: ActionLogger,
): AnnotationProperties {
  for (const note of notes) logger.info(note)
  return annotateProblems(commands, problems)
}

/** Puts an error into words that no image accounts for: most likely a defect, so the debug log gets all of it. */
function unexpected(error: unknown, logger: ActionLogger): string {
  const trace = error instanceof Error ? (error.stack ?? '') : ''
  for (const line of trace.split('\n')) logger.debug(line)
  return describeError(error, bareContext(process.env)).message
}
