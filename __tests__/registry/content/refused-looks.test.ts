import { describe, expect, test } from '@jest/globals'
import type { SyncSettings } from '../../../src/sync/sync-settings.ts'
import { Syncer } from '../../../src/sync/syncer.ts'
import { buildMultiPlatform } from '../../../testkit/image/multi-platform.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { failureOf, image, RegistryWorld } from '../registry-world.ts'

const index = buildMultiPlatform()
const words = JSON.stringify({
  errors: [{ code: 'PRECONDITION', message: 'held back by settings' }],
})
const statuses = [403, 409, 410, 412, 422, 423, 424, 451, 498]

/** A world whose destination refuses every look with that status, but takes what is pushed. */
async function refusing(status: number) {
  const world = await RegistryWorld.start()
  world.give(image, '1.0')
  world.give(index, '2.0')
  const looks = world.destination.fault(
    { method: ['GET', 'HEAD'], path: '/v2/mirror/' },
    replyWith(status, { body: words }),
  )
  const syncer = (settings: Partial<SyncSettings> = {}) =>
    new Syncer({ source: world.from, destination: world.to, ...settings })
  return { world, looks, syncer, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

describe.each(statuses)('a destination that answers every look with %i', (status) => {
  test('gets an image under a tag', async () => {
    await using refused = await refusing(status)
    await refused.syncer().syncImage('acme/app:1.0', 'mirror/app:1.0')
    const { store } = refused.world.destination
    expect(store.tag('mirror/app', '1.0')).toBe(image.manifest.digest)
  })

  test('gets an index whole, its images by digest, and its blobs', async () => {
    await using refused = await refusing(status)
    const digest = await refused
      .syncer({ platforms: 'all' })
      .syncImage(`acme/app@${index.manifest.digest}`, 'mirror/app')
    expect(digest).toBe(index.manifest.digest)
    refused.looks.remove()
    await refused.world.pull(index.manifest.digest)
  })

  test('is written nothing in a dry run, which succeeds', async () => {
    await using refused = await refusing(status)
    const { from, to, destination } = refused.world
    const syncer = new Syncer({ source: from, destination: to, dryRun: true })
    const outcome = await syncer.sync('acme/app:1.0', 'mirror/app:1.0')
    expect(outcome).toMatchObject({ status: 'copied', digest: image.manifest.digest })
    expect(destination.store.tagWrites()).toEqual([])
  })

  test.each(['skip', 'fail'] as const)(
    'keeps its tag where that must not be overwritten (%s), in the words of the registry',
    async (onExisting) => {
      await using refused = await refusing(status)
      const syncing = refused.syncer({ onExisting }).syncImage('acme/app:1.0', 'mirror/app:1.0')
      const error = await failureOf(syncing)
      expect(error).toMatchObject({ operation: 'look up', side: 'destination', status })
      expect(error.message).toContain('held back by settings')
      expect(refused.world.destination.store.tagWrites()).toEqual([])
    },
  )

  test('is asked for its words once, by GET, where a HEAD has no room for them', async () => {
    await using refused = await refusing(status)
    const { to, destination } = refused.world
    expect((await failureOf(to.getDigest('mirror/app:1.0'))).registryMessage).toBe(
      'held back by settings',
    )
    expect(destination.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
  })
})

test('a destination that will not let us in is not taken for one that will not let us look', async () => {
  await using refused = await refusing(401)
  const error = await failureOf(refused.syncer().syncImage('acme/app:1.0', 'mirror/app:1.0'))
  expect(error).toMatchObject({ code: 'AUTHENTICATION', operation: 'look up' })
  expect(refused.world.destination.count('POST')).toBe(0)
})
