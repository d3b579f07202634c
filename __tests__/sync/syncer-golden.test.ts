import { describe, expect, test } from '@jest/globals'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { goldenCases, goldenList, putGolden } from './golden.ts'
import { SyncWorld, linesOf, writesTo } from './sync-world.ts'

describe.each(goldenCases)('the list of $name', (golden) => {
  const { digest, size } = golden.list

  test('has the digest that go-containerregistry gives it', async () => {
    await using world = await SyncWorld.start()
    putGolden(world.source.store, 'acme/app', 'v1', golden)
    expect(await world.syncer().syncImage(world.from('acme/app:v1'), world.to('copy:v1'))).toBe(
      digest,
    )
    expect(world.destination.store.tag('copy', 'v1')).toBe(digest)
    const pulled = await world.pull('copy', 'v1')
    expect(pulled).toMatchObject({ digest, size })
    expect(pulled.children.map((child) => child.digest)).toEqual(golden.children)
  })

  test('is known to be there with one request to each side', async () => {
    await using world = await SyncWorld.start()
    putGolden(world.source.store, 'acme/app', 'v1', golden)
    await world.syncer().syncImage(world.from('acme/app:v1'), world.to('copy:v1'))
    world.clearRequests()
    const outcome = await world.syncer().sync(world.from('acme/app:v1'), world.to('copy:v1'))
    expect(outcome).toMatchObject({ status: 'unchanged', digest, previousDigest: digest })
    expect(linesOf(world.source)).toEqual(['GET manifests/v1'])
    expect(linesOf(world.destination)).toEqual(['HEAD manifests/v1'])
  })
})

test('the list is pushed byte for byte as it is written down', async () => {
  await using world = await SyncWorld.start()
  const [golden] = goldenCases
  if (golden === undefined) throw new Error('no case')
  putGolden(world.source.store, 'acme/app', 'v1', golden)
  await world.syncer().syncImage(world.from('acme/app:v1'), world.to('copy:v1'))
  const stored = world.destination.store.manifest('copy', 'v1')
  expect(stored?.bytes.toString()).toBe(goldenList)
  expect(stored?.mediaType).toBe('application/vnd.oci.image.index.v1+json')
})

/** What it takes to be let in. */
function cost(registry: TestRegistry) {
  return {
    refused: registry.requests.filter(({ status }) => status === 401).length,
    tokens: registry.count(undefined, '/token'),
    scopes: registry.tokens.map(({ granted }) => granted),
  }
}

describe('with a login on both sides', () => {
  const login = { username: 'robot', password: 'p4ss' }
  const auth = { kind: 'bearer', users: { robot: 'p4ss' } } as const

  async function start() {
    const world = await SyncWorld.start({ source: { auth }, destination: { auth } })
    const [golden] = goldenCases
    if (golden === undefined) throw new Error('no case')
    putGolden(world.source.store, 'acme/app', 'v1', golden)
    const clients = () => ({
      source: world.client(world.source, login),
      destination: world.client(world.destination, login),
    })
    const sync = async () =>
      world.syncer(clients()).sync(world.from('acme/app:v1'), world.to('copy:v1'))
    return { world, sync }
  }

  test('a copy costs one refusal and one token a side', async () => {
    const { world, sync } = await start()
    await using _ = world
    expect((await sync()).status).toBe('copied')
    expect(cost(world.source)).toEqual({
      refused: 1,
      tokens: 1,
      scopes: [[{ type: 'repository', name: 'acme/app', actions: ['pull'] }]],
    })
    expect(cost(world.destination)).toEqual({
      refused: 1,
      tokens: 1,
      scopes: [[{ type: 'repository', name: 'copy', actions: ['pull', 'push'] }]],
    })
  })

  test('looking whether all is there costs the same and the two requests', async () => {
    const { world, sync } = await start()
    await using _ = world
    await sync()
    world.clearRequests()
    expect((await sync()).status).toBe('unchanged')
    expect(linesOf(world.source)).toEqual(['GET manifests/v1', 'GET /token', 'GET manifests/v1'])
    expect(linesOf(world.destination)).toEqual([
      'HEAD manifests/v1',
      'GET /token',
      'HEAD manifests/v1',
    ])
    expect(writesTo(world.destination)).toEqual([])
  })
})
