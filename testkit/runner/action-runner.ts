import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { evaluate, readActionMetadata, type ActionMetadata } from './action-metadata.ts'
import { peakMemoryFlags, readPeakMemory } from './peak-memory.ts'
import { RunnerLog, type Annotation, type LogGroup } from './runner-log.ts'
import { createRunnerWorld, type StepFiles, type WorldOptions } from './runner-world.ts'
import type { WorkflowCommand } from './workflow-command.ts'

export interface ActionOptions extends WorldOptions {
  /** What the workflow gives under `with`. */
  readonly inputs?: Readonly<Record<string, string>>
  /** Folder of action.yml; default this project. */
  readonly action?: string
  /** Entry point, relative to `action`; default what action.yml says. */
  readonly entry?: string
  /** Value of `${{ github.token }}`; the runner masks it from the start. */
  readonly githubToken?: string
  /** Further values that the runner masks from the start. */
  readonly secrets?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Default the workspace. */
  readonly cwd?: string
  /** Milliseconds after which the step is killed; default a minute. */
  readonly timeout?: number
  /** Measures the peak of resident memory; Linux and macOS. */
  readonly measureMemory?: boolean
}

export interface ActionResult extends StepFiles {
  /** Null where a signal ended the step. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** As written, commands and secrets included. */
  readonly stdout: string
  readonly stderr: string
  /** As people see it: commands obeyed, secrets masked. */
  readonly log: readonly string[]
  /** The log before masking: what the action itself let out. */
  readonly unmaskedLog: readonly string[]
  readonly masks: readonly string[]
  readonly groups: readonly LogGroup[]
  readonly annotations: readonly Annotation[]
  /** Commands that nobody should use any more. */
  readonly legacyCommands: readonly WorkflowCommand[]
  /** Bytes, if it was measured and the step ended by itself. */
  readonly peakMemory: number | undefined
}

export interface RunningAction {
  readonly pid: number
  readonly result: Promise<ActionResult>
  kill(signal: NodeJS.Signals): void
  /** The first line, past or future, that matches; fails if the step ends without one. */
  line(pattern: RegExp): Promise<string>
}

/** More than any test's action takes, less than a test run's patience. */
const DEFAULT_TIMEOUT = 60_000

/** Runs an action to its end, as the runner would. */
export async function runAction(options: ActionOptions = {}): Promise<ActionResult> {
  const { result } = await startAction(options)
  return result
}

export async function startAction(options: ActionOptions = {}): Promise<RunningAction> {
  const folder = options.action ?? fileURLToPath(new URL('../..', import.meta.url))
  const metadata = await readActionMetadata(join(folder, 'action.yml'))
  const world = await createRunnerWorld(options)
  const memoryFile = join(world.workspace, '..', 'peak-memory')
  const flags = options.measureMemory === true ? peakMemoryFlags(memoryFile) : []
  const child = spawn(process.execPath, [...flags, join(folder, options.entry ?? metadata.main)], {
    cwd: options.cwd ?? world.workspace,
    env: { ...world.env, ...inputVariables(metadata, options, world.env), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error('the action could not be started')
  const secrets = [options.githubToken, ...(options.secrets ?? [])]
  const log = new RunnerLog({
    secrets: secrets.filter((secret) => secret !== undefined),
    showDebug: options.debug === true,
  })
  for (const name of Object.keys(options.inputs ?? {})) {
    if (!metadata.inputs.has(name)) log.add(`::warning::Unexpected input(s) '${name}'`)
  }
  const watcher = new LineWatcher()
  const ended = runToEnd(child, log, watcher, options.timeout ?? DEFAULT_TIMEOUT)
  const result = ended.then(async (end): Promise<ActionResult> => {
    try {
      const peakMemory = await readPeakMemory(memoryFile)
      return { ...end, ...viewOf(log), peakMemory, ...(await world.collect()) }
    } finally {
      await world.remove()
    }
  })
  return {
    pid,
    result,
    kill: (signal) => void child.kill(signal),
    line: async (pattern) => watcher.find(pattern),
  }
}

/** `with` and defaults as INPUT_ variables: upper case, blanks to underscores, dashes kept. */
function inputVariables(
  metadata: ActionMetadata,
  options: ActionOptions,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const github = {
    token: options.githubToken ?? '',
    actor: env['GITHUB_ACTOR'] ?? '',
    repository: env['GITHUB_REPOSITORY'] ?? '',
    workspace: env['GITHUB_WORKSPACE'] ?? '',
  }
  const defaults = [...metadata.inputs].map(
    ([name, value]) => [name, evaluate(value ?? '', github)] as const,
  )
  const values = { ...Object.fromEntries(defaults), ...options.inputs }
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ]),
  )
}

type End = Pick<ActionResult, 'exitCode' | 'signal' | 'stderr' | 'stdout'>

async function runToEnd(
  child: ChildProcess,
  log: RunnerLog,
  watcher: LineWatcher,
  timeout: number,
): Promise<End> {
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout)
  try {
    const onLine = (line: string) => {
      log.add(line)
      watcher.add(line)
    }
    const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
    const [stdout, stderr, [exitCode, signal]] = await Promise.all([
      readLines(child.stdout, onLine),
      readLines(child.stderr, onLine),
      closed,
    ])
    return { exitCode, signal, stdout, stderr }
  } finally {
    clearTimeout(timer)
    watcher.end()
  }
}

async function readLines(stream: Readable | null, onLine: (line: string) => void): Promise<string> {
  if (stream === null) return ''
  const lines: string[] = []
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    lines.push(`${line}\n`)
    onLine(line)
  }
  return lines.join('')
}

function viewOf(log: RunnerLog) {
  const { lines, unmasked, masks, groups, annotations, legacyCommands } = log
  return { log: lines, unmaskedLog: unmasked, masks, groups, annotations, legacyCommands }
}

class LineWatcher {
  readonly #lines: string[] = []
  readonly #waiting = new Set<() => void>()
  #hasEnded = false

  add(line: string) {
    this.#lines.push(line)
    this.#wake()
  }

  end() {
    this.#hasEnded = true
    this.#wake()
  }

  async find(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.#lines.find((line) => line.search(pattern) >= 0)
      if (found !== undefined) return found
      if (this.#hasEnded) throw new Error(`the action ended without a line like ${pattern}`)
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  #wake() {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
