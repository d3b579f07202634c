import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { digestOf } from '../../../testkit/registry/content.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { blobWorld } from '../content/blob-world.ts'
import { RegistryWorld, type WorldOptions } from '../registry-world.ts'

/** Larger than what is sent without much ado. */
const LARGE = 100_000
const layers = Array.from({ length: 3 }, (_, index) => ({ bytes: Buffer.alloc(LARGE, index + 1) }))
const image = buildImage({ layers })

async function worldWithImage(options: WorldOptions = {}) {
  const world = await RegistryWorld.start(options)
  world.give(image)
  return world
}

function copy(world: RegistryWorld) {
  return world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
}

/** Requests to the destination, in short: what they are about and how they ended. */
function story({ destination }: RegistryWorld) {
  return destination.requests.map(({ method, path, query, status }) => {
    const what = /\/(uploads|blobs(?!\/uploads)|manifests)\//.exec(path)?.[1] ?? path
    return `${method} ${what}${query.includes('mount=') ? ' mount' : ''} ${status}`
  })
}

describe('an image for a registry that answers mounts', () => {
  test('costs two requests a blob, one for the manifest, and one to find out', async () => {
    await using world = await worldWithImage()
    await copy(world)
    expect(story(world).sort()).toEqual(
      [
        // The config, and the question about it once it is there.
        'POST uploads mount 202',
        'PUT uploads 201',
        'POST uploads mount 201',
        ...layers.flatMap(() => ['POST uploads mount 202', 'PUT uploads 201']),
        'PUT manifests 201',
      ].sort(),
    )
    expect(world.destination.store.uploads.size).toBe(0)
  })

  test('has blobs that are there found, looked at for their length, and not sent', async () => {
    await using world = await worldWithImage()
    pushTo(world.destination.store, 'mirror/app', 'old', buildImage({ layers, config: { a: 1 } }))
    const { moved } = await copy(world)
    expect(moved).toEqual({ copied: image.config?.size, mounted: 0, existing: 3 * LARGE })
    expect(world.destination.count('PUT', '/uploads/')).toBe(1)
    expect(world.destination.count('HEAD')).toBe(layers.length)
    expect(world.source.count('GET', '/blobs/')).toBe(1)
  })

  test('that is there already is not walked, and not pushed by digest again', async () => {
    await using world = await worldWithImage()
    pushTo(world.destination.store, 'mirror/app', undefined, image)
    await world.from.copyPlatformImage(
      'acme/app:1.0',
      image.manifest.digest as Digest,
      'mirror/app',
      world.to,
    )
    expect(story(world)).toEqual(['POST uploads mount 201', 'HEAD blobs 200', 'HEAD manifests 200'])
  })
})

test('an image whose manifest is there in another length is brought anew', async () => {
  await using world = await worldWithImage()
  const { store } = world.destination
  pushTo(store, 'mirror/app', undefined, image)
  const { digest, mediaType, bytes } = image.manifest
  store.putManifest('mirror/app', { digest, mediaType, bytes: bytes.subarray(0, 100) })
  await world.from.copyPlatformImage('acme/app:1.0', digest as Digest, 'mirror/app', world.to)
  expect((await world.pull(digest)).digest).toBe(digest)
})

describe('an image for a registry that answers no mounts', () => {
  const silent = { destination: { mount: false } } as const

  test('has its large blobs looked for first, and none that is there sent again', async () => {
    await using world = await worldWithImage(silent)
    const [there] = image.layers
    pushTo(world.destination.store, 'mirror/app', 'old', buildImage({ layers: layers.slice(0, 1) }))
    const { moved } = await copy(world)
    expect(moved.existing).toBe(there?.size)
    expect(world.source.count('GET', there?.digest)).toBe(0)
    expect(world.destination.count('HEAD', '/blobs/')).toBe(layers.length)
    expect(world.destination.store.uploads.size).toBe(0)
  })

  test.each([400, 404, 405, 415, 500])('but refuses them with %i arrives', async (status) => {
    await using world = await worldWithImage({ network: { retries: 1 } })
    world.destination.fault(
      { method: 'POST', where: ({ query }) => query.includes('mount=') },
      replyWith(status),
      status === 500 ? { times: 1 } : {},
    )
    await copy(world)
    expect((await world.pull('1.0')).digest).toBe(image.manifest.digest)
  })
})

describe('a registry that says of everything that it is there', () => {
  test('is looked at, and gets what is missing', async () => {
    await using world = await worldWithImage()
    world.destination.fault(
      { method: 'POST', where: ({ query }) => query.includes('mount=') },
      replyWith(201),
    )
    const { moved } = await copy(world)
    expect(moved.copied).toBe((image.config?.size ?? 0) + 3 * LARGE)
    await world.pull('1.0')
  })
})

describe('a large blob of which nothing is known', () => {
  const { worldWithBlob, copy: copyOne } = blobWorld(Buffer.alloc(LARGE, 'blob'))

  test('is looked for before it is sent', async () => {
    await using world = await worldWithBlob()
    await copyOne(world)
    expect(story(world)).toEqual(['HEAD blobs 404', 'POST uploads 202', 'PUT uploads 201'])
  })

  test('lets the next one be asked for by a mount', async () => {
    await using world = await worldWithBlob()
    const other = Buffer.alloc(LARGE, 'other')
    world.source.store.putBlob('acme/app', other)
    await copyOne(world)
    world.destination.clearRequests()
    await copyOne(world, { digest: digestOf(other) as Digest, size: LARGE })
    expect(story(world)).toEqual([
      'POST uploads mount 201',
      'POST uploads mount 202',
      'PUT uploads 201',
    ])
  })
})
