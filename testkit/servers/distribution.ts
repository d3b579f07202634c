import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stringify } from 'yaml'
import type { Certificate } from '../registry/certificate.ts'
import { findProgram } from './programs.ts'
import type { TokenTrust } from './token-server.ts'

export interface DistributionOptions {
  /** Default: none. `htpasswd` knows one user, `htpasswdUser`. */
  readonly auth?: 'htpasswd' | { readonly token: TokenTrust }
  readonly tls?: Certificate
  readonly deleteEnabled?: boolean
  /** Upstream of a pull-through cache. */
  readonly proxy?: string
}

/** A registry that is not ours, with its own process and a temporary folder. */
export interface Distribution {
  /** `127.0.0.1:<port>`. */
  readonly host: string
  readonly url: string
  /** Holds everything that the registry writes; gone after `close`. */
  readonly folder: string
  close(): Promise<void>
}

export const htpasswdUser = { name: 'testkit', password: 'hunter2-testkit' } as const

/** bcrypt of the password at the lowest cost, the only hash that distribution's htpasswd takes. */
const HTPASSWD = `${htpasswdUser.name}:$2a$04$GtaD8F/.oA4I5441tMJL8uSxGrbrpqQMC.jmc.SJxKoXaFRai4j76\n`

/** Debian's name for the program, and its own. */
const PROGRAMS = ['docker-registry', 'registry']

/** Path of CNCF Distribution's program, if it is installed. */
export function findDistribution(): string | undefined {
  return findProgram(...PROGRAMS)
}

/** Whether a missing registry fails the tests that need one, rather than leaving them out. */
export function realRegistryRequired(): boolean {
  return (process.env['REQUIRE_REAL_REGISTRY'] ?? '') !== ''
}

/** Starts the registry on a free port and waits until it listens. Throws if there is none. */
export async function startDistribution(options: DistributionOptions = {}): Promise<Distribution> {
  const program = findDistribution()
  if (program === undefined) throw new Error(`none of ${PROGRAMS.join(', ')} is in PATH`)
  const folder = await mkdtemp(join(tmpdir(), 'distribution-'))
  const config = join(folder, 'config.yml')
  await writeFile(config, stringify(await configuration(folder, options)))
  const child = spawn(program, ['serve', config], {
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const close = async () => {
    await stop(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const host = await listeningHost(child)
    const url = `${options.tls === undefined ? 'http' : 'https'}://${host}`
    return { host, url, folder, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function configuration(folder: string, options: DistributionOptions) {
  const { tls, proxy, deleteEnabled = true } = options
  const file = async (name: string, content: string) => {
    await writeFile(join(folder, name), content)
    return join(folder, name)
  }
  return {
    version: 0.1,
    // The line that names the port is of level info.
    log: { level: 'info', formatter: 'text', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(folder, 'data') },
      delete: { enabled: deleteEnabled },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: {
      addr: '127.0.0.1:0',
      secret: 'testkit',
      ...(tls === undefined
        ? {}
        : {
            tls: {
              certificate: await file('tls.crt', tls.cert),
              key: await file('tls.key', tls.key),
            },
          }),
    },
    ...(proxy === undefined ? {} : { proxy: { remoteurl: proxy } }),
    ...(await authentication(options.auth, file)),
  }
}

async function authentication(
  auth: DistributionOptions['auth'],
  file: (name: string, content: string) => Promise<string>,
) {
  if (auth === undefined) return {}
  if (auth === 'htpasswd') {
    return { auth: { htpasswd: { realm: 'testkit', path: await file('htpasswd', HTPASSWD) } } }
  }
  const { certificate, ...token } = auth.token
  return { auth: { token: { ...token, rootcertbundle: await file('token.crt', certificate) } } }
}

/** The program listens on a port of its choice and logs which. It dies instead if it cannot start. */
async function listeningHost({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('the registry has no log')
  const seen: string[] = []
  const lines = createInterface({ input: stderr })
  const host = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const found = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
      if (found !== undefined) resolve(found)
      else seen.push(line)
    })
    lines.once('close', () => {
      reject(new Error(`the registry did not start:\n${seen.join('\n')}`))
    })
  })
  // Its log goes on and nobody reads it; unread, it would fill the pipe and stop the program.
  lines.removeAllListeners('line')
  lines.on('line', () => undefined)
  return host
}

async function stop(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
