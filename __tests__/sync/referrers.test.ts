import { describe, expect, test } from '@jest/globals'
import { parseReferrerFilter } from '../../src/oci/referrer-filter.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import type { RegistryOptions } from '../../testkit/registry/registry.ts'
import { buildImage, buildIndex } from '../../testkit/image/image.ts'
import { buildBundle, giveReferrers, tagOf } from '../../testkit/image/referrers.ts'
import {
  amd64,
  amd64Sbom,
  amd64Signature,
  arm64,
  arrived,
  attestation,
  belongingTo,
  copy,
  cosignImages,
  digestOf,
  digestsOf,
  index,
  indexSignature,
  referrersWorld,
  sbomSignature,
  scans,
} from './referrers-world.ts'
import { failureOf, linesOf, SyncWorld } from './sync-world.ts'

const all = [index, amd64, arm64, attestation]
const noApi: RegistryOptions = { referrers: false }

const pairs: readonly (readonly [string, RegistryOptions, RegistryOptions])[] = [
  ['the API to the API', {}, {}],
  ['the tag schema to the API', noApi, {}],
  ['the API to the tag schema', {}, noApi],
  ['the tag schema to the tag schema', noApi, noApi],
]

describe('a copy', () => {
  test.each(pairs)(
    'from %s brings all that belongs to an index',
    async (_, source, destination) => {
      await using world = await referrersWorld({ source, destination })
      const outcome = await copy(world, 'all', { platforms: 'all' })
      expect(outcome).toMatchObject({
        status: 'copied',
        digest: digestOf(index),
        referrers: { copied: 9, existing: 0, filtered: 0, lost: [] },
      })
      expect(await arrived(world, all)).toEqual(digestsOf(belongingTo(all)))
      for (const [tag, image] of cosignImages) {
        expect((await world.pull('mirror/app', tag)).digest).toBe(digestOf(image))
      }
    },
  )
})

describe('what belongs to an image', () => {
  test('stays behind unless it is asked for, without a request', async () => {
    await using world = await referrersWorld()
    const { referrers } = await copy(world, 'none', { platforms: 'all' })
    expect(referrers).toBeUndefined()
    for (const registry of [world.source, world.destination]) {
      expect(registry.count(undefined, /referrers|tags|sha256-/)).toBe(0)
    }
    expect(await arrived(world, all)).toEqual([])
  })

  test('comes along with a single image', async () => {
    await using world = await SyncWorld.start()
    const image = buildImage()
    const signature = buildBundle(image)
    world.give('acme/app', 'v1', image)
    giveReferrers(world.source.store, 'acme/app', image, [signature])
    expect((await copy(world, 'all')).referrers?.copied).toBe(1)
    expect(await arrived(world, [image])).toEqual([digestOf(signature)])
  })

  test('comes along with the platforms of a filtered index', async () => {
    await using world = await referrersWorld()
    const { referrers } = await copy(world, 'all')
    expect(referrers).toMatchObject({ copied: 6, existing: 0 })
    expect(await arrived(world, [amd64, arm64])).toEqual(digestsOf(belongingTo([amd64, arm64])))
    expect(world.destination.store.tags('mirror/app')).toEqual(
      [tagOf(amd64, 'att'), tagOf(arm64, 'sig'), 'v1'].toSorted(),
    )
  })

  test('is at its destination before the tag is, and what it refers to before that', async () => {
    await using world = await referrersWorld({ destination: noApi })
    await copy(world, 'all', { platforms: 'all' })
    const story = world.destination.store.events.flatMap((event) => {
      if (event.kind === 'tag') return [event.tag]
      return event.kind === 'manifest' ? [event.digest] : []
    })
    expect(story.at(-1)).toBe('v1')
    const firstIndexTag = story.findIndex((line) => /^sha256-[0-9a-f]{64}$/.test(line))
    for (const subject of [...all, amd64Sbom]) {
      const at = story.indexOf(digestOf(subject))
      expect(at).toBeGreaterThanOrEqual(0)
      for (const referrer of belongingTo([subject])) {
        expect(story.indexOf(digestOf(referrer))).toBeGreaterThan(at)
        expect(story.indexOf(digestOf(referrer))).toBeLessThan(firstIndexTag)
      }
    }
  })

  test('is copied byte for byte, its config of two bytes never asked for', async () => {
    await using world = await referrersWorld()
    await copy(world, 'all')
    const empty = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'
    expect(world.source.count('GET', empty)).toBe(0)
    expect(world.destination.store.blob('mirror/app', empty)?.size).toBe(2)
  })

  test('that is a part of the index too is pushed once, and listed', async () => {
    await using world = await SyncWorld.start({ destination: noApi })
    const image = buildImage()
    const signature = buildBundle(image)
    const both = buildIndex({ children: [image, signature] })
    world.give('acme/app', 'v1', both)
    expect((await copy(world, 'all', { platforms: 'all' })).referrers?.copied).toBe(1)
    expect(world.destination.count('PUT', digestOf(signature))).toBe(1)
    expect(await arrived(world, [image])).toEqual([digestOf(signature)])
  })

  test('is there already within one repository, and nothing is asked about it', async () => {
    await using world = await referrersWorld({ oneRegistry: true })
    const { referrers } = await copy(world, 'all', { platforms: 'all' }, 'acme/app:v2')
    expect(referrers).toEqual({ copied: 0, existing: 0, filtered: 0, lost: [] })
    expect(linesOf(world.source)).toEqual([
      expect.stringContaining('manifests/v'),
      expect.stringContaining('manifests/v'),
      'PUT manifests/v2',
    ])
  })

  test('is mounted in another repository of the registry', async () => {
    await using world = await referrersWorld({ oneRegistry: true })
    const { bytes } = await copy(world, 'all', { platforms: 'all' })
    expect(bytes.copied).toBe(0)
    expect(await arrived(world, all)).toEqual(digestsOf(belongingTo(all)))
  })
})

