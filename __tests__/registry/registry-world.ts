import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { Client } from '../../src/registry/client.ts'
import type { Clock } from '../../src/registry/clock.ts'
import { RegistryError } from '../../src/registry/errors.ts'
import type { Logger } from '../../src/registry/logger.ts'
import { Network, type NetworkOptions } from '../../src/registry/network/network.ts'
import type { Repository } from '../../src/registry/http/repository.ts'
import { buildImage, type BuiltImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify, type PulledImage } from '../../testkit/image/pull.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { TestRegistry, type RegistryOptions } from '../../testkit/registry/registry.ts'

export interface Login {
  readonly username: string
  readonly password: string
}

export interface WorldOptions {
  readonly source?: RegistryOptions
  readonly destination?: RegistryOptions
  /** Source and destination are one registry. */
  readonly oneRegistry?: boolean
  readonly sourceLogin?: Login
  readonly destinationLogin?: Login
  readonly network?: NetworkOptions
}

/** A clock on which time passes when somebody sleeps, and then at once. */
export class FakeClock implements Clock {
  readonly pauses: number[] = []
  time: number

  constructor(time = Date.parse('2026-01-02T03:04:05Z')) {
    this.time = time
  }

  now() {
    return this.time
  }

  sleep(ms: number) {
    this.pauses.push(ms)
    this.time += ms
    return Promise.resolve()
  }
}

/** Keeps what is logged, each line behind its level. */
export class LogLines implements Logger {
  readonly lines: string[] = []

  debug(message: string) {
    this.lines.push(`debug: ${message}`)
  }

  info(message: string) {
    this.lines.push(`info: ${message}`)
  }

  warning(message: string) {
    this.lines.push(`warning: ${message}`)
  }
}

/** Two registries, or one in both roles, and a client for each role. No retries unless told otherwise. */
export class RegistryWorld {
  readonly source: TestRegistry
  readonly destination: TestRegistry
  readonly clock: FakeClock
  readonly log = new LogLines()
  /** What was to be masked. */
  readonly secrets: string[] = []
  readonly network: Network
  readonly from: Client
  readonly to: Client

  static async start(options: WorldOptions = {}): Promise<RegistryWorld> {
    const clock = new FakeClock()
    const now = () => clock.time
    const source = await TestRegistry.start({ now, ...options.source })
    const destination =
      options.oneRegistry === true
        ? source
        : await TestRegistry.start({ now, ...options.destination })
    return new RegistryWorld(source, destination, clock, options)
  }

  private constructor(
    source: TestRegistry,
    destination: TestRegistry,
    clock: FakeClock,
    options: WorldOptions,
  ) {
    this.source = source
    this.destination = destination
    this.clock = clock
    this.network = new Network({
      clock,
      random: () => 0.5,
      retries: 0,
      environment: {},
      maskSecret: (secret) => this.secrets.push(secret),
      ...options.network,
    })
    this.from = this.client(source, options.sourceLogin)
    this.to = this.client(destination, options.destinationLogin)
  }

  client(registry: TestRegistry, login?: Login): Client {
    return new Client({ host: registry.host, network: this.network, logger: this.log, ...login })
  }

  sourceRepository(name = 'acme/app'): Repository {
    return this.from.repository(name, 'source')
  }

  destinationRepository(name = 'mirror/app'): Repository {
    return this.to.repository(name, 'destination')
  }

  /** Puts an image into the source's storage, with null for a tag by digest alone. */
  give(image: BuiltImage, tag: string | null = '1.0', repository = 'acme/app') {
    pushTo(this.source.store, repository, tag ?? undefined, image)
  }

  /** The tree under a reference of the destination, checked as a stranger would. */
  async pull(reference: string, repository = 'mirror/app'): Promise<PulledImage> {
    return pullAndVerify(this.destination.url, repository, reference)
  }

  async [Symbol.asyncDispose]() {
    await this.network.close()
    await this.source.close()
    await this.destination.close()
  }
}

/** Disposes of one after the other. */
export async function dispose(...resources: readonly AsyncDisposable[]) {
  for (const resource of resources) await resource[Symbol.asyncDispose]()
}

/** The error that a promise is rejected with, which must be the registry client's. */
export async function failureOf(promise: Promise<unknown>): Promise<RegistryError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof RegistryError) return error
    throw error
  }
  throw new Error('nothing was thrown, expected a RegistryError')
}

/** Lets this process trust an authority as NODE_EXTRA_CA_CERTS does; the function returned ends it. */
export function trust(ca: string | undefined): () => void {
  const before = getCACertificates('default')
  setDefaultCACertificates(ca === undefined ? before : [...before, ca])
  return () => {
    setDefaultCACertificates(before)
  }
}

/** What `worldWithBoth` has at its source. */
export const image = buildImage()
export const index = buildMultiPlatform({ attestations: true })

/** A world with `acme/app:1.0`, an image, and `acme/app:multi`, an index. */
export async function worldWithBoth(): Promise<RegistryWorld> {
  const world = await RegistryWorld.start()
  world.give(image, '1.0')
  world.give(index, 'multi')
  return world
}
