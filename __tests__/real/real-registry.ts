import {
  findCrane,
  findGgcrRegistry,
  startCraneRegistry,
  startGgcrRegistry,
} from '../../testkit/servers/crane.ts'
import {
  findDistribution,
  htpasswdUser,
  startDistribution,
  type DistributionOptions,
  type DistributionVersion,
} from '../../testkit/servers/distribution.ts'
import { findDockerAuth, startDockerAuth } from '../../testkit/servers/docker-auth.ts'
import { goToolsRequired, realRegistryRequired } from '../../testkit/servers/required.ts'
import { findOlareg, startOlareg } from '../../testkit/servers/olareg.ts'
import { TokenServer, type TokenTrust } from '../../testkit/servers/token-server.ts'
import { findZot, startZot } from '../../testkit/servers/zot.ts'

export type Program =
  | 'Distribution 2'
  | 'Distribution 3'
  | "crane's registry"
  | "go-containerregistry's registry"
  | 'zot'
  | 'olareg'
export type Login = 'no login' | 'a password file' | 'a token server' | 'docker_auth'

export interface RegistryKind {
  readonly program: Program
  readonly login: Login
}

export interface Account {
  readonly name: string
  readonly password: string
}

/** A registry that is not ours, and the way into it. */
export interface RealRegistry {
  readonly host: string
  readonly url: string
  /** Undefined where everybody may do everything. */
  readonly account: Account | undefined
  /** What a request to one of its repositories has to carry, got with none of the client's code. */
  readonly authorization: (repository: string) => Promise<string | undefined> | string | undefined
  readonly close: () => Promise<void>
}

const tokenUser: Account = { name: 'alice', password: 'open-sesame' }

const passwordFileLogin = basic(htpasswdUser)

const programs: Readonly<
  Record<Program, { find: () => string | undefined; isRequired: () => boolean }>
> = {
  'Distribution 2': { find: () => findDistribution(2), isRequired: realRegistryRequired },
  'Distribution 3': { find: () => findDistribution(3), isRequired: goToolsRequired },
  "crane's registry": { find: findCrane, isRequired: goToolsRequired },
  "go-containerregistry's registry": { find: findGgcrRegistry, isRequired: goToolsRequired },
  // Nothing that .ci/run knows brings it.
  zot: { find: findZot, isRequired: () => false },
  olareg: { find: findOlareg, isRequired: () => false },
}

/**
 * Whether tests of it run: where it is not installed there is nothing to ask; where it must be,
 * starting it fails.
 */
export function isWanted(program: Program, login: Login = 'no login'): boolean {
  const { find, isRequired } = programs[program]
  const isThere = find() !== undefined || isRequired()
  return isThere && (login !== 'docker_auth' || findDockerAuth() !== undefined)
}

export async function startRealRegistry({ program, login }: RegistryKind): Promise<RealRegistry> {
  if (program === "crane's registry") return open(await startCraneRegistry())
  if (program === "go-containerregistry's registry") return open(await startGgcrRegistry())
  if (program === 'zot') {
    if (login === 'no login') return open(await startZot({ takesDocker: true }))
    return withPasswordFile(await startZot({ takesDocker: true, auth: 'htpasswd' }))
  }
  if (program === 'olareg') return startOlaregWith(login)
  const version = program === 'Distribution 2' ? 2 : 3
  if (login === 'no login') return open(await startDistribution({ version }))
  if (login === 'a password file') {
    return withPasswordFile(await startDistribution({ version, auth: 'htpasswd' }))
  }
  return login === 'docker_auth' ? withDockerAuth(version) : withTokenServer(version)
}

async function startOlaregWith(login: Login): Promise<RealRegistry> {
  if (login === 'no login') return open(await startOlareg())
  if (login === 'a password file') return withPasswordFile(await startOlareg({ auth: 'basic' }))
  const server = await startOlareg({ auth: 'token' })
  const trust = { realm: `${server.url}/token`, service: 'olareg registry' }
  return { ...server, account: htpasswdUser, authorization: tokenFrom(trust, htpasswdUser) }
}

async function withDockerAuth(version: DistributionVersion): Promise<RealRegistry> {
  await using started = new AsyncDisposableStack()
  const { trust, close: closeTokens } = await startDockerAuth()
  started.defer(closeTokens)
  const { host, url, close } = await startDistribution({ version, auth: { token: trust } })
  started.defer(close)
  const all = started.move()
  return {
    host,
    url,
    account: htpasswdUser,
    authorization: tokenFrom(trust, htpasswdUser),
    close: async () => all.disposeAsync(),
  }
}

type Started = Pick<RealRegistry, 'close' | 'host' | 'url'>

function open(server: Started): RealRegistry {
  return { ...server, account: undefined, authorization: () => undefined }
}

function withPasswordFile(server: Started): RealRegistry {
  return { ...server, account: htpasswdUser, authorization: () => passwordFileLogin }
}

async function withTokenServer(version: DistributionVersion): Promise<RealRegistry> {
  await using started = new AsyncDisposableStack()
  const users = { [tokenUser.name]: tokenUser.password }
  // The versions compute the id of a key differently; both take a certificate.
  const tokens = await TokenServer.start({ users, keyHint: 'x5c' })
  started.defer(async () => tokens.close())
  const options: DistributionOptions = { version, auth: { token: tokens.trust } }
  const { host, url, close } = await startDistribution(options)
  started.defer(close)
  const all = started.move()
  return {
    host,
    url,
    account: tokenUser,
    authorization: tokenFrom(tokens.trust, tokenUser),
    close: async () => all.disposeAsync(),
  }
}

function tokenFrom(
  { realm, service }: Pick<TokenTrust, 'realm' | 'service'>,
  account: Account,
): RealRegistry['authorization'] {
  return async (repository) => {
    const scope = `repository:${repository}:pull,push`
    const query = new URLSearchParams({ service, scope }).toString()
    const headers = { authorization: basic(account) }
    const answer = (await (await fetch(`${realm}?${query}`, { headers })).json()) as {
      token?: string
      access_token?: string
    }
    return `Bearer ${answer.token ?? answer.access_token}`
  }
}

function basic({ name, password }: Account): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
}
