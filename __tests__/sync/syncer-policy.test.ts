import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parsePlatformFilter } from '../../src/oci/platform.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { failureOf, SyncWorld, writesTo } from './sync-world.ts'

const image = buildImage()
const other = buildImage({ config: { author: 'somebody else' } })

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
  world.give('acme/app', 'v1', image)
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

describe('a destination tag with another digest', () => {
  const previous = other.manifest.digest

  beforeEach(() => {
    pushTo(world.destination.store, 'copy', 'v1', other)
  })

  test('is overwritten, and told with what it had', async () => {
    expect(await world.syncer().sync('acme/app:v1', 'copy:v1')).toMatchObject({
      status: 'copied',
      digest: image.manifest.digest,
      sourceDigest: image.manifest.digest,
      previousDigest: previous,
    })
    expect(world.destination.store.tagWrites('copy')).toMatchObject([{ tag: 'v1', previous }])
  })

  test('is skipped where the policy says so', async () => {
    const outcome = await world.syncer({ onExisting: 'skip' }).sync('acme/app:v1', 'copy:v1')
    expect(outcome).toMatchObject({ status: 'skipped', previousDigest: previous })
    expect(outcome).not.toHaveProperty('digest')
    expect(writesTo(world.destination)).toEqual([])
    expect(world.log.lines).toEqual([
      `info: skipped: the tag exists with ${previous}, the source gives ${image.manifest.digest}`,
    ])
  })

  test('is a failure where the policy says so', async () => {
    const failure = await failureOf(
      world.syncer({ onExisting: 'fail' }).sync('acme/app:v1', 'copy:v1'),
    )
    expect(failure).toMatchObject({ code: 'EXISTS', side: 'destination', reference: 'v1' })
    expect(failure.message).toContain(previous)
    expect(failure.message).toContain(image.manifest.digest)
    expect(writesTo(world.destination)).toEqual([])
  })

  test.each(['overwrite', 'skip', 'fail'] as const)(
    'does not matter for a tag that is not there: %s',
    async (onExisting) => {
      const outcome = await world.syncer({ onExisting }).sync('acme/app:v1', 'copy:v2')
      expect(outcome.status).toBe('copied')
      expect(outcome).not.toHaveProperty('previousDigest')
    },
  )

  test.each(['overwrite', 'skip', 'fail'] as const)(
    'is no other digest where it is the same: %s',
    async (onExisting) => {
      pushTo(world.destination.store, 'copy', 'v1', image)
      const outcome = await world.syncer({ onExisting }).sync('acme/app:v1', 'copy:v1')
      expect(outcome.status).toBe('unchanged')
      expect(writesTo(world.destination)).toEqual([])
    },
  )
})

describe('a dry run', () => {
  const index = buildMultiPlatform({
    platforms: ['linux/amd64', 'linux/arm64', 'linux/s390x'],
    attestations: true,
  })

  test.each([
    ['an image', image, {}],
    ['a filtered index', index, {}],
    ['a whole index', index, { platforms: 'all' }],
    ['one platform', index, { platforms: parsePlatformFilter('linux/s390x') }],
  ] as const)('of %s writes nothing and foresees the digest', async (_, subject, policy) => {
    world.give('acme/app', 'v2', subject)
    const planned = await world.syncer({ ...policy, dryRun: true }).sync('acme/app:v2', 'copy:v2')
    expect(writesTo(world.destination)).toEqual([])
    expect(writesTo(world.source)).toEqual([])
    expect(planned.bytes).toEqual({ copied: 0, mounted: 0, existing: 0 })
    const done = await world.syncer(policy).sync('acme/app:v2', 'copy:v2')
    expect(planned).toEqual({ ...done, bytes: planned.bytes })
    expect(done.bytes.copied).toBeGreaterThan(0)
  })

  test('tells what is there already', async () => {
    pushTo(world.destination.store, 'copy', 'v1', image)
    const outcome = await world.syncer({ dryRun: true }).sync('acme/app:v1', 'copy:v1')
    expect(outcome.status).toBe('unchanged')
  })

  test('fails where the run would', async () => {
    pushTo(world.destination.store, 'copy', 'v1', other)
    const syncer = world.syncer({ dryRun: true, onExisting: 'fail' })
    expect((await failureOf(syncer.sync('acme/app:v1', 'copy:v1'))).code).toBe('EXISTS')
  })
})
