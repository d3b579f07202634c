import type { Reference } from '../oci/reference.ts'
import { Client } from './client.ts'
import { type CredentialSource, findLogin } from './credentials/chain.ts'
import type { Side } from './errors.ts'
import type { Logger } from './logger.ts'
import type { Network } from './network.ts'

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

  client(side: Side, reference: Reference): Client {
    const { registry } = reference
    const { credentials, origin } = findLogin(this.#sources, side, reference)
    const login =
      credentials === undefined ? 'anonymous' : `user ${credentials.username} from ${origin}`
    this.#tell(`${registry} (${side}): ${login}`)
    const key = JSON.stringify([registry, credentials?.username, credentials?.password])
    let client = this.#clients.get(key)
    if (client === undefined) {
      client = new Client({
        host: registry,
        username: credentials?.username,
        password: credentials?.password,
        network: this.#network,
        logger: this.#logger,
      })
      this.#clients.set(key, client)
    }
    return client
  }

  #tell(line: string): void {
    if (this.#told.has(line)) return
    this.#told.add(line)
    this.#logger.info(line)
  }
}
