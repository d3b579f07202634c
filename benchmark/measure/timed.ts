import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { findProgram } from '../../testkit/servers/programs.ts'

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** What a command took, with all the processes that it started and waited for. */
export interface Timed {
  readonly exitCode: number
  /** Seconds from its start to its end. */
  readonly wall: number
  /** Seconds of CPU. */
  readonly cpu: number
  /** Bytes of resident memory that its largest process had at most; undefined where there is no GNU time. */
  readonly memory: number | undefined
  /** The end of what it wrote. */
  readonly output: string
}

/** More than the slowest cell takes; a tool that hangs is to be told from one that is slow. */
const TIMEOUT_MS = 5 * 60_000
/** Characters of output that are enough to see why something failed. */
const KEPT_OUTPUT = 4000

let running: ChildProcess | undefined
let isInterrupted = false

/** Ends the command that is running, and lets no other one start: whoever waits for it can tidy up. */
export function interrupt() {
  isInterrupted = true
  endGroup(running)
}

function failIfInterrupted() {
  if (isInterrupted) throw new Error('interrupted')
}

/** A process, and all that it has started. */
function endGroup(child: ChildProcess | undefined) {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  process.kill(-child.pid, 'SIGKILL')
}

/** Runs a command to its end. Its exit code tells the caller whether it worked. */
export async function runTimed({ file, args, env, cwd }: Command): Promise<Timed> {
  failIfInterrupted()
  const folder = await mkdtemp(join(tmpdir(), 'timed-'))
  const report = join(folder, 'report')
  try {
    const [wrapper, ...wrapperArgs] = stopwatch(report)
    const startedAt = performance.now()
    // A process group of its own: what it started can be ended with it.
    const child = spawn(wrapper, [...wrapperArgs, file, ...args], {
      cwd: cwd ?? folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: tmpdir(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        output = (output + bytes.toString()).slice(-KEPT_OUTPUT)
      })
    }
    running = child
    const timer = setTimeout(() => endGroup(child), TIMEOUT_MS)
    const [code] = (await once(child, 'close')) as [number | null]
    const wall = (performance.now() - startedAt) / 1000
    clearTimeout(timer)
    failIfInterrupted()
    return { exitCode: code ?? -1, wall, output, ...(await readReport(report)) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** GNU time where it is installed; what bash knows of time otherwise. */
function stopwatch(report: string): [string, ...string[]] {
  const time = findProgram('time')
  if (time !== undefined) return [time, '-q', '-o', report, '-f', '%U %S %M']
  const script = 'exec 3>"$1"; shift; TIMEFORMAT="%U %S"; { time "$@" >&1 2>&4; } 4>&2 2>&3'
  return ['bash', '-c', script, 'time', report]
}

async function readReport(report: string) {
  const text = await readFile(report, 'utf8').catch(() => '')
  const [user = Number.NaN, system = Number.NaN, kibibytes] = text.trim().split(' ').map(Number)
  return { cpu: user + system, memory: kibibytes === undefined ? undefined : kibibytes * 1024 }
}
