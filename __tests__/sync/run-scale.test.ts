import { expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
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
