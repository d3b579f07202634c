import { randomBytes } from 'node:crypto'
import type { AuthOptions } from '../registry/auth.ts'
import type { Middleware } from '../registry/exchange.ts'
import { TestRegistry, type RegistryOptions } from '../registry/registry.ts'
import type { RecordedRequest } from '../registry/request-log.ts'
import { Store } from '../registry/storage.ts'
import { startHost, type HostHandler } from './hosts.ts'
import type { ImmutableTags } from './immutable-tags.ts'
import type { Profile, ProfileRequest, RunningProfile } from './profile.ts'

/** What a registry is told from others by, without its behaviour. */
export interface Description extends Omit<Profile, 'start'> {
  /** Host name of the API, where it is not the one that users write. */
  readonly api?: string
  readonly username: string
  /** Shape of the password, from text that is new at every start; default that text. */
  readonly password?: (secret: string) => string
}

/** What an emulation is made with, anew at every start. */
export interface Ground {
  readonly store: Store
  /** Name to password. */
  readonly users: Readonly<Record<string, string>>
}

/** Options and middleware that turn the conforming registry into another one. */
export interface Emulation {
  readonly auth: AuthOptions
  readonly options?: Omit<RegistryOptions, 'auth' | 'middleware' | 'onRequest' | 'store' | 'tls'>
  /** The first one is outermost. */
  readonly behaviours: readonly Middleware[]
  /** What other host names of the registry answer. */
  readonly hosts?: Readonly<Record<string, HostHandler>>
  readonly immutableTags?: ImmutableTags
  /** Default: an empty repository in the store. */
  createRepository?(name: string): void
}

export function defineProfile(
  description: Description,
  emulate: (ground: Ground) => Emulation,
): Profile {
  const { api = description.host, username, password = String, ...rest } = description
  const profile: Profile = {
    ...rest,
    async start() {
      const account = { username, password: password(randomBytes(18).toString('hex')) }
      const store = new Store()
      const emulation = emulate({ store, users: { [username]: account.password } })
      return run(profile, { api, account, store, emulation })
    },
  }
  return profile
}

interface Parts {
  readonly api: string
  readonly account: RunningProfile['account']
  readonly store: Store
  readonly emulation: Emulation
}

async function run(
  profile: Profile,
  { api, account, store, emulation }: Parts,
): Promise<RunningProfile> {
  const requests: ProfileRequest[] = []
  const recorder = (host: string) => (request: RecordedRequest) => {
    requests.push({ host, request })
  }
  const registry = await TestRegistry.start({
    ...emulation.options,
    auth: emulation.auth,
    store,
    tls: { names: [api] },
    onRequest: recorder(api),
    middleware: emulation.behaviours,
  })
  const others = await Promise.all(
    Object.entries(emulation.hosts ?? {}).map(async ([name, handler]) => {
      const server = await startHost(name, (request) => handler(request, registry), recorder(name))
      return { name, server }
    }),
  )
  const { immutableTags } = emulation
  const close = async () => {
    await Promise.all([registry, ...others.map(({ server }) => server)].map((one) => one.close()))
  }
  return {
    profile,
    registry,
    account,
    requests,
    ca: registry.ca ?? '',
    routes: Object.fromEntries([
      [`${api}:443`, registry.host],
      ...others.map(({ name, server }) => [`${name}:443`, server.host]),
    ]),
    createRepository(name) {
      if (emulation.createRepository === undefined) store.createRepository(name)
      else emulation.createRepository(name)
    },
    freezeTags() {
      if (immutableTags === undefined) throw new Error(`${profile.name} has no immutable tags`)
      immutableTags.freeze()
    },
    expireTokens() {
      registry.revokeTokens()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
