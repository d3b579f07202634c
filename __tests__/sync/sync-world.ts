import { Client } from '../../src/registry/client.ts'
import type { Clock } from '../../src/registry/clock.ts'
import { RegistryError } from '../../src/registry/errors.ts'
import type { Logger } from '../../src/registry/logger.ts'
import { Network, type NetworkOptions } from '../../src/registry/network/network.ts'
import { Syncer, type SyncerOptions } from '../../src/sync/syncer.ts'
import type { BuiltImage } from '../../testkit/image/image.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { TestRegistry, type RegistryOptions } from '../../testkit/registry/registry.ts'

export interface WorldOptions {
  readonly source?: RegistryOptions
  readonly destination?: RegistryOptions
  /** Source and destination are one registry. */
  readonly oneRegistry?: boolean
  readonly network?: NetworkOptions
}

/** Keeps what is logged, each line behind its level. */
export class LogLines implements Logger {
  readonly lines: string[] = []

  debug() {}

  info(message: string) {
    this.lines.push(`info: ${message}`)
  }

  warning(message: string) {
    this.lines.push(`warning: ${message}`)
  }
}

/** A clock on which a pause takes no time. */
export function fakeClock(): Clock & { readonly pauses: readonly number[] } {
  const pauses: number[] = []
  let now = 0
  return {
    pauses,
    now: () => now,
    sleep(ms) {
      pauses.push(ms)
      now += ms
      return Promise.resolve()
    },
  }
}

/** Two registries, or one that plays both parts, and everything it takes to sync between them. */
export class SyncWorld {
  readonly source: TestRegistry
  readonly destination: TestRegistry
  readonly network: Network
  readonly log = new LogLines()

  static async start(options: WorldOptions = {}): Promise<SyncWorld> {
    const source = await TestRegistry.start(options.source)
    const destination =
      options.oneRegistry === true ? source : await TestRegistry.start(options.destination)
    const network = new Network({
      clock: fakeClock(),
      random: () => 0.5,
      retries: 0,
      environment: {},
      ...options.network,
    })
    return new SyncWorld(source, destination, network)
  }

  private constructor(source: TestRegistry, destination: TestRegistry, network: Network) {
    this.source = source
    this.destination = destination
    this.network = network
  }

  client(registry: TestRegistry, login: { username?: string; password?: string } = {}): Client {
    return new Client({ host: registry.host, network: this.network, ...login })
  }

  /** With new clients, as a later run of the action has them. */
  syncer(options: Partial<SyncerOptions> = {}): Syncer {
    return new Syncer({
      source: this.client(this.source),
      destination: this.client(this.destination),
      logger: this.log,
      ...options,
    })
  }

  /** `acme/app:1` at the source, as a full reference. */
  from(name: string): string {
    return `${this.source.host}/${name}`
  }

  to(name: string): string {
    return `${this.destination.host}/${name}`
  }

  /** Puts an image into the source's storage. */
  give(repository: string, tag: string | undefined, image: BuiltImage) {
    pushTo(this.source.store, repository, tag, image)
  }

  /** The tree under a reference of the destination, checked as a stranger would. */
  async pull(repository: string, reference: string) {
    return pullAndVerify(this.destination.url, repository, reference)
  }

  clearRequests() {
    this.source.clearRequests()
    this.destination.clearRequests()
  }

  async [Symbol.asyncDispose]() {
    await this.network.close()
    await this.source.close()
    await this.destination.close()
  }
}

/** The error that a failed sync ends with, which is always one of the registry client's. */
export async function failureOf(work: Promise<unknown>): Promise<RegistryError> {
  try {
    await work
  } catch (error) {
    if (error instanceof RegistryError) return error
    throw error
  }
  throw new Error('it did not fail')
}

const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

export function writesTo(registry: TestRegistry): string[] {
  return linesOf(registry).filter((line) => WRITES.has(line.split(' ', 1)[0] ?? ''))
}

/** `GET manifests/v1`: what arrived, without the names of repositories. */
export function linesOf(registry: TestRegistry): string[] {
  return registry.requests.map(({ method, path }) => {
    const end = /\/(?:manifests|blobs)\/.*$/.exec(path)?.[0].slice(1) ?? path
    return `${method} ${end.replace(/uploads\/.+/, 'uploads/…')}`
  })
}
