import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { flipBit } from '../../../testkit/registry/faults.ts'
import { buildArtifact, buildImage, type BuiltImage } from '../../../testkit/image/image.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { failureOf, RegistryWorld, type WorldOptions } from '../registry-world.ts'
import { digestOf } from '../../../testkit/registry/content.ts'

async function worldWith(image: BuiltImage, options: WorldOptions = {}) {
  const world = await RegistryWorld.start(options)
  world.give(image)
  return world
}

/** The config goes first and is smaller. */
const layerUploads = {
  method: 'PUT',
  where: ({ headers }: { headers: IncomingHttpHeaders }) => headers['content-length'] === '50000',
}

function copyImage(world: RegistryWorld) {
  return world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
}

describe('an image', () => {
  test.each<[string, BuiltImage]>([
    ['of OCI', buildImage()],
    ['of Docker', buildImage({ format: 'docker' })],
    [
      'with layers of three compressions',
      buildImage({
        layers: [
          { files: { a: 'a' }, compression: 'none' },
          { files: { b: 'b' } },
          { files: { c: 'c' }, compression: 'zstd' },
        ],
      }),
    ],
    ['with digests of sha512', buildImage({ algorithm: 'sha512' })],
    ['with no layers', buildImage({ layers: [] })],
    ['with an empty layer', buildImage({ layers: [{ bytes: '' }] })],
    [
      'that is an artifact with an empty config',
      buildArtifact({ artifactType: 'application/vnd.acme' }),
    ],
    [
      'that is an artifact with blobs',
      buildArtifact({
        artifactType: 'application/vnd.acme',
        blobs: [{ bytes: 'x', mediaType: 'text/plain' }],
      }),
    ],
    [
      'with a subject that is not there',
      buildImage({ subject: buildImage({ platform: 'linux/arm64' }) }),
    ],
  ])('%s arrives byte for byte with everything it needs', async (_what, image) => {
    await using world = await worldWith(image)
    const copied = await copyImage(world)
    const { bytes, mediaType, size } = image.manifest
    const { blobs } = image
    expect(copied).toEqual({
      digest: digestOf(bytes),
      mediaType,
      size,
      moved: {
        copied: [...blobs.values()].reduce((sum, { length }) => sum + length, 0),
        mounted: 0,
        existing: 0,
      },
    })
    const stored = world.destination.store.manifest('mirror/app', '1.0')
    expect(stored?.bytes).toEqual(image.manifest.bytes)
    expect(stored?.mediaType).toBe(mediaType)
    expect(world.destination.store.completedBlobs().sort()).toEqual([...blobs.keys()].sort())
  })

  test('that lists a blob twice has it moved once', async () => {
    const layer = { files: { twice: 'the same' } }
    const image = buildImage({ layers: [layer, { files: { once: 'another' } }, layer] })
    await using world = await worldWith(image)
    await copyImage(world)
    expect(world.destination.store.completedBlobs()).toHaveLength(3)
    expect((await world.pull('1.0')).blobs).toHaveLength(4)
  })

  test('keeps the layers that nobody may pass on out of it', async () => {
    const types = [
      'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    ]
    const image = buildImage({
      layers: [
        ...types.map((mediaType) => ({
          bytes: mediaType,
          mediaType,
          urls: ['http://169.254.169.254/x'],
        })),
        { files: { a: 'a' } },
      ],
    })
    await using world = await worldWith(image, { destination: { checkReferences: false } })
    await copyImage(world)
    const kept = image.layers.slice(0, 2).map(({ digest }) => digest)
    for (const digest of kept) {
      expect(world.source.count(undefined, digest)).toBe(0)
      expect(world.destination.count(undefined, digest)).toBe(0)
    }
    expect((await world.pull('1.0')).digest).toBe(image.manifest.digest)
  })

  test('has its blobs moved side by side, and its manifest after the last of them', async () => {
    const layers = Array.from({ length: 8 }, (_, index) => ({ bytes: Buffer.alloc(50_000, index) }))
    const image = buildImage({ layers })
    await using world = await worldWith(image)
    const hold = world.destination.hold(layerUploads)
    const copying = copyImage(world)
    await hold.arrived(8)
    expect(world.destination.count('PUT', '/manifests/')).toBe(0)
    hold.release()
    await copying
    const kinds = world.destination.store.events.map(({ kind }) => kind)
    expect(kinds.lastIndexOf('blob')).toBeLessThan(kinds.indexOf('manifest'))
    expect(kinds.indexOf('manifest')).toBeLessThan(kinds.indexOf('tag'))
    expect(kinds.filter((kind) => kind === 'tag')).toHaveLength(1)
  })

  test.each([1, 2, 3])(
    'has %i requests of a host at one time, and never more',
    async (concurrency) => {
      const layers = Array.from({ length: 8 }, (_, index) => ({
        bytes: Buffer.alloc(50_000, index),
      }))
      await using world = await worldWith(buildImage({ layers }), { network: { concurrency } })
      const hold = world.destination.hold(layerUploads)
      const copying = copyImage(world)
      await hold.arrived(concurrency)
      hold.release()
      await copying
      expect(world.source.peakRequests).toBeLessThanOrEqual(concurrency)
      expect(world.destination.peakRequests).toBe(concurrency)
    },
  )

  test.each([1, 2, 3])('moves inside one registry with %i slots', async (concurrency) => {
    const layers = Array.from({ length: 5 }, (_, index) => ({ bytes: Buffer.alloc(50_000, index) }))
    const image = buildImage({ layers })
    await using world = await worldWith(image, {
      oneRegistry: true,
      source: { mount: false },
      network: { concurrency },
    })
    await copyImage(world)
    expect((await world.pull('1.0')).digest).toBe(image.manifest.digest)
  })

  test('that cannot be read whole leaves nothing under the tag', async () => {
    const image = buildImage({ layers: [{ files: { a: 'a' } }, { files: { b: 'b' } }] })
    await using world = await worldWith(image)
    world.destination.store.putTag('mirror/app', '1.0', digestOf(Buffer.from('before')))
    world.source.fault({ path: image.layers[1]?.digest ?? '' }, flipBit(3))
    const error = await failureOf(copyImage(world))
    expect(error).toMatchObject({ code: 'DIGEST_MISMATCH', reference: image.layers[1]?.digest })
    expect(world.destination.count('PUT', '/manifests/')).toBe(0)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(digestOf(Buffer.from('before')))
  })

  test('gets a tag beside another one without a byte being moved', async () => {
    const image = buildImage()
    await using world = await worldWith(image, { oneRegistry: true })
    const { moved } = await world.from.copyImage('acme/app:1.0', 'acme/app:stable', world.to)
    expect(moved).toEqual({ copied: 0, mounted: 0, existing: 0 })
    expect(world.source.count(undefined, '/blobs/')).toBe(0)
    expect(world.source.store.tag('acme/app', 'stable')).toBe(image.manifest.digest)
  })

  test('of which a part is there has only the rest moved', async () => {
    const image = buildImage({ layers: [{ files: { a: 'a' } }, { files: { b: 'b' } }] })
    await using world = await worldWith(image)
    const [first] = image.layers
    const known = image.blobs.get(first?.digest ?? '') ?? Buffer.alloc(0)
    world.destination.store.putBlob('mirror/app', known)
    const { moved } = await copyImage(world)
    expect(moved.existing).toBe(known.length)
    expect(world.source.count('GET', first?.digest)).toBe(0)
  })

  test('that is there as a whole is counted as a whole, and none of its layers is asked for', async () => {
    const image = buildImage({ layers: [{ files: { a: 'a' } }, { files: { b: 'b' } }] })
    await using world = await worldWith(image)
    pushTo(world.destination.store, 'mirror/app', 'other', image)
    const { moved } = await copyImage(world)
    const blobs = [image.config, ...image.layers]
    const size = blobs.reduce((sum, blob) => sum + (blob?.size ?? 0), 0)
    expect(moved).toEqual({ copied: 0, mounted: 0, existing: size })
    for (const { digest } of image.layers) {
      expect(world.destination.requests.some(({ path }) => path.endsWith(digest))).toBe(false)
    }
  })
})
