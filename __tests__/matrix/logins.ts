import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { RunningProfile } from '../../testkit/profiles/profile.ts'
import { profiles } from '../../testkit/profiles/profiles.ts'
import type { ActionOptions } from '../../testkit/runner/action-runner.ts'

/** A place where the action looks for logins, by the words with which it names it. */
export type Origin =
  | 'registry-auth'
  | 'the Docker configuration'
  | 'docker-credential-matrix'
  | 'github-token'

/** In turn for the registries that are not GitHub's, so that each place holds some. */
const inTurn = [
  'registry-auth',
  'the Docker configuration',
  'docker-credential-matrix',
] as const satisfies readonly Origin[]

/** Where the login of a registry is put. */
export function originOf(id: string): Origin {
  const index = profiles.findIndex((profile) => profile.id === id)
  if (profiles[index]?.host === 'ghcr.io') return 'github-token'
  return inTurn[index % inTurn.length] ?? 'registry-auth'
}

export interface ProfileLogin {
  readonly running: RunningProfile
  readonly password: string
}

/** With what a credential helper was started, as often as it was. */
export interface HelperCalls {
  readonly arguments: string
  readonly environment: string
}

/** A credential helper, and what it was called with. */
export interface HelperFolder {
  readonly path: string
  /** Sets what the helper knows from now on. */
  teach(logins: readonly ProfileLogin[]): Promise<void>
  /** Of the calls since the last time. */
  takeCalls(): Promise<HelperCalls>
  remove(): Promise<void>
}

/**
 * Answers `get` with the file that is named after the host; speaks the protocol of Docker's helpers.
 * Not for a shell, which would hide variables with a dash in their name, as inputs have.
 */
const helperScript = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require('node:fs')
appendFileSync(__dirname + '/arguments', process.argv.slice(1).join('\\n') + '\\n')
appendFileSync(__dirname + '/environment', Object.values(process.env).join('\\n') + '\\n')
process.stdout.write(readFileSync(__dirname + '/' + readFileSync(0, 'utf8') + '.json'))
`

export async function createHelper(): Promise<HelperFolder> {
  const path = await mkdtemp(join(tmpdir(), 'credential-helper-'))
  const script = join(path, 'docker-credential-matrix')
  await writeFile(script, helperScript)
  await chmod(script, 0o755)
  await writeFile(join(path, 'arguments'), '')
  await writeFile(join(path, 'environment'), '')
  const take = async (file: string) => {
    const text = await readFile(join(path, file), 'utf8')
    await writeFile(join(path, file), '')
    return text
  }
  return {
    path,
    async teach(logins) {
      for (const { running, password } of logins) {
        const { host } = running.profile
        const answer = { ServerURL: host, Username: running.account.username, Secret: password }
        await writeFile(join(path, `${host}.json`), JSON.stringify(answer))
      }
    },
    takeCalls: async () => ({
      arguments: await take('arguments'),
      environment: await take('environment'),
    }),
    remove: async () => rm(path, { recursive: true }),
  }
}

/** Puts each login where it belongs. */
export async function placeLogins(
  logins: readonly ProfileLogin[],
  helper: HelperFolder,
): Promise<Pick<ActionOptions, 'actor' | 'env' | 'githubToken' | 'inputs' | 'workspace'>> {
  const at = (origin: Origin) =>
    logins.filter(({ running }) => originOf(running.profile.id) === origin)
  const byHost = <T>(origin: Origin, value: (login: ProfileLogin) => T) =>
    Object.fromEntries(at(origin).map((login) => [login.running.profile.host, value(login)]))
  await helper.teach(at('docker-credential-matrix'))
  const [github] = at('github-token')
  const configuration = {
    auths: byHost('the Docker configuration', (login) => ({ auth: basicOf(login) })),
    credHelpers: byHost('docker-credential-matrix', () => 'matrix'),
  }
  const registryAuth = at('registry-auth').map(({ running, password }) => ({
    registry: running.profile.host,
    username: running.account.username,
    password,
  }))
  return {
    ...(github === undefined
      ? {}
      : { githubToken: github.password, actor: github.running.account.username }),
    inputs: { 'registry-auth': JSON.stringify(registryAuth) },
    workspace: { 'docker/config.json': JSON.stringify(configuration) },
    // Relative to the working directory, which is the workspace.
    env: {
      DOCKER_CONFIG: 'docker',
      PATH: [helper.path, process.env['PATH'] ?? ''].join(delimiter),
    },
  }
}

/** What a login becomes in an `Authorization` header and in a Docker configuration. */
export function basicOf({ running, password }: ProfileLogin): string {
  return Buffer.from(`${running.account.username}:${password}`).toString('base64')
}
