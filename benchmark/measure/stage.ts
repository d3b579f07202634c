import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCertificate, type Certificate } from '../../testkit/registry/certificate.ts'
import type { Job, Platforms } from '../job.ts'
import type { Profile } from '../profiles.ts'
import { addCounts, type Counts } from '../proxy/counts.ts'
import type { Proxies } from '../proxy/proxies.ts'
import { pushAll } from '../registries/push.ts'
import {
  startEmptyServer,
  startServer,
  type RunningServer,
  type ServerName,
} from '../registries/server.ts'
import type { Shape } from '../shapes.ts'
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

/** Counts of both sides, where proxies stood in between. */
export interface Traffic {
  readonly source: Counts
  readonly destination: Counts
}

/** The registries of one shape under one profile, and what stands in front of them. */
export class Stage {
  readonly #options: StageOptions
  readonly #folder: string
  readonly #certificate: Certificate | undefined
  readonly #source: RunningServer
  #destinations: readonly RunningServer[] = []

  static async open(options: StageOptions): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'benchmark-'))
    const certificate = options.profile.tls ? await createCertificate() : undefined
    if (certificate !== undefined) await writeFile(join(folder, 'ca.pem'), certificate.ca)
    const source = await startServer(options.server, {
      storage: options.store,
      ...(certificate === undefined ? {} : { tls: certificate }),
    })
    return new Stage(options, folder, certificate, source)
  }

  private constructor(
    options: StageOptions,
    folder: string,
    certificate: Certificate | undefined,
    source: RunningServer,
  ) {
    this.#options = options
    this.#folder = folder
    this.#certificate = certificate
    this.#source = source
  }

  /** PEM of whom to trust. */
  get authority(): string | undefined {
    return this.#certificate?.ca
  }

  /** `http://127.0.0.1:<port>` of each destination. */
  get destinationOrigins(): readonly string[] {
    return this.#destinations.map(({ host }) => this.#originOf(host))
  }

  /** Makes the destinations what the next run wants to find. */
  async prepare(job: Job): Promise<void> {
    if (this.#options.shape.keepsDestination && this.#destinations.length > 0) return
    await this.#closeDestinations()
    const { server } = this.#options
    const starts = Array.from({ length: job.destinations }, async () =>
      startEmptyServer(server, this.#certificate),
    )
    this.#destinations = await Promise.all(starts)
    for (const [registry, { host }] of this.#destinations.entries()) {
      const stock = job.stock
        .filter((stocked) => stocked.registry === registry)
        .map((stocked) => ({ platforms: this.#options.platforms, ...stocked }))
      if (stock.length > 0) await pushAll(this.#originOf(host), stock, this.#certificate?.ca)
    }
  }

  /** Lets `use` work with the registries as the profile has them; gives what went through in that time. */
  async perform(
    job: Job,
    isFlaky: boolean,
    use: (task: Task) => Promise<void>,
  ): Promise<Traffic | undefined> {
    const { profile, platforms } = this.#options
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
      authority: profile.tls ? join(this.#folder, 'ca.pem') : undefined,
      isFlaky,
      folder,
    })
    const [atDestinations, atSource] = await Promise.all([
      Promise.all(destinations.map(async (host) => this.#leave(host, profile.destination))),
      job.sameRegistry ? undefined : this.#leave(source, profile.source),
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
    const proxy = await this.#options.proxies.open({ ...options, upstream: host })
    return options.auth === undefined ? proxy : proxy.replace(LOOPBACK, LOOPBACK_NAME)
  }

  async #leave(host: string, options: Profile['source']): Promise<Counts | undefined> {
    if (options === undefined) return undefined
    return this.#options.proxies.close(host.replace(LOOPBACK_NAME, LOOPBACK))
  }

  async #closeDestinations() {
    await Promise.all(this.#destinations.map(async (server) => server.close()))
    this.#destinations = []
  }

  #originOf(host: string): string {
    return `${this.#certificate === undefined ? 'http' : 'https'}://${host}`
  }
}
