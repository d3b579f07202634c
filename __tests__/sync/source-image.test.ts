import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parsePlatformFilter } from '../../src/oci/platform.ts'
import { fetchNamed } from '../../src/registry/content/named-manifest.ts'
import { SourceImage } from '../../src/sync/source-image.ts'
import {
  buildArtifact,
  buildImage,
  buildIndex,
  type BuiltImage,
  descriptorOf,
} from '../../testkit/image/image.ts'
import type { DescriptorSpec } from '../../testkit/image/descriptor.ts'
import { ociManifest } from '../../testkit/registry/media-types.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { failureOf, linesOf, SyncWorld, writesTo } from './sync-world.ts'

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

async function resolve(tag: string, platforms = 'linux/amd64,linux/arm64') {
  const client = world.client(world.source)
  const reference = client.parse(`acme/app:${tag}`, 'PARSE_SOURCE_REFERENCE', 'source')
  const repository = client.repository('acme/app', 'source')
  const top = await fetchNamed(repository, reference)
  return SourceImage.of(repository, top, reference, parsePlatformFilter(platforms))
}

describe('a source image', () => {
  test('is what its reference named at first, whatever happens to the tag', async () => {
    const index = buildMultiPlatform()
    world.give('acme/app', 'v1', index)
    const source = await resolve('v1')
    world.give('acme/app', 'v1', buildImage())
    const release = await source.release()
    expect(source.top.digest).toBe(index.manifest.digest)
    expect(release.children?.map((child) => child.digest)).toEqual(
      index.children.map((child) => child.manifest.digest),
    )
  })

  test('fetches what is to be pushed once, for however many destinations', async () => {
    world.give('acme/app', 'v1', buildMultiPlatform())
    const source = await resolve('v1')
    const [first, second] = await Promise.all([source.release(), source.release()])
    expect(second).toBe(first)
    expect(await source.release()).toBe(first)
    expect(world.source.requests).toHaveLength(3)
  })

  test('foresees its list without another request', async () => {
    world.give('acme/app', 'v1', buildMultiPlatform({ attestations: true }))
    const source = await resolve('v1')
    const foreseen = source.expected()
    expect(linesOf(world.source)).toEqual(['GET manifests/v1'])
    const { digest, bytes, mediaType } = await source.release()
    expect(foreseen).toMatchObject({ digest, bytes, mediaType })
  })

  test('foresees the list of an artifact where the index tells its type', async () => {
    const artifact = {
      ...buildArtifact({ artifactType: 'application/vnd.acme.wasm' }),
      platform: { os: 'wasi', architecture: 'wasm' },
    }
    const entry = { ...descriptorOf(artifact), artifactType: 'application/vnd.oci.empty.v1+json' }
    giveIndex([entry], artifact)
    const source = await resolve('v1', 'wasi/wasm')
    expect(source.expected().digest).toBe((await source.release()).digest)
  })

  test('does not take the type of an ordinary image for that of an artifact', async () => {
    const image = buildImage()
    const artifactType = 'application/vnd.oci.image.config.v1+json'
    giveIndex([{ ...descriptorOf(image), artifactType }], image)
    const source = await resolve('v1')
    expect(source.expected().digest).toBe((await source.release()).digest)
  })

  test('bounds the length of the platform names that it tells', async () => {
    const image = buildImage()
    const platform = { os: 'x', architecture: 'y'.repeat(100_000) }
    giveIndex([{ ...descriptorOf(image), platform }], image)
    const [name] = Object.keys((await resolve('v1', 'all')).knownPlatforms())
    expect(name?.startsWith('x/yyy')).toBe(true)
    expect(name?.length).toBeLessThan(200)
  })
})

/** An index with exactly these entries, which may tell lies about the images. */
function giveIndex(manifests: readonly DescriptorSpec[], ...images: readonly BuiltImage[]) {
  for (const image of images) pushTo(world.source.store, 'acme/app', undefined, image)
  world.give('acme/app', 'v1', buildIndex({ children: [], members: { manifests } }))
}

