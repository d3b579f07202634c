import { annotateFailures, describeError, failureMessage } from '../../src/action/annotations.ts'
import type { RunContext } from '../../src/action/context.ts'
import { ActionLogger, type BufferedLog } from '../../src/action/logger.ts'
import { outputsOf } from '../../src/action/outputs.ts'
import { maskCredentials, Secrets } from '../../src/action/secrets.ts'
import { printResult, printTotals } from '../../src/action/result-lines.ts'
import { renderSummary } from '../../src/action/summary.ts'
import { parsePlatformFilter, type PlatformFilter } from '../../src/oci/platform.ts'
import { parseReferrerFilter } from '../../src/oci/referrer-filter.ts'
import { parseReference } from '../../src/oci/reference.ts'
import { Client } from '../../src/registry/client.ts'
import type { Clock } from '../../src/registry/clock.ts'
import { Network, type NetworkOptions } from '../../src/registry/network/network.ts'
import { type RunReport, type SyncResult, totalsOf } from '../../src/sync/report.ts'
import { runSync } from '../../src/sync/run.ts'
import { buildImage, type BuiltImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import {
  buildBundle,
  buildSbom,
  buildSignatures,
  giveReferrers,
  tagOf,
} from '../../testkit/image/referrers.ts'
import type { BearerAuth } from '../../testkit/registry/bearer.ts'
import { syntheticBlob } from '../../testkit/registry/content.ts'
import { TestRegistry, type RegistryOptions } from '../../testkit/registry/registry.ts'
import { runAction, type ActionResult } from '../../testkit/runner/action-runner.ts'
import { recordCommands } from '../action/command-recorder.ts'
import { everythingOf } from '../bundle/bundle.ts'
import { FakeClock } from '../registry/registry-world.ts'

export const roles = ['source', 'destination'] as const
export type Role = (typeof roles)[number]

/** Differs by role, so that a secret in the wrong place tells where it comes from. */
export const logins = {
  source: { username: 'readers', password: 'canary-of-the-source' },
  destination: { username: 'writer', password: 'canary-of-the-destination' },
} as const

/** Bytes of the layer at which most faults strike: several writes of a socket. */
export const LAYER_BYTES = 300_000

/** An image for two platforms with a layer of some size in each. */
export const index = buildMultiPlatform({
  layers: (platform) => [
    { files: { 'etc/platform': platform } },
    { source: syntheticBlob(LAYER_BYTES, platform) },
  ],
})
/** What refers to it and to a part of it. */
export const signature = buildBundle(index)
const [part = index] = index.children
export const sbom = buildSbom(part)
/** What cosign keeps for it under a tag. */
export const cosignImage = buildSignatures(index)
/** The same with nothing but a few bytes. */
export const smallIndex = buildMultiPlatform()
/** The layer of the first platform's image. */
export const layer = part.layers[1] ?? { digest: '', size: 0, mediaType: '' }
/** A single image whose layer is more than what the buffers of a connection hold. */
export const bigImage = buildImage({
  layers: [{ source: syntheticBlob(12 * 1024 * 1024, 'big') }],
})
/** What the destination's tag shows before. */
export const previous = buildImage({ config: { author: 'the one before' } })

/** How a cell's world differs from the usual one. */
export interface WorldOptions {
  readonly source?: RegistryOptions
  readonly destination?: RegistryOptions
  readonly network?: NetworkOptions
  /** Source and destination are one registry, with the destination's login. */
  readonly oneRegistry?: boolean
  readonly image?: BuiltImage
  readonly platforms?: 'all'
  /** The index has signatures and a bill of materials, all of which are to come along. */
  readonly signed?: true
  readonly clock?: Clock
  /** Images in place of the one; each has a source and a destination repository of its own. */
  readonly images?: number
  /** Every second image has another registry in this role, one that nothing is wrong with. */
  readonly elsewhere?: Role
  /** The action itself, as a program, in place of its parts. */
  readonly asProgram?: boolean
}

/** Everything that a run let out. */
export interface RunRecord {
  readonly report: RunReport
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  /** Log, annotations, outputs and summary, but not what the runner was told to mask. */
  readonly told: string
  /** Where the action ran as a program. */
  readonly step?: ActionResult
}

/** The action but for its process and the time: two registries that want logins, and a run between them. */
export class FaultWorld {
  readonly source: TestRegistry
  readonly destination: TestRegistry
  /** Both registries' stores without login or fault. */
  readonly window: TestRegistry
  /** Has what its counterpart has, and no login. */
  readonly elsewhere: TestRegistry
  /** Hosts that no login is for. */
  readonly strangers: TestRegistry[] = []
  /** To be closed with the registries. */
  readonly helpers: { close(): Promise<void> }[] = []
  readonly clock: Clock
  readonly options: WorldOptions
  readonly image: BuiltImage
  /** The names by which the run knows the registries; a fault may stand between. */
  readonly hosts: Record<Role, string>
  /** What a fault needs of the network beside the options. */
  network: NetworkOptions = {}
  /** The moment at which the world began, by its clock. */
  readonly startedAt: number
  /** Parts of addresses that only their host may see. */
  readonly signatures: string[] = []
  readonly secrets: string[] = Object.values(logins).flatMap(({ username, password }) => [
    password,
    Buffer.from(`${username}:${password}`).toString('base64'),
  ])

  static async start(options: WorldOptions = {}): Promise<FaultWorld> {
    const clock = options.clock ?? new FakeClock()
    const now = () => clock.now()
    const destination = await TestRegistry.start({
      now,
      auth: authFor('destination'),
      ...options.destination,
    })
    const source =
      options.oneRegistry === true
        ? destination
        : await TestRegistry.start({ now, auth: authFor('source'), ...options.source })
    const { referrers = true } = options.destination ?? {}
    const window = await TestRegistry.start({ store: destination.store, referrers })
    const { store } = options.elsewhere === 'source' ? source : destination
    const elsewhere = await TestRegistry.start({ store })
    return new FaultWorld({ source, destination, window, elsewhere }, clock, options)
  }

  private constructor(
    registries: Readonly<Record<Role | 'window' | 'elsewhere', TestRegistry>>,
    clock: Clock,
    options: WorldOptions,
  ) {
    this.source = registries.source
    this.destination = registries.destination
    this.window = registries.window
    this.elsewhere = registries.elsewhere
    this.clock = clock
    this.startedAt = clock.now()
    this.hosts = { source: this.source.host, destination: this.destination.host }
    this.options = options
    this.image = options.image ?? index
    pushTo(this.source.store, 'acme/app', 'v1', this.image)
    for (const { from, to } of this.pairs) {
      if (from !== 'acme/app') pushTo(this.source.store, from, 'v1', this.image)
      pushTo(this.destination.store, to, 'v1', previous)
    }
    if (options.signed === true) this.#sign()
  }

  #sign() {
    const { store } = this.source
    const tagged = this.options.source?.referrers === false
    giveReferrers(store, 'acme/app', index, [signature], { tagged })
    giveReferrers(store, 'acme/app', part, [sbom], { tagged })
    pushTo(store, 'acme/app', tagOf(index, 'sig'), cosignImage)
  }

  /** Repositories; the tag is `v1` everywhere. */
  get pairs(): readonly { readonly from: string; readonly to: string }[] {
    const { images } = this.options
    if (images === undefined) return [{ from: 'acme/app', to: 'prod/app' }]
    return Array.from({ length: images }, (_, at) => ({
      from: `acme/app-${at}`,
      to: `prod/app-${at}`,
    }))
  }

  /** Source and destination of each image, as users write them. */
  get references(): readonly (readonly [string, string])[] {
    const host = (role: Role, at: number) =>
      this.options.elsewhere === role && at % 2 === 0 ? this.elsewhere.host : this.hosts[role]
    return this.pairs.map(({ from, to }, at) => [
      `${host('source', at)}/${from}:v1`,
      `${host('destination', at)}/${to}:v1`,
    ])
  }

  at(role: Role): TestRegistry {
    return role === 'source' ? this.source : this.destination
  }

  /** A host that only a registry points to. */
  async stranger(options: RegistryOptions = {}): Promise<TestRegistry> {
    const registry = await TestRegistry.start(options)
    this.strangers.push(registry)
    return registry
  }

  async run(): Promise<RunRecord> {
    return this.options.asProgram === true ? this.#runProgram() : this.#runParts()
  }

  async #runProgram(): Promise<RunRecord> {
    const step = await runAction({
      entry: 'src/index.ts',
      debug: true,
      inputs: {
        images: this.references.map((pair) => pair.join(' => ')).join('\n'),
        retries: '1',
        'source-username': logins.source.username,
        'source-password': logins.source.password,
        'destination-username': logins.destination.username,
        'destination-password': logins.destination.password,
      },
    })
    const results = JSON.parse(step.outputs['results'] ?? '[]') as SyncResult[]
    const report = { dryRun: false, results, totals: totalsOf(results, 0) }
    const { outputs, summary } = step
    return { report, outputs, summary, told: everythingOf(step), step }
  }

  /** One run of the action, as `main` makes it but for inputs, heartbeat and signals. */
  async #runParts(): Promise<RunRecord> {
    const { clock, source, destination, options, hosts } = this
    const commands = recordCommands({ debug: true })
    const secrets = new Secrets(commands)
    for (const login of Object.values(logins)) maskCredentials(secrets.mask, login)
    const network = new Network({
      clock,
      random: () => 0.5,
      environment: {},
      maskSecret: (secret) => {
        this.secrets.push(secret)
        secrets.mask(secret)
      },
      ...options.network,
      ...this.network,
    })
    const logger = new ActionLogger(commands)
    const client = (role: Role) =>
      new Client({ host: hosts[role], network, logger, ...logins[role] })
    const written = client('destination')
    const clients = {
      source: source === destination ? written : client('source'),
      destination: written,
      elsewhere: new Client({ host: this.elsewhere.host, network, logger }),
    }
    try {
      const report = await runSync<BufferedLog>({
        pairs: this.references.map(([from, to], at) => ({
          source: parseReference(from),
          destination: parseReference(to),
          line: at + 1,
        })),
        settings: {
          platforms: options.platforms ?? (options.signed === true ? 'all' : twoPlatforms),
          referrers: parseReferrerFilter(options.signed === true ? 'all' : 'none'),
          onMissingPlatform: 'warn',
          onExisting: 'overwrite',
          dryRun: false,
        },
        failFast: false,
        clock,
        clientFor: (side, { registry }) =>
          registry === this.elsewhere.host ? clients.elsewhere : clients[side],
        openLog: () => logger.bufferedLog(),
        describe: (error) => describeError(error, nowhere),
        onDone: (result, log) => printResult(result, log, false),
      })
      printTotals(report, logger)
      annotateFailures(commands, report)
      const outputs = outputsOf(report, { report: '', checksums: '' })
      const failure = failureMessage(report)
      if (failure !== undefined) commands.fail(failure)
      logger.finish()
      const lines = commands.lines.filter((line) => !line.startsWith('secret: '))
      const summary = renderSummary(report)
      const told = [...lines, ...Object.values(outputs), summary].join('\n')
      return { report, outputs, summary, told }
    } finally {
      await network.close()
    }
  }

  async [Symbol.asyncDispose]() {
    for (const helper of this.helpers) await helper.close()
    const all = [this.source, this.destination, this.window, this.elsewhere, ...this.strangers]
    for (const registry of new Set(all)) await registry.close()
  }
}

const twoPlatforms: PlatformFilter = parsePlatformFilter('linux/amd64,linux/arm64')

const nowhere: RunContext = {
  eventName: 'push',
  isFork: false,
  isDependabot: false,
  actor: 'octocat',
  repository: 'octo-org/octo-repo',
}

function authFor(role: Role): BearerAuth {
  const { username, password } = logins[role]
  return { kind: 'bearer', users: { [username]: password } }
}
