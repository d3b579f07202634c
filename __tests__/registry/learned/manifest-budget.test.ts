import { describe, expect, test } from '@jest/globals'
import type { Descriptor } from '../../../src/oci/descriptor.ts'
import type { Digest } from '../../../src/oci/digest.ts'
import { MediaType } from '../../../src/oci/media-types.ts'
import { fetchConfig } from '../../../src/registry/content/blobs.ts'
import { fetchManifest, fetchUnknown } from '../../../src/registry/content/manifests.ts'
import { listManifests } from '../../../src/registry/copy/platform-entries.ts'
import type { Repository } from '../../../src/registry/http/repository.ts'
import { ManifestBudget } from '../../../src/registry/learned/manifest-budget.ts'
import { buildIndex, type BuiltImage } from '../../../testkit/image/image.ts'
import { digestOf } from '../../../testkit/registry/content.ts'
import { MiB } from '../../../testkit/registry/media-types.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

function content(number: number, size = 1_000) {
  return { digest: digestOf(Buffer.from(String(number))) as Digest, size }
}

/** Indexes of so many bytes, each of them another one. */
function largeIndexes(count: number, size: number): BuiltImage[] {
  return Array.from({ length: count }, (_, number) =>
    buildIndex({ children: [], annotations: { number: `${number}`.padStart(size - 200, '.') } }),
  )
}

describe('the budget of a reference', () => {
  test('has room for what honest images list', () => {
    const budget = new ManifestBudget()
    for (let number = 0; number < 5_000; number++) {
      expect(budget.spend(content(number, 13_000), 4)).toBeUndefined()
    }
  })

  test('ends after 5000 documents, those that are known not counted', () => {
    const budget = new ManifestBudget()
    for (let number = 0; number < 5_000; number++) budget.spend(content(number), 1)
    expect(budget.spend(content(5_000), 1)).toBe('more than 5000 manifests')
    expect(budget.spend(content(4_999), 1)).toBeUndefined()
  })

  test('ends after 64 MiB', () => {
    const budget = new ManifestBudget()
    for (let number = 0; number < 16; number++) {
      expect(budget.spend(content(number, 4 * MiB), 1)).toBeUndefined()
    }
    expect(budget.spend(content(16, 1), 1)).toBe('manifests of more than 67108864 bytes together')
    expect(budget.spend(content(17, 0), 1)).toBeDefined()
    expect(budget.spend(content(3, 4 * MiB), 1)).toBeUndefined()
    // The same digest under another size is something else until it has been looked at.
    expect(budget.spend(content(3, 1), 1)).toBeDefined()
  })

  test('has four levels', () => {
    const budget = new ManifestBudget()
    expect(budget.spend(content(1), 4)).toBeUndefined()
    expect(budget.spend(content(2), 5)).toBe('indexes nested deeper than 4')
  })
})

/** What a descriptor leads to, by every way there is. */
const ways: readonly [string, (repository: Repository, entry: Descriptor) => Promise<unknown>][] = [
  [
    'an image',
    async (repository, entry) =>
      fetchManifest(repository, entry.digest, { ...entry, mediaType: MediaType.ociManifest }),
  ],
  [
    'an index',
    async (repository, entry) =>
      fetchManifest(repository, entry.digest, { ...entry, mediaType: MediaType.ociIndex }),
  ],
  [
    'something of an unknown type',
    async (repository, entry) => fetchUnknown(repository, { ...entry, mediaType: 'application/x' }),
  ],
  ['a config', fetchConfig],
]

test.each(ways)('is spent by whoever fetches %s that is listed', async (_what, fetch) => {
  await using world = await RegistryWorld.start()
  const repository = world.sourceRepository()
  for (let number = 0; number < 5_000; number++) repository.spend(content(number), 'test')
  const error = await failureOf(fetch(repository, { mediaType: '', ...content(5_000) }))
  expect(error).toMatchObject({ code: 'INVALID_MANIFEST', side: 'source', transient: false })
  expect(world.source.requests).toEqual([])
})

test.each<[string, (world: RegistryWorld) => Promise<unknown>]>([
  ['searched for platforms', async ({ from }) => from.getPlatformDigests('acme/app:1.0')],
  [
    'searched for what others may refer to',
    async (world) => {
      const repository = world.sourceRepository()
      return listManifests(repository, await fetchManifest(repository, '1.0'))
    },
  ],
  ['copied whole', async ({ from, to }) => from.copyIndex('acme/app:1.0', 'mirror/app:1.0', to)],
])('an index of many large ones is not %s', async (_what, act) => {
  await using world = await RegistryWorld.start()
  world.give(buildIndex({ children: largeIndexes(20, 4 * MiB) }))
  const error = await failureOf(act(world))
  expect(error).toMatchObject({ code: 'INVALID_MANIFEST', operation: 'get image index' })
  expect(error.message).toContain('manifests of more than 67108864 bytes together')
  expect(world.source.count('GET', '/manifests/sha256:')).toBeLessThanOrEqual(16)
  expect(world.destination.store.tagWrites()).toEqual([])
})