describe.each([
  ['a filtered index', {}],
  ['a whole index', { platforms: 'all' }],
] as const)('of %s, an entry that does not tell the truth', (_, policy) => {
  const image = buildImage()
  const other = buildImage({ platform: 'linux/arm64' })
  const before = buildImage({ config: { author: 'before' } })
  const entry = descriptorOf(image)

  async function failure(lie: Partial<DescriptorSpec>) {
    giveIndex([descriptorOf(other), { ...entry, ...lie }], image, other)
    pushTo(world.destination.store, 'copy', 'v1', before)
    const error = await failureOf(world.syncer(policy).syncImage('acme/app:v1', 'copy:v1'))
    expect(world.destination.store.tag('copy', 'v1')).toBe(before.manifest.digest)
    expect(world.destination.store.tagWrites('copy')).toEqual([])
    return error
  }

  test.each([-1, 1])('about the size, by %i, fails', async (difference) => {
    const { size, digest } = entry
    const error = await failure({ size: size + difference })
    expect(error).toMatchObject({ code: 'SIZE_MISMATCH', side: 'source', reference: digest })
  })

  test('about the digest fails', async () => {
    const digest = other.manifest.digest.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    world.source.store.putManifest('acme/app', { ...image.manifest, digest })
    const error = await failure({ digest })
    expect(error).toMatchObject({ code: 'DIGEST_MISMATCH', side: 'source', reference: digest })
  })

  test('about being there fails', async () => {
    const digest = `sha256:${'0'.repeat(64)}`
    const error = await failure({ digest })
    expect(error).toMatchObject({ code: 'NOT_FOUND', side: 'source', reference: digest })
  })

  test.each([
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
  ])('about being an image fails: %s', async (mediaType) => {
    const error = await failure({ mediaType })
    expect(error).toMatchObject({ code: 'INVALID_MANIFEST', side: 'source' })
  })

  test('about the format of the image is set right: its own media type counts', async () => {
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
    const platform = { os: 'linux', architecture: 'amd64' }
    giveIndex([{ ...descriptorOf(image), mediaType, platform }], image)
    await world.syncer().syncImage('acme/app:v1', 'copy:v1')
    const { children } = await world.pull('copy', 'v1')
    expect(children.map((child) => child.mediaType)).toEqual([ociManifest])
  })
})

describe('an entry for a platform that is an index by its bytes', () => {
  test('fails', async () => {
    const inner = buildMultiPlatform()
    const platform = { os: 'linux', architecture: 'amd64' }
    giveIndex([{ ...descriptorOf(inner), mediaType: ociManifest, platform }], inner)
    const error = await failureOf(world.syncer().syncImage('acme/app:v1', 'copy:v1'))
    expect(error).toMatchObject({ code: 'INVALID_MANIFEST', reference: inner.manifest.digest })
    expect(writesTo(world.destination)).toEqual([])
  })

  test('fails as well where its media type says nothing', async () => {
    const inner = buildMultiPlatform()
    const platform = { os: 'linux', architecture: 'amd64' }
    const mediaType = 'application/json'
    giveIndex([{ ...descriptorOf(inner), mediaType, platform }], inner)
    const error = await failureOf(world.syncer().syncImage('acme/app:v1', 'copy:v1'))
    expect(error).toMatchObject({ code: 'GET_IMAGE', reference: inner.manifest.digest })
    expect(writesTo(world.destination)).toEqual([])
  })
})

describe('Docker schema 1', () => {
  test('is refused with the reason', async () => {
    const bytes = Buffer.from('{"schemaVersion":1,"name":"acme/app","tag":"v1","fsLayers":[]}')
    const mediaType = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
    world.source.store.putManifest('acme/app', { bytes, mediaType }, 'v1')
    const error = await failureOf(world.syncer().syncImage('acme/app:v1', 'copy:v1'))
    expect(error).toMatchObject({ code: 'INVALID_MANIFEST', side: 'source', reference: 'v1' })
    expect(error.message).toContain('schema 1')
  })
})

describe('a source that serves a useless media type', () => {
  test.each(['text/plain', undefined, 'application/json; charset=utf-8'])(
    'such as %s is understood by what it serves',
    async (contentType) => {
      const index = buildMultiPlatform()
      world.give('acme/app', 'v1', index)
      world.source.fault({ path: '/manifests/' }, async (_request, next) => {
        const { headers, ...answer } = await next()
        const { 'content-type': _type, ...rest } = headers
        return {
          ...answer,
          headers: contentType === undefined ? rest : { ...rest, 'content-type': contentType },
        }
      })
      await world.syncer().syncImage('acme/app:v1', 'copy:v1')
      expect((await world.pull('copy', 'v1')).children).toHaveLength(2)
    },
  )

  test('with parameters is listed without them', async () => {
    world.give('acme/app', 'v1', buildMultiPlatform())
    world.source.fault({ path: '/manifests/' }, async (_request, next) => {
      const { headers, ...answer } = await next()
      return {
        ...answer,
        headers: {
          ...headers,
          'content-type': `${String(headers['content-type'])}; charset=utf-8`,
        },
      }
    })
    await world.syncer().syncImage('acme/app:v1', 'copy:v1')
    expect((await world.pull('copy', 'v1')).bytes.toString()).not.toContain('charset')
  })
})
