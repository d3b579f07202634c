import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram } from '../../testkit/servers/programs.ts'
import type { Job, Platforms } from '../job.ts'
import type { Command } from '../measure/timed.ts'

export const toolNames = ['ours', 'skopeo', 'crane', 'regctl', 'regsync', 'oras', 'ocync'] as const

/** What the machine and its registries allow at best, with blobs and without; see limits.ts. */
export const blobLimits = ['get', 'get-4', 'put', 'put-4', 'pipe', 'pipe-4'] as const
export const limitNames = [...blobLimits, 'looks', 'node', 'node-pipe', 'churn', 'held'] as const

export type LimitName = (typeof limitNames)[number]

export type ToolName = LimitName | (typeof toolNames)[number]

/** One image and where to: `host/repository:tag`. */
export interface Pair {
  readonly source: string
  readonly targets: readonly string[]
}

/** A job as a tool is told it. */
export interface Task {
  readonly job: Job
  readonly pairs: readonly Pair[]
  readonly platforms: Platforms
  /** Every registry of it, `host:port`. */
  readonly hosts: readonly string[]
  readonly login: { readonly user: string; readonly password: string } | undefined
  /** Path of the authority's certificate, where the registries speak TLS. */
  readonly authority: string | undefined
  /** Whether some of the requests will fail. */
  readonly isFlaky: boolean
  /** For configuration; empty. */
  readonly folder: string
}

export interface Tool {
  readonly name: ToolName
  /** A limit checks nothing of what it moves, or moves nothing. */
  readonly role: 'limit' | 'ours' | 'peer'
  /** With the flags that the benchmark gives it, as people would read it. */
  readonly how: string
  /** Undefined where it is not installed. */
  readonly version: string | undefined
  /** Whether it can copy several platforms of an image and leave out the others. */
  readonly selectsPlatforms: boolean
  /** Whether one process of it copies a whole list; others are not asked for thousands of images. */
  readonly takesLists: boolean
  /** Undefined for a job that it cannot be told. */
  readonly command: (task: Task) => Promise<Command | undefined>
}

export function isLimit(tool: ToolName): boolean {
  return limitNames.some((limit) => limit === tool)
}

/** Processes at once of a tool that copies one image. */
export const SIDE_BY_SIDE = 8
/** Requests at once to a registry, where a tool can be told: as many as the action allows itself. */
export const REQUESTS = 32

/** It leaves it to the registry to hash what it moves, which is another promise than that of the others. */
export const UNCHECKING: ReadonlySet<ToolName> = new Set(['oras'])

/** The version that a program tells about itself. */
export function versionOf(program: string, ...args: readonly string[]): string | undefined {
  const path = findProgram(program)
  if (path === undefined) return undefined
  const text = execFileSync(path, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? 'unknown'
}

/** Runs a tool that knows no lists once for each image and target. */
export async function sideBySide(
  { pairs, folder }: Task,
  command: readonly string[],
  prefix = '',
): Promise<Pick<Command, 'args' | 'file'>> {
  const lines = pairs.flatMap(({ source, targets }) =>
    targets.map((target) => `${prefix}${source} ${prefix}${target}\n`),
  )
  const list = join(folder, 'list')
  await writeFile(list, lines.join(''))
  return { file: 'xargs', args: ['-a', list, '-n', '2', '-P', String(SIDE_BY_SIDE), ...command] }
}

/** What every program that is written in Go reads: the logins of Docker, and whom to trust. */
export async function commonEnvironment({ folder, hosts, login, authority }: Task) {
  const config = join(folder, 'docker')
  await mkdir(config, { recursive: true })
  const auth = login && Buffer.from(`${login.user}:${login.password}`).toString('base64')
  const auths = Object.fromEntries(hosts.map((host) => [host, { auth }]))
  await writeFile(join(config, 'config.json'), JSON.stringify(login ? { auths } : {}))
  return {
    DOCKER_CONFIG: config,
    ...(authority === undefined ? {} : { SSL_CERT_FILE: authority }),
  }
}
