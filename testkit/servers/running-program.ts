import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A server that is not ours: a program of this machine. */
export interface ServerProgram {
  /** What people call it, in messages. */
  readonly name: string
  /** Undefined where it is not installed. */
  readonly path: string | undefined
  readonly env?: Readonly<Record<string, string>>
  /** Writes what the program wants to read into its folder; gives the arguments. */
  readonly prepare: (folder: string) => readonly string[] | Promise<readonly string[]>
  /** Where it writes its log. */
  readonly log: 'stderr' | 'stdout'
  /** A line of its log that says that it takes connections. */
  readonly ready: RegExp
  /** As whom it runs; default as this process. */
  readonly user?: number
  /** What ends it with all of its own processes; default SIGKILL, for those that have none. */
  readonly stopSignal?: 'SIGQUIT'
}

export interface RunningProgram {
  /** What `ready` found. */
  readonly ready: RegExpExecArray
  /** Everything that the program writes is in here; gone after `close`. */
  readonly folder: string
  /** Ends the process; safe to call twice. */
  readonly close: () => Promise<void>
}

/** Starts a program and waits until it listens. Throws with its log where it ends instead. */
export async function startProgram(program: ServerProgram): Promise<RunningProgram> {
  const { name, path } = program
  if (path === undefined) throw new Error(`${name} is not in PATH`)
  const folder = await mkdtemp(join(tmpdir(), 'server-'))
  let child: ChildProcess | undefined
  const close = async () => {
    if (child !== undefined) await stop(child, program.stopSignal)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const args = await program.prepare(folder)
    child = spawn(path, args, {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...program.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(program.user === undefined ? {} : { uid: program.user, gid: program.user }),
    })
    return { ready: await readyLine(child, program), folder, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function readyLine(child: ChildProcess, { name, log, ready }: ServerProgram) {
  const seen: string[] = []
  let found: RegExpExecArray | null = null
  return new Promise<RegExpExecArray>((resolve, reject) => {
    const onLine = (source: ServerProgram['log'], line: string) => {
      if (found !== null) return
      seen.push(line)
      if (source === log) found = ready.exec(line)
      if (found !== null) resolve(found)
    }
    for (const source of ['stdout', 'stderr'] as const) {
      const input = child[source]
      if (input === null) throw new Error(`${name} has no ${source}`)
      // Read to the end, though nobody wants it: a full pipe would stop the program.
      createInterface({ input }).on('line', (line) => onLine(source, line))
    }
    child.once('error', reject)
    child.once('close', () => {
      reject(new Error(`${name} did not start:\n${seen.join('\n')}`))
    })
  })
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL') {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}
