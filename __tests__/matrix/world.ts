import {
  runAction,
  type ActionOptions,
  type ActionResult,
} from '../../testkit/runner/action-runner.ts'
import type { BuiltImage } from '../../testkit/image/image.ts'
import { pullAndVerify, type PulledImage } from '../../testkit/image/pull.ts'
import { pushTo } from '../../testkit/image/push.ts'
import type { RunningProfile } from '../../testkit/profiles/profile.ts'
import { profiles } from '../../testkit/profiles/profiles.ts'
import type { RecordedRequest } from '../../testkit/registry/request-log.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { TestProxy } from '../../testkit/servers/proxy.ts'
import { outputsOf, type Outputs, type Result } from '../bundle/bundle.ts'
import { leaksOf, secretsOf, watch, type Secret, type Watch } from './canary.ts'
import { createHelper, placeLogins, type HelperCalls, type HelperFolder } from './logins.ts'

/** What is run: the bundle, as a workflow would; `src/index.ts` shows what is not packaged yet. */
export const ENTRY = 'dist/index.js'

/** 225 images through one process, on a machine that does other things too. */
const PATIENCE = 240_000

/** A tag of a repository of a registry. */
export interface Place {
  readonly at: RunningProfile
  readonly repository: string
  readonly tag: string
}

export interface Pair {
  readonly source: Place
  readonly destination: Place
}

export interface RunOptions extends Pick<ActionOptions, 'inputs'> {
  /** Other passwords than the right ones, by the id of the profile. */
  readonly passwords?: Readonly<Record<string, string>>
}

/** A run of the action. */
export interface Run {
  readonly step: ActionResult
  readonly outputs: Outputs
  readonly helperCalls: HelperCalls
  resultOf(pair: Pair): Result
  /** What the log says about a pair. */
  logOf(pair: Pair): string
  /** What arrived at any host of a registry. */
  requestsAt(running: RunningProfile): readonly RecordedRequest[]
}

/** Every registry there is, behind one proxy that wants a login. */
export class World {
  readonly #running: ReadonlyMap<string, RunningProfile>
  /** Views of the registries' stores without login, quirk or limit. */
  readonly #windows: ReadonlyMap<string, TestRegistry>
  readonly #proxy: TestProxy
  readonly #helper: HelperFolder
  readonly #watches: ReadonlyMap<string, Watch>
  readonly #leaks = new Set<string>()

  static async start(): Promise<World> {
    const running = new Map<string, RunningProfile>()
    const windows = new Map<string, TestRegistry>()
    for (const profile of profiles) {
      const started = await profile.start()
      running.set(profile.id, started)
      windows.set(profile.id, await TestRegistry.start({ store: started.registry.store }))
    }
    const routes = Object.assign({}, ...[...running.values()].map((one) => one.routes))
    const proxy = await TestProxy.start({ routes, login: proxyLogin })
    return new World(running, windows, proxy, await createHelper())
  }

  private constructor(
    running: ReadonlyMap<string, RunningProfile>,
    windows: ReadonlyMap<string, TestRegistry>,
    proxy: TestProxy,
    helper: HelperFolder,
  ) {
    this.#running = running
    this.#windows = windows
    this.#proxy = proxy
    this.#helper = helper
    this.#watches = new Map([...running].map(([id, one]) => [id, watch(one)]))
  }

  profile(id: string): RunningProfile {
    return found(this.#running, id)
  }

  get all(): readonly RunningProfile[] {
    return [...this.#running.values()]
  }

  /** Puts an image where clients did not see it come from. */
  put({ at, repository, tag }: Place, image: BuiltImage) {
    pushTo(at.registry.store, repository, tag, image)
  }

  /** Copies all pairs in one run of the action. */
  async run(pairs: readonly Pair[], options: RunOptions = {}): Promise<Run> {
    const logins = this.all.map((running) => ({
      running,
      password: options.passwords?.[running.profile.id] ?? running.account.password,
    }))
    const seen = new Map(this.all.map((one) => [one, one.requests.length]))
    const lines = pairs.map(lineOf)
    const placed = await placeLogins(logins, this.#helper)
    const step = await runAction({
      entry: ENTRY,
      debug: true,
      timeout: PATIENCE,
      ...placed,
      inputs: { images: lines.join('\n'), ...placed.inputs, ...options.inputs },
      workspace: { ...placed.workspace, 'ca.pem': this.#authorities() },
      env: { ...placed.env, https_proxy: this.#proxy.url, NODE_EXTRA_CA_CERTS: 'ca.pem' },
    })
    const arrived = new Map(this.all.map((one) => [one, one.requests.slice(seen.get(one))]))
    const requestsAt = (one: RunningProfile) => arrived.get(one) ?? []
    const helperCalls = await this.#helper.takeCalls()
    const leaks = leaksOf({
      step,
      helperCalls,
      requests: this.all.flatMap(requestsAt),
      watches: [...this.#watches.values()],
      secrets: [
        ...logins.flatMap((login) => {
          const { running } = login
          return secretsOf(login, found(this.#watches, running.profile.id), requestsAt(running))
        }),
        proxySecret,
      ],
    })
    for (const leak of leaks) this.#leaks.add(leak)
    const outputs = outputsOf(step)
    return {
      step,
      outputs,
      helperCalls,
      requestsAt: (running) => requestsAt(running).map(({ request }) => request),
      resultOf(pair) {
        const result = outputs.results[lines.indexOf(lineOf(pair))]
        if (result === undefined) throw new Error(`${lineOf(pair)} has no result`)
        return result
      },
      logOf(pair) {
        const group = step.groups.find((one) => one.name.includes(` ${lineOf(pair)} `))
        return group?.lines.join('\n') ?? ''
      },
    }
  }

  /** What stands there now, pulled and verified in full by code that the action does not share. */
  async stored({ at, repository, tag }: Place): Promise<PulledImage> {
    return pullAndVerify(found(this.#windows, at.profile.id).url, repository, tag)
  }

  /** Secrets that turned up where they should not, in all runs since the last time. */
  takeLeaks(): readonly string[] {
    const leaks = [...this.#leaks]
    this.#leaks.clear()
    return leaks
  }

  async close() {
    await this.#proxy.close()
    for (const window of this.#windows.values()) await window.close()
    for (const running of this.all) await running.close()
    await this.#helper.remove()
  }

  #authorities(): string {
    return [...new Set(this.all.map(({ ca }) => ca))].join('\n')
  }
}

const proxyLogin = { user: 'proxy-user', password: 'canary-of-the-proxy' }

const proxySecret: Secret = {
  name: 'the password of the proxy',
  values: [
    proxyLogin.password,
    Buffer.from(`${proxyLogin.user}:${proxyLogin.password}`).toString('base64'),
  ],
  hosts: new Set(),
  inEnvironment: true,
}

function lineOf({ source, destination }: Pair): string {
  return `${name(source)} => ${name(destination)}`
}

/** As it stands in the image list and in the outputs. */
export function name({ at, repository, tag }: Place): string {
  return `${at.profile.host}/${repository}:${tag}`
}

function found<T>(map: ReadonlyMap<string, T>, id: string): T {
  const value = map.get(id)
  if (value === undefined) throw new Error(`there is no profile ${id}`)
  return value
}