describe('of what belongs to an image', () => {
  test.each([
    ['of one type', 'application/spdx+json', [amd64Sbom], 2],
    ['of types that begin alike', 'application/vnd.acme.*', [scans], 2],
    ['of a type in other letters', 'APPLICATION/SPDX+JSON', [amd64Sbom], 2],
    [
      'of two types, and what belongs to those',
      'application/spdx+json application/vnd.dev.sigstore.*',
      [amd64Sbom, amd64Signature, sbomSignature],
      1,
    ],
  ])('only that %s comes along', async (_what, filter, expected, filtered) => {
    await using world = await referrersWorld()
    const { referrers } = await copy(world, filter)
    expect(referrers).toMatchObject({ copied: expected.length, existing: 0 })
    expect(referrers?.filtered).toBeGreaterThanOrEqual(filtered)
    expect(await arrived(world, [amd64, arm64])).toEqual(digestsOf(expected))
    expect(world.destination.store.tags('mirror/app')).toEqual(['v1'])
    expect(world.source.count('GET', '/tags/list')).toBe(0)
  })

  test('only what cosign keeps under tags comes along, and no API is asked', async () => {
    await using world = await referrersWorld()
    const { referrers } = await copy(world, 'cosign-tags', { platforms: 'all' })
    expect(referrers).toEqual({ copied: 3, existing: 0, filtered: 0, lost: [] })
    expect(world.source.count('GET', '/referrers/')).toBe(0)
    expect(await arrived(world, all)).toEqual([])
  })

  test('the type counts that it has, not the one that a list says', async () => {
    await using world = await SyncWorld.start({ source: noApi })
    const image = buildImage()
    const signature = buildBundle(image)
    world.give('acme/app', 'v1', image)
    giveReferrers(world.source.store, 'acme/app', image, [signature], { tagged: true })
    const list = world.source.store.manifest('acme/app', tagOf(image))
    const text = list?.bytes.toString().replaceAll('vnd.dev.sigstore', 'vnd.acme') ?? ''
    const bytes = Buffer.from(text)
    world.source.store.putManifest(
      'acme/app',
      { ...list, bytes, digest: undefined } as never,
      tagOf(image),
    )
    expect((await copy(world, 'application/vnd.dev.sigstore.*')).referrers?.copied).toBe(1)
  })
})

describe('a failure', () => {
  test.each([
    ['of a list at the source', 'source', /\/referrers\//],
    ['of the list of tags at the source', 'source', /\/tags\/list/],
    ['of a referrer at the source', 'source', digestOf(sbomSignature)],
    ['of a blob of a referrer', 'source', `/blobs/${amd64Sbom.layers[0]?.digest ?? ''}`],
    ['of a list at the destination', 'destination', /\/referrers\//],
    ['of a referrer at the destination', 'destination', digestOf(indexSignature)],
    ['of a tag of cosign at the destination', 'destination', '.sig'],
  ] as const)('%s leaves the tag where it was', async (_what, side, path) => {
    await using world = await referrersWorld()
    world[side].fault({ path }, replyWith(500))
    const error = await failureOf(copy(world, 'all', { platforms: 'all' }))
    expect(error).toMatchObject({ code: 'REGISTRY', side })
    expect(world.destination.store.tag('mirror/app', 'v1')).toBeUndefined()
  })

  test('of a list that stands in for the API leaves the tag where it was', async () => {
    await using world = await referrersWorld({ destination: noApi })
    world.destination.fault({ method: 'PUT', path: /sha256-[0-9a-f]{64}$/ }, replyWith(403))
    const error = await failureOf(copy(world, 'all', { platforms: 'all' }))
    expect(error).toMatchObject({ code: 'DENIED', side: 'destination' })
    expect(world.destination.store.tag('mirror/app', 'v1')).toBeUndefined()
  })
})

describe('several tags of one image', () => {
  test('have what belongs to it once', async () => {
    await using world = await referrersWorld({ destination: noApi })
    world.source.store.putTag('acme/app', 'v2', digestOf(index))
    const syncer = world.syncer({ platforms: 'all', referrers: parseReferrerFilter('all') })
    const outcomes = await Promise.all([
      syncer.sync('acme/app:v1', 'mirror/app:v1'),
      syncer.sync('acme/app:v2', 'mirror/app:v2'),
    ])
    const counts = outcomes.map(({ referrers }) => referrers?.copied ?? 0)
    expect(counts.reduce((sum, count) => sum + count)).toBe(9)
    const tags = world.destination.store.tagWrites('mirror/app').map(({ tag }) => tag)
    expect(new Set(tags).size).toBe(tags.length)
    const lists = world.source.select('GET', '/referrers/').map(({ path }) => path)
    expect(new Set(lists).size).toBe(lists.length)
  })
})

test('what refers to an attestation comes along where that is kept', async () => {
  await using world = await referrersWorld()
  const { referrers } = await copy(world, 'all', { attestations: 'keep' })
  expect(referrers?.copied).toBe(7)
  expect(await arrived(world, [attestation])).toEqual(digestsOf(belongingTo([attestation])))
})
