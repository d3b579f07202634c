import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parseReference } from '../../src/oci/reference.ts'
import type { Client } from '../../src/registry/client.ts'
import type { ImagePair } from '../../src/sync/image-list.ts'
import type { Run } from '../../src/sync/run.ts'
import { buildImage, type BuiltImage } from '../../testkit/image/image.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import type { Middleware, RegistryRequest } from '../../testkit/registry/exchange.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { run } from './run-world.ts'
import { type LogLines, SyncWorld } from './sync-world.ts'

/** Larger than what is held as a whole, and than what fits into the buffers of a connection. */
const LARGE = 6 * 1024 * 1024

/** What is called back in place of by a timer. */
const looks = new Set<() => void>()

let world: SyncWorld
const others: TestRegistry[] = []

beforeEach(async () => {
  world = await SyncWorld.start({
    network: {
      concurrency: 4,
      every: (_milliseconds, call) => {
        looks.add(call)
        return () => looks.delete(call)
      },
    },
  })
})

afterEach(async () => {
  for (const registry of others.splice(0)) await registry.close()
  await world[Symbol.asyncDispose]()
  looks.clear()
})

async function startOther() {
  const registry = await TestRegistry.start()
  others.push(registry)
  return registry
}

function imageOf(name: string): BuiltImage {
  const layers = [`${name} one`, `${name} two`].map((text) => ({
    bytes: Buffer.alloc(LARGE, text),
  }))
  return buildImage({ layers, config: { author: name } })
}

/** Images at the source, by name. */
function give(...names: readonly string[]) {
  const images = new Map(names.map((name) => [name, imageOf(name)]))
  for (const [name, image] of images) world.give(name, 'v1', image)
  return images
}

function pairOf(source: string, registry: TestRegistry, destination: string): ImagePair {
  return {
    source: parseReference(world.from(source)),
    destination: parseReference(`${registry.host}/${destination}`),
    line: 1,
  }
}

/** One client for each registry, and the looks of the network. */
async function sync(pairs: readonly ImagePair[], options: Partial<Run<LogLines>> = {}) {
  const clients = new Map<string, Client>()
  for (const registry of [world.source, world.destination, ...others]) {
    clients.set(registry.host, world.client(registry))
  }
  return run(world, pairs, {
    silentHosts: world.network.silentHosts,
    clientFor: (_side, { registry }) => clients.get(registry) ?? world.client(world.source),
    ...options,
  })
}

/** Looks again and again, as time would, until something is so. */
async function lookUntil(isSo: () => boolean) {
  while (!isSo()) {
    await setImmediate()
    const all = [...looks]
    for (const look of all) look()
  }
}

/** What it answers after the first bytes of a request's body, if it answers at all. */
function afterFirstBytes(released: Promise<void>): Middleware {
  return async (request, next) => {
    async function* slowly() {
      let isFirst = true
      for await (const chunk of request.body) {
        yield chunk
        if (isFirst) await Promise.race([released, request.closed])
        isFirst = false
      }
    }
    return next({ ...request, body: slowly() })
  }
}

const isLarge = ({ headers }: RegistryRequest) => Number(headers['content-length']) === LARGE

function hold(
  registry: TestRegistry,
  matcher: Parameters<TestRegistry['fault']>[0],
  released: Promise<void>,
) {
  registry.fault(matcher, async (request, next) => {
    await Promise.race([released, request.closed])
    return next()
  })
}

