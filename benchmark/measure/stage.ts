import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCertificate, type Certificate } from '../../testkit/registry/certificate.ts'
import type { Job, Platforms } from '../job.ts'
import type { Profile } from '../profiles.ts'
import { addCounts, type Counts } from '../proxy/counts.ts'
import type { Proxies } from '../proxy/proxies.ts'
import { MemoryServer } from '../registries/memory/memory-server.ts'
import { pushAll } from '../registries/push.ts'
import {
  startEmptyServer,
  startServer,
  type RunningServer,
  type ServerName,
} from '../registries/server.ts'
import { MIRROR_PREFIX, type Shape } from '../shapes.ts'
import type { Task } from '../tools/tool.ts'

export interface StageOptions {
  readonly shape: Shape
  readonly profile: Profile
  readonly platforms: Platforms
  readonly server: ServerName
  /** Folder of the source's content. */
  readonly store: string
  readonly proxies: Proxies
}

const LOOPBACK = '127.0.0.1'
/** crane signs in at no address of this machine, but at its name. */
const LOOPBACK_NAME = 'localhost'

/** Counts of both sides, where somebody stood in between to count, or the registries did it themselves. */
export interface Traffic {
  readonly source: Counts
  readonly destination: Counts
}

/** A registry, which counts by itself where it is in memory. */
interface Registry extends RunningServer {
  readonly counts?: () => Promise<Counts>
}

/** The registries of one shape under one profile, and what stands in front of them. */
export class Stage {
  readonly #options: StageOptions
  readonly #folder: string
  readonly #certificate: Certificate | undefined
  readonly #source: Registry
  #destinations: readonly Registry[] = []

