import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import {
  type AuthFile,
  type AuthFileFormat,
  parseAuthFile,
} from '../registry/credentials/docker-config.ts'
import type { Logger } from '../registry/logger.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A file with logins of earlier steps. */
export interface AuthFilePlace {
  readonly path: string
  readonly format: AuthFileFormat
  /** Somebody said that it is there. */
  readonly isNamed?: boolean
}

/** A file that was read, and what people call it. */
export interface ReadAuthFile {
  readonly origin: string
  readonly file: AuthFile
}

const ORIGINS: Readonly<Record<AuthFileFormat, string>> = {
  docker: 'the Docker configuration',
  podman: "Podman's auth.json",
}

/**
 * Where logins may be kept, in the order in which they count: Docker's configuration, then Podman's
 * (containers-auth.json(5)). With REGISTRY_AUTH_FILE there is only that one of Podman's.
 */
export function authFilePlaces(
  environment: Environment,
  home: string | undefined = homeFolder(environment),
  runtime: string | undefined = runtimeFolder(),
): readonly AuthFilePlace[] {
  const given = (name: string): string | undefined => environment[name]?.trim() || undefined
  const docker = below(given('DOCKER_CONFIG') ?? below(home, '.docker')[0], 'config.json')
  const named = given('REGISTRY_AUTH_FILE')
  const config = given('XDG_CONFIG_HOME') ?? below(home, '.config')[0]
  const session = below(given('XDG_RUNTIME_DIR'), 'containers')[0] ?? runtime
  const podman =
    named === undefined
      ? [...below(session, 'auth.json'), ...below(config, 'containers', 'auth.json')]
      : []
  return [
    ...docker.map((path) => ({ path, format: 'docker' as const })),
    ...podman.map((path) => ({ path, format: 'podman' as const })),
    ...(named === undefined ? [] : [{ path: named, format: 'podman' as const, isNamed: true }]),
  ]
}

function below(folder: string | undefined, ...path: readonly string[]): readonly string[] {
  return folder === undefined ? [] : [join(folder, ...path)]
}

/** Where Podman on Linux keeps what lasts until the next boot, for users without a session. */
function runtimeFolder(): string | undefined {
  const user = process.platform === 'linux' ? process.getuid?.() : undefined
  return user === undefined ? undefined : `/run/containers/${user}`
}

/** The home folder of the step; undefined where there is none, as in some containers. */
function homeFolder(environment: Environment): string | undefined {
  const home = environment[process.platform === 'win32' ? 'USERPROFILE' : 'HOME'] ?? ''
  if (home !== '') return home
  try {
    const known = homedir()
    return isAbsolute(known) ? known : undefined
  } catch {
    // The user of a container may have no entry in the system's list of users.
    return undefined
  }
}

/**
 * Reads all that are there. A missing one is none, unless it was named; what cannot be read is told
 * to the logger, without any of its content.
 */
export function readAuthFiles(environment: Environment, logger: Logger): readonly ReadAuthFile[] {
  return authFilePlaces(environment).flatMap(({ path, format, isNamed }) => {
    const origin = ORIGINS[format]
    const warn = (message: string): void => logger.warning(`${origin} at ${path}: ${message}`)
    try {
      return [{ origin, file: parseAuthFile(readFileSync(path, 'utf8'), format, warn) }]
    } catch (error) {
      if (!isMissing(error)) {
        warn(`it is not used: ${String(error).replace(/^\w*Error: /, '')}`)
      } else if (isNamed === true) {
        warn('there is no such file, although REGISTRY_AUTH_FILE names it')
      }
      return []
    }
  })
}

function isMissing(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : ''
  return code === 'ENOENT' || code === 'ENOTDIR'
}
