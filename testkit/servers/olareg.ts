import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { stringify } from 'yaml'
import { htpasswd, htpasswdUser } from './distribution.ts'
import { onFreePort } from './free-port.ts'
import { findProgram } from './programs.ts'
import { startProgram } from './running-program.ts'

export interface OlaregOptions {
  /** Default: none. Basic, or its own token service; both know one user, `htpasswdUser`. */
  readonly auth?: 'basic' | 'token'
}

/** The registry that regclient is tested with, in memory. */
export interface Olareg {
  /** `127.0.0.1:<port>`. */
  readonly host: string
  readonly url: string
  readonly close: () => Promise<void>
}

/** Path of olareg, if it is installed. */
export function findOlareg(): string | undefined {
  return findProgram('olareg')
}

export async function startOlareg({ auth }: OlaregOptions = {}): Promise<Olareg> {
  return onFreePort(async (port) => {
    const host = `127.0.0.1:${port}`
    const { close } = await startProgram({
      name: 'olareg',
      path: findOlareg(),
      prepare: async (folder) => {
        const users = join(folder, 'users.yml')
        await writeFile(users, stringify(configuration))
        const address = ['--addr', '127.0.0.1', '--port', String(port)]
        const kind = auth === 'basic' ? '--auth-basic' : '--auth-token-opaque'
        const login = auth === undefined ? [] : [kind, users, '--external-url', `http://${host}`]
        return ['serve', '--store-type', 'mem', '--verbosity', 'info', ...address, ...login]
      },
      log: 'stderr',
      ready: /launching server|listening for connections/,
    })
    await untilOpen(port)
    return { host, url: `http://${host}`, close }
  })
}

const [, hash = ''] = htpasswd.trim().split(':')
const configuration = {
  users: { [htpasswdUser.name]: { cred: hash } },
  acls: [{ repo: '*', access: ['*'], members: [htpasswdUser.name] }],
}

/** It needs one or two; where it has ended instead, that is over in seconds. */
const MAX_TRIES = 300
const PAUSE_MS = 10

/** What it prints comes right before it listens, and nothing comes after. */
async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
    await setTimeout(PAUSE_MS)
  }
  throw new Error('olareg does not listen')
}
