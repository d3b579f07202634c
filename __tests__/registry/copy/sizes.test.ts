import { describe, expect, test } from '@jest/globals'
import { withSize } from '../../../testkit/image/false-size.ts'
import { buildImage, buildIndex, type BuiltImage } from '../../../testkit/image/image.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { bytesSource } from '../../../testkit/registry/content.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { setHeader } from '../../../testkit/registry/faults.ts'
import type { RegistryOptions } from '../../../testkit/registry/registry.ts'
import { failureOf, RegistryWorld, type WorldOptions } from '../registry-world.ts'

/** Of a layer that is held, and of one that is streamed. */
const lengths = [1_000, 300_000] as const
const WRONG = 999

/** A true image and a false one that have a layer in common. */
function images(length: number) {
  const shared = Buffer.alloc(length, 'shared')
  const honest = buildImage({ layers: [{ bytes: shared }, { bytes: 'of the one' }] })
  const other = buildImage({ layers: [{ bytes: shared }, { bytes: 'of the other' }] })
  const layer = honest.layers[0] ?? { digest: '', size: 0 }
  return { shared, layer, honest, other: withSize(other, layer.digest, WRONG) }
}

/** Registries that do not look at the sizes that they are told, and differ in how they can be asked. */
const registries: readonly (readonly [string, RegistryOptions])[] = [
  ['mounts', {}],
  ['does not mount', { mount: false }],
]

async function worldWith(
  given: Readonly<Record<string, BuiltImage>>,
  registry: RegistryOptions,
  options: WorldOptions = {},
) {
  const destination = { checkReferences: false, ...registry }
  const world = await RegistryWorld.start({ source: destination, destination, ...options })
  for (const [tag, image] of Object.entries(given)) world.give(image, tag)
  return world
}

async function copy({ from, to }: RegistryWorld, tag: string, repository = 'mirror/app') {
  return from.copyImage(`acme/app:${tag}`, `${repository}:${tag}`, to)
}

/** What is left of a copy that fails for its size: the tag stays where it is. */
async function refusalOf({ destination }: RegistryWorld, copying: Promise<unknown>) {
  const { code, side } = await failureOf(copying)
  const tags = destination.store.tagWrites().map(({ tag }) => tag)
  return { code, side, isMoved: tags.includes('false') }
}

const refused = { code: 'SIZE_MISMATCH', side: 'source', isMoved: false }

