import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import {
  type AuthFile,
  type AuthFileFormat,
  parseAuthFile,
} from '../registry/credentials/docker-config.ts'
import type { LoginScope } from '../registry/credentials/login-scope.ts'
import type { Logger } from '../registry/logger.ts'
import { scopedFiles } from './buildx-logins.ts'

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
  /** What it is for, where it is not for whatever it names. */
  readonly scope?: LoginScope
}

const ORIGINS: Readonly<Record<AuthFileFormat, string>> = {
  docker: 'the Docker configuration',
  podman: "Podman's auth.json",
}
const BUILDX = 'the login for a scope'
const VARIABLE = 'DOCKER_AUTH_CONFIG'

/**
 * Where logins may be kept, in the order in which they count: Docker's configuration, then Podman's
 * (containers-auth.json(5)). With REGISTRY_AUTH_FILE there is only that one of Podman's.
 */
export function authFilePlaces(
  environment: Environment,
  home: string | undefined = homeFolder(environment),
  runtime: string | undefined = runtimeFolder(),
): readonly AuthFilePlace[] {
  const docker = below(dockerFolder(environment, home), 'config.json')
  const named = given(environment, 'REGISTRY_AUTH_FILE')
  const config = given(environment, 'XDG_CONFIG_HOME') ?? below(home, '.config')[0]
  const session = below(given(environment, 'XDG_RUNTIME_DIR'), 'containers')[0] ?? runtime
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

function dockerFolder(environment: Environment, home: string | undefined): string | undefined {
  return given(environment, 'DOCKER_CONFIG') ?? below(home, '.docker')[0]
}

function given(environment: Environment, name: string): string | undefined {
  return environment[name]?.trim() || undefined
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
 * Reads all that are there, in the order in which they count: those of Buildx, which are each for one
 * scope, Docker's and Podman's, and the variable DOCKER_AUTH_CONFIG. A missing one is none, unless it
 * was named; what cannot be read is told to the logger, without any of its content.
 */
export function readAuthFiles(environment: Environment, logger: Logger): readonly ReadAuthFile[] {
  const scoped = buildxFolders(environment).flatMap((folder) => scopedFiles(folder, logger))
  return [
    ...scoped.flatMap(({ path, scope }) =>
      readFile({ path, format: 'docker' }, BUILDX, logger).map((file) => ({ ...file, scope })),
    ),
    ...authFilePlaces(environment).flatMap((place) =>
      readFile(place, ORIGINS[place.format], logger),
    ),
    ...readVariable(environment['DOCKER_AUTH_CONFIG']?.trim() ?? '', logger),
  ]
}

/** Where Buildx keeps logins for scopes (docker/buildx, BUILDX_CONFIG). */
export function buildxFolders(
  environment: Environment,
  home: string | undefined = homeFolder(environment),
): readonly string[] {
  const named = given(environment, 'BUILDX_CONFIG')
  return named === undefined
    ? below(dockerFolder(environment, home), 'buildx', 'config')
    : [join(named, 'config')]
}

function readFile(
  { path, format, isNamed }: AuthFilePlace,
  origin: string,
  logger: Logger,
): readonly ReadAuthFile[] {
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
}

/** Docker's CLI takes logins from that variable since 2025, and nothing else that a file may hold. */
function readVariable(text: string, logger: Logger): readonly ReadAuthFile[] {
  if (text === '') return []
  const warn = (message: string): void => logger.warning(`${VARIABLE}: ${message}`)
  try {
    const { logins, helpers, store } = parseAuthFile(text, 'docker', warn)
    if (logins.length === 0 && (helpers.size > 0 || store !== undefined)) {
      warn('credHelpers and credsStore are not used here, only auths are')
    }
    const plain = logins.map(({ headers: _headers, ...login }) => login)
    return [{ origin: VARIABLE, file: { logins: plain, helpers: new Map() } }]
  } catch (error) {
    warn(`it is not used: ${String(error).replace(/^\w*Error: /, '')}`)
    return []
  }
}

function isMissing(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : ''
  return code === 'ENOENT' || code === 'ENOTDIR'
}
