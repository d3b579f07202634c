import { execFile } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { onFreePort } from './free-port.ts'
import { startPostgres } from './postgres.ts'
import { findProgram } from './programs.ts'
import { startProgram } from './running-program.ts'

const run = promisify(execFile)

export const pulpUser = { name: 'admin', password: 'hunter2-pulp' } as const

/** Pulp with its plugin for containers, which sends who reads a blob on to a server of its own. */
export interface Pulp {
  /** `127.0.0.1:<port>`. */
  readonly host: string
  readonly url: string
  readonly close: () => Promise<void>
}

/** Path of Pulp's programs, if they are installed (.ci/install-pulp). */
export function findPulp(): string | undefined {
  const program = findProgram('pulpcore-api')
  return program === undefined ? undefined : dirname(program)
}

/** Starts all that it is made of; making its database takes a minute. */
export async function startPulp(): Promise<Pulp> {
  const programs = findPulp()
  await using started = new AsyncDisposableStack()
  const postgres = await startPostgres()
  started.defer(postgres.close)
  const folder = await mkdtemp(join(tmpdir(), 'pulp-'))
  started.defer(async () => rm(folder, { recursive: true, force: true }))
  const env = {
    PULP_SETTINGS: join(folder, 'settings.py'),
    DJANGO_SETTINGS_MODULE: 'pulpcore.app.settings',
  }
  const start = async (name: string, args: readonly string[], ready: RegExp) => {
    const path = programs === undefined ? undefined : join(programs, name)
    const program = await startProgram({
      name,
      path,
      env,
      prepare: () => args,
      log: 'stderr',
      ready,
      stopSignal: 'SIGQUIT',
    })
    started.defer(program.close)
    return program
  }
  const manage = async (...args: readonly string[]) =>
    run(join(programs ?? '', 'pulpcore-manager'), args, { env: { ...process.env, ...env } })

  return await onFreePort(async (contentPort) =>
    onFreePort(async (port) => {
      await writeSettings(folder, { database: postgres.port, port, contentPort })
      await manage('migrate')
      await manage('reset-admin-password', '--password', pulpUser.password)
      const listening = /Booting worker/
      await Promise.all([
        start('pulpcore-api', ['-b', `127.0.0.1:${port}`], listening),
        start('pulpcore-content', ['-b', `127.0.0.1:${contentPort}`], listening),
        start('pulpcore-worker', [], /Starting pulpcore worker/),
      ])
      const host = `127.0.0.1:${port}`
      const all = started.move()
      return { host, url: `http://${host}`, close: async () => all.disposeAsync() }
    }),
  )
}

async function writeSettings(
  folder: string,
  { database, port, contentPort }: Readonly<Record<'database' | 'port' | 'contentPort', number>>,
) {
  const at = (name: string) => join(folder, name)
  for (const name of ['media', 'tmp']) await mkdir(at(name), { recursive: true })
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(at('private.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await writeFile(at('public.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  await writeFile(at('database.key'), `${randomBytes(32).toString('base64url')}=`)
  const settings = {
    DATABASES: {
      default: {
        ENGINE: 'django.db.backends.postgresql',
        HOST: '127.0.0.1',
        PORT: String(database),
        NAME: 'postgres',
        USER: 'postgres',
      },
    },
    SECRET_KEY: randomBytes(32).toString('hex'),
    DEPLOY_ROOT: folder,
    MEDIA_ROOT: `${at('media')}/`,
    WORKING_DIRECTORY: at('tmp'),
    FILE_UPLOAD_TEMP_DIR: at('tmp'),
    DB_ENCRYPTION_KEY: at('database.key'),
    CONTENT_ORIGIN: `http://127.0.0.1:${contentPort}`,
    TOKEN_SERVER: `http://127.0.0.1:${port}/token/`,
    TOKEN_SIGNATURE_ALGORITHM: 'ES256',
    PUBLIC_KEY_PATH: at('public.pem'),
    PRIVATE_KEY_PATH: at('private.pem'),
  }
  // These values are written alike in JSON and in Python.
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  await writeFile(at('settings.py'), `${lines.join('\n')}\n`)
}
