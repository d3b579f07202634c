import { setImmediate } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { MAX_HELD_BYTES } from '../../src/registry/pace/held-blobs.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { syntheticBlob } from '../../testkit/registry/content.ts'
import { pairsOf, run } from './run-world.ts'
import { SyncWorld } from './sync-world.ts'

/** Images that share a layer, each with a config of its own. */
function images(count: number) {
  return Array.from({ length: count }, (_, number) =>
    buildImage({ config: { author: `author ${number}` } }),
  )
}

test.each([1, 4])(
  'two hundred images never have more than %i requests a host',
  async (concurrency) => {
    await using world = await SyncWorld.start({ network: { concurrency } })
    const lines = images(200).map((image, number) => {
      world.give('acme/app', `v${number}`, image)
      return `acme/app:v${number} => copy-${number % 10}:v${number}`
    })
    const { totals } = await run(world, pairsOf(world, ...lines))
    expect(totals).toMatchObject({ images: 200, copied: 200 })
    expect(world.source.peakRequests).toBeLessThanOrEqual(concurrency)
    expect(world.destination.peakRequests).toBeLessThanOrEqual(concurrency)
    // 200 configs, and one layer for each of the repositories.
    expect(world.destination.store.completedBlobs()).toHaveLength(210)
    expect(world.destination.store.tagWrites()).toHaveLength(200)
  },
)

test('images from one registry to itself keep to the bound as well', async () => {
  const concurrency = 4
  await using world = await SyncWorld.start({
    oneRegistry: true,
    source: { mount: false },
    network: { concurrency },
  })
  const lines = images(50).map((image, number) => {
    world.give('acme/app', `v${number}`, image)
    return `acme/app:v${number} => copy:v${number}`
  })
  expect((await run(world, pairsOf(world, ...lines))).totals.copied).toBe(50)
  expect(world.source.peakRequests).toBeLessThanOrEqual(concurrency)
})

test('small blobs that have been read and not sent yet are never more bytes than there is room for', async () => {
  await using world = await SyncWorld.start({ network: { concurrency: 256 } })
  const size = 250_000
  const lines = Array.from({ length: 30 }, (_, number) => {
    const layers = Array.from({ length: 10 }, (_none, layer) => ({
      source: syntheticBlob(size, `layer ${number}.${layer}`),
    }))
    world.give(`app-${number}`, '1', buildImage({ layers }))
    return `app-${number}:1 => copy-${number}:1`
  })
  let held = 0
  let most = 0
  const isLayer = (length: string | undefined) => Number(length) === size
  world.source.use(async (_request, next) => {
    const reply = await next()
    if (reply.body?.size === size) most = Math.max(most, ++held)
    return reply
  })
  world.destination.use(async (request, next) => {
    const reply = await next()
    if (request.method !== 'PUT' || !isLayer(request.headers['content-length'])) return reply
    // Slower than the source, so that what is read has to wait.
    for (let turn = 0; turn < 50; turn++) await setImmediate()
    held -= 1
    return reply
  })
  expect((await run(world, pairsOf(world, ...lines))).totals.copied).toBe(30)
  expect(held).toBe(0)
  expect(most * size).toBeLessThanOrEqual(MAX_HELD_BYTES)
  expect(most).toBeGreaterThan(10)
})
