import { describe, expect, test } from '@jest/globals'
import { Syncer } from '../../../src/sync/syncer.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { failureOf, image, RegistryWorld } from '../registry-world.ts'

const other = buildImage({ platform: 'linux/s390x' })
const both = `acme/app:1.0@${image.manifest.digest}`

/** A source that knows an image by digest only after it was asked for it by its tag. */
async function cache(tagged = image) {
  const world = await RegistryWorld.start()
  world.give(tagged)
  let isFilled = false
  world.source.use((request, next) => {
    if (request.path.endsWith('/manifests/1.0')) isFilled = true
    const isBlob = request.path.includes('/blobs/')
    return isFilled || isBlob ? next() : replyWith(404)(request, next)
  })
  return world
}

describe('a cache that fills by tag (Q70)', () => {
  test('is asked by tag for a digest that it does not know, once', async () => {
    await using world = await cache()
    const fetched = await world.from.getImage(both)
    expect(fetched.digest).toBe(image.manifest.digest)
    expect(world.source.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /v2/acme/app/manifests/${image.manifest.digest}`,
      'GET /v2/acme/app/manifests/1.0',
    ])
  })

  test('is looked at by tag in the same way', async () => {
    await using world = await cache()
    expect(await world.from.getDigest(both)).toBe(image.manifest.digest)
    expect(await world.from.checkExists(both)).toBe(true)
  })

  test('gives what is copied', async () => {
    await using world = await cache()
    const syncer = new Syncer({ source: world.from, destination: world.to })
    expect(await syncer.syncImage(both, 'mirror/app:1.0')).toBe(image.manifest.digest)
    await world.from.copyImage(both, 'mirror/app:2.0', world.to)
    expect(world.destination.store.tag('mirror/app', '2.0')).toBe(image.manifest.digest)
  })

  test('that has another image under the tag does not have this one', async () => {
    await using world = await cache(other)
    const error = await failureOf(world.from.getImage(both))
    expect(error).toMatchObject({ code: 'NOT_FOUND', reference: image.manifest.digest })
    expect(await world.from.checkExists(both)).toBe(false)
  })

  test('is asked for nothing else where there is no tag, or another failure', async () => {
    await using closed = await RegistryWorld.start()
    closed.source.fault({}, replyWith(403))
    expect(await failureOf(closed.from.getImage(both))).toMatchObject({ code: 'DENIED' })
    expect(closed.source.requests).toHaveLength(1)
    await using world = await cache()
    const bare = world.from.getImage(`acme/app@${image.manifest.digest}`)
    expect(await failureOf(bare)).toMatchObject({ code: 'NOT_FOUND' })
    expect(world.source.count('GET', '/manifests/1.0')).toBe(0)
  })

  test('is asked for an image by sha512 as well', async () => {
    const large = buildImage({ algorithm: 'sha512' })
    await using world = await cache(large)
    const fetched = await world.from.getImage(`acme/app:1.0@${large.manifest.digest}`)
    expect(fetched.digest).toBe(large.manifest.digest)
  })
})
