import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parsePlatformFilter } from '../../src/oci/platform.ts'
import {
  buildArtifact,
  buildImage,
  buildIndex,
  type BuiltImage,
  type ImageSpec,
} from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import type { PulledImage } from '../../testkit/image/pull.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { failureOf, SyncWorld, writesTo } from './sync-world.ts'

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

async function sync(image: BuiltImage, policy = {}) {
  world.give('acme/app', 'v1', image)
  return world.syncer(policy).sync('acme/app:v1', 'copy:v1')
}

/** Digests of a pulled tree, as they hang together. */
type Tree = { digest: string; blobs: string[]; children: Tree[] }

function treeOf({ digest, blobs, children }: PulledImage): Tree {
  return { digest, blobs: blobs.map((blob) => blob.digest), children: children.map(treeOf) }
}

function builtTree({ manifest, config, layers, children }: BuiltImage): Tree {
  const blobs = [...(config === undefined ? [] : [config]), ...layers].map((blob) => blob.digest)
  return { digest: manifest.digest, blobs, children: children.map(builtTree) }
}

const file = (text: string) => ({ files: { 'etc/text': text } })

describe('a single image', () => {
  test.each<[string, ImageSpec]>([
    ['OCI', {}],
    ['Docker', { format: 'docker' }],
    ['with several layers', { layers: [file('a'), file('b'), file('c')] }],
    [
      'with zstd and plain layers',
      {
        layers: [
          { ...file('a'), compression: 'zstd' },
          { ...file('b'), compression: 'none' },
        ],
      },
    ],
    ['with annotations', { annotations: { 'org.example.note': '<&>\u2028é' } }],
    ['without mediaType', { members: { mediaType: undefined } }],
    ['with members of its own', { members: { 'x-acme': { any: ['thing'] } } }],
    ['without layers', { layers: [] }],
    ['with a layer twice', { layers: [file('a'), file('b'), file('a')] }],
    ['with an empty layer', { layers: [{ bytes: '' }] }],
    ['for another variant of amd64', { platform: 'linux/amd64/v1' }],
    ['for arm64/v8', { platform: 'linux/arm64/v8' }],
    ['for aarch64', { platform: 'linux/aarch64' }],
    ['that names no platform', { config: { os: undefined, architecture: undefined } }],
    ['that names half a platform', { config: { architecture: '' } }],
  ])('%s arrives byte for byte', async (_, spec) => {
    const image = buildImage(spec)
    const { digest, bytes, mediaType } = image.manifest
    expect(await sync(image)).toMatchObject({ status: 'copied', digest, sourceDigest: digest })
    const pulled = await world.pull('copy', 'v1')
    expect(pulled).toMatchObject({ digest, mediaType })
    expect(pulled.bytes).toEqual(bytes)
    expect(treeOf(pulled)).toEqual(builtTree(image))
  })

  test('whose config is one of its layers is copied', async () => {
    const { config } = buildImage({ layers: [] })
    await sync(buildImage({ layers: [], members: { layers: [config] } }))
    expect((await world.pull('copy', 'v1')).blobs).toHaveLength(2)
    expect(world.destination.store.completedBlobs('copy')).toEqual([config?.digest])
  })

  test('uploads a layer that it lists twice once, and counts it once', async () => {
    const image = buildImage({ layers: [file('a'), file('a')] })
    const { bytes } = await sync(image)
    const size = (image.config?.size ?? 0) + (image.layers[0]?.size ?? 0)
    expect(bytes).toEqual({ copied: size, mounted: 0, existing: 0 })
    expect(world.destination.store.completedBlobs('copy')).toHaveLength(2)
  })

  test('tells its platform', async () => {
    const image = buildImage({ platform: 'linux/arm64/v8' })
    const { platforms } = await sync(image)
    expect(platforms).toEqual({ 'linux/arm64': image.manifest.digest })
  })

  test('does not upload a layer that may not be distributed', async () => {
    const foreign = { bytes: 'far away', urls: ['https://example.com/layer'] }
    const mediaType = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'
    const image = buildImage({ format: 'docker', layers: [{ ...foreign, mediaType }, file('a')] })
    await sync(image)
    expect(world.destination.store.completedBlobs('copy')).toHaveLength(2)
    expect((await world.pull('copy', 'v1')).bytes).toEqual(image.manifest.bytes)
  })
})