  static async open(options: StageOptions): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'benchmark-'))
    const { tls } = options.profile
    const certificate = tls === undefined ? undefined : await createCertificate()
    if (certificate !== undefined) await writeFile(join(folder, 'ca.pem'), certificate.ca)
    const source = await startSource(options, tls === 'registries' ? certificate : undefined)
    return new Stage(options, folder, certificate, source)
  }

  private constructor(
    options: StageOptions,
    folder: string,
    certificate: Certificate | undefined,
    source: Registry,
  ) {
    this.#options = options
    this.#folder = folder
    this.#certificate = certificate
    this.#source = source
  }

  /** PEM of whom to trust to verify what is at the destinations. */
  get authority(): string | undefined {
    return this.#registryCertificate?.ca
  }

  /** `http://127.0.0.1:<port>` of each destination. */
  get destinationOrigins(): readonly string[] {
    return this.#destinations.map(({ host }) => this.#originOf(host))
  }

  get #registryCertificate(): Certificate | undefined {
    return this.#options.profile.tls === 'registries' ? this.#certificate : undefined
  }

  /** Makes the destinations what the next run wants to find. */
  async prepare(job: Job): Promise<void> {
    if (this.#options.shape.keepsDestination && this.#destinations.length > 0) return
    await this.#closeDestinations()
    const starts = Array.from({ length: job.destinations }, async () =>
      startDestination(this.#options, this.#registryCertificate),
    )
    this.#destinations = await Promise.all(starts)
    if (this.#options.profile.memory !== undefined) return
    for (const [registry, { host }] of this.#destinations.entries()) {
      const stock = job.stock
        .filter((stocked) => stocked.registry === registry)
        .map((stocked) => ({ platforms: this.#options.platforms, ...stocked }))
      const ca = this.#registryCertificate?.ca
      if (stock.length > 0) await pushAll(this.#originOf(host), stock, ca)
    }
  }

  /** Lets `use` work with the registries as the profile has them; gives what went through in that time. */
  async perform(
    job: Job,
    isFlaky: boolean,
    use: (task: Task) => Promise<void>,
  ): Promise<Traffic | undefined> {
    const { profile, platforms } = this.#options
    const registries = job.sameRegistry ? this.#destinations : [this.#source, ...this.#destinations]
    for (const { counts } of registries) await counts?.()
    const destinations = await Promise.all(
      this.#destinations.map(async ({ host }) => this.#enter(host, profile.destination)),
    )
    const first = destinations[0] ?? ''
    const source = job.sameRegistry ? first : await this.#enter(this.#source.host, profile.source)
    const folder = await mkdtemp(join(this.#folder, 'task-'))
    await use({
      job,
      pairs: job.copies.map(({ source: { repository, tag }, targets }) => ({
        source: `${source}/${repository}:${tag}`,
        targets: targets.map(
          (target) => `${destinations[target.registry] ?? ''}/${target.repository}:${target.tag}`,
        ),
      })),
      platforms,
      hosts: [...new Set([source, ...destinations])],
      login: profile.login,
      authority: profile.tls === undefined ? undefined : join(this.#folder, 'ca.pem'),
      isFlaky,
      folder,
    })
    const [atDestinations, atSource] = await Promise.all([
      Promise.all(
        this.#destinations.map(async (one, at) =>
          this.#leave(one, destinations[at] ?? '', profile.destination),
        ),
      ),
      job.sameRegistry ? undefined : this.#leave(this.#source, source, profile.source),
    ])
    const counted = atDestinations.filter((counts) => counts !== undefined)
    if (counted.length === 0) return undefined
    return { source: atSource ?? addCounts([]), destination: addCounts(counted) }
  }

  async close() {
    await this.#closeDestinations()
    await this.#source.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #enter(host: string, options: Profile['source']): Promise<string> {
    if (options === undefined) return host
    const tls = this.#options.profile.tls === 'proxies' ? this.#certificate : undefined
    const proxy = await this.#options.proxies.open({
      ...options,
      upstream: host,
      ...(tls === undefined ? {} : { tls: { cert: tls.cert, key: tls.key } }),
    })
    return options.auth === undefined ? proxy : proxy.replace(LOOPBACK, LOOPBACK_NAME)
  }

  /** @param host as the tool was told it */
  async #leave(
    registry: Registry,
    host: string,
    options: Profile['source'],
  ): Promise<Counts | undefined> {
    if (options === undefined) return registry.counts?.()
    return this.#options.proxies.close(host.replace(LOOPBACK_NAME, LOOPBACK))
  }

  async #closeDestinations() {
    await Promise.all(this.#destinations.map(async (server) => server.close()))
    this.#destinations = []
  }

  #originOf(host: string): string {
    return `${this.#registryCertificate === undefined ? 'http' : 'https'}://${host}`
  }
}

async function startSource(options: StageOptions, tls: Certificate | undefined): Promise<Registry> {
  const { profile, shape, server, store } = options
  if (profile.memory === undefined) {
    return startServer(server, { storage: store, ...(tls === undefined ? {} : { tls }) })
  }
  const { images } =
    shape.synthetic ?? raise(`${shape.name} is not made up, and cannot be in memory`)
  return startInMemory({ images, prefix: '' }, profile.memory, tls)
}

async function startDestination(
  { profile, shape, server }: StageOptions,
  tls: Certificate | undefined,
): Promise<Registry> {
  if (profile.memory === undefined) return startEmptyServer(server, tls)
  const { synthetic } = shape
  const stock =
    synthetic?.isThere === true ? { images: synthetic.images, prefix: MIRROR_PREFIX } : undefined
  return startInMemory(stock, profile.memory, tls)
}

async function startInMemory(
  stock: Parameters<typeof MemoryServer.start>[0]['stock'],
  distance: NonNullable<Profile['memory']>,
  tls: Certificate | undefined,
): Promise<Registry> {
  const server = await MemoryServer.start({
    stock,
    tls: tls && { cert: tls.cert, key: tls.key },
    ...distance,
  })
  return {
    host: server.host,
    counts: async () => server.counts(),
    close: async () => server.close(),
  }
}

function raise(message: string): never {
  throw new Error(message)
}
