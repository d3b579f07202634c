import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Client } from '../../src/registry/client.ts'
import { parseImageList } from '../../src/sync/image-list.ts'
import { isPair } from '../../src/sync/list/pair.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { NamedRegistry } from '../registry/named-registry.ts'
import { pairsOf, run } from './run-world.ts'
import { SyncWorld } from './sync-world.ts'

/** Larger than what is held as a whole. */
const LARGE = 300_000

function imageOf(name: string) {
  return buildImage({ layers: [{ bytes: Buffer.alloc(LARGE, name) }], config: { author: name } })
}

const blue = imageOf('blue')
const green = imageOf('green')
const fresh = imageOf('fresh')

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start({ oneRegistry: true })
  world.give('app', 'blue', blue)
  world.give('app', 'green', green)
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

function tagged(tag: string, repository = 'app') {
  return world.destination.store.tag(repository, tag)
}

describe('a tag that is source and destination in one list', () => {
  test('can be swapped with another one', async () => {
    const { totals } = await run(
      world,
      pairsOf(world, 'app:blue => app:green', 'app:green => app:blue'),
    )
    expect(totals).toMatchObject({ copied: 2 })
    expect([tagged('blue'), tagged('green')]).toEqual([green.manifest.digest, blue.manifest.digest])
  })

  test('can be swapped although the one is answered when the other could long be there', async () => {
    const late = world.source.hold({ method: 'GET', path: '/app/manifests/green' })
    const lines = [
      'app:blue => app:green',
      'app:green => app:blue',
      // Has more to do than the first one, and is done before the second one can begin.
      'app:blue => copy:blue',
    ]
    await run(world, pairsOf(world, ...lines), { onDone: () => late.release() })
    expect([tagged('blue'), tagged('green')]).toEqual([green.manifest.digest, blue.manifest.digest])
  })

  test('is promoted as what it was, in whatever order the list has it', async () => {
    world.give('app', 'new', fresh)
    for (const lines of [
      ['app:green => app:stable', 'app:new => app:green'],
      ['app:new => app:green', 'app:green => app:stable'],
    ]) {
      world.give('app', 'green', green)
      await run(world, pairsOf(world, ...lines))
      expect([tagged('stable'), tagged('green')]).toEqual([
        green.manifest.digest,
        fresh.manifest.digest,
      ])
    }
  })

  test('means what it was also where its own turn comes long after', async () => {
    const many = Array.from({ length: 150 }, (_, index) => `app:blue => copy:t${index}`)
    const lines = ['app:blue => app:green', ...many, 'app:green => app:stable']
    await run(world, pairsOf(world, ...lines))
    expect([tagged('stable'), tagged('green')]).toEqual([
      green.manifest.digest,
      blue.manifest.digest,
    ])
    expect(world.source.count('GET', '/app/manifests/green')).toBe(1)
  })

  test('means what it was for each selection of platforms', async () => {
    const index = buildMultiPlatform()
    world.give('app', 'multi', index)
    const [all, one, written] = pairsOf(
      world,
      'app:multi => copy:all',
      'app:multi => copy:one',
      'app:blue => app:multi',
    )
    if (all === undefined || one === undefined || written === undefined) throw new Error('no pairs')
    const amd64 = [{ os: 'linux', architecture: 'amd64' }]
    const { results } = await run(world, [
      written,
      { ...all, platforms: 'all' },
      { ...one, platforms: amd64 },
    ])
    const { digest } = index.manifest
    expect(results.map(({ sourceDigest }) => sourceDigest)).toEqual([
      blue.manifest.digest,
      digest,
      digest,
    ])
  })

  test('is nothing if it was nothing', async () => {
    const lines = ['app:blue => app:edge', 'app:edge => app:stable']
    const { results } = await run(world, pairsOf(world, ...lines))
    expect(results).toMatchObject([{ status: 'copied' }, { error: { code: 'NOT_FOUND' } }])
    expect(tagged('stable')).toBeUndefined()
  })

  test('is moved although it could not be read', async () => {
    world.source.fault({ method: 'GET', path: '/app/manifests/green' }, replyWith(500))
    const lines = ['app:blue => app:green', 'app:green => app:stable']
    const { results } = await run(world, pairsOf(world, ...lines))
    expect(results).toMatchObject([{ status: 'copied' }, { status: 'failed' }])
    expect(tagged('green')).toBe(blue.manifest.digest)
  })

  test('can be swapped with one of another repository, whose layers are mounted', async () => {
    world.give('other', 'green', green)
    const { totals } = await run(
      world,
      pairsOf(world, 'app:blue => other:green', 'other:green => app:blue'),
    )
    expect(totals).toMatchObject({ copied: 2, bytes: { copied: 0 } })
    expect([tagged('blue'), tagged('green', 'other')]).toEqual([
      green.manifest.digest,
      blue.manifest.digest,
    ])
  })

  test('can be swapped with one of another registry', async () => {
    await using two = await SyncWorld.start()
    two.give('app', 'blue', blue)
    pushTo(two.destination.store, 'app', 'green', green)
    const clients = new Map(
      [two.source, two.destination].map((registry) => [registry.host, two.client(registry)]),
    )
    const bases = { source: { registry: two.source.host } }
    const list = [
      `${two.source.host}/app:blue => ${two.destination.host}/app:green`,
      `${two.destination.host}/app:green => ${two.source.host}/app:blue`,
    ]
    await run(two, parseImageList(list.join('\n'), bases).filter(isPair), {
      clientFor: (_side, { registry }) => clients.get(registry) ?? two.client(two.source),
    })
    expect(two.source.store.tag('app', 'blue')).toBe(green.manifest.digest)
    expect(two.destination.store.tag('app', 'green')).toBe(blue.manifest.digest)
  })

  test('is known by all names of its registry, and costs no pull more where these count', async () => {
    await using hub = await NamedRegistry.start('docker.io', {}, 'registry-1.docker.io')
    const { store } = hub.registry
    pushTo(store, 'library/app', 'blue', blue)
    pushTo(store, 'library/app', 'green', green)
    const list = [
      'index.docker.io/app:blue => docker.io/library/app:green',
      'app:green => registry-1.docker.io/library/app:blue',
    ]
    const pairs = parseImageList(list.join('\n'), { source: { registry: 'docker.io' } }).filter(
      isPair,
    )
    const client = new Client({ host: 'docker.io', network: hub.network })
    await run(world, pairs, { clientFor: () => client })
    expect(store.tag('library/app', 'blue')).toBe(green.manifest.digest)
    expect(store.tag('library/app', 'green')).toBe(blue.manifest.digest)
    expect(hub.registry.count('GET', '/manifests/')).toBe(2)
  })

  test('is waited for by nobody in a dry run', async () => {
    const held = world.source.hold({ method: 'GET', path: '/app/manifests/green' })
    const lines = ['app:blue => app:green', 'app:green => app:stable']
    const settings = {
      platforms: 'all',
      onMissingPlatform: 'warn',
      onExisting: 'overwrite',
      dryRun: true,
    } as const
    const { done } = await run(world, pairsOf(world, ...lines), {
      settings,
      onDone: () => held.release(),
    })
    expect(done).toEqual(['app:green', 'app:stable'])
  })
})
