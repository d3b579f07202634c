import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { buildImage, buildIndex } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { linesOf, SyncWorld } from './sync-world.ts'

const image = buildImage()
const index = buildMultiPlatform({ attestations: true })
const ways = [
  ['an image', image, {}],
  ['a filtered index', index, {}],
  ['a whole index', buildIndex({ children: [index, image] }), { platforms: 'all' }],
] as const

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start({ oneRegistry: true })
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

function sizeOf(...images: readonly (typeof image)[]) {
  const blobs = images.flatMap(({ config, layers }) => [config, ...layers])
  const sizes = new Map(blobs.map((blob) => [blob?.digest, blob?.size ?? 0]))
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}

describe.each(ways)('another tag for %s in its own repository', (_, subject, policy) => {
  test('is one write', async () => {
    world.give('acme/app', 'v1', subject)
    const outcome = await world.syncer(policy).sync('acme/app:v1', 'acme/app:v2')
    expect(outcome.bytes).toEqual({ copied: 0, mounted: 0, existing: 0 })
    expect(world.source.store.events).toMatchObject([
      { kind: 'manifest', digest: outcome.digest },
      { kind: 'tag', tag: 'v2', digest: outcome.digest },
    ])
    expect(world.source.count('POST')).toBe(0)
    expect(world.source.count('HEAD', '/blobs/')).toBe(0)
    await world.pull('acme/app', 'v2')
    expect((await world.syncer(policy).sync('acme/app:v1', 'acme/app:v2')).status).toBe('unchanged')
  })
})

describe('the tag of an image itself', () => {
  test('is replaced by the list of what is wanted of it', async () => {
    world.give('acme/app', 'v1', index)
    const outcome = await world.syncer().sync('acme/app:v1', 'acme/app:v1')
    expect(outcome).toMatchObject({ status: 'copied', previousDigest: index.manifest.digest })
    expect((await world.pull('acme/app', 'v1')).children).toHaveLength(2)
    expect((await world.syncer().sync('acme/app:v1', 'acme/app:v1')).status).toBe('unchanged')
  })
})

describe.each(ways)('a copy of %s to another repository of the registry', (_, subject, policy) => {
  test('mounts every blob', async () => {
    world.give('acme/app', 'v1', subject)
    const outcome = await world.syncer(policy).sync('acme/app:v1', 'copy:v1')
    const { store } = world.source
    expect(outcome.bytes).toMatchObject({ copied: 0, existing: 0 })
    expect(outcome.bytes.mounted).toBeGreaterThan(0)
    expect(store.eventsOf('blob', 'copy').every(({ how }) => how === 'mount')).toBe(true)
    expect(store.eventsOf('upload-opened')).toEqual([])
    await world.pull('copy', 'v1')
  })

  test('fetches no layer', async () => {
    world.give('acme/app', 'v1', subject)
    await world.syncer(policy).sync('acme/app:v1', 'copy:v1')
    const fetched = world.source.select('GET', '/blobs/').map(({ path }) => path)
    // The config of a single image is read for its platform.
    expect(fetched).toEqual(subject === image ? [`/v2/acme/app/blobs/${image.config?.digest}`] : [])
  })
})

describe('mounts', () => {
  test('that the registry does not do are uploads', async () => {
    await using plain = await SyncWorld.start({ oneRegistry: true, source: { mount: false } })
    plain.give('acme/app', 'v1', image)
    const { bytes } = await plain.syncer().sync('acme/app:v1', 'copy:v1')
    expect(bytes).toEqual({ copied: sizeOf(image), mounted: 0, existing: 0 })
    await plain.pull('copy', 'v1')
  })

  test('are not asked for between registries', async () => {
    await using two = await SyncWorld.start()
    two.give('acme/app', 'v1', image)
    await two.syncer().sync('acme/app:v1', 'copy:v1')
    const queries = two.destination.select('POST').map(({ query }) => query)
    expect(queries).toHaveLength(2)
    expect(queries.filter((query) => query.includes('acme'))).toEqual([])
  })
})

describe('blobs that several images share', () => {
  test('are moved once by one syncer', async () => {
    await using two = await SyncWorld.start()
    const layers = [{ files: { 'etc/shared': 'shared' } }, { bytes: 'x'.repeat(100_000) }]
    const images = ['a', 'b', 'c'].map((author) => buildImage({ layers, config: { author } }))
    for (const [number, one] of images.entries()) two.give('acme/app', `v${number}`, one)
    const syncer = two.syncer()
    const outcomes = await Promise.all(
      images.map(async (_, number) => syncer.sync(`acme/app:v${number}`, 'copy')),
    )
    const uploaded = two.destination.store.completedBlobs('copy')
    expect(uploaded).toHaveLength(5)
    expect(new Set(uploaded).size).toBe(5)
    const copied = outcomes.reduce((sum, { bytes }) => sum + bytes.copied, 0)
    expect(copied).toBe(sizeOf(...images))
    for (const number of images.keys()) await two.pull('copy', `v${number}`)
  })

  test('that are there are counted and not moved', async () => {
    await using two = await SyncWorld.start()
    two.give('acme/app', 'v1', image)
    pushTo(two.destination.store, 'copy', 'old', buildImage({ config: { author: 'old' } }))
    const { bytes } = await two.syncer().sync('acme/app:v1', 'copy:v1')
    expect(bytes).toEqual({
      copied: image.config?.size,
      mounted: 0,
      existing: image.layers[0]?.size,
    })
  })
})

describe('an image that is there under another tag', () => {
  test.each(ways)('gets its tag without an upload: %s', async (_, subject, policy) => {
    await using two = await SyncWorld.start()
    two.give('acme/app', 'v1', subject)
    await two.syncer(policy).sync('acme/app:v1', 'copy:v1')
    two.clearRequests()
    const outcome = await two.syncer(policy).sync('acme/app:v1', 'copy:v2')
    expect(outcome).toMatchObject({ status: 'copied', bytes: { copied: 0, mounted: 0 } })
    expect(two.destination.count('PUT', '/uploads/')).toBe(0)
    expect(linesOf(two.destination)).toContain('PUT manifests/v2')
    await two.pull('copy', 'v2')
  })
})
