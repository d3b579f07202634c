import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../src/oci/digest.ts'
import type { PlatformImage } from '../../src/oci/image-index.ts'
import { digestOf } from '../../testkit/registry/content.ts'
import { removeHeader, setHeader } from '../../testkit/registry/faults.ts'
import { buildArtifact, buildImage, buildIndex } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { failureOf, image, index, RegistryWorld, worldWithBoth } from './registry-world.ts'

describe('copying', () => {
  test('an image goes to the tag, and by digest where there is none', async () => {
    await using world = await worldWithBoth()
    await world.from.copyImage('acme/app:1.0', 'mirror/app:2.0', world.to)
    await world.from.copyImage('acme/app:1.0', 'mirror/other', world.to)
    const { store } = world.destination
    expect(store.tag('mirror/app', '2.0')).toBe(image.manifest.digest)
    expect(store.tags('mirror/other')).toEqual([])
    expect(store.manifest('mirror/other', image.manifest.digest)).toBeDefined()
  })

  test('an index is not an image, nor the other way round', async () => {
    await using world = await worldWithBoth()
    const asImage = await failureOf(
      world.from.copyImage('acme/app:multi', 'mirror/app:1', world.to),
    )
    expect(asImage).toMatchObject({ code: 'GET_IMAGE', operation: 'copy image', side: 'source' })
    const asIndex = await failureOf(world.from.copyIndex('acme/app:1.0', 'mirror/app:1', world.to))
    expect(asIndex).toMatchObject({ code: 'GET_IMAGE_INDEX', side: 'source' })
    expect(world.destination.requests).toEqual([])
  })

  test('one image of an index goes by digest, and says what a list has to say of it', async () => {
    await using world = await worldWithBoth()
    const [first] = index.children
    const digest = first?.manifest.digest as Digest
    const copied = await world.from.copyPlatformImage(
      'acme/app:multi',
      digest,
      'mirror/app:1',
      world.to,
    )
    expect(copied).toMatchObject({
      digest,
      mediaType: first?.manifest.mediaType,
      size: first?.manifest.size,
      configMediaType: first?.config?.mediaType,
    })
    expect(world.destination.store.tagWrites()).toEqual([])
    expect((await world.pull(digest)).digest).toBe(digest)
  })

  test('one image of an index is not an index', async () => {
    await using world = await RegistryWorld.start()
    world.give(buildIndex({ children: [index] }))
    const digest = index.manifest.digest as Digest
    const error = await failureOf(
      world.from.copyPlatformImage('acme/app:1.0', digest, 'mirror/app', world.to),
    )
    expect(error).toMatchObject({ code: 'GET_IMAGE', reference: digest })
  })

  test('fails where the tag shows something else afterwards', async () => {
    await using world = await worldWithBoth()
    const other = buildImage({ platform: 'linux/s390x' })
    pushTo(world.destination.store, 'mirror/app', undefined, other)
    const pushing = { method: 'PUT', path: '/manifests/' }
    world.destination.fault(pushing, removeHeader('docker-content-digest'))
    world.destination.fault(pushing, async (_request, next) => {
      const answer = await next()
      world.destination.store.putTag('mirror/app', '1.0', other.manifest.digest)
      return answer
    })
    const error = await failureOf(world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to))
    expect(error).toMatchObject({ code: 'VERIFICATION', side: 'destination', reference: '1.0' })
    expect(error.message).toContain(image.manifest.digest)
    expect(error.message).toContain(other.manifest.digest)
  })

  test('over TLS is refused by a client that does not trust the registry, and not tried again', async () => {
    await using world = await RegistryWorld.start({
      source: { tls: true },
      network: { retries: 3 },
    })
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'TLS', side: 'source', transient: false })
    expect(world.clock.pauses).toEqual([])
  })
})

