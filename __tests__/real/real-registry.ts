import { findCrane, startCraneRegistry } from '../../testkit/servers/crane.ts'
import {
  findDistribution,
  htpasswdUser,
  startDistribution,
  type DistributionOptions,
  type DistributionVersion,
} from '../../testkit/servers/distribution.ts'
import { goToolsRequired, realRegistryRequired } from '../../testkit/servers/required.ts'
import { TokenServer } from '../../testkit/servers/token-server.ts'
import { findZot, startZot } from '../../testkit/servers/zot.ts'

export type Program = 'Distribution 2' | 'Distribution 3' | "crane's registry" | 'zot'
export type Login = 'no login' | 'a password file' | 'a token server'

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
  // Nothing that .ci/run knows brings it.
  zot: { find: findZot, isRequired: () => false },
}

/**
 * Whether tests of it run: where it is not installed there is nothing to ask; where it must be,
 * starting it fails.
 */
export function isWanted(program: Program): boolean {
  const { find, isRequired } = programs[program]
  return find() !== undefined || isRequired()
}

export async function startRealRegistry({ program, login }: RegistryKind): Promise<RealRegistry> {
  if (program === "crane's registry") return open(await startCraneRegistry())
  if (program === 'zot') {
    if (login === 'no login') return open(await startZot({ takesDocker: true }))
    return withPasswordFile(await startZot({ takesDocker: true, auth: 'htpasswd' }))
  }
  const version = program === 'Distribution 2' ? 2 : 3
  if (login === 'no login') return open(await startDistribution({ version }))
  if (login === 'a password file') {
    return withPasswordFile(await startDistribution({ version, auth: 'htpasswd' }))
  }
  return withTokenServer(version)
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
    authorization: async (repository) => {
      const { realm, service } = tokens.trust
      const scope = `repository:${repository}:pull,push`
      const query = new URLSearchParams({ service, scope }).toString()
      const headers = { authorization: basic(tokenUser) }
      const answer = await fetch(`${realm}?${query}`, { headers })
      return `Bearer ${((await answer.json()) as { token: string }).token}`
    },
    close: async () => all.disposeAsync(),
  }
}

function basic({ name, password }: Account): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
}
