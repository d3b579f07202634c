import type { ActionOptions } from '../../testkit/runner/action-runner.ts'
import type { AccountOptions } from '../../testkit/registry/accounts.ts'
import { TestProxy, type ProxyOptions } from '../../testkit/servers/proxy.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { kept, startRegistry } from './bundle.ts'

/** What stands in for ghcr.io, as a step sees it that has to go through a proxy and trusts its certificate. */
export interface Ghcr {
  readonly registry: TestRegistry
  readonly proxy: TestProxy
  /** For the step. */
  readonly options: Pick<ActionOptions, 'env' | 'workspace'>
}

export async function ghcrBehindProxy(
  accounts: AccountOptions,
  proxyOptions: Pick<ProxyOptions, 'login'> = {},
): Promise<Ghcr> {
  const registry = await startRegistry({
    tls: { names: ['ghcr.io'] },
    auth: { kind: 'bearer', realm: 'https://ghcr.io/token', service: 'ghcr.io', ...accounts },
  })
  const routes = { 'ghcr.io:443': registry.host }
  const proxy = kept(await TestProxy.start({ ...proxyOptions, routes }))
  return {
    registry,
    proxy,
    options: {
      workspace: { 'ca.pem': registry.ca ?? '' },
      // Relative to the working directory, which is the workspace.
      env: { https_proxy: proxy.url, NODE_EXTRA_CA_CERTS: 'ca.pem' },
    },
  }
}