describe('a manifest list', () => {
  /** Two images that are nowhere, and the digest that go-containerregistry gives their list. */
  const golden = {
    images: [
      {
        digest: `sha256:${'b'.repeat(64)}`,
        size: 200,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        configMediaType: 'application/vnd.oci.image.config.v1+json',
        platform: { os: 'linux', architecture: 'arm64' },
      },
      {
        digest: `sha256:${'a'.repeat(64)}`,
        size: 100,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        configMediaType: 'application/vnd.oci.image.config.v1+json',
        platform: { os: 'linux', architecture: 'amd64' },
      },
    ] as const satisfies readonly PlatformImage[],
    bytes:
      '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[' +
      `{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":100,"digest":"sha256:${'a'.repeat(64)}","platform":{"architecture":"amd64","os":"linux"}},` +
      `{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":200,"digest":"sha256:${'b'.repeat(64)}","platform":{"architecture":"arm64","os":"linux"}}]}`,
  }
  const digest = digestOf(Buffer.from(golden.bytes))
  const loose = { destination: { checkReferences: false } }

  test('is written in one way, whatever the order of its images', async () => {
    await using world = await RegistryWorld.start(loose)
    expect(await world.to.pushManifestList('mirror/app:1.0', golden.images)).toBe(digest)
    expect(await world.to.pushManifestList('mirror/app:2.0', golden.images.toReversed())).toBe(
      digest,
    )
    const stored = world.destination.store.manifest('mirror/app', '1.0')
    expect(stored?.bytes.toString()).toBe(golden.bytes)
    expect(stored?.mediaType).toBe('application/vnd.oci.image.index.v1+json')
  })

  test('of images that were copied is a whole', async () => {
    await using world = await worldWithBoth()
    const images = await Promise.all(
      [...(await world.from.getPlatformDigests('acme/app:multi'))].map(async ([name, child]) => {
        const copied = await world.from.copyPlatformImage('acme/app', child, 'mirror/app', world.to)
        const [os = '', architecture = ''] = name.split('/')
        return { ...copied, platform: { os, architecture } }
      }),
    )
    const pushed = await world.to.pushManifestList('mirror/app:1.0', images)
    const pulled = await world.pull('1.0')
    expect(pulled.digest).toBe(pushed)
    expect(pulled.children.map((child) => child.digest)).toEqual(
      index.children.slice(0, 2).map(({ manifest }) => manifest.digest),
    )
  })

  test('says which of its images are artifacts', async () => {
    const artifact = buildArtifact({ artifactType: 'application/vnd.acme' })
    await using world = await RegistryWorld.start()
    world.give(artifact)
    const copied = await world.from.copyPlatformImage(
      'acme/app',
      artifact.manifest.digest as Digest,
      'mirror/app',
      world.to,
    )
    const platform = { os: 'linux', architecture: 'amd64' }
    await world.to.pushManifestList('mirror/app:1.0', [{ ...copied, platform }])
    const { bytes } = await world.pull('1.0')
    expect(JSON.parse(bytes.toString())).toMatchObject({
      manifests: [{ artifactType: 'application/vnd.oci.empty.v1+json' }],
    })
  })

  test('goes by digest where there is no tag', async () => {
    await using world = await RegistryWorld.start(loose)
    expect(await world.to.pushManifestList('mirror/app', golden.images)).toBe(digest)
    expect(world.destination.store.tags('mirror/app')).toEqual([])
    expect(world.destination.store.manifest('mirror/app', digest)).toBeDefined()
  })

  test('has the digest of what was pushed: a registry that says otherwise is not believed', async () => {
    await using world = await RegistryWorld.start(loose)
    const lie = setHeader('docker-content-digest', `sha256:${'0'.repeat(64)}`)
    world.destination.fault({ method: 'PUT' }, lie)
    const error = await failureOf(world.to.pushManifestList('mirror/app:1.0', golden.images))
    expect(error).toMatchObject({ code: 'VERIFICATION', operation: 'push manifest' })
  })

  test('has the digest of what was pushed: a tag that shows otherwise is a failure', async () => {
    await using world = await RegistryWorld.start(loose)
    const lie = setHeader('docker-content-digest', `sha256:${'0'.repeat(64)}`)
    world.destination.fault({ method: 'PUT' }, removeHeader('docker-content-digest'))
    world.destination.fault({ method: 'HEAD' }, lie)
    const error = await failureOf(world.to.pushManifestList('mirror/app:1.0', golden.images))
    expect(error).toMatchObject({ code: 'VERIFICATION', operation: 'verify', side: 'destination' })
  })
})
