import { execFileSync } from 'node:child_process'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { afterEach, describe, expect, test } from '@jest/globals'
import { digestOf, syntheticBlob } from '../../testkit/registry/content.ts'
import { buildArtifact, buildImage, buildIndex, descriptorOf } from '../../testkit/image/image.ts'
import { buildLayer } from '../../testkit/image/layer.ts'
import * as type from '../../testkit/registry/media-types.ts'
import {
  allImages,
  buildAttestation,
  buildMultiPlatform,
} from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushOverHttp, pushTo } from '../../testkit/image/push.ts'
import { flipBit, setHeader, truncateBody } from '../../testkit/registry/faults.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { tar } from '../../testkit/image/tar.ts'

const open: TestRegistry[] = []

async function start() {
  const registry = await TestRegistry.start()
  open.push(registry)
  return registry
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((registry) => registry.close()))
})

describe('tar', () => {
  test('is read by the tar of the system', () => {
    const archive = tar({ 'etc/hello': 'hello\n', 'bin/data': Buffer.alloc(1000, 7) })
    const listed = execFileSync('tar', ['-tvf', '-'], { input: archive, encoding: 'utf8' })
    expect(listed).toMatch(/-rw-r--r-- 0\/0 +6 1970-01-01 .*etc\/hello/)
    const content = execFileSync('tar', ['-xOf', '-', 'etc/hello'], { input: archive })
    expect(content.toString()).toBe('hello\n')
  })
})

describe('an image', () => {
  test('has the digests of what it holds', () => {
    const image = buildImage({ layers: [{ files: { a: 'a' } }, { files: { b: 'b' } }] })
    const manifest = JSON.parse(image.manifest.bytes.toString()) as {
      config: { digest: string; size: number }
      layers: { digest: string; size: number }[]
    }
    for (const { digest, size } of [manifest.config, ...manifest.layers]) {
      const bytes = image.blobs.get(digest) ?? Buffer.alloc(0)
      expect(digestOf(bytes)).toBe(digest)
      expect(bytes.length).toBe(size)
    }
    expect(digestOf(image.manifest.bytes)).toBe(image.manifest.digest)
  })

  test('lists the uncompressed layers in its config', () => {
    const image = buildImage({ platform: 'linux/arm/v7', layers: [{ files: { a: 'a' } }] })
    const config = JSON.parse(image.blobs.get(image.config?.digest ?? '')?.toString() ?? '') as {
      rootfs: { diff_ids: string[] }
    }
    expect(config).toMatchObject({ os: 'linux', architecture: 'arm', variant: 'v7' })
    const layer = image.blobs.get(image.layers[0]?.digest ?? '') ?? Buffer.alloc(0)
    expect(config.rootfs.diff_ids).toEqual([digestOf(gunzipSync(layer))])
  })

  test('is the same bytes each time', () => {
    const digests = [1, 2].map(() => buildMultiPlatform({ attestations: true }).manifest.digest)
    expect(digests[0]).toBe(digests[1])
  })

  test('differs by platform', () => {
    const [amd64, arm64] = buildMultiPlatform().children
    expect(amd64?.layers[0]?.digest).not.toBe(arm64?.layers[0]?.digest)
  })

  test.each([
    ['oci', 'gzip', type.ociManifest, type.ociConfig, `${type.ociLayer}+gzip`],
    ['oci', 'zstd', type.ociManifest, type.ociConfig, `${type.ociLayer}+zstd`],
    ['oci', 'none', type.ociManifest, type.ociConfig, type.ociLayer],
    ['docker', 'gzip', type.dockerManifest, type.dockerConfig, `${type.dockerLayer}.gzip`],
  ] as const)('in %s with %s has its media types', (format, compression, ...expected) => {
    const image = buildImage({ format, layers: [{ files: { a: 'a' }, compression }] })
    const { manifest, config, layers } = image
    expect([manifest.mediaType, config?.mediaType, layers[0]?.mediaType]).toEqual(expected)
  })

  test('can be without members that others have', () => {
    const image = buildImage({ members: { mediaType: undefined }, config: { os: undefined } })
    expect(image.manifest.bytes.toString()).not.toContain(type.ociManifest)
    expect(image.manifest.mediaType).toBe(type.ociManifest)
    expect(image.blobs.get(image.config?.digest ?? '')?.toString()).not.toContain('"os"')
  })

  test('can be made of sha512 throughout', () => {
    const image = buildImage({ algorithm: 'sha512' })
    const digests = [image.manifest.digest, image.config?.digest, image.layers[0]?.digest]
    expect(digests.every((digest) => digest?.startsWith('sha512:'))).toBe(true)
  })
})

