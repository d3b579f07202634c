import { afterEach, describe, expect, test } from '@jest/globals'
import { Client } from '../../../src/registry/client.ts'
import { Network } from '../../../src/registry/network/network.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import { at, nameServer } from './name-server.ts'
import { image, RegistryWorld, trust } from '../registry-world.ts'

let distrust = () => undefined as void
afterEach(() => {
  distrust()
})

describe('a name with addresses of both families', () => {
  test.each([
    ['IPv6', '127.0.0.1', ['::1', '127.0.0.1']],
    ['IPv4', '::1', ['127.0.0.1', '::1']],
  ] as const)('is reached where %s is dead', async (_family, address, addresses) => {
    await using registry = await TestRegistry.start({ address })
    pushTo(registry.store, 'acme/app', '1.0', image)
    const host = at('registry.test', registry)
    const { lookup } = nameServer({ 'registry.test': addresses })
    const network = new Network({ environment: {}, retries: 0, insecureRegistries: [host], lookup })
    const client = new Client({ host, network })
    expect(await client.getDigest(`${host}/acme/app:1.0`)).toBe(image.manifest.digest)
    await network.close()
  })
})

describe('an IPv6 address', () => {
  test.each([false, true])('is copied from and to, with TLS: %s', async (tls) => {
    await using world = await RegistryWorld.start({
      source: { address: '::1', tls },
      destination: { address: '::1', tls },
    })
    distrust = trust(world.source.ca)
    world.give(image)
    expect(world.source.host).toMatch(/^\[::1\]:\d+$/)
    const { host } = world.destination
    await world.from.copyImage('acme/app:1.0', `${host}/mirror/app:1.0`, world.to)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(image.manifest.digest)
    expect(new Set(world.destination.requests.map(({ headers }) => headers.host))).toEqual(
      new Set([host]),
    )
  })
})
