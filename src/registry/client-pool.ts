import type { Reference } from '../oci/reference.ts'
import { Client } from './client.ts'
import { type CredentialSource, findLogin } from './credentials/credential-chain.ts'
import { type Credentials, type Login, loginText } from './credentials/login.ts'
import type { Side } from './errors.ts'
import type { Logger } from './logger.ts'
import type { Network } from './network/network.ts'
import type { PullsLeft } from './pace/pull-limit.ts'

/** What a run will copy. */
interface Wanted {
  readonly source: Reference
  readonly destination: Reference
}

/**
 * One client for each registry and identity, so that tokens and what is known about blobs are
 * shared by all images of a run, and never between two accounts.
 */
export class ClientPool {
  readonly #sources: readonly CredentialSource[]
  readonly #network: Network
  readonly #logger: Logger
  readonly #clients = new Map<string, Client>()
  readonly #told = new Set<string>()

  constructor(sources: readonly CredentialSource[], network: Network, logger: Logger) {
    this.#sources = sources
    this.#network = network
    this.#logger = logger
  }

  /** Another one for the same logins, by another network; it tells nothing that this one has told. */
  over(network: Network): ClientPool {
    const pool = new ClientPool(this.#sources, network, this.#logger)
    for (const line of this.#told) pool.#told.add(line)
    return pool
  }

  /** The client for a repository in a role. Throws a RegistryError where the run was cancelled. */
  async client(side: Side, reference: Reference): Promise<Client> {
    const { registry } = reference
    const login = await findLogin(this.#sources, side, reference)
    this.#tell(`${registry} (${side}): ${loginText(login)}`)
    return this.#clientOf(registry, login)
  }

  /**
   * Tells each client of all repositories that a run will use, so that a registry is asked for few
   * tokens, and the network at once of all registries, so that none of them leads to another.
   * Nothing has to wait for it: a token that is asked for earlier is good for less. Never rejects:
   * logins that cannot be had are for those to tell who need them.
   */
  async expect(pairs: readonly Wanted[]): Promise<void> {
    for (const { registry } of pairs.flatMap(({ source, destination }) => [source, destination])) {
      this.#network.registries.add(registry)
    }
    const expectOne = async (side: Side, reference: Reference): Promise<void> => {
      const login = await findLogin(this.#sources, side, reference)
      this.#clientOf(reference.registry, login).repository(reference.repository, side).expect()
    }
    await Promise.allSettled(
      pairs.flatMap(({ source, destination }) => [
        expectOne('source', source),
        expectOne('destination', destination),
      ]),
    )
  }

  #clientOf(registry: string, login: Login): Client {
    const key = JSON.stringify([registry, ...identityOf(login.credentials)])
    let client = this.#clients.get(key)
    if (client === undefined) {
      client = new Client({ host: registry, login, network: this.#network, logger: this.#logger })
      this.#clients.set(key, client)
    }
    return client
  }

  /** The pulls that are left at the registries that count them. */
  get pullsLeft(): readonly PullsLeft[] {
    return [...this.#clients.values()].flatMap((client) => client.pullsLeft ?? [])
  }

  #tell(line: string): void {
    if (this.#told.has(line)) return
    this.#told.add(line)
    this.#logger.info(line)
  }
}

/** All that makes two credentials different to a registry; nothing for anonymous access. */
function identityOf(credentials: Credentials | undefined): readonly unknown[] {
  if (credentials === undefined) return []
  const { username, password, kind = 'password', authHost = '', headers = {} } = credentials
  const sorted = Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [username, password, kind, authHost, sorted]
}
