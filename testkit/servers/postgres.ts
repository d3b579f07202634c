import { execFile } from 'node:child_process'
import { chown, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onFreePort } from './free-port.ts'
import { startProgram } from './running-program.ts'

const run = promisify(execFile)

/** Where Debian keeps the programs of each version, which are in nobody's PATH. */
const VERSIONS = '/usr/lib/postgresql'
/** It refuses to run as root; this user exists everywhere, and has nothing. */
const NOBODY = 65_534

/** A database server on loopback, with one database and one user, both `postgres`, and no password. */
export interface Postgres {
  readonly port: number
  readonly close: () => Promise<void>
}

/** The folder of PostgreSQL's programs, if it is installed. */
export async function findPostgres(): Promise<string | undefined> {
  try {
    const versions = await readdir(VERSIONS)
    const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0]
    return newest === undefined ? undefined : join(VERSIONS, newest, 'bin')
  } catch {
    return undefined
  }
}

export async function startPostgres(): Promise<Postgres> {
  const programs = await findPostgres()
  const user = process.getuid?.() === 0 ? NOBODY : undefined
  const identity = user === undefined ? {} : { uid: user, gid: user }
  return onFreePort(async (port) => {
    const { close } = await startProgram({
      name: 'PostgreSQL',
      path: programs === undefined ? undefined : join(programs, 'postgres'),
      ...(user === undefined ? {} : { user }),
      prepare: async (folder) => {
        const data = join(folder, 'data')
        if (user !== undefined) await chown(folder, user, user)
        const options = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync']
        await run(join(programs ?? '', 'initdb'), options, { cwd: folder, ...identity })
        const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off']
        return ['-D', data, '-k', folder, '-p', String(port), ...settings]
      },
      log: 'stderr',
      ready: /ready to accept connections/,
      stopSignal: 'SIGQUIT',
    })
    return { port, close }
  })
}
