import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Certificate } from '../registry/certificate.ts'
import { findPrograms } from './programs.ts'
import { startProgram } from './running-program.ts'
import type { TokenTrust } from './token-server.ts'

export type DistributionVersion = 2 | 3

export interface DistributionOptions {
  /** Major version; default 2, which most registries of the world are made of. */
  readonly version?: DistributionVersion
  /** Default: none. `htpasswd` knows one user, `htpasswdUser`. */
  readonly auth?: 'htpasswd' | { readonly token: TokenTrust }
  readonly tls?: Certificate
  readonly deleteEnabled?: boolean
  /** Where it keeps its content, which then outlives it; default its own folder. */
  readonly storage?: string
  /** Upstream of a pull-through cache. */
  readonly proxy?: string
  /** Variables of its process. */
  readonly env?: Readonly<Record<string, string>>
}

/** A registry that is not ours, with its own process and a temporary folder. */
export interface Distribution {
  /** `127.0.0.1:<port>`. */
  readonly host: string
  readonly url: string
  /** Holds everything that the registry writes; gone after `close`. */
  readonly folder: string
  readonly close: () => Promise<void>
}

export const htpasswdUser = { name: 'testkit', password: 'hunter2-testkit' } as const

/** bcrypt of the password at the lowest cost, the only hash that every registry's htpasswd takes. */
export const htpasswd = `${htpasswdUser.name}:$2a$04$GtaD8F/.oA4I5441tMJL8uSxGrbrpqQMC.jmc.SJxKoXaFRai4j76\n`

/** Debian's name for the program, and its own. */
const PROGRAMS = ['docker-registry', 'registry']

/** Path of CNCF Distribution's program, if that version is installed. Both have the same names. */
export function findDistribution(version: DistributionVersion = 2): string | undefined {
  return findPrograms(...PROGRAMS).find((program) => majorVersionOf(program) === version)
}

/** `registry github.com/distribution/distribution/v3 v3.0.0`; Debian's has no `v` there. */
function majorVersionOf(program: string): number {
  const text = execFileSync(program, ['--version'], { encoding: 'utf8' })
  return Number(/ v?(\d+)\.\S*\s*$/.exec(text)?.[1])
}

/** Starts the registry on a free port and waits until it listens. Throws if there is none. */
export async function startDistribution(options: DistributionOptions = {}): Promise<Distribution> {
  const { version = 2 } = options
  const { ready, folder, close } = await startProgram({
    name: `Distribution ${version} (${PROGRAMS.join(' or ')})`,
    path: findDistribution(version),
    // Version 3 sends traces to a collector on this machine unless told not to.
    env: { OTEL_TRACES_EXPORTER: 'none', ...options.env },
    prepare: async (own) => {
      const config = join(own, 'config.yml')
      await writeFile(config, stringify(await configuration(own, options)))
      return ['serve', config]
    },
    log: 'stderr',
    // It chooses the port and says which.
    ready: /listening on (127\.0\.0\.1:\d+)/,
  })
  const host = ready[1] ?? ''
  return { host, url: `${options.tls === undefined ? 'http' : 'https'}://${host}`, folder, close }
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
      filesystem: { rootdirectory: options.storage ?? join(folder, 'data') },
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
    return { auth: { htpasswd: { realm: 'testkit', path: await file('htpasswd', htpasswd) } } }
  }
  const { certificate, ...token } = auth.token
  return { auth: { token: { ...token, rootcertbundle: await file('token.crt', certificate) } } }
}