describe('a registry that hangs', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const hangs: readonly [string, (registry: TestRegistry, released: Promise<void>) => void][] = [
    ['whatever it is asked', (registry, released) => hold(registry, {}, released)],
    [
      'when tags are looked for',
      (registry, released) => hold(registry, { method: 'HEAD' }, released),
    ],
    [
      'when uploads are begun',
      (registry, released) => hold(registry, { method: 'POST' }, released),
    ],
    [
      'before it reads a large blob',
      (registry, released) => hold(registry, { method: 'PUT', where: isLarge }, released),
    ],
    [
      'in the middle of a large blob',
      (registry, released) =>
        registry.fault({ method: 'PUT', where: isLarge }, afterFirstBytes(released)),
    ],
    [
      'when blobs are there',
      (registry, released) => {
        registry.fault({ method: 'PUT', path: '/blobs/' }, async (_request, next) => {
          const answer = await next()
          await released
          return answer
        })
      },
    ],
    [
      'when manifests are pushed',
      (registry, released) => hold(registry, { method: 'PUT', path: '/manifests/' }, released),
    ],
  ]

  test.each(hangs)(
    '%s does not hold up another one, and gets its images all the same',
    async (_when, hang) => {
      const hanging = await startOther()
      const images = give(...names)
      const release = Promise.withResolvers<void>()
      hang(hanging, release.promise)
      let healthy = 0
      const running = sync(
        names.flatMap((name) => [
          pairOf(`${name}:v1`, hanging, `copy/${name}:v1`),
          pairOf(`${name}:v1`, world.destination, `copy/${name}:v1`),
        ]),
        {
          onDone: ({ destination }) => {
            if (destination.startsWith(world.destination.host)) healthy += 1
          },
        },
      )
      await lookUntil(() => healthy === names.length)
      expect(hanging.store.tags('copy/a')).toEqual([])
      release.resolve()
      expect((await running).totals).toMatchObject({ copied: 2 * names.length, failed: 0 })
      for (const [name, { manifest }] of images) {
        for (const { url } of [world.destination, hanging]) {
          expect((await pullAndVerify(url, `copy/${name}`, 'v1')).digest).toBe(manifest.digest)
        }
      }
    },
  )

  test('takes no place of images for others, however many it has itself', async () => {
    const hanging = await startOther()
    const image = buildImage()
    world.give('app', 'v1', image)
    hold(hanging, {}, Promise.race([]))
    let healthy = 0
    const tags = Array.from({ length: 100 }, (_, index) => `t${index}`)
    const running = sync(
      [
        ...tags.map((tag) => pairOf('app:v1', hanging, `copy:${tag}`)),
        ...tags.map((tag) => pairOf('app:v1', world.destination, `copy:${tag}`)),
      ],
      {
        onDone: ({ destination }) => {
          if (destination.startsWith(world.destination.host)) healthy += 1
        },
      },
    )
    await lookUntil(() => healthy === tags.length)
    await hanging.close()
    expect((await running).totals).toMatchObject({ copied: tags.length, failed: tags.length })
  })
})

describe('registries that get the tags of one image', () => {
  test('wait for nobody who has not begun, with fail-fast', async () => {
    const registries = [world.destination, await startOther(), await startOther()]
    give('a')
    const tags = ['1', '2', '3', '4', '5', '6']
    const pairs = registries.flatMap((registry) =>
      tags.map((tag) => pairOf('a:v1', registry, `copy:${tag}`)),
    )
    // Nobody looks: whoever is waited for has to come.
    const { totals } = await sync(pairs, { failFast: true })
    expect(totals).toMatchObject({ copied: pairs.length })
    expect(world.source.count('GET', '/blobs/')).toBe(3)
  })
})

test('an image gets a layer from its own source where that of another one fails it', async () => {
  const second = await startOther()
  const shared = { bytes: Buffer.alloc(LARGE, 'shared') }
  for (const author of ['a', 'b']) {
    world.give(author, 'v1', buildImage({ layers: [shared], config: { author } }))
  }
  const [layer] = buildImage({ layers: [shared] }).layers
  world.source.fault({ path: `/v2/a/blobs/${layer?.digest ?? ''}` }, replyWith(404))
  // At the second registry, the other image comes for the layer, when the first registry waits for it.
  const late = second.hold({ method: 'POST', path: '/copy/a/' })
  const other = world.source.hold({ path: '/b/manifests/' })
  world.destination.fault({ method: 'PUT', path: '/copy/a/blobs/' }, async (_request, next) => {
    const answer = await next()
    other.release()
    return answer
  })
  const { results } = await sync(
    [
      pairOf('a:v1', world.destination, 'copy/a:v1'),
      pairOf('a:v1', second, 'copy/a:v1'),
      pairOf('b:v1', second, 'copy/b:v1'),
    ],
    { onDone: () => late.release() },
  )
  expect(world.source.count('GET', `/a/blobs/${layer?.digest ?? ''}`)).toBe(1)
  expect(world.source.count('GET', `/b/blobs/${layer?.digest ?? ''}`)).toBe(1)
  expect(results).toMatchObject([
    { error: { code: 'NOT_FOUND' } },
    // Mounted from the other image's repository: the run has brought it there.
    { status: 'copied' },
    { status: 'copied' },
  ])
})
