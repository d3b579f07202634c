import { describe, expect, test } from '@jest/globals'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import {
  buildBundle,
  buildSbom,
  buildSignatures,
  giveReferrers,
  tagOf,
} from '../../testkit/image/referrers.ts'
import type { RegistryOptions } from '../../testkit/registry/registry.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import {
  amd64,
  amd64Sbom,
  arm64,
  arrived,
  attestation,
  belongingTo,
  copy,
  digestOf,
  digestsOf,
  index,
  referrersWorld,
} from './referrers-world.ts'
import { linesOf, SyncWorld, writesTo } from './sync-world.ts'

const all = [index, amd64, arm64, attestation]
const later = buildBundle(arm64, { signer: 'somebody else' })
const registries: readonly (readonly [string, RegistryOptions])[] = [
  ['the API', {}],
  ['the tag schema', { referrers: false }],
]

describe.each(registries)('with %s, an image that is there', (_how, options) => {
  async function worldWithCopy() {
    const world = await referrersWorld({ source: options, destination: options })
    await copy(world, 'all', { platforms: 'all' })
    world.clearRequests()
    return world
  }

  function sign(world: SyncWorld) {
    const tagged = options.referrers === false
    const { store } = world.source
    const own = belongingTo([arm64])
    giveReferrers(store, 'acme/app', arm64, tagged ? [...own, later] : [later], { tagged })
  }

  test('is unchanged, and nothing is fetched or written', async () => {
    await using world = await worldWithCopy()
    const outcome = await copy(world, 'all', { platforms: 'all' })
    expect(outcome).toMatchObject({
      status: 'unchanged',
      referrers: { copied: 0, existing: 9, filtered: 0, lost: [] },
    })
    expect(writesTo(world.destination)).toEqual([])
    // The index itself, the index that refers to an image, and nothing else.
    const fetched = world.source.select('GET', /manifests\/(?!sha256-[0-9a-f]{64}$)/)
    expect(fetched.map(({ path }) => path.replace(/.*manifests./, ''))).toEqual(['v1'])
    expect(world.source.count('GET', '/blobs/')).toBe(0)
  })

  test('gets what was signed later, and is copied by that', async () => {
    await using world = await worldWithCopy()
    sign(world)
    const outcome = await copy(world, 'all', { platforms: 'all' })
    expect(outcome).toMatchObject({
      status: 'copied',
      digest: digestOf(index),
      previousDigest: digestOf(index),
      referrers: { copied: 1, existing: 9 },
    })
    expect(outcome.bytes.copied).toBe(later.layers[0]?.size)
    expect(await arrived(world, [arm64])).toEqual(digestsOf([...belongingTo([arm64]), later]))
    expect(world.destination.count('PUT', /manifests\/v1$/)).toBe(0)
  })

  test('is counted in a dry run, and nothing is written', async () => {
    await using world = await worldWithCopy()
    sign(world)
    const outcome = await copy(world, 'all', { platforms: 'all', dryRun: true })
    expect(outcome).toMatchObject({ status: 'copied', referrers: { copied: 1, existing: 9 } })
    expect(outcome.bytes.copied).toBe(later.layers[0]?.size)
    expect(writesTo(world.destination)).toEqual([])
  })

  test('gets back what has gone missing there', async () => {
    await using world = await worldWithCopy()
    world.destination.store.repository('mirror/app')?.manifests.delete(digestOf(amd64Sbom))
    const outcome = await copy(world, 'all', { platforms: 'all' })
    expect(outcome).toMatchObject({ status: 'copied', referrers: { copied: 1, existing: 8 } })
    expect(await arrived(world, all)).toEqual(digestsOf(belongingTo(all)))
  })

  test('is compared by type as well', async () => {
    await using world = await worldWithCopy()
    const outcome = await copy(world, 'application/spdx+json', { platforms: 'all' })
    expect(outcome).toMatchObject({ status: 'unchanged', referrers: { copied: 0, existing: 1 } })
  })

  test('is asked nothing about where it is skipped for being another one', async () => {
    await using world = await worldWithCopy()
    world.give('acme/app', 'v1', buildMultiPlatform({ platforms: ['linux/amd64', 'linux/s390x'] }))
    const outcome = await copy(world, 'all', { onExisting: 'skip' })
    expect(outcome).toMatchObject({ status: 'skipped' })
    expect(outcome.referrers).toBeUndefined()
    expect(world.source.count(undefined, /referrers|tags/)).toBe(0)
  })
})

