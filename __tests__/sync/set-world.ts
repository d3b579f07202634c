import { parseReference, type Reference } from '../../src/oci/reference.ts'
import { Client } from '../../src/registry/client.ts'
import { RegistryError } from '../../src/registry/errors.ts'
import { Network } from '../../src/registry/network/network.ts'
import type { ImagePair } from '../../src/sync/image-list.ts'
import { rollbackList } from '../../src/sync/pinned.ts'
import type { RunReport } from '../../src/sync/report.ts'
import { type Run, runSync } from '../../src/sync/run.ts'
import { type BuiltImage, buildImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { TestRegistry, type RegistryOptions } from '../../testkit/registry/registry.ts'
import { fakeClock, LogLines } from './sync-world.ts'
import { tagLies } from './tag-lies.ts'

export const names = ['api', 'web', 'worker'] as const
type Name = (typeof names)[number]

export function imageOf(name: string, author: string): BuiltImage {
  return buildImage({ config: { author }, layers: [{ files: { name, author } }] })
}

const RETRIES = 1

/** Makes one client for each registry. */
function clientsOf(network: Network): Run<LogLines>['clientFor'] {
  const clients = new Map<string, Client>()
  return (_side, { registry }) => {
    const client = clients.get(registry) ?? new Client({ host: registry, network })
    clients.set(registry, client)
    return client
  }
}

/**
 * A registry with three new images, and two that have older ones of two of them: a set of six tags,
 * all of them `v2`.
 */
export class SetWorld {
  readonly source: TestRegistry
  readonly targets: readonly TestRegistry[]
  readonly pairs: readonly ImagePair[]
  /** Aborts the run. */
  readonly end = new AbortController()
  /** What became of each phase, as it was told. */
  readonly phases: string[] = []
  readonly #networks: readonly Network[]
  readonly #atEnd: Network
  readonly #onMoving: (() => void)[] = []

  static async start(options: RegistryOptions = {}): Promise<SetWorld> {
    const source = await TestRegistry.start()
    const targets = [await TestRegistry.start(options), await TestRegistry.start(options)]
    for (const name of names) pushTo(source.store, `acme/${name}`, 'v2', imageOf(name, 'new'))
    for (const { store } of targets) {
      for (const name of ['api', 'web']) pushTo(store, `prod/${name}`, 'v2', imageOf(name, 'old'))
    }
    return new SetWorld(source, targets)
  }

  private constructor(source: TestRegistry, targets: readonly TestRegistry[]) {
    this.source = source
    this.targets = targets
    const options = { clock: fakeClock(), random: () => 0.5, retries: RETRIES, environment: {} }
    const network = new Network({ ...options, signal: this.end.signal })
    this.#atEnd = new Network(options)
    this.#networks = [network, this.#atEnd]
    this.pairs = names.flatMap((name, place) =>
      targets.map(({ host }, index) => ({
        source: parseReference(`${source.host}/acme/${name}:v2`),
        destination: parseReference(`${host}/prod/${name}:v2`),
        line: place * targets.length + index + 1,
      })),
    )
  }

  /** Calls back when tags begin to move. */
  onMoving(call: () => void) {
    this.#onMoving.push(call)
  }

  async run(options: Partial<Run<LogLines>> = {}): Promise<RunReport> {
    const [network = this.#atEnd] = this.#networks
    return runSync<LogLines>({
      pairs: this.pairs,
      settings: {
        platforms: [{ os: 'linux', architecture: 'amd64' }],
        onMissingPlatform: 'warn',
        onExisting: 'overwrite',
        dryRun: false,
      },
      failFast: false,
      clock: fakeClock(),
      signal: this.end.signal,
      clientFor: clientsOf(network),
      openLog: () => new LogLines(),
      onDone: () => undefined,
      describe: (error) => ({
        code: error instanceof RegistryError ? error.code : 'INTERNAL',
        message: String(error),
      }),
      asSet: {
        clientAtEnd: clientsOf(this.#atEnd),
        onTag: () => undefined,
        onMoving: () => {
          for (const call of this.#onMoving) call()
        },
        onPhase: (words) => this.phases.push(words),
      },
      ...options,
    })
  }

  /** What a destination's tag shows. */
  shown({ destination }: Pick<ImagePair, 'destination'>): string | undefined {
    return this.#storeOf(destination)?.tag(destination.repository, destination.tag ?? '')
  }

  async [Symbol.asyncDispose]() {
    for (const network of this.#networks) await network.close()
    for (const registry of [this.source, ...this.targets]) await registry.close()
  }

  #storeOf({ registry }: Reference) {
    return this.targets.find(({ host }) => host === registry)?.store
  }

  /** What is not true of a report, in words. */
  lies(report: RunReport): string[] {
    const rollback = rollbackList(report)
    return report.results.flatMap((result, place) => {
      const pair = this.pairs[place]
      if (pair === undefined) return ['a result of nothing']
      const name = nameOf(pair)
      const [before, after = ''] = [digestOf(name, 'old'), digestOf(name, 'new')]
      return tagLies(result, { before, after, shows: this.shown(pair) }, rollback)
    })
  }
}

function nameOf({ source }: ImagePair): Name {
  return names.find((name) => source.repository.endsWith(name)) ?? 'api'
}

function digestOf(name: Name, author: string): string | undefined {
  if (name === 'worker' && author === 'old') return undefined
  return imageOf(name, author).manifest.digest
}