describe.each(registries)('at a registry that %s', (_how, registry) => {
  describe.each(lengths)(
    'a manifest that promises a false size for a layer of %i bytes',
    (length) => {
      const { shared, honest, other } = images(length)
      const given = { true: honest, false: other }

      test('is no success where the destination has the layer: the tag stays where it is', async () => {
        await using world = await worldWith(given, registry)
        world.destination.store.putBlob('mirror/app', shared)
        expect(await refusalOf(world, copy(world, 'false'))).toEqual(refused)
      })

      test('is no success where the destination has the config and the layer', async () => {
        await using world = await worldWith(given, registry)
        const { store } = world.destination
        for (const [digest, bytes] of other.blobs) store.putBlob('mirror/app', bytes, digest)
        expect(await refusalOf(world, copy(world, 'false'))).toEqual(refused)
      })

      test.each([
        ['the same repository', 'mirror/app'],
        ['another repository', 'mirror/other'],
      ])('is no success where the run has brought the layer to %s', async (_where, repository) => {
        await using world = await worldWith(given, registry)
        await copy(world, 'true', repository)
        expect(await refusalOf(world, copy(world, 'false'))).toEqual(refused)
      })

      test.each([
        ['the same repository', 'mirror/app'],
        ['another repository', 'mirror/other'],
      ])('does not keep a true one from %s at the same time', async (_where, repository) => {
        await using world = await worldWith(given, registry)
        const results = await Promise.allSettled([
          copy(world, 'false'),
          copy(world, 'true', repository),
        ])
        expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
        await world.pull('true', repository)
        expect(world.destination.store.tagWrites()).toHaveLength(1)
      })

      test('is no success where the registry shows no lengths, and the run knows it', async () => {
        await using world = await worldWith(given, registry)
        world.destination.fault({ method: 'HEAD' }, setHeader('content-length', undefined))
        await copy(world, 'true')
        expect(await refusalOf(world, copy(world, 'false'))).toEqual(refused)
        expect(await refusalOf(world, copy(world, 'false', 'mirror/other'))).toEqual(refused)
      })

      test('is no success inside one registry', async () => {
        await using world = await worldWith(given, registry, { oneRegistry: true })
        expect(await refusalOf(world, copy(world, 'false'))).toEqual(refused)
      })

      test('is no success where the layer is in an image that is there unchanged', async () => {
        await using world = await worldWith(given, registry)
        pushTo(world.destination.store, 'mirror/seen', 'true', honest)
        const seen = world.to.repository('mirror/seen', 'destination')
        const { digest, mediaType, size } = honest.manifest
        world.to.holdings.seen.add(seen, [
          { digest: digest as `sha256:${string}`, mediaType, size },
        ])
        expect(await refusalOf(world, copy(world, 'false'))).toEqual(refused)
      })
    },
  )

  describe.each(lengths)('a truncated layer of %i bytes at the destination', (length) => {
    const { shared, layer, honest } = images(length)
    const half = bytesSource(shared.subarray(0, length / 2))

    test.each([
      ['alone', () => []],
      ['with the config', () => [...honest.blobs]],
    ])('is replaced, %s', async (_what, others) => {
      await using world = await worldWith({ true: honest }, registry)
      const { store } = world.destination
      for (const [digest, bytes] of others()) store.putBlob('mirror/app', bytes, digest)
      store.putBlob('mirror/app', half, layer.digest)
      await copy(world, 'true')
      expect((await world.pull('true')).digest).toBe(honest.manifest.digest)
    })

    test('is replaced where it would be mounted', async () => {
      await using world = await worldWith({ true: honest }, registry)
      const { store } = world.destination
      pushTo(store, 'mirror/seen', 'true', honest)
      store.putBlob('mirror/seen', half, layer.digest)
      const seen = world.to.repository('mirror/seen', 'destination')
      const { digest, mediaType, size } = honest.manifest
      world.to.holdings.seen.add(seen, [{ digest: digest as `sha256:${string}`, mediaType, size }])
      await copy(world, 'true')
      expect((await world.pull('true')).digest).toBe(honest.manifest.digest)
    })
  })

  test('a truncated layer that is kept is a failure', async () => {
    // A small one may be sent without a look.
    const { shared, layer, honest } = images(300_000)
    const half = bytesSource(shared.subarray(0, 150_000))
    await using world = await worldWith({ true: honest }, registry)
    const { store } = world.destination
    store.putBlob('mirror/app', half, layer.digest)
    world.destination.use(keeping(() => store.putBlob('mirror/app', half, layer.digest)))
    const error = await failureOf(copy(world, 'true'))
    expect(error).toMatchObject({ code: 'VERIFICATION', side: 'destination' })
    expect(error.reference).toBe(layer.digest)
    expect(store.tagWrites()).toEqual([])
  })
})

/** Puts back what was there before whenever a blob has been uploaded. */
function keeping(restore: () => void): Middleware {
  return async (request, next) => {
    const answer = await next()
    if (request.method === 'PUT' && request.path.includes('/uploads/')) restore()
    return answer
  }
}

function siblings() {
  const { honest, other } = images(1_000)
  return buildIndex({ children: [honest, other] })
}

describe('two sizes for one digest', () => {
  const image = buildImage()
  const [layer] = image.layers

  test('in one manifest are refused before anything is asked of the destination', async () => {
    const twice = buildImage({ members: { layers: [layer, { ...layer, size: WRONG }] } })
    await using world = await worldWith({ false: twice }, {})
    const error = await failureOf(copy(world, 'false'))
    expect(error).toMatchObject({ code: 'INVALID_MANIFEST', side: 'source' })
    expect(error.message).toContain(`two sizes, ${layer?.size} and ${WRONG} bytes`)
    expect(world.destination.requests).toEqual([])
  })

  test('in one index are refused', async () => {
    const { digest, size, mediaType } = image.manifest
    const entries = [size, WRONG].map((one) => ({ mediaType, digest, size: one }))
    const index = buildIndex({ children: [image], members: { manifests: entries } })
    await using world = await worldWith({ false: index }, {})
    const copying = world.from.copyIndex('acme/app:false', 'mirror/app:false', world.to)
    expect(await failureOf(copying)).toMatchObject({ code: 'INVALID_MANIFEST', side: 'source' })
    expect(world.destination.requests).toEqual([])
  })

  test.each([
    ['an index and one beneath it, for an image', nested],
    ['the images of an index, for a layer', siblings],
  ])('in %s, are no success', async (_where, build) => {
    await using world = await worldWith({ false: build() }, {})
    const copying = world.from.copyIndex('acme/app:false', 'mirror/app:false', world.to)
    expect(await failureOf(copying)).toMatchObject({ code: 'SIZE_MISMATCH', side: 'source' })
    expect(world.destination.store.tagWrites()).toEqual([])
  })

  function nested() {
    const inner = withSize(buildIndex({ children: [image] }), image.manifest.digest, WRONG)
    return buildIndex({ children: [image, inner] })
  }
})
