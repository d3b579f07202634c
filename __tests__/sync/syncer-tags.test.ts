import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { SyncWorld } from './sync-world.ts'

const index = buildMultiPlatform()

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
  world.give('acme/app', 'v1', index)
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

describe.each([
  ['a filtered index', {}],
  ['a whole index', { platforms: 'all' }],
] as const)('two tags of one repository that get %s at one time', (_, policy) => {
  test('push each image and each blob once', async () => {
    const syncer = world.syncer(policy)
    const outcomes = await Promise.all(
      ['one', 'two'].map(async (tag) => syncer.sync('acme/app:v1', `mirror/app:${tag}`)),
    )
    expect(outcomes.map(({ status }) => status)).toEqual(['copied', 'copied'])
    const written = world.destination.store.eventsOf('manifest').map(({ digest }) => digest)
    const children = written.filter((digest) => digest !== outcomes[0]?.digest)
    expect(children).toHaveLength(2)
    expect(new Set(children).size).toBe(2)
    const blobs = world.destination.store.completedBlobs('mirror/app')
    expect(new Set(blobs).size).toBe(blobs.length)
  })

  // A registry on a plain file system refuses to read what another request is writing again.
  test('are written one after another', async () => {
    const syncer = world.syncer(policy)
    const ofTags = /\/manifests\/(?:one|two)$/
    await Promise.all(
      ['one', 'two'].map(async (tag) => syncer.sync('acme/app:v1', `mirror/app:${tag}`)),
    )
    const [first, second, ...others] = world.destination.requests.filter(
      ({ method, path }) => method === 'PUT' && ofTags.test(path),
    )
    expect(others).toEqual([])
    expect(second?.startedAt).toBeGreaterThan(first?.endedAt ?? Number.POSITIVE_INFINITY)
  })
})
