import type { ChildProcess, ChildProcessByStdio, spawn as SpawnFunction } from 'node:child_process'
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { types } from 'node:util'

/** More than any login takes: the longest tokens of the clouds have a few KiB. */
export const MAX_ANSWER_BYTES = 64 * 1024

/** What is no path and means nothing to any file system. */
const NAME = /^[a-zA-Z0-9._-]+$/

const isWindows = process.platform === 'win32'

type Environment = Readonly<Record<string, string | undefined>>
type Helper = ChildProcessByStdio<Writable, Readable, null>

export function isHelperName(name: string): boolean {
  return NAME.test(name)
}

/**
 * Path of the program `docker-credential-NAME`. Folders that are relative to the working directory
 * are passed over: that is a workspace, with whatever was checked out there. On Windows only `.exe`
 * counts, as batch files would need a shell.
 */
export async function findHelperProgram(
  name: string,
  environment: Environment,
): Promise<string | undefined> {
  const variable = isWindows
    ? Object.keys(environment).find((key) => key.toUpperCase() === 'PATH')
    : 'PATH'
  const folders = (environment[variable ?? 'PATH'] ?? '').split(delimiter).filter(isAbsolute)
  for (const folder of folders) {
    const path = join(folder, `docker-credential-${name}${isWindows ? '.exe' : ''}`)
    if (await isProgram(path)) return path
  }
  return undefined
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

/** How a helper came to its end: with a status and an answer, or in a way that has a reason. */
export type HelperEnd =
  | { readonly exitCode: number; readonly answer: string }
  | { readonly failure: string }

export interface HelperRun {
  readonly environment: Environment
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs `PROGRAM get` without a shell, with the server on its standard input, and never throws. The
 * inputs of the step are kept from it, as they hold the passwords of other registries. What it
 * prints to standard error is thrown away: it may hold a secret in a form that nobody knows to mask.
 */
export async function runHelper(
  program: string,
  server: string,
  { environment, timeoutMs, signal }: HelperRun,
): Promise<HelperEnd> {
  // Not loaded by the runs that have no helper, which are most.
  const { spawn } = await import('node:child_process')
  if (signal?.aborted === true) return { failure: 'the run was cancelled' }
  let child: Helper
  try {
    child = start(spawn, program, environment)
  } catch (error) {
    return notStarted(error)
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = (end: HelperEnd): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      resolve(end)
    }
    const give = (failure: string): void => {
      kill(child)
      child.stdout.destroy()
      finish({ failure })
    }
    const onAbort = (): void => give('the run was cancelled')
    const timer = setTimeout(() => give(`it took longer than ${timeoutMs / 1000} s`), timeoutMs)
    signal?.addEventListener('abort', onAbort, { once: true })
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_ANSWER_BYTES) give(`it answered more than ${MAX_ANSWER_BYTES / 1024} KiB`)
      else chunks.push(chunk)
    })
    child.once('error', (error) => {
      finish(notStarted(error))
    })
    child.once('close', (code, killedBy) => {
      const answer = Buffer.concat(chunks).toString('utf8')
      finish(
        code === null
          ? { failure: `${killedBy ?? 'a signal'} ended it` }
          : { exitCode: code, answer },
      )
    })
    // Some know their one server and end without reading.
    child.stdin.on('error', () => undefined)
    child.stdin.end(server)
  })
}

/** Node throws some of the errors of the system, and tells others as an event. */
function start(spawn: typeof SpawnFunction, program: string, environment: Environment): Helper {
  return spawn(program, ['get'], {
    env: withoutInputs(environment),
    stdio: ['pipe', 'pipe', 'ignore'],
    // A group of its own, so that what a script has started ends with it.
    detached: !isWindows,
    windowsHide: true,
  })
}

function notStarted(error: unknown): HelperEnd {
  const code = types.isNativeError(error) && 'code' in error ? String(error.code) : 'no code'
  return { failure: `it could not be started (${code})` }
}

function kill(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined) return
  try {
    if (isWindows) child.kill('SIGKILL')
    else process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function withoutInputs(environment: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^INPUT_/i.test(name)))
}
