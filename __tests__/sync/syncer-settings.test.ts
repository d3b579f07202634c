import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parsePlatformFilter } from '../../src/oci/platform.ts'
import { type BuiltImage, buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import type { Middleware } from '../../testkit/registry/exchange.ts'
import { dropAfterWork, replyWith } from '../../testkit/registry/faults.ts'
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

function appearing(what: BuiltImage) {
  return () => pushTo(world.destination.store, 'copy', 'v1', what)
}

describe('a destination tag that appears while the image is brought', () => {
  /** When the last blob arrives, or when the tag has been refused for a moment. */
  const moments: readonly [string, (appear: () => void) => void][] = [
    [
      'before it is written',
      (appear) => {
        world.destination.fault({ method: 'PUT', path: '/blobs/' }, async (_request, next) => {
          appear()
          return next()
        })
      },
    ],
    [
      'between two tries to write it',
      (appear) => {
        const tag = { method: 'PUT', path: '/manifests/v1' }
        const refuse = replyWith(429)
        const refuseOnce: Middleware = (request, next) => {
          appear()
          return refuse(request, next)
        }
        world.destination.fault(tag, refuseOnce, { times: 1 })
      },
    ],
    [
      'while something is brought again that the registry has lost',
      (appear) => {
        const errors = [{ code: 'MANIFEST_BLOB_UNKNOWN', message: '' }]
        const refuse = replyWith(404, { body: JSON.stringify({ errors }) })
        const lost: Middleware = (request, next) => {
          appear()
          return refuse(request, next)
        }
        world.destination.fault({ method: 'PUT', path: '/manifests/v1' }, lost, { times: 4 })
      },
    ],
  ]

  beforeEach(async () => {
    await world[Symbol.asyncDispose]()
    world = await SyncWorld.start({ network: { retries: 3 } })
    world.give('acme/app', 'v1', image)
  })

  describe.each(moments)('%s', (_moment, at) => {
    test('is left alone by skip', async () => {
      at(appearing(other))
      const outcome = await world.syncer({ onExisting: 'skip' }).sync('acme/app:v1', 'copy:v1')
      expect(outcome).toMatchObject({
        status: 'skipped',
        previousDigest: other.manifest.digest,
        bytes: { copied: expect.any(Number) },
      })
      expect(outcome).not.toHaveProperty('digest')
      expect(world.destination.store.tag('copy', 'v1')).toBe(other.manifest.digest)
      expect(world.log.lines.at(-1)).toContain('skipped: the tag exists')
    })

    test('is a failure with fail, and left alone', async () => {
      at(appearing(other))
      const syncing = world.syncer({ onExisting: 'fail' }).sync('acme/app:v1', 'copy:v1')
      expect(await failureOf(syncing)).toMatchObject({ code: 'EXISTS', reference: 'v1' })
      expect(world.destination.store.tag('copy', 'v1')).toBe(other.manifest.digest)
    })

    test('is overwritten where that is wanted', async () => {
      at(appearing(other))
      expect((await world.syncer().sync('acme/app:v1', 'copy:v1')).status).toBe('copied')
      expect(world.destination.store.tag('copy', 'v1')).toBe(image.manifest.digest)
    })
  })

  test.each(['skip', 'fail'] as const)(
    'with the same digest is unchanged: %s',
    async (onExisting) => {
      moments[0]?.[1](appearing(image))
      const outcome = await world.syncer({ onExisting }).sync('acme/app:v1', 'copy:v1')
      expect(outcome).toMatchObject({ status: 'unchanged', digest: image.manifest.digest })
      expect(world.destination.count('PUT', '/manifests/v1')).toBe(0)
    },
  )

  test.each([
    ['overwrite', 1],
    ['skip', 2],
    ['fail', 2],
  ] as const)('is looked for as often as it matters: %s', async (onExisting, looks) => {
    await world.syncer({ onExisting }).sync('acme/app:v1', 'copy:v1')
    expect(world.destination.count('HEAD', '/manifests/v1')).toBe(looks)
  })

  test('is our own where only the answer to writing it was lost', async () => {
    world.destination.fault({ method: 'PUT', path: '/manifests/v1' }, dropAfterWork(), { times: 1 })
    const outcome = await world.syncer({ onExisting: 'fail' }).sync('acme/app:v1', 'copy:v1')
    expect(outcome).toMatchObject({ status: 'copied', digest: image.manifest.digest })
    expect(world.destination.count('PUT', '/manifests/v1')).toBe(1)
  })
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
  ] as const)(
    'of %s writes nothing and foresees the digest and the bytes',
    async (_, subject, policy) => {
      world.give('acme/app', 'v2', subject)
      const planned = await world.syncer({ ...policy, dryRun: true }).sync('acme/app:v2', 'copy:v2')
      expect(writesTo(world.destination)).toEqual([])
      expect(writesTo(world.source)).toEqual([])
      const done = await world.syncer(policy).sync('acme/app:v2', 'copy:v2')
      expect(planned).toEqual(done)
      expect(done.bytes.copied).toBeGreaterThan(0)
    },
  )

  test('is not taken for a copy by those who make one with the same clients', async () => {
    const clients = {
      source: world.client(world.source),
      destination: world.client(world.destination),
    }
    await world.syncer({ ...clients, dryRun: true }).sync('acme/app:v1', 'copy:v1')
    world.clearRequests()
    const done = await world.syncer(clients).sync('acme/app:v1', 'copy:v1')
    expect(done.bytes.existing).toBe(0)
    expect(world.destination.count('PUT', '/manifests/')).toBe(1)
  })

  test('names the platforms that are missing', async () => {
    world.give('acme/app', 'v2', index)
    const platforms = parsePlatformFilter('linux/amd64,linux/riscv64')
    const planned = await world.syncer({ dryRun: true, platforms }).sync('acme/app:v2', 'copy:v2')
    expect(planned.missingPlatforms).toEqual(['linux/riscv64'])
    expect(Object.keys(planned.platforms)).toEqual(['linux/amd64'])
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
