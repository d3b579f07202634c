import type { Reference } from '../oci/reference.ts'
import {
  type CredentialSource,
  ofOtherRole,
  registryLogins,
  within,
} from '../registry/credentials/credential-chain.ts'
import { configuredLogins } from '../registry/credentials/configured-logins.ts'
import type { LoginScope } from '../registry/credentials/login-scope.ts'
import type { Credentials } from '../registry/credentials/login.ts'
import type { CredentialHelpers } from '../registry/credentials/helper.ts'
import type { Side } from '../registry/errors.ts'
import type { ListItem } from '../sync/image-list.ts'
import { isSelection } from '../sync/list/pair.ts'
import type { ReadAuthFile } from './docker-config-files.ts'
import type { RunContext } from './context.ts'
import type { Inputs } from './inputs.ts'

/** Where credentials come from, in the order in which they are asked: the first that knows the repository decides. */
export function credentialSources(
  inputs: Inputs,
  files: readonly ReadAuthFile[],
  helpers: CredentialHelpers,
  context: RunContext,
): readonly CredentialSource[] {
  const sources = [
    fromInputs(inputs),
    registryLogins(inputs.registryAuth, 'registry-auth'),
    ...files.map(({ file, origin, scope }) => {
      const logins = configuredLogins(file, origin, helpers)
      return scope === undefined ? logins : within(scope, logins)
    }),
    fromGitHub(inputs.githubToken, context),
  ]
  const retagged = retaggedRepositories(inputs.list)
  return [...sources, ofOtherRole(sources, (reference) => retagged.has(nameOf(reference)))]
}

/** What all of these know logins for, as far as that can be told without asking a helper. */
export function knownLogins(
  inputs: Inputs,
  files: readonly ReadAuthFile[],
  { githubRegistry }: RunContext,
): readonly LoginScope[] {
  const { sourceCredentials, destinationCredentials, registryAuth, githubToken } = inputs
  const hasToken = githubToken !== undefined && githubRegistry !== undefined
  return [
    ...inRole('source', sourceCredentials),
    ...inRole('destination', destinationCredentials),
    ...registryAuth,
    ...files.flatMap(loginsIn),
    ...(hasToken ? [{ registry: githubRegistry }] : []),
  ]
}

function inRole(side: Side, login: LoginScope | undefined): readonly LoginScope[] {
  return login === undefined ? [] : [{ registry: login.registry, sides: [side] }]
}

function loginsIn({ file, scope }: ReadAuthFile): readonly LoginScope[] {
  const { logins, helpers } = file
  if (scope !== undefined && logins.length > 0) return [scope]
  return [...logins, ...[...helpers.keys()].map((registry) => ({ registry }))]
}

/** The repositories that a list has as source and destination of one image. */
function retaggedRepositories(list: readonly ListItem[]): ReadonlySet<string> {
  return new Set(
    list.flatMap((item) => {
      const source = nameOf(item.source)
      return destinationName(item) === source ? [source] : []
    }),
  )
}

function destinationName(item: ListItem): string | undefined {
  if (!isSelection(item)) return nameOf(item.destination)
  try {
    return nameOf(item.destinationOf('latest'))
  } catch {
    return undefined
  }
}

function nameOf({ registry, repository }: Reference): string {
  return `${registry}/${repository}`
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

function fromGitHub(
  token: string | undefined,
  { actor, githubRegistry }: RunContext,
): CredentialSource {
  return (_side, { registry }) =>
    registry === githubRegistry && token !== undefined
      ? { credentials: githubCredentials(token, actor), origin: 'github-token' }
      : undefined
}

/** The job's token opens GitHub's own registry; any user name goes with it, and the actor's is the honest one. */
export function githubCredentials(token: string, actor: string): Credentials {
  return { username: actor === '' ? 'token' : actor, password: token }
}
