import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parsePlatformFilter } from '../../src/oci/platform.ts'
import { buildArtifact, buildIndex } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { entriesAt, entryFor, imageFor, syncTo } from './list-entries.ts'
import { failureOf, SyncWorld, writesTo } from './sync-world.ts'

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

describe('beneath nested indexes', () => {
  test('wanted platforms are found', async () => {
    const [amd64, arm64] = [imageFor('linux/amd64'), imageFor('linux/arm64')]
    const inner = buildIndex({ children: [imageFor('linux/s390x'), arm64] })
    await syncTo(world, buildIndex({ children: [buildIndex({ children: [inner] }), amd64] }))
    expect(await entriesAt(world)).toEqual([
      entryFor(amd64, 'linux/amd64'),
      entryFor(arm64, 'linux/arm64'),
    ])
  })

  test('an index of indexes only is searched', async () => {
    await syncTo(world, buildIndex({ children: [buildMultiPlatform({ attestations: true })] }))
    expect(await entriesAt(world)).toHaveLength(2)
  })

  test('the first counts in the order in which one reads', async () => {
    const nested = imageFor('linux/amd64', 'nested')
    const children = [buildIndex({ children: [nested] }), imageFor('linux/amd64', 'after it')]
    await syncTo(world, buildIndex({ children }), 'linux/amd64')
    expect(await entriesAt(world)).toEqual([entryFor(nested, 'linux/amd64')])
  })

  test('a nested index that is not there fails', async () => {
    const nested = buildMultiPlatform()
    const index = buildIndex({ children: [nested, imageFor('linux/amd64')] })
    world.give('acme/app', 'v1', index)
    world.source.store.repository('acme/app')?.manifests.delete(nested.manifest.digest)
    const failure = await failureOf(world.syncer().sync('acme/app:v1', 'copy:v1'))
    expect(failure).toMatchObject({ code: 'NOT_FOUND', reference: nested.manifest.digest })
    expect(writesTo(world.destination)).toEqual([])
  })

  test('indexes nested without end fail', async () => {
    let index = buildMultiPlatform()
    for (let depth = 0; depth < 20; depth++) index = buildIndex({ children: [index] })
    expect((await failureOf(syncTo(world, index))).code).toBe('INVALID_MANIFEST')
    expect(world.source.requests.length).toBeLessThan(20)
  })
})

describe('a missing platform', () => {
  const index = buildIndex({ children: [imageFor('linux/amd64'), imageFor('linux/s390x')] })

  test('is a warning', async () => {
    const outcome = await syncTo(world, index, 'linux/amd64,linux/arm64,linux/arm')
    expect(outcome.status).toBe('copied')
    expect(await entriesAt(world)).toHaveLength(1)
    expect(world.log.lines).toEqual([
      'info: left out: linux/s390x',
      `warning: ${world.from('acme/app:v1')}: the image lacks linux/arm/v7, linux/arm64`,
    ])
  })

  test('is a failure where the policy says so', async () => {
    const failure = await failureOf(
      syncTo(world, index, undefined, { onMissingPlatform: 'fail' } as const),
    )
    expect(failure).toMatchObject({ code: 'PLATFORM', side: 'source' })
    expect(failure.message).toContain('linux/arm64')
    expect(writesTo(world.destination)).toEqual([])
  })

  test('is none where all are there', async () => {
    const policy = { onMissingPlatform: 'fail' } as const
    expect((await syncTo(world, index, 'linux/amd64', policy)).status).toBe('copied')
  })

  test.each([
    ['an index of others', index, 'linux/amd64, linux/s390x'],
    ['an empty index', buildIndex({ children: [] }), 'none at all'],
    [
      'an index of attestations',
      buildIndex({ children: buildMultiPlatform({ attestations: true }).children.slice(2) }),
      'none at all',
    ],
    [
      'an index of empty indexes',
      buildIndex({ children: [buildIndex({ children: [] })] }),
      'none at all',
    ],
  ])('is a failure where it is the only one: %s', async (_, subject, has) => {
    const failure = await failureOf(syncTo(world, subject, 'linux/ppc64le'))
    expect(failure).toMatchObject({ code: 'PLATFORM', side: 'source', reference: 'v1' })
    expect(failure.message).toContain(`(linux/ppc64le); it has ${has}`)
    expect(writesTo(world.destination)).toEqual([])
  })

  test('is told in a message of bounded length', async () => {
    const children = Array.from({ length: 300 }, (_, number) => ({
      ...index,
      ...buildArtifact({ artifactType: 'x/y' }),
      platform: { os: 'x', architecture: `${number}-${'y'.repeat(100)}` },
    }))
    const failure = await failureOf(syncTo(world, buildIndex({ children })))
    expect(failure.message.length).toBeLessThan(2000)
  })
})

describe('an artifact for a platform', () => {
  const artifact = {
    ...buildArtifact({ artifactType: 'application/vnd.acme.wasm' }),
    platform: { os: 'wasi', architecture: 'wasm' },
  }
  const config = 'application/vnd.oci.empty.v1+json'

  test('is listed with the media type of its config behind the platform', async () => {
    await syncTo(world, buildIndex({ children: [artifact] }), 'wasi/wasm')
    const { bytes } = await world.pull('copy', 'v1')
    expect(bytes.toString()).toMatch(
      `"platform":{"architecture":"wasm","os":"wasi"},"artifactType":"${config}"}]}`,
    )
  })

  test('is found unchanged although the index does not tell that type', async () => {
    const index = buildIndex({ children: [artifact] })
    const first = await syncTo(world, index, 'wasi/wasm')
    world.clearRequests()
    expect(await syncTo(world, index, 'wasi/wasm')).toMatchObject({
      status: 'unchanged',
      digest: first.digest,
    })
    expect(writesTo(world.destination)).toEqual([])
  })

  test('by its digest alone is found unchanged as well', async () => {
    const index = buildIndex({ children: [artifact] })
    world.give('acme/app', undefined, index)
    const names = [`acme/app@${index.manifest.digest}`, 'copy'] as const
    const policy = { platforms: parsePlatformFilter('wasi/wasm') }
    const first = await world.syncer(policy).sync(...names)
    expect(first.status).toBe('copied')
    const second = await world.syncer(policy).sync(...names)
    expect(second).toMatchObject({ status: 'unchanged', digest: first.digest })
  })
})
