import { Client } from '../../src/registry/client.ts'
import type { Login } from '../../src/registry/credentials/login.ts'
import { Network } from '../../src/registry/network/network.ts'
import { TestRegistry, type RegistryOptions } from '../../testkit/registry/registry.ts'
import { TestProxy } from '../../testkit/servers/proxy.ts'
import { FakeClock, LogLines } from './registry-world.ts'

/** A network that reaches hosts through a proxy, and trusts one authority for all of them. */
export function networkBehind(
  proxy: TestProxy,
  hosts: readonly string[],
  { ca, clock, retries }: { ca: string; clock: FakeClock; retries: number },
) {
  return new Network({
    clock,
    random: () => 0.5,
    retries,
    environment: { https_proxy: proxy.url },
    tls: new Map(hosts.map((host) => [host, { ca }])),
  })
}

/** A registry under a name of the real world, behind a proxy that knows the way. */
export class NamedRegistry {
  readonly registry: TestRegistry
  readonly clock = new FakeClock()
  readonly log = new LogLines()
  readonly network: Network
  readonly #host: string
  readonly #proxy: TestProxy

  /** `host` as users write it; its API answers under that name, or under `apiHost`. */
  static async start(
    host: string,
    options: RegistryOptions = {},
    apiHost = host,
  ): Promise<NamedRegistry> {
    const registry = await TestRegistry.start({ tls: { names: [apiHost] }, ...options })
    const proxy = await TestProxy.start({ routes: { [`${apiHost}:443`]: registry.host } })
    return new NamedRegistry(host, registry, proxy, apiHost)
  }

  private constructor(host: string, registry: TestRegistry, proxy: TestProxy, apiHost: string) {
    this.#host = host
    this.registry = registry
    this.#proxy = proxy
    const { clock } = this
    this.network = networkBehind(proxy, [apiHost], { ca: registry.ca ?? '', clock, retries: 2 })
  }

  client(login?: Login): Client {
    const { network, log: logger } = this
    const options = { host: this.#host, network, logger }
    return new Client(login === undefined ? options : { ...options, login })
  }

  async [Symbol.asyncDispose]() {
    await this.network.close()
    await this.#proxy.close()
    await this.registry.close()
  }
}
