import { tmpdir } from 'node:os'
import type { Commands } from '../../src/action/commands.ts'
import { describeError } from '../../src/action/annotations.ts'
import { ActionLogger, type BufferedLog } from '../../src/action/logger.ts'
import { publicResult } from '../../src/action/outputs.ts'
import { printResult, printTotals } from '../../src/action/result-lines.ts'
import { maskCredentials, Secrets } from '../../src/action/secrets.ts'
import { renderSummary } from '../../src/action/summary.ts'
import { parsePlatformFilter } from '../../src/oci/platform.ts'
import { parseReferrerFilter } from '../../src/oci/referrer-filter.ts'
import { parseReference } from '../../src/oci/reference.ts'
import { ClientPool } from '../../src/registry/client-pool.ts'
import { WebClient } from '../../src/registry/http/web-client.ts'
import type { Logger } from '../../src/registry/logger.ts'
import { Network } from '../../src/registry/network/network.ts'
import type { ImagePair } from '../../src/sync/image-list.ts'
import type { RunReport } from '../../src/sync/report.ts'
import { runSync } from '../../src/sync/run.ts'
import type { SyncSettings } from '../../src/sync/sync-settings.ts'
import { TrustGate } from '../../src/sync/trust-gate.ts'
import { readRules, startVerification, verifyImage } from '../../src/trust/index.ts'
import { Random } from '../../testkit/fuzz/random.ts'
import type { Job, JobResult, Outcome, Subjects } from '../../testkit/fuzz/subject.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { runCourse, unwatched } from './courses.ts'
import { RunnerLog } from '../../testkit/runner/runner-log.ts'

/** Longer than a registry may ask for; more than that eats the job. */
const LONGEST_PAUSE_MS = 180_000
/** Silence that counts as failure; a busy machine is silent for long. */
const TIMEOUT_MS = 1_500

/** Of the run, as far as hints depend on it. */
const context = { eventName: 'push', isFork: false, isDependabot: false, actor: '', repository: '' }

/** The action, with everything between its inputs and its outputs, or as a whole. */
export const subjects: Subjects = { run, step }

async function run(job: Job): Promise<Outcome> {
  const { policy } = job
  const random = new Random('jitter', job.seed)
  const terminal = new Terminal()
  const secrets = new Secrets(terminal)
  const logger = new ActionLogger(terminal)
  for (const { login } of [job.source, job.destination]) {
    if (login !== undefined) maskCredentials(secrets.mask, login)
  }
  const pauses: number[] = []
  const clock = {
    now: () => job.clock.now,
    sleep: async (ms: number) => {
      pauses.push(ms)
      job.clock.now += ms
      await Promise.resolve()
    },
  }
  const network = new Network({
    clock,
    random: () => random.next(),
    concurrency: policy.concurrency,
    retries: policy.retries,
    timeoutMs: TIMEOUT_MS,
    environment: {},
    maskSecret: secrets.maskToken,
    lookup: (name, options, callback) => {
      if (!/(^|\.)localhost$/.test(name)) {
        callback(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }), '', 4)
      } else if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }])
      else callback(null, '127.0.0.1', 4)
    },
  })
  const pool = new ClientPool(
    [
      (side) => {
        const { login } = job[side]
        return login === undefined ? undefined : { credentials: login, origin: 'the test' }
      },
    ],
    network,
    logger,
  )
  const trust = job.key === undefined ? undefined : gateFor(job.key, network, logger)
  const runList = async (
    pairs: readonly ImagePair[],
    how: { stage?: boolean; asSet?: boolean } = {},
  ): Promise<RunReport> =>
    runSync<BufferedLog>({
      pairs,
      settings: { ...syncSettingsOf(policy), stage: how.stage === true },
      failFast: policy.failFast,
      clock,
      trust,
      asSet:
        how.asSet === true ? unwatched(async (side, one) => pool.client(side, one)) : undefined,
      clientFor: async (side, reference) => pool.client(side, reference),
      openLog: () => logger.bufferedLog(),
      describe: (error) => describeError(error, context),
      onDone: (result, log) => printResult(result, log, policy.dryRun),
    })
  const pairs = job.pairs.map(({ source, destination }, index) => ({
    source: parseReference(source),
    destination: parseReference(destination),
    line: index + 1,
  }))
  try {
    const report = await runCourse(job, pairs, runList)
    printTotals(report, logger)
    logger.finish()
    const told = [...terminal.said, JSON.stringify(report), renderSummary(report)].join('\n')
    const long = pauses.filter((ms) => ms > LONGEST_PAUSE_MS)
    return {
      results: report.results.map(publicResult),
      told,
      problems: [...terminal.problems(), ...long.map((ms) => `a pause of ${ms} ms`)],
    }
  } finally {
    await network.close()
  }
}