describe('a single image for a platform that is not wanted', () => {
  const image = buildImage({ platform: 'windows/amd64' })

  test('is refused with its platform and the way out', async () => {
    const failure = await failureOf(sync(image))
    expect(failure).toMatchObject({ code: 'PLATFORM', side: 'source' })
    expect(failure.message).toContain('windows/amd64')
    expect(failure.message).toContain('linux/amd64, linux/arm64')
    expect(failure.message).toContain('platforms: all')
    expect(writesTo(world.destination)).toEqual([])
  })

  test('is copied when all are wanted, and its config is not even read for that', async () => {
    expect((await sync(image, { platforms: 'all' })).status).toBe('copied')
    expect(world.source.count('GET', `/blobs/${image.config?.digest}`)).toBe(1)
    await world.pull('copy', 'v1')
  })

  test('is copied when it is wanted by its name', async () => {
    const outcome = await sync(image, { platforms: parsePlatformFilter('windows/amd64') })
    expect(outcome.platforms).toEqual({ 'windows/amd64': image.manifest.digest })
  })

  test('is left alone when it is at the destination already', async () => {
    pushTo(world.destination.store, 'copy', 'v1', image)
    expect((await sync(image)).status).toBe('unchanged')
  })

  test('is left alone when its digest is at the destination already', async () => {
    pushTo(world.destination.store, 'copy', undefined, image)
    world.give('acme/app', 'v1', image)
    const outcome = await world.syncer().sync(`acme/app@${image.manifest.digest}`, 'copy')
    expect(outcome.status).toBe('unchanged')
  })

  test('cannot make its name a part of the message that does harm', async () => {
    const evil = { os: `::error::\n##[add-path]/tmp`, architecture: 'x'.repeat(10_000) }
    const failure = await failureOf(sync(buildImage({ platform: evil })))
    expect(failure.code).toBe('PLATFORM')
    expect(failure.message).not.toMatch(/\n|::error|##\[/)
    expect(failure.message.length).toBeLessThan(1000)
  })
})

describe('a config that is no image config', () => {
  test.each(['{', '[]', 'null', '{"os":1}'])(
    'is copied without a platform although it is called one: %s',
    async (text) => {
      const bytes = Buffer.from(text)
      const digest = world.source.store.putBlob('acme/app', bytes)
      const config = { ...buildImage().config, digest, size: bytes.length }
      const image = buildImage({ members: { config } })
      expect(await sync(image)).toMatchObject({ status: 'copied', platforms: {} })
      expect((await sync(image, { platforms: 'all' })).status).toBe('unchanged')
    },
  )

  test('is copied whatever platforms are wanted', async () => {
    const artifact = buildArtifact({
      artifactType: 'application/vnd.acme.chart',
      blobs: [{ bytes: 'chart', mediaType: 'application/vnd.acme.chart.tar' }],
    })
    const outcome = await sync(artifact, { platforms: parsePlatformFilter('linux/s390x') })
    expect(outcome).toMatchObject({ status: 'copied', platforms: {} })
    const pulled = await world.pull('copy', 'v1')
    expect(pulled.bytes).toEqual(artifact.manifest.bytes)
    expect(pulled.blobs).toHaveLength(2)
  })

  test('is copied with a type of its own, whatever it names', async () => {
    const { config } = buildImage({ platform: 'windows/amd64' })
    const mediaType = 'application/vnd.cncf.helm.config.v1+json'
    const members = { config: { ...config, mediaType } }
    const image = buildImage({ platform: 'windows/amd64', members })
    expect((await sync(image)).status).toBe('copied')
  })

  test('without any blobs but the empty one is copied', async () => {
    const artifact = buildArtifact({ artifactType: 'application/vnd.acme.note' })
    await sync(artifact)
    expect(world.destination.store.completedBlobs('copy')).toHaveLength(1)
    await world.pull('copy', 'v1')
  })
})

describe('an index with all platforms', () => {
  const all = { platforms: 'all' } as const
  const windows = buildImage({ platform: 'windows/amd64' })
  const artifact = buildArtifact({ artifactType: 'application/vnd.acme', blobs: [{ bytes: 'a' }] })

  test.each<[string, BuiltImage]>([
    ['of two platforms', buildMultiPlatform()],
    ['of Docker', buildMultiPlatform({ format: 'docker' })],
    ['with attestations', buildMultiPlatform({ attestations: true })],
    ['with a nested index', buildIndex({ children: [buildMultiPlatform(), windows] })],
    [
      'of indexes only',
      buildIndex({ children: [buildIndex({ children: [buildMultiPlatform()] })] }),
    ],
    ['with an artifact', buildIndex({ children: [artifact, buildImage()] })],
    ['with one image twice', buildIndex({ children: [windows, windows] })],
    ['of nothing', buildIndex({ children: [] })],
    ['with annotations', buildMultiPlatform({ index: { annotations: { a: '<&>' } } })],
    ['with members of its own', buildMultiPlatform({ index: { members: { 'x-acme': 1 } } })],
  ])('%s arrives byte for byte with everything beneath', async (_, index) => {
    const { digest, bytes } = index.manifest
    expect(await sync(index, all)).toMatchObject({ status: 'copied', digest, sourceDigest: digest })
    const pulled = await world.pull('copy', 'v1')
    expect(pulled.bytes).toEqual(bytes)
    expect(treeOf(pulled)).toEqual(builtTree(index))
    world.clearRequests()
    expect((await world.syncer(all).sync('acme/app:v1', 'copy:v1')).status).toBe('unchanged')
    expect(writesTo(world.destination)).toEqual([])
  })

  test('tells the platforms that it names, sorted, attestations and indexes aside', async () => {
    const { children } = buildMultiPlatform({ attestations: true })
    const [amd64, arm64] = children
    const twin = buildImage({ config: { author: 'twin' } })
    const nested = { ...buildMultiPlatform(), platform: { os: 'linux', architecture: 'riscv64' } }
    const index = buildIndex({ children: [windows, ...children, twin, nested] })
    expect((await sync(index, all)).platforms).toEqual({
      'linux/amd64': amd64?.manifest.digest,
      'linux/arm64': arm64?.manifest.digest,
      'windows/amd64': windows.manifest.digest,
    })
  })

  test('counts the bytes of each blob once', async () => {
    const image = buildImage()
    const index = buildIndex({
      children: [image, { ...image, platform: { os: 'a', architecture: 'b' } }],
    })
    const { bytes } = await sync(index, all)
    expect(bytes.copied + bytes.existing).toBe(
      (image.config?.size ?? 0) + (image.layers[0]?.size ?? 0),
    )
  })
})
