import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parseReference } from '../../src/oci/reference.ts'
import type { Client } from '../../src/registry/client.ts'
import type { ImagePair } from '../../src/sync/image-list.ts'
import { buildImage, type BuiltImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { dropBeforeHeaders, replyWith } from '../../testkit/registry/faults.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { pairsOf, run } from './run-world.ts'
import { SyncWorld } from './sync-world.ts'

/** Larger than what is held as a whole. */
const LARGE = 300_000
const base = { bytes: Buffer.alloc(LARGE, 'base') }

function app(name: string): BuiltImage {
  return buildImage({
    layers: [base, { bytes: Buffer.alloc(LARGE, name) }],
    config: { author: name },
  })
}

const names = ['a', 'b', 'c', 'd', 'e', 'f']
const apps = new Map(names.map((name) => [name, app(name)]))
const [baseLayer] = app('a').layers

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start({ network: { retries: 2 } })
  for (const [name, image] of apps) world.give(name, 'v1', image)
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

const lines = names.map((name) => `${name}:v1 => copy/${name}:v1`)

async function expectAll() {
  for (const [name, image] of apps) {
    expect((await world.pull(`copy/${name}`, 'v1')).digest).toBe(image.manifest.digest)
  }
}

describe('a layer that several images of a run have', () => {
  test('is read once and sent once, and mounted by the others', async () => {
    const { totals } = await run(world, pairsOf(world, ...lines))
    expect(world.source.count('GET', baseLayer?.digest)).toBe(1)
    expect(totals.bytes.mounted).toBe((names.length - 1) * LARGE)
    expect(
      world.destination.store.eventsOf('blob').filter(({ how }) => how === 'upload').length,
    ).toBe(1 + 2 * names.length)
    await expectAll()
  })

  test('is sent for each of them by a registry that mounts nothing, and all arrive', async () => {
    await using other = await SyncWorld.start({ destination: { mount: false } })
    for (const [name, image] of apps) other.give(name, 'v1', image)
    const { totals } = await run(other, pairsOf(other, ...lines))
    expect(totals).toMatchObject({ copied: names.length, bytes: { mounted: 0 } })
    for (const name of names) await other.pull(`copy/${name}`, 'v1')
  })

  test.each(names.map((_, index) => index))(
    'comes from another source where that of the image %i does not have it',
    async (missing) => {
      world.source.fault(
        { path: `/v2/${names[missing] ?? ''}/blobs/${baseLayer?.digest ?? ''}` },
        replyWith(404),
      )
      const { totals } = await run(world, pairsOf(world, ...lines))
      expect(totals).toMatchObject({ copied: names.length, failed: 0 })
      await expectAll()
    },
  )

  test('is mounted from an image that was found to be there, and not sent', async () => {
    for (const name of ['a', 'c', 'e']) {
      pushTo(world.destination.store, `copy/${name}`, 'v1', apps.get(name) ?? app(name))
    }
    const { totals } = await run(world, pairsOf(world, ...lines))
    expect(totals).toMatchObject({ copied: 3, unchanged: 3 })
    expect(world.source.count('GET', baseLayer?.digest)).toBe(0)
    expect(totals.bytes.mounted).toBe(3 * LARGE)
    await expectAll()
  })

  test('costs no look into images that are there where nothing large is missing', async () => {
    for (const name of names.slice(1)) {
      pushTo(world.destination.store, `copy/${name}`, 'v1', apps.get(name) ?? app(name))
    }
    const small = buildImage({ layers: [{ bytes: 'small' }], config: { author: 'small' } })
    world.give('small', 'v1', small)
    await run(world, pairsOf(world, ...lines.slice(1), 'small:v1 => copy/small:v1'))
    expect(world.destination.count('GET', '/manifests/')).toBe(0)
  })
})

describe('tags of one image', () => {
  test('cost one request each at the source, and the manifests beneath them one for all', async () => {
    const index = buildMultiPlatform()
    for (const tag of ['1', '1.2', '1.2.3']) world.give('acme/multi', tag, index)
    await run(
      world,
      pairsOf(
        world,
        ...['1', '1.2', '1.2.3'].map((tag) => `acme/multi:${tag} => copy/multi:${tag}`),
      ),
    )
    expect(world.source.count('GET', '/manifests/')).toBe(3 + 2)
  })
})

describe('several registries', () => {
  const stuck: TestRegistry[] = []

  afterEach(async () => {
    for (const registry of stuck.splice(0)) await registry.close()
  })

  async function registries(count: number) {
    const started = await Promise.all(
      Array.from({ length: count }, async () => TestRegistry.start()),
    )
    stuck.push(...started)
    const clients = new Map<string, Client>(
      [world.source, ...started].map((registry) => [registry.host, world.client(registry)]),
    )
    const pairs: ImagePair[] = names.flatMap((name, index) =>
      started.map(({ host }) => ({
        source: parseReference(world.from(`${name}:v1`)),
        destination: parseReference(`${host}/copy/${name}:v1`),
        line: index + 1,
      })),
    )
    const clientFor = (_side: string, { registry }: { registry: string }): Client => {
      const client = clients.get(registry)
      if (client === undefined) throw new Error(`no client for ${registry}`)
      return client
    }
    return { started, pairs, clientFor }
  }

  test('get the same bytes of one download', async () => {
    const { started, pairs, clientFor } = await registries(3)
    const { totals } = await run(world, pairs, { clientFor })
    expect(totals).toMatchObject({ copied: 3 * names.length, failed: 0 })
    expect(world.source.count('GET', '/blobs/')).toBe(1 + 2 * names.length)
    // Of a tag once for all, and so of what it names.
    expect(world.source.count('GET', '/manifests/')).toBe(names.length)
    for (const { url } of started) {
      for (const [name, image] of apps) {
        const pulled = await pullAndVerify(url, `copy/${name}`, 'v1')
        expect(pulled.digest).toBe(image.manifest.digest)
      }
    }
  })

  test('get a layer that all platforms have of one download', async () => {
    const { started, clientFor } = await registries(3)
    const shared = { bytes: Buffer.alloc(LARGE, 'shared') }
    const index = buildMultiPlatform({ layers: () => [shared] })
    world.give('multi', 'v1', index)
    const pairs = started.map(({ host }, line) => ({
      source: parseReference(world.from('multi:v1')),
      destination: parseReference(`${host}/copy/multi:v1`),
      line,
    }))
    const { totals } = await run(world, pairs, { clientFor })
    expect(totals).toMatchObject({ copied: 3, failed: 0 })
    expect(world.source.count('GET', index.children[0]?.layers[0]?.digest)).toBe(1)
  })

  test('do not wait for one that has everything', async () => {
    const { started, pairs, clientFor } = await registries(2)
    const [full, empty] = started
    for (const [name, image] of apps) {
      if (full !== undefined) pushTo(full.store, `copy/${name}`, 'v1', image)
    }
    const { totals } = await run(world, pairs, { clientFor })
    expect(totals).toMatchObject({ copied: names.length, unchanged: names.length })
    expect(world.source.count('GET', '/blobs/')).toBe(1 + 2 * names.length)
    expect(empty?.store.uploads.size).toBe(0)
  })

  test('are not failed by one that fails', async () => {
    const { started, pairs, clientFor } = await registries(3)
    started[1]?.fault({ method: 'PUT', path: '/uploads/' }, dropBeforeHeaders())
    const { totals } = await run(world, pairs, { clientFor })
    expect(totals).toMatchObject({ copied: 2 * names.length, failed: names.length })
    for (const registry of [started[0], started[2]]) {
      for (const name of names) await pullAndVerify(registry?.url ?? '', `copy/${name}`, 'v1')
    }
  })
})
