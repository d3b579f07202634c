import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onFreePort } from './free-port.ts'
import { findProgram } from './programs.ts'
import { startProgram } from './running-program.ts'

export interface TinyproxyOptions {
  /** Wanted from everybody, if given; it has no more than letters and digits in its configuration. */
  readonly login?: { readonly user: string; readonly password: string }
  /**
   * Hosts that it looks for behind another proxy, and that one's URL. So a host may have a name that
   * no resolver knows.
   */
  readonly upstream?: { readonly hosts: readonly string[]; readonly url: string }
}

/** A forward proxy that is not ours. */
export interface Tinyproxy {
  /** With the login in it, where one is wanted. */
  readonly url: string
  readonly close: () => Promise<void>
}

/** Path of tinyproxy, if it is installed. */
export function findTinyproxy(): string | undefined {
  return findProgram('tinyproxy')
}

export async function startTinyproxy(options: TinyproxyOptions = {}): Promise<Tinyproxy> {
  return onFreePort(async (port) => {
    const { close } = await startProgram({
      name: 'tinyproxy',
      path: findTinyproxy(),
      prepare: async (folder) => {
        const config = join(folder, 'tinyproxy.conf')
        await writeFile(config, configuration(port, options))
        return ['-d', '-c', config]
      },
      log: 'stdout',
      ready: /Accepting connections/,
    })
    const { login } = options
    const userInfo = login === undefined ? '' : `${login.user}:${login.password}@`
    return { url: `http://${userInfo}127.0.0.1:${port}`, close }
  })
}

function configuration(port: number, { login, upstream }: TinyproxyOptions): string {
  const hosts = upstream?.hosts ?? []
  const behind = upstream === undefined ? '' : new URL(upstream.url).host
  return [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'LogLevel Info',
    ...(login === undefined ? [] : [`BasicAuth ${login.user} ${login.password}`]),
    ...hosts.map((host) => `Upstream http ${behind} "${host}"`),
    '',
  ].join('\n')
}
