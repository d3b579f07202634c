import { describe, expect, test } from '@jest/globals'
import { replyWith } from '../../testkit/registry/faults.ts'
import { buildImage, buildIndex } from '../../testkit/image/image.ts'
import { failureOf, image, index, RegistryWorld, worldWithBoth } from './registry-world.ts'

describe('getting an image', () => {
  test.each([
    ['a single image', image, '1.0'],
    ['an index', index, 'multi'],
  ])('gives media type, size, digest and bytes of %s', async (_what, { manifest }, tag) => {
    await using world = await worldWithBoth()
    const got = await world.from.getImage(`acme/app:${tag}`)
    const { digest, mediaType, size } = manifest
    expect(got).toMatchObject({ digest, mediaType, size })
    expect(Buffer.from(got.bytes)).toEqual(manifest.bytes)
  })

  test.each([
    ['by its tag', (host: string) => `${host}/acme/app:1.0`],
    ['without a host', () => 'acme/app:1.0'],
    ['by its digest', () => `acme/app@${image.manifest.digest}`],
    ['by its digest, whatever its tag', () => `acme/app:9.9@${image.manifest.digest}`],
  ])('works %s', async (_what, reference) => {
    await using world = await worldWithBoth()
    const { digest } = await world.from.getImage(reference(world.source.host))
    expect(digest).toBe(image.manifest.digest)
  })

  test('takes the tag latest where there is none', async () => {
    await using world = await RegistryWorld.start()
    world.give(image, 'latest')
    expect((await world.from.getImage('acme/app')).digest).toBe(image.manifest.digest)
  })

  test('takes a reference that is read already', async () => {
    await using world = await worldWithBoth()
    const reference = { registry: world.from.registry, repository: 'acme/app', tag: '1.0' }
    expect(await world.from.getDigest(reference)).toBe(image.manifest.digest)
  })
})

describe('a handle', () => {
  test('gives the manifest of an image, and its config when it is asked for', async () => {
    await using world = await worldWithBoth()
    const handle = await world.from.getImageHandle('acme/app:1.0')
    expect(handle.manifest.layers.map(({ digest }) => digest)).toEqual(
      image.layers.map(({ digest }) => digest),
    )
    expect(world.source.count(undefined, '/blobs/')).toBe(0)
    expect(await handle.readConfig()).toEqual(image.blobs.get(image.config?.digest ?? ''))
  })

  test('is for a single image only', async () => {
    await using world = await worldWithBoth()
    const error = await failureOf(world.from.getImageHandle('acme/app:multi'))
    expect(error).toMatchObject({ code: 'GET_IMAGE', operation: 'get image', reference: 'multi' })
  })
})

describe('digests', () => {
  test('are had for a tag', async () => {
    await using world = await worldWithBoth()
    expect(await world.from.getDigest('acme/app:multi')).toBe(index.manifest.digest)
  })

  test('are not had for what is not there', async () => {
    await using world = await worldWithBoth()
    expect(await failureOf(world.from.getDigest('acme/app:9.9'))).toMatchObject({
      code: 'NOT_FOUND',
      operation: 'get digest',
      registry: world.source.host,
      repository: 'acme/app',
      reference: '9.9',
      status: 404,
    })
  })

  test('are had for each platform of an index', async () => {
    await using world = await worldWithBoth()
    const digests = await world.from.getPlatformDigests('acme/app:multi')
    expect([...digests]).toEqual([
      ['linux/amd64', index.children[0]?.manifest.digest],
      ['linux/arm64', index.children[1]?.manifest.digest],
    ])
  })

  test('are those of the first of two images for one platform', async () => {
    const first = buildImage({ layers: [{ files: { a: 'first' } }] })
    const second = buildImage({ layers: [{ files: { a: 'second' } }] })
    await using world = await RegistryWorld.start()
    world.give(buildIndex({ children: [first, second] }))
    const digests = await world.from.getPlatformDigests('acme/app:1.0')
    expect([...digests]).toEqual([['linux/amd64', first.manifest.digest]])
  })

  test('for platforms are not had of a single image', async () => {
    await using world = await worldWithBoth()
    const error = await failureOf(world.from.getPlatformDigests('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'GET_IMAGE_INDEX', operation: 'get image index' })
  })
})

describe('whether an image exists', () => {
  test('is true for a tag and for a digest', async () => {
    await using world = await worldWithBoth()
    expect(await world.from.checkExists('acme/app:1.0')).toBe(true)
    expect(await world.from.checkExists(`acme/app@${image.manifest.digest}`)).toBe(true)
  })

  test('is false for what the registry does not find', async () => {
    await using world = await worldWithBoth()
    expect(await world.from.checkExists('acme/app:9.9')).toBe(false)
    expect(await world.from.checkExists('no/such')).toBe(false)
  })

  test.each([
    [401, 'AUTHENTICATION'],
    [403, 'DENIED'],
    [410, 'REGISTRY'],
    [429, 'RATE_LIMITED'],
    [500, 'REGISTRY'],
    [503, 'REGISTRY'],
  ])('is not known where the answer is %i', async (status, code) => {
    await using world = await worldWithBoth()
    world.source.fault({}, replyWith(status))
    const error = await failureOf(world.from.checkExists('acme/app:1.0'))
    expect(error).toMatchObject({ code, status })
  })

  test('is not known where nobody answers', async () => {
    await using world = await worldWithBoth()
    await world.source.close()
    expect((await failureOf(world.from.checkExists('acme/app:1.0'))).code).toBe('NETWORK')
  })

  test('is not known where the token service does not find itself', async () => {
    const auth = { kind: 'bearer', users: {} } as const
    await using world = await RegistryWorld.start({ source: { auth } })
    world.source.fault({ path: '/token' }, replyWith(404))
    const error = await failureOf(world.from.checkExists('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'REGISTRY', operation: 'log in', status: 404 })
  })
})
