import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Reference } from '../oci/reference.ts'
import {
  type CredentialSource,
  type RegistryLogin,
  registryLogins,
} from '../registry/credentials/chain.ts'
import { parseDockerConfig } from '../registry/credentials/docker-config.ts'
import type { Credentials } from '../registry/credentials/credentials.ts'
import type { Side } from '../registry/errors.ts'
import type { Logger } from '../registry/logger.ts'
import type { RunContext } from './context.ts'
import type { Inputs } from './inputs.ts'

const GITHUB_REGISTRY = 'ghcr.io'

/** Where credentials come from, in the order in which they are asked: the first that knows the repository decides. */
export function credentialSources(
  inputs: Inputs,
  docker: readonly RegistryLogin[],
  context: RunContext,
): readonly CredentialSource[] {
  return [
    fromInputs(inputs),
    registryLogins(inputs.registryAuth, 'registry-auth'),
    registryLogins(docker, 'the Docker configuration'),
    fromGitHub(inputs.githubToken, context),
  ]
}

/** `source-username` and so on: for one host in one role. */
function fromInputs({ sourceCredentials, destinationCredentials }: Inputs): CredentialSource {
  const logins = { source: sourceCredentials, destination: destinationCredentials }
  return (side: Side, { registry }: Reference) => {
    const credentials = logins[side]
    return credentials?.registry === registry
      ? { credentials, origin: `${side}-username` }
      : undefined
  }
}

function fromGitHub(token: string | undefined, { actor }: RunContext): CredentialSource {
  return (_side, { registry }) =>
    registry === GITHUB_REGISTRY && token !== undefined
      ? { credentials: githubCredentials(token, actor), origin: 'github-token' }
      : undefined
}

/** The job's token opens GitHub's own registry; any user name goes with it, and the actor's is the honest one. */
export function githubCredentials(token: string, actor: string): Credentials {
  return { username: actor === '' ? 'token' : actor, password: token }
}

/** The logins in `$DOCKER_CONFIG/config.json`, or `~/.docker/config.json`. A missing file is none; a broken one a warning. */
export function readDockerLogins(
  environment: Readonly<Record<string, string | undefined>>,
  logger: Logger,
): readonly RegistryLogin[] {
  const folder = environment['DOCKER_CONFIG'] ?? ''
  const path = join(folder === '' ? join(homedir(), '.docker') : folder, 'config.json')
  try {
    return parseDockerConfig(readFileSync(path, 'utf8'), (message) => logger.warning(message))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    const reason = error instanceof Error ? error.message : String(error)
    logger.warning(`the Docker configuration at ${path} is not used: ${reason}`)
    return []
  }
}
