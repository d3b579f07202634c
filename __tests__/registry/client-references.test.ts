import { describe, expect, test } from '@jest/globals'
import { Client } from '../../src/registry/client.ts'
import { Network } from '../../src/registry/network/network.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { failureOf, image, RegistryWorld, worldWithBoth } from './registry-world.ts'

describe('a reference that cannot be', () => {
  const cases: readonly [
    string,
    string,
    (world: RegistryWorld, text: string) => Promise<unknown>,
    string,
  ][] = [
    ['of an image', 'PARSE_IMAGE_REFERENCE', (world, text) => world.from.getImage(text), 'source'],
    [
      'of a handle',
      'PARSE_IMAGE_REFERENCE',
      (world, text) => world.from.getImageHandle(text),
      'source',
    ],
    ['of a digest', 'PARSE_IMAGE_REFERENCE', (world, text) => world.from.getDigest(text), 'source'],
    [
      'of platforms',
      'PARSE_IMAGE_REFERENCE',
      (world, text) => world.from.getPlatformDigests(text),
      'source',
    ],
    [
      'of a check',
      'PARSE_IMAGE_REFERENCE',
      (world, text) => world.from.checkExists(text),
      'source',
    ],
    [
      'of a source',
      'PARSE_SOURCE_REFERENCE',
      (world, text) => world.from.copyImage(text, 'a/b:1', world.to),
      'source',
    ],
    [
      'of a destination',
      'PARSE_DESTINATION_REFERENCE',
      (world, text) => world.from.copyIndex('a/b:1', text, world.to),
      'destination',
    ],
    [
      'of a list',
      'PARSE_MANIFEST_REFERENCE',
      (world, text) => world.to.pushManifestList(text, []),
      'destination',
    ],
  ]

  test.each(cases)('%s is %s', async (_what, code, use, side) => {
    await using world = await RegistryWorld.start()
    for (const text of ['', 'Upper/Case', 'a/b:', 'https://x/a', 'other.test/a/b:1', 'a/../b']) {
      const error = await failureOf(use(world, text))
      expect(error).toMatchObject({ code, side, operation: 'parse reference' })
      expect(error.cause).toMatchObject({ kind: 'reference' })
    }
    expect(world.source.requests).toEqual([])
    expect(world.destination.requests).toEqual([])
  })

  test('is a destination with a digest', async () => {
    await using world = await RegistryWorld.start()
    const target = `mirror/app:1.0@${image.manifest.digest}`
    const copying = await failureOf(world.from.copyImage('acme/app:1.0', target, world.to))
    expect(copying).toMatchObject({ code: 'PARSE_DESTINATION_REFERENCE', side: 'destination' })
    const pushing = await failureOf(world.to.pushManifestList(target, []))
    expect(pushing).toMatchObject({ code: 'PARSE_MANIFEST_REFERENCE', side: 'destination' })
  })
})

describe('closing a client', () => {
  test('ends the connections of a network of its own', async () => {
    await using registry = await TestRegistry.start()
    pushTo(registry.store, 'acme/app', '1.0', image)
    const client = new Client({ host: registry.host })
    await client.getImage('acme/app:1.0')
    await client.close()
    expect((await failureOf(client.getImage('acme/app:1.0'))).code).toBe('NETWORK')
  })

  test('leaves a network that others use alone', async () => {
    await using world = await worldWithBoth()
    await world.from.close()
    expect(await world.from.checkExists('acme/app:1.0')).toBe(true)
  })

  test('twice is no mistake, nor is closing a network twice', async () => {
    const client = new Client({ host: 'registry.test' })
    await client.close()
    await client.close()
    const network = new Network({ environment: { https_proxy: 'http://127.0.0.1:1' } })
    await network.close()
    expect(await network.close()).toBeUndefined()
  })
})

test('a client without a whole login is anonymous', async () => {
  const auth = { kind: 'basic', users: { robot: 'hunter2' } } as const
  await using world = await RegistryWorld.start({ source: { auth } })
  for (const login of [{ username: 'robot' }, { password: 'hunter2' }]) {
    const client = new Client({ host: world.source.host, network: world.network, ...login })
    expect((await failureOf(client.getImage('acme/app:1.0'))).code).toBe('AUTHENTICATION')
  }
  for (const { headers } of world.source.requests) expect(headers.authorization).toBeUndefined()
})
