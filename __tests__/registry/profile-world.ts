import { Client } from '../../src/registry/client.ts'
import type { Network } from '../../src/registry/network/network.ts'
import { apiHost } from '../../src/registry/network/hosts.ts'
import type { Profile, RunningProfile } from '../../testkit/profiles/profile.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { TestProxy } from '../../testkit/servers/proxy.ts'
import { networkBehind } from './named-registry.ts'
import { FakeClock, LogLines } from './registry-world.ts'

/** A registry as it is known in the world, a plain one beside it, and a client for each. */
export class ProfileWorld {
  readonly profile: RunningProfile
  readonly plain: TestRegistry
  readonly clock = new FakeClock()
  readonly log = new LogLines()
  readonly network: Network
  readonly client: Client
  readonly plainClient: Client
  readonly #proxy: TestProxy

  static async start(profile: Profile): Promise<ProfileWorld> {
    const running = await profile.start()
    const proxy = await TestProxy.start({ routes: running.routes })
    return new ProfileWorld(running, await TestRegistry.start(), proxy)
  }

  private constructor(profile: RunningProfile, plain: TestRegistry, proxy: TestProxy) {
    this.profile = profile
    this.plain = plain
    this.#proxy = proxy
    const { host } = profile.profile
    const names = Object.keys(profile.routes).map((route) => route.replace(/:443$/, ''))
    const { clock } = this
    const { ca } = profile
    this.network = networkBehind(proxy, [...names, apiHost(host)], { ca, clock, retries: 5 })
    const options = { network: this.network, logger: this.log }
    const login = { credentials: profile.account, origin: 'a test' }
    this.client = new Client({ ...options, host, login })
    this.plainClient = new Client({ ...options, host: plain.host })
  }

  /** A repository of the registry, as it wants them named. */
  repository(word: string): string {
    return this.profile.profile.repository(word)
  }

  async [Symbol.asyncDispose]() {
    await this.network.close()
    await this.#proxy.close()
    await this.plain.close()
    await this.profile.close()
  }
}