describe('an image that is new', () => {
  test('under its tag, and there under another, has what belongs to it there', async () => {
    await using world = await referrersWorld()
    await copy(world, 'all', { platforms: 'all' })
    world.clearRequests()
    const outcome = await copy(world, 'all', { platforms: 'all' }, 'mirror/app:v2')
    expect(outcome).toMatchObject({ status: 'copied', referrers: { copied: 0, existing: 9 } })
    expect(writesTo(world.destination).filter((line) => line.startsWith('PUT'))).toEqual([
      `PUT manifests/${digestOf(index)}`,
      'PUT manifests/v2',
    ])
  })

  test('is counted in a dry run with all that belongs to it', async () => {
    await using world = await referrersWorld()
    const planned = await copy(world, 'all', { platforms: 'all', dryRun: true })
    expect(planned).toMatchObject({ status: 'copied', referrers: { copied: 9, existing: 0 } })
    expect(writesTo(world.destination)).toEqual([])
    const { bytes } = await copy(world, 'all', { platforms: 'all' })
    expect(planned.bytes).toEqual(bytes)
  })

  test('under its tag is counted in a dry run by what of it is there', async () => {
    await using world = await referrersWorld()
    await copy(world, 'all', { platforms: 'all' })
    const options = { platforms: 'all', dryRun: true } as const
    const planned = await copy(world, 'all', options, 'mirror/app:v2')
    expect(planned).toMatchObject({ status: 'copied', referrers: { copied: 0, existing: 9 } })
    expect(planned.bytes.copied).toBe(0)
  })
})

describe('several destinations', () => {
  test('share what was found at the source', async () => {
    await using world = await referrersWorld()
    await using other = await TestRegistry.start()
    const source = world.client(world.source)
    const outcomes = await Promise.all(
      [world.destination, other].map(async (registry) =>
        copy(world, 'all', { platforms: 'all', source, destination: world.client(registry) }),
      ),
    )
    expect(outcomes.map(({ referrers }) => referrers?.copied)).toEqual([9, 9])
    const asked = linesOf(world.source).filter((line) => /referrers|tags|\.(?:sig|att)$/.test(line))
    expect(new Set(asked).size).toBe(asked.length)
  })
})

describe('what it costs where nothing belongs to an image of four platforms', () => {
  const platforms = ['linux/amd64', 'linux/arm64', 'linux/s390x', 'linux/ppc64le']
  const plain = buildMultiPlatform({ platforms })

  async function requests(source: RegistryOptions, filter: string) {
    const world = await SyncWorld.start({ source, destination: source })
    world.give('acme/app', 'v1', plain)
    await copy(world, 'none', { platforms: 'all' })
    world.clearRequests()
    const { status } = await copy(world, filter, { platforms: 'all' })
    await world[Symbol.asyncDispose]()
    return {
      status,
      source: linesOf(world.source).length,
      destination: linesOf(world.destination).length,
    }
  }

  test.each([
    ['none', {}, 1],
    ['all', {}, 1 + 5 + 1],
    ['application/spdx+json', {}, 1 + 5],
    ['cosign-tags', {}, 1 + 1],
    ['none', { referrers: false }, 1],
    ['all', { referrers: false }, 1 + 1 + 1],
  ])(
    'with %s and %j is %d requests at the source and one at the destination',
    async (filter, options, count) => {
      expect(await requests(options, filter)).toEqual({
        status: 'unchanged',
        source: count,
        destination: 1,
      })
    },
  )

  test('is the same at the destination for the first copy', async () => {
    const counts = []
    for (const filter of ['none', 'all']) {
      await using world = await SyncWorld.start()
      world.give('acme/app', 'v1', plain)
      await copy(world, filter, { platforms: 'all' })
      counts.push(linesOf(world.destination).length)
    }
    expect(counts[1]).toBe(counts[0])
  })
})

describe('what an image of two platforms costs that is signed both ways and there', () => {
  const plain = buildMultiPlatform()
  const parts = [plain, ...plain.children]

  test.each([
    // The index, a list for each part and each of five referrers and three images of cosign's, a page
    // of tags, and a look at each tag; there the tag, a list for each part, and each tag of cosign's.
    ['the API', {}, 1 + 3 + 5 + 3 + 1 + 3, 1 + 3 + 3],
    // Without the API one list tells that, and the page of tags which lists there are: three. There
    // an entry is looked for, too.
    ['lists under tags', { referrers: false }, 1 + 1 + 1 + 3 + 3, 1 + 1 + 3 + 5 + 3],
  ] as const)('with %s', async (_how, options, source, destination) => {
    await using world = await SyncWorld.start({ source: options, destination: options })
    world.give('acme/app', 'v1', plain)
    const { store } = world.source
    for (const part of parts) {
      const own = part === plain ? [buildSbom(part), buildBundle(part, { signer: 'builder' })] : []
      const tagged = 'referrers' in options
      giveReferrers(store, 'acme/app', part, [buildBundle(part), ...own], { tagged })
      pushTo(store, 'acme/app', tagOf(part, 'sig'), buildSignatures(part))
    }
    await copy(world, 'all', { platforms: 'all' })
    world.clearRequests()
    const outcome = await copy(world, 'all', { platforms: 'all' })
    expect(outcome).toMatchObject({ status: 'unchanged', referrers: { copied: 0, existing: 8 } })
    expect(linesOf(world.source)).toHaveLength(source)
    expect(linesOf(world.destination)).toHaveLength(destination)
  })
})

test('a list of referrers that others keep is looked for under its tag once', async () => {
  await using world = await referrersWorld({ source: { referrers: false } })
  await copy(world, 'all', { platforms: 'all' })
  expect(world.source.count('GET', '/referrers/')).toBe(1)
  const looks = world.source.select('GET', /sha256-[0-9a-f]{64}$/).map(({ path }) => path)
  expect(looks).toHaveLength(5)
  expect(new Set(looks).size).toBe(5)
})
