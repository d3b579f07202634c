import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Certificate } from '../registry/certificate.ts'
import { htpasswd } from './distribution.ts'
import { findProgram } from './programs.ts'
import { startProgram } from './running-program.ts'

export interface ZotOptions {
  /** Default: none. `htpasswd` knows one user, `htpasswdUser`. */
  readonly auth?: 'htpasswd'
  /** Whether it takes Docker's media types too; default it does not, as it comes. */
  readonly takesDocker?: boolean
  readonly tls?: Certificate
  /** Where it keeps its content, which then outlives it; default its own folder. */
  readonly storage?: string
  /** Variables of its process. */
  readonly env?: Readonly<Record<string, string>>
}

export interface Zot {
  /** `127.0.0.1:<port>`. */
  readonly host: string
  readonly url: string
  readonly close: () => Promise<void>
}

/** Path of zot, full or minimal, if it is installed. */
export function findZot(): string | undefined {
  return findProgram('zot', 'zot-minimal')
}

export async function startZot(options: ZotOptions = {}): Promise<Zot> {
  const { ready, close } = await startProgram({
    name: 'zot',
    path: findZot(),
    ...(options.env === undefined ? {} : { env: options.env }),
    prepare: async (folder) => {
      const config = join(folder, 'config.json')
      await writeFile(config, JSON.stringify(await configuration(folder, options)))
      return ['serve', config]
    },
    log: 'stdout',
    ready: /"port":(\d+).*kernel chosen port|kernel chosen port.*"port":(\d+)/,
  })
  const host = `127.0.0.1:${ready[1] ?? ready[2] ?? ''}`
  return { host, url: `${options.tls === undefined ? 'http' : 'https'}://${host}`, close }
}

async function configuration(folder: string, options: ZotOptions) {
  const { auth, takesDocker = false, tls, storage = join(folder, 'data') } = options
  const path = join(folder, 'htpasswd')
  if (auth !== undefined) await writeFile(path, htpasswd)
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
  if (tls !== undefined) {
    await writeFile(cert, tls.cert)
    await writeFile(key, tls.key)
  }
  return {
    distSpecVersion: '1.1.1',
    // No garbage collection: its timers and its log are of no use to a test.
    storage: { rootDirectory: storage, gc: false },
    http: {
      address: '127.0.0.1',
      port: '0',
      ...(auth === undefined ? {} : { auth: { htpasswd: { path } } }),
      ...(tls === undefined ? {} : { tls: { cert, key } }),
      ...(takesDocker ? { compat: ['docker2s2'] } : {}),
    },
    log: { level: 'info' },
  }
}
