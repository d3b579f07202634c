import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Certificate } from '../../testkit/registry/certificate.ts'
import { findDistribution, startDistribution } from '../../testkit/servers/distribution.ts'
import { findZot, startZot } from '../../testkit/servers/zot.ts'

/** A program that registries of a benchmark are made of. */
export type ServerName = 'distribution2' | 'distribution3' | 'zot'

export const serverNames: readonly ServerName[] = ['distribution2', 'distribution3', 'zot']

export interface ServerOptions {
  readonly storage: string
  readonly tls?: Certificate
}

export interface RunningServer {
  /** `127.0.0.1:<port>`. */
  readonly host: string
  readonly close: () => Promise<void>
}

export function isInstalled(server: ServerName): boolean {
  if (server === 'zot') return findZot() !== undefined
  return findDistribution(server === 'distribution2' ? 2 : 3) !== undefined
}

/** Versions 2 and 3 of Distribution keep their content in the same way. */
export function storageFormat(server: ServerName): 'distribution' | 'zot' {
  return server === 'zot' ? 'zot' : 'distribution'
}

/**
 * The registries share the cores with whoever is measured, as one far away would not. They spend half of their time on
 * collecting garbage unless they are given more memory before they do.
 */
const GO_GARBAGE = { GOGC: '800' }

export async function startServer(
  server: ServerName,
  { storage, tls }: ServerOptions,
): Promise<RunningServer> {
  const options = { storage, env: GO_GARBAGE, ...(tls === undefined ? {} : { tls }) }
  if (server === 'zot') return startZot({ ...options, takesDocker: true })
  return startDistribution({ ...options, version: server === 'distribution2' ? 2 : 3 })
}

const MEMORY = '/dev/shm'

/** A registry whose content is in memory where the machine has such a place, and gone when it is closed. */
export async function startEmptyServer(
  server: ServerName,
  tls: Certificate | undefined,
): Promise<RunningServer> {
  const storage = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'benchmark-'))
  const remove = async () => rm(storage, { recursive: true, force: true })
  try {
    const { host, close } = await startServer(server, {
      storage,
      ...(tls === undefined ? {} : { tls }),
    })
    return {
      host,
      close: async () => {
        await close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** What people would call it. zot names the version of a specification, and its own only as released. */
export function versionOfServer(server: ServerName): string {
  const path = server === 'zot' ? findZot() : findDistribution(server === 'distribution2' ? 2 : 3)
  if (path === undefined) throw new Error(`${server} is not installed`)
  const { stdout, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  const pattern = server === 'zot' ? /"commit":"v?(\d+\.\d+\.\d+)/ : /(\d+\.\d+\.\d+)/
  const version = pattern.exec(stdout + stderr)?.[1] ?? ''
  return `${server === 'zot' ? 'zot' : 'CNCF Distribution'} ${version}`.trim()
}