/** Lets through what the key has signed; nothing has to be fetched for that from anywhere else. */
function gateFor(key: string, network: Network, logger: Logger): TrustGate {
  const { rules } = readRules({ key }, { read: () => '' })
  const url = 'https://github.example.com'
  const github = { serverUrl: url, apiUrl: url, token: undefined }
  const web = new WebClient(network, logger)
  const verification = startVerification({ rules, web, github, directory: tmpdir() })
  return new TrustGate(async (image) => verifyImage(verification, image))
}

function syncSettingsOf(policy: Job['policy']): SyncSettings {
  const filter = policy.platforms === 'all' ? 'all' : policy.platforms.join(',')
  return {
    ...policy,
    platforms: parsePlatformFilter(filter),
    referrers: parseReferrerFilter(policy.referrers),
  }
}

/** What a runner makes of what is printed, and what was meant. */
class Terminal implements Commands {
  readonly said: string[] = []
  readonly #log = new RunnerLog({ secrets: [], showDebug: true })
  #annotations = 0
  #groups = 0

  info(line: string) {
    this.#print(line)
  }

  debug(line: string) {
    this.#print(`::debug::${line}`)
  }

  warning(message: string) {
    this.#annotations += 1
    this.#print(`::warning::${escaped(message)}`)
  }

  error(message: string) {
    this.#annotations += 1
    this.#print(`::error::${escaped(message)}`)
  }

  isDebug() {
    return true
  }

  startGroup(name: string) {
    this.#groups += 1
    this.#print(`::group::${name}`)
  }

  endGroup() {
    this.#print('::endgroup::')
  }

  together(print: () => void) {
    print()
  }

  setSecret() {}

  setOutput() {}

  fail() {}

  /** Commands that nobody has given. */
  problems(): string[] {
    const { annotations, groups, masks, legacyCommands } = this.#log
    const lines = this.said.filter((line) => !line.startsWith('::'))
    return [
      ...(annotations.length === this.#annotations ? [] : ['an annotation of nobody']),
      ...(groups.length === this.#groups ? [] : ['a group of nobody']),
      ...(masks.length === 0 ? [] : ['a mask of nobody']),
      ...legacyCommands.map(({ name }) => `the command ${name}`),
      ...lines.filter((line) => UNPRINTABLE.test(line)).map((line) => `not harmless: ${line}`),
    ]
  }

  #print(text: string) {
    for (const line of text.split(/\r\n|\r|\n/)) {
      this.said.push(line)
      this.#log.add(line)
    }
  }
}

const UNPRINTABLE = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/u

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** A host that says that it is overloaded is left alone for half a minute at most, several times. */
const LONGEST_STEP_MS = 300_000

/** What a step may end with; anything else is a crash or a kill. */
const EXIT_CODES: readonly (number | null)[] = [0, 1]

async function step(job: Job): Promise<Outcome> {
  const { policy, source, destination } = job
  const loginInputs = (side: 'source' | 'destination') => {
    const { login, host } = job[side]
    if (login === undefined) return {}
    return {
      [`${side}-registry`]: host,
      [`${side}-username`]: login.username,
      [`${side}-password`]: login.password,
    }
  }
  const result = await runAction({
    entry: 'src/index.ts',
    timeout: LONGEST_STEP_MS,
    inputs: {
      images: job.pairs.map((pair) => `${pair.source} => ${pair.destination}`).join('\n'),
      platforms: policy.platforms === 'all' ? 'all' : policy.platforms.join(','),
      'on-existing': policy.onExisting,
      'on-missing-platform': policy.onMissingPlatform,
      attestations: policy.attestations,
      referrers: policy.referrers,
      'on-lost-referrers': policy.onLostReferrers,
      'dry-run': String(policy.dryRun),
      'fail-fast': String(policy.failFast),
      'all-or-nothing': String(job.course === 'set'),
      concurrency: String(policy.concurrency),
      retries: String(policy.retries),
      timeout: '5',
      ...(job.key !== undefined && { verify: `key: |\n  ${job.key.replaceAll('\n', '\n  ')}` }),
      'insecure-registries': `${source.host},${destination.host}`,
      ...loginInputs('source'),
      ...loginInputs('destination'),
    },
  })
  const { outputs, exitCode, stderr, legacyCommands } = result
  const results = JSON.parse(outputs['results'] ?? '[]') as JobResult[]
  const failed = results.filter(({ status }) => status === 'failed').length
  const written = [...result.files].map(([, content]) => content.toString())
  const lines = [...result.unmaskedLog, stderr, result.summary, JSON.stringify(outputs)]
  return {
    results,
    told: [...lines, ...Object.values(outputs), ...written].join('\n'),
    problems: [
      ...(EXIT_CODES.includes(exitCode) ? [] : [`exit code ${exitCode}`]),
      ...((exitCode === 0) === (failed === 0)
        ? []
        : [`exit code ${exitCode} for ${failed} failed`]),
      ...(outputs['failed'] === String(failed) ? [] : [`the output failed: ${outputs['failed']}`]),
      ...(stderr === '' ? [] : [`on the standard error: ${stderr}`]),
      ...legacyCommands.map(({ name }) => `the command ${name}`),
    ],
  }
}
