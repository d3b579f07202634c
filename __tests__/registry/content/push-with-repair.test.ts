import { describe, expect, test } from '@jest/globals'
import { buildImage, buildIndex } from '../../../testkit/image/image.ts'
import { reply } from '../../../testkit/registry/exchange.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage()
const index = buildIndex({ children: [image, buildImage({ platform: 'linux/arm64' })] })
const [layer] = image.layers
const tagged = { method: 'PUT', path: '/manifests/1.0' }

describe('content that has gone missing', () => {
  test('is brought again when the manifest is refused for want of it', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    const lost = world.destination.fault(
      tagged,
      (request, next) => {
        world.destination.store.repository('mirror/app')?.blobs.delete(layer?.digest ?? '')
        return next(request)
      },
      { times: 1 },
    )
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect(lost.hits).toBe(1)
    expect((await world.pull('1.0')).digest).toBe(image.manifest.digest)
  })

  test.each([
    [[{ code: 'MANIFEST_INVALID' }, { code: 'MANIFEST_BLOB_UNKNOWN' }]],
    [[{ code: 'MANIFEST_UNKNOWN' }]],
  ])('is brought again where the registry says so in another way: %j', async (errors) => {
    await using world = await RegistryWorld.start()
    world.give(image)
    const lost = world.destination.fault(
      tagged,
      (request, next) => {
        world.destination.store.repository('mirror/app')?.blobs.delete(layer?.digest ?? '')
        return replyWith(400, { body: JSON.stringify({ errors }) })(request, next)
      },
      { times: 1 },
    )
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect(lost.hits).toBe(1)
    expect((await world.pull('1.0')).digest).toBe(image.manifest.digest)
  })

  test('is brought again beneath an index, manifests as well', async () => {
    await using world = await RegistryWorld.start()
    world.give(index)
    world.destination.fault(
      tagged,
      (request, next) => {
        const held = world.destination.store.repository('mirror/app')
        held?.manifests.delete(image.manifest.digest)
        held?.blobs.delete(layer?.digest ?? '')
        return next(request)
      },
      { times: 1 },
    )
    await world.from.copyIndex('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect((await world.pull('1.0')).digest).toBe(index.manifest.digest)
  })

  test('that goes missing again is a failure, and nothing is under the tag', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    const lost = world.destination.fault(tagged, (request, next) => {
      world.destination.store.repository('mirror/app')?.blobs.delete(layer?.digest ?? '')
      return next(request)
    })
    const error = await failureOf(world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to))
    expect(error).toMatchObject({
      registryCode: 'MANIFEST_BLOB_UNKNOWN',
      operation: 'push manifest',
    })
    expect(lost.hits).toBe(2)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBeUndefined()
  })
})

test('a mount that did not happen, although the registry says so, is followed by an upload', async () => {
  await using world = await RegistryWorld.start({ oneRegistry: true })
  world.give(image)
  world.source.fault({ method: 'POST', where: ({ query }) => query.includes('mount=') }, () =>
    reply(201, { location: '/v2/mirror/app/blobs/x' }),
  )
  const { moved } = await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
  expect(moved.mounted).toBe(0)
  expect((await world.pull('1.0')).digest).toBe(image.manifest.digest)
})