test('a zstd layer unpacks to its tar', () => {
  const layer = buildLayer({ files: { a: 'a' }, compression: 'zstd' }, 'oci', 'sha256')
  expect(zstdDecompressSync(layer.content as Buffer)).toEqual(tar({ a: 'a' }))
})

test('an artifact has the empty config', () => {
  const artifact = buildArtifact({ artifactType: 'application/x-test' })
  expect(artifact.config).toEqual({
    mediaType: type.ociEmpty,
    digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    size: 2,
  })
})

test('an attestation names its image in the index', () => {
  const image = buildImage()
  expect(descriptorOf(buildAttestation(image))).toMatchObject({
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': image.manifest.digest,
    },
  })
})

describe('pushing and pulling', () => {
  const nested = buildIndex({
    children: [buildMultiPlatform({ attestations: true }), buildImage({ platform: 'linux/s390x' })],
    annotations: { level: 'top' },
  })

  test('gives back the whole tree', async () => {
    const registry = await start()
    pushTo(registry.store, 'acme/app', 'v1', nested)
    const pulled = await pullAndVerify(registry.url, 'acme/app', 'v1')
    expect(pulled.digest).toBe(nested.manifest.digest)
    expect(pulled.bytes).toEqual(nested.manifest.bytes)
    expect(pulled.children.map((child) => child.digest)).toEqual(
      nested.children.map((child) => child.manifest.digest),
    )
    expect(pulled.children[0]?.children).toHaveLength(4)
    expect(pulled.children[1]?.blobs).toHaveLength(2)
  })

  test('over HTTP is taken by a registry that checks everything', async () => {
    const registry = await start()
    const image = buildMultiPlatform({ format: 'docker' })
    await pushOverHttp(registry.url, 'acme/app', 'v1', image)
    expect(registry.store.completedManifests()).toEqual(
      allImages(image).map((part) => part.manifest.digest),
    )
    await pullAndVerify(registry.url, 'acme/app', 'v1')
  })

  test('carries layers that were never held in memory', async () => {
    const registry = await start()
    const source = syntheticBlob(1_000_000, 'big')
    const image = buildImage({ layers: [{ source }] })
    pushTo(registry.store, 'acme/app', 'v1', image)
    const pulled = await pullAndVerify(registry.url, 'acme/app', 'v1')
    expect(pulled.blobs[1]).toMatchObject({ digest: source.digest, size: 1_000_000 })
  })

  test('sends credentials when there are some', async () => {
    const registry = await TestRegistry.start({ auth: { kind: 'basic', users: { a: 'b' } } })
    open.push(registry)
    const authorization = `Basic ${Buffer.from('a:b').toString('base64')}`
    const image = buildImage()
    await pushOverHttp(registry.url, 'acme/app', 'v1', image, authorization)
    await pullAndVerify(registry.url, 'acme/app', 'v1', authorization)
    await expect(pullAndVerify(registry.url, 'acme/app', 'v1')).rejects.toThrow('answered 401')
  })

  test('notices a blob that is missing', async () => {
    const registry = await start()
    pushTo(registry.store, 'acme/app', 'v1', nested)
    const layer = nested.children[1]?.layers[0]?.digest ?? ''
    registry.store.repository('acme/app')?.blobs.delete(layer)
    await expect(pullAndVerify(registry.url, 'acme/app', 'v1')).rejects.toThrow('answered 404')
  })

  test.each([
    ['a damaged blob', /blobs/, flipBit(), 'digest of blob'],
    ['a short blob', /blobs/, truncateBody(1), 'size of blob'],
    ['a damaged child', /manifests\/sha256/, flipBit(), 'digest of manifest'],
    ['a wrong header', /manifests\/v1/, setHeader('Docker-Content-Digest', 'sha256:x'), 'Docker-'],
    ['a wrong type', /manifests\/sha256/, setHeader('Content-Type', 'text/plain'), 'type of'],
  ])('notices %s', async (_what, path, behaviour, message) => {
    const registry = await start()
    pushTo(registry.store, 'acme/app', 'v1', nested)
    registry.fault({ path }, behaviour)
    await expect(pullAndVerify(registry.url, 'acme/app', 'v1')).rejects.toThrow(message)
  })
})
