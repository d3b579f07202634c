import { describe, expect, test } from '@jest/globals'
import { flipBit, replyWith } from '../../../testkit/registry/faults.ts'
import {
  buildArtifact,
  buildImage,
  buildIndex,
  descriptorOf,
  type BuiltImage,
} from '../../../testkit/image/image.ts'
import type { DescriptorSpec } from '../../../testkit/image/descriptor.ts'
import { MiB } from '../../../testkit/registry/media-types.ts'
import {
  allImages,
  buildAttestation,
  buildMultiPlatform,
} from '../../../testkit/image/multi-platform.ts'
import { digestOf } from '../../../testkit/registry/content.ts'
import { failureOf, RegistryWorld, type WorldOptions } from '../registry-world.ts'

async function worldWith(image: BuiltImage, options: WorldOptions = {}) {
  const world = await RegistryWorld.start(options)
  world.give(image)
  return world
}

function copyIndex(world: RegistryWorld) {
  return world.from.copyIndex('acme/app:1.0', 'mirror/app:1.0', world.to)
}

/** An index over entries that are none of the builder's. */
function indexOf(manifests: readonly DescriptorSpec[]) {
  return buildIndex({ children: [], members: { manifests } })
}

describe('an index', () => {
  const nested = buildIndex({
    children: [
      buildMultiPlatform({ platforms: ['linux/arm64', 'linux/s390x'] }),
      buildImage(),
      buildAttestation(buildImage()),
    ],
  })

  test.each<[string, BuiltImage]>([
    ['of OCI', buildMultiPlatform()],
    ['of Docker', buildMultiPlatform({ format: 'docker' })],
    ['with attestations', buildMultiPlatform({ attestations: true })],
    ['of indexes', nested],
    [
      'of artifacts',
      buildIndex({ children: [buildArtifact({ artifactType: 'application/vnd.acme' })] }),
    ],
    [
      'with Docker images in an OCI index',
      buildIndex({ children: [buildImage({ format: 'docker' })] }),
    ],
    ['of nothing', buildIndex({ children: [] })],
    ['that lists an image twice', buildIndex({ children: [buildImage(), buildImage()] })],
    [
      'with digests of sha512',
      buildIndex({ children: [buildImage({ algorithm: 'sha512' })], algorithm: 'sha512' }),
    ],
  ])('%s arrives byte for byte with everything beneath it', async (_what, index) => {
    await using world = await worldWith(index)
    const copied = await copyIndex(world)
    // What a tag shows is named by sha256, whatever names what is beneath it.
    const top = digestOf(index.manifest.bytes)
    expect(copied.digest).toBe(top)
    const pulled = await world.pull('1.0')
    expect(pulled.bytes).toEqual(index.manifest.bytes)
    const children = index.children.flatMap(allImages).map(({ manifest }) => manifest.digest)
    const digests = new Set([...children, top])
    expect(new Set(world.destination.store.completedManifests())).toEqual(digests)
    expect(world.destination.store.completedManifests()).toHaveLength(digests.size)
    expect(world.destination.store.tagWrites()).toMatchObject([{ tag: '1.0' }])
  })

  test('has a blob that two of its images share moved once', async () => {
    const layers = [{ files: { shared: 'base' } }]
    const index = buildMultiPlatform({ layers: () => layers })
    await using world = await worldWith(index)
    const { moved } = await copyIndex(world)
    const [shared] = index.children[0]?.layers ?? []
    expect(world.source.count('GET', shared?.digest)).toBe(1)
    expect(moved.existing).toBe(shared?.size)
    expect(world.destination.store.completedBlobs()).toHaveLength(3)
  })

  test('of which an image is there has only the rest moved', async () => {
    const index = buildMultiPlatform()
    const [first] = index.children
    await using world = await RegistryWorld.start({ source: {} })
    world.give(index)
    await world.from.copyPlatformImage(
      'acme/app:1.0',
      first?.manifest.digest as `sha256:${string}`,
      'mirror/app',
      world.to,
    )
    world.destination.clearRequests()
    await copyIndex(world)
    for (const { digest } of first?.layers ?? []) {
      expect(world.destination.count(undefined, encodeURIComponent(digest))).toBe(0)
    }
    expect(world.destination.count('PUT', first?.manifest.digest)).toBe(0)
    expect((await world.pull('1.0')).children).toHaveLength(2)
  })

  test('has an image pushed of which the registry shows another digest', async () => {
    const index = buildMultiPlatform()
    const [first] = index.children
    const digest = first?.manifest.digest ?? ''
    await using world = await worldWith(index)
    const headers = { 'docker-content-digest': digestOf(Buffer.from('another')) }
    world.destination.fault({ method: 'HEAD', path: digest }, replyWith(200, { headers }), {
      times: 1,
    })
    await copyIndex(world)
    expect(world.destination.store.completedManifests()).toContain(digest)
  })

  test('may list blobs of known types', async () => {
    const layer = {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: digestOf(Buffer.from('blob')),
      size: 4,
    }
    const index = indexOf([layer])
    await using world = await RegistryWorld.start({ destination: { checkReferences: false } })
    world.give(index)
    world.source.store.putBlob('acme/app', Buffer.from('blob'))
    await copyIndex(world)
    expect(world.destination.store.completedBlobs()).toEqual([layer.digest])
  })

  test('may list a manifest that is a layer of another image too', async () => {
    const inner = buildImage({ platform: 'linux/arm64' })
    const { bytes, mediaType } = inner.manifest
    const outer = buildImage({ layers: [{ bytes, mediaType }] })
    const index = buildIndex({ children: [outer, inner] })
    await using world = await worldWith(index)
    await copyIndex(world)
    expect(world.destination.store.completedBlobs()).toContain(inner.manifest.digest)
    expect(world.destination.store.completedManifests()).toContain(inner.manifest.digest)
    expect((await world.pull('1.0')).children).toHaveLength(2)
  })

  test('nested too deep is refused', async () => {
    let index = buildMultiPlatform()
    for (let depth = 0; depth < 4; depth++) index = buildIndex({ children: [index] })
    await using world = await worldWith(index)
    const error = await failureOf(copyIndex(world))
    expect(error).toMatchObject({ code: 'INVALID_MANIFEST', side: 'source' })
    expect(error.message).toContain('nested deeper than 4')
    expect(world.destination.store.tagWrites()).toEqual([])
  })

  test('that promises more bytes of manifests than anybody has is refused', async () => {
    const entry = descriptorOf(buildImage())
    const entries = Array.from({ length: 20 }, (_, index) => ({
      ...entry,
      digest: digestOf(Buffer.from(String(index))),
      size: 4 * MiB,
    }))
    await using world = await worldWith(indexOf(entries))
    const error = await failureOf(copyIndex(world))
    expect(error.code).toBe('INVALID_MANIFEST')
    expect(world.source.count('GET', '/manifests/sha256:')).toBe(0)
  })

  test('with an image that is not what the index says leaves nothing under the tag', async () => {
    const index = buildMultiPlatform()
    await using world = await worldWith(index)
    world.source.fault({ path: index.children[1]?.manifest.digest ?? '' }, flipBit(30))
    expect((await failureOf(copyIndex(world))).code).toBe('DIGEST_MISMATCH')
    expect(world.destination.store.tagWrites()).toEqual([])
  })

  test('with an image of another size than the index says is refused', async () => {
    const image = buildImage()
    const index = indexOf([{ ...descriptorOf(image), size: image.manifest.size - 1 }])
    await using world = await worldWith(index)
    world.give(image, null)
    const error = await failureOf(copyIndex(world))
    expect(error).toMatchObject({ code: 'SIZE_MISMATCH', reference: image.manifest.digest })
    expect(world.destination.store.completedManifests()).toEqual([])
  })
})
