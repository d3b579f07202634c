import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { DescriptorSpec } from '../../testkit/image/descriptor.ts'
import {
  type BuiltImage,
  buildArtifact,
  buildImage,
  buildIndex,
  descriptorOf,
} from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import {
  dockerManifest,
  manifestTypes,
  ociIndex,
  ociManifest,
} from '../../testkit/registry/media-types.ts'
import { entriesAt, entryFor, imageFor, syncTo } from './list-entries.ts'
import { failureOf, SyncWorld } from './sync-world.ts'

/** Images as they are found, and not as a specification or their registry would have them. */
let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start({
    destination: {
      checkReferences: false,
      manifestTypes: [...manifestTypes, 'application/vnd.example.thing.v1+json'],
    },
  })
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

/** An index of exactly these entries, with the images behind them. */
function indexOf(manifests: readonly unknown[], ...images: readonly BuiltImage[]): BuiltImage {
  for (const image of images) pushTo(world.source.store, 'acme/app', undefined, image)
  return buildIndex({ children: [], members: { manifests } })
}

function putBlob(text: string, mediaType: string): DescriptorSpec {
  const bytes = Buffer.from(text)
  return { mediaType, digest: world.source.store.putBlob('acme/app', bytes), size: bytes.length }
}

/** What a cache of a build lists: a layer, and a config that is no manifest. */
const buildCache = () => [
  putBlob('layer one', 'application/vnd.oci.image.layer.v1.tar+gzip'),
  putBlob('{"layers":[],"records":[]}', 'application/vnd.buildkit.cacheconfig.v0'),
]

/** An entry that names no platform. */
const nameless = (image: BuiltImage) => ({ ...descriptorOf(image), platform: undefined })

const windowsImage = (version: string, features?: readonly string[]) =>
  buildImage({
    platform: {
      os: 'windows',
      architecture: 'amd64',
      'os.version': version,
      ...(features && { 'os.features': features }),
    },
  })

/** The bytes that the destination shows under the tag, and their media type. */
function shown() {
  const stored = world.destination.store.manifest('copy', 'v1')
  return { bytes: stored?.bytes, mediaType: stored?.mediaType }
}

/** Copies all of an image. Returns the bytes that the destination shows then. */
async function copyWhole(image: BuiltImage) {
  await syncTo(world, image, 'all')
  return shown().bytes
}

describe.each(['all', 'linux/amd64'])('with platforms: %s, a child', (platforms) => {
  test.each([
    ['oci', dockerManifest, ociManifest],
    ['docker', ociManifest, dockerManifest],
  ] as const)(
    'that states its own media type is pushed under it: %s, listed as %s',
    async (format, listed, stated) => {
      const image = buildImage({ format })
      const entry = { ...descriptorOf(image), mediaType: listed }
      await syncTo(world, indexOf([entry], image), platforms)
      const { digest } = image.manifest
      expect(world.destination.store.manifest('copy', digest)?.mediaType).toBe(stated)
    },
  )

  test('that states none is pushed under that of its descriptor', async () => {
    const image = buildImage({ format: 'docker', members: { mediaType: undefined } })
    await syncTo(world, indexOf([descriptorOf(image)], image), platforms)
    const { digest } = image.manifest
    expect(world.destination.store.manifest('copy', digest)?.mediaType).toBe(dockerManifest)
  })

  test('that is an index to its descriptor and an image by its own word is refused', async () => {
    const image = imageFor('linux/amd64')
    const entry = { ...descriptorOf(image), mediaType: ociIndex }
    const failure = await failureOf(syncTo(world, indexOf([entry], image), platforms))
    expect(failure.code).toBe('INVALID_MANIFEST')
  })

  test('without layers is copied', async () => {
    const image = buildImage({ members: { layers: undefined } })
    await syncTo(world, buildIndex({ children: [image] }), platforms)
    expect(world.destination.store.manifest('copy', image.manifest.digest)).toBeDefined()
  })
})

test('a single image without layers is copied', async () => {
  const whole = buildImage({ members: { layers: undefined } })
  expect(await copyWhole(whole)).toEqual(whole.manifest.bytes)
})

test('a tag is pushed under the media type that it states, whatever the registry says', async () => {
  const image = buildImage({ format: 'docker' })
  const manifest = { ...image.manifest, mediaType: ociManifest }
  await syncTo(world, { ...image, manifest }, 'all')
  expect(shown().mediaType).toBe(dockerManifest)
})

describe('an index that lists what is no manifest', () => {
  test.each(['all', 'linux/amd64,linux/arm64'])(
    'is copied with its blobs, as caches of builds are: platforms %s',
    async (platforms) => {
      const entries = buildCache()
      const index = indexOf(entries)
      expect(await syncTo(world, index, platforms)).toMatchObject({ status: 'copied' })
      expect(shown().bytes).toEqual(index.manifest.bytes)
      for (const { digest } of entries) {
        expect(world.destination.store.blob('copy', digest)).toBeDefined()
      }
    },
  )

  test('is copied with manifests of a kind that nobody knows, bytes and media type as they are', async () => {
    const mediaType = 'application/vnd.example.thing.v1+json'
    const { config } = buildArtifact({ artifactType: 'x/y' })
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config }))
    const digest = world.source.store.putManifest('acme/app', { bytes, mediaType })
    const whole = indexOf([{ mediaType, digest, size: bytes.length }])
    expect(await copyWhole(whole)).toEqual(whole.manifest.bytes)
    const stored = world.destination.store.manifest('copy', digest)
    expect({ bytes: stored?.bytes, mediaType: stored?.mediaType }).toEqual({ bytes, mediaType })
  })

  test('fails where it is neither a manifest nor a blob, and the tag stays', async () => {
    const missing = { ...buildCache()[1], digest: `sha256:${'0'.repeat(64)}` }
    const failure = await failureOf(syncTo(world, indexOf([missing]), 'all'))
    expect(failure).toMatchObject({ code: 'NOT_FOUND', side: 'source', reference: missing.digest })
    expect(world.destination.store.tag('copy', 'v1')).toBeUndefined()
  })

  test('fails where it is not what its digest promises', async () => {
    const [, config] = buildCache()
    world.source.store.putBlob(
      'acme/app',
      Buffer.from('{"layers":[],"records":{}}'),
      config?.digest,
    )
    const failure = await failureOf(syncTo(world, indexOf([config]), 'all'))
    expect(failure.code).toBe('DIGEST_MISMATCH')
  })
})

describe('an entry that says half of a platform', () => {
  test.each([
    [{ os: 'linux' }, 'entry without an architecture (linux/)'],
    [{ architecture: 'amd64' }, 'entry without an operating system (/amd64)'],
  ])('does not condemn the index: %j is left out and named', async (platform, name) => {
    const [amd64, odd] = [imageFor('linux/amd64'), imageFor('linux/s390x')]
    const entry = { ...descriptorOf(odd), platform }
    await syncTo(world, indexOf([descriptorOf(amd64), entry], amd64, odd), 'linux/amd64')
    expect(await entriesAt(world)).toEqual([entryFor(amd64, 'linux/amd64')])
    expect(world.log.lines).toEqual([`info: left out: ${name}`])
  })

  test('is copied with the rest where all is wanted', async () => {
    const odd = imageFor('linux/s390x')
    const whole = indexOf([{ ...descriptorOf(odd), platform: { os: 'linux' } }], odd)
    expect(await copyWhole(whole)).toEqual(whole.manifest.bytes)
  })
})

describe('an index none of whose entries names a platform', () => {
  test('is told by the configs of its images', async () => {
    const [amd64, s390x] = [imageFor('linux/amd64'), imageFor('linux/s390x')]
    const artifact = buildArtifact({ artifactType: 'x/y' })
    const entries = [nameless(s390x), nameless(amd64), nameless(artifact)]
    const outcome = await syncTo(world, indexOf(entries, amd64, s390x, artifact))
    expect(await entriesAt(world)).toEqual([entryFor(amd64, 'linux/amd64')])
    expect(outcome.platforms).toEqual({ 'linux/amd64': amd64.manifest.digest })
    expect(world.log.lines).toEqual([
      `info: left out: entry without platform (${ociManifest}), linux/s390x`,
      `warning: ${world.from('acme/app:v1')}: the image lacks linux/arm64`,
    ])
  })

  test('needs no config twice', async () => {
    const amd64 = imageFor('linux/amd64')
    await syncTo(world, indexOf([nameless(amd64)], amd64), 'linux/amd64')
    const config = world.source.requests.filter(({ path }) =>
      path.endsWith(amd64.config?.digest ?? '-'),
    )
    expect(config).toHaveLength(1)
  })

  test('fails where these are for others, and the message names the way out', async () => {
    const s390x = imageFor('linux/s390x')
    const failure = await failureOf(syncTo(world, indexOf([nameless(s390x)], s390x)))
    expect(failure.code).toBe('PLATFORM')
    expect(failure.message).toMatch(/it has linux\/s390x; .*platforms: all/)
  })

  test.each([
    ['artifacts', () => buildArtifact({ artifactType: 'application/x' })],
    ['images whose configs do not tell', () => imageWithConfig(Buffer.from('not JSON'))],
  ])('is copied whole where it lists %s', async (_, build) => {
    const image = build()
    const index = indexOf([nameless(image)], image)
    const outcome = await syncTo(world, index)
    expect(outcome).toMatchObject({ status: 'copied', digest: index.manifest.digest })
    expect(shown().bytes).toEqual(index.manifest.bytes)
    expect((await syncTo(world, index)).status).toBe('unchanged')
  })

  test('is told by them beneath another index, too', async () => {
    const amd64 = imageFor('linux/amd64')
    const inner = indexOf([nameless(amd64)], amd64)
    await syncTo(world, indexOf([{ ...descriptorOf(inner) }], inner), 'linux/amd64')
    expect(await entriesAt(world)).toEqual([entryFor(amd64, 'linux/amd64')])
  })
})

/** An image that is called one, with these bytes in the place of its config. */
function imageWithConfig(bytes: Buffer): BuiltImage {
  const digest = world.source.store.putBlob('acme/app', bytes)
  return buildImage({ members: { config: { ...buildImage().config, digest, size: bytes.length } } })
}

describe('a config that is only looked into', () => {
  const PLATFORM = '"os":"linux","architecture":"amd64"'

  test.each([
    ['Latin-1', Buffer.from(`{${PLATFORM},"author":"J\xf6rg"}`, 'latin1')],
    ['a byte order mark', Buffer.from(`\u{feff}{${PLATFORM}}`)],
    ['a name twice', Buffer.from(`{${PLATFORM},"author":"a","author":"b"}`)],
    ['names that differ in case', Buffer.from(`{${PLATFORM},"OS":"windows"}`)],
    ['a long integer', Buffer.from(`{${PLATFORM},"size":123456789012345678901234567890}`)],
    ['__proto__', Buffer.from(`{${PLATFORM},"config":{"Labels":{"__proto__":"x"}}}`)],
    ['history that is no list', Buffer.from(`{${PLATFORM},"history":7}`)],
  ])('stops nothing, and tells its platform: %s', async (_, bytes) => {
    const image = imageWithConfig(bytes)
    expect((await failureOf(syncTo(world, image, 'linux/arm64'))).code).toBe('PLATFORM')
    expect(await syncTo(world, image, 'linux/amd64')).toMatchObject({
      status: 'copied',
      platforms: { 'linux/amd64': image.manifest.digest },
    })
  })

  test.each(['', '{', '[]', 'null', '"linux"', '{"os":1}', '{"os":"linux"}', '[['.repeat(50_000)])(
    'stops nothing where it tells none: %s',
    async (text) => {
      const image = imageWithConfig(Buffer.from(text))
      expect(await syncTo(world, image, 'linux/s390x')).toMatchObject({
        status: 'copied',
        platforms: {},
      })
    },
  )
})

describe('an artifact beside the image of a platform', () => {
  const platform = { os: 'linux', architecture: 'amd64' }
  const image = imageFor('linux/amd64')
  const soci = buildArtifact({ artifactType: 'application/vnd.amazon.soci.index.v2+json' })
  const artifact = {
    ...descriptorOf(soci),
    platform,
    artifactType: 'application/vnd.amazon.soci.index.v2+json',
  }

  test.each([
    ['behind', [descriptorOf(image), artifact]],
    ['before', [artifact, descriptorOf(image)]],
  ])('is no candidate, %s it, and the log names it', async (_, entries) => {
    await syncTo(world, indexOf(entries, image, soci), 'linux/amd64')
    expect(await entriesAt(world)).toEqual([entryFor(image, 'linux/amd64')])
    expect(world.log.lines).toEqual([
      `info: left out: artifact ${artifact.artifactType} for linux/amd64`,
    ])
  })

  test('is taken where it stands alone', async () => {
    await syncTo(world, indexOf([artifact], soci), 'linux/amd64')
    const { children } = await world.pull('copy', 'v1')
    expect(children.map(({ digest }) => digest)).toEqual([soci.manifest.digest])
  })

  test('is kept with all', async () => {
    const whole = indexOf([descriptorOf(image), artifact], image, soci)
    expect(await copyWhole(whole)).toEqual(whole.manifest.bytes)
  })

  test('is not what the client names for the platform', async () => {
    world.give('acme/app', 'v1', indexOf([artifact, descriptorOf(image)], image, soci))
    const digests = await world.client(world.source).getPlatformDigests('acme/app:v1')
    expect([...digests]).toEqual([['linux/amd64', image.manifest.digest]])
  })
})

describe('versions of Windows', () => {
  const [older, newer] = [
    windowsImage('10.0.17763.5696'),
    windowsImage('10.0.20348.2402', ['win32k']),
  ]

  test('are all kept, sorted, each with what its entry says', async () => {
    const index = buildIndex({ children: [newer, imageFor('linux/amd64'), older, older] })
    const outcome = await syncTo(world, index, 'windows/amd64')
    const { manifests } = JSON.parse(String(shown().bytes)) as { manifests: DescriptorSpec[] }
    expect(manifests.map(({ digest }) => digest)).toEqual(
      [older, newer].map(({ manifest }) => manifest.digest),
    )
    expect(JSON.stringify(manifests[1]?.platform)).toBe(
      '{"architecture":"amd64","os":"windows","os.version":"10.0.20348.2402","os.features":["win32k"]}',
    )
    expect(outcome.platforms).toEqual({
      'windows/amd64:10.0.17763.5696': older.manifest.digest,
      'windows/amd64:10.0.20348.2402': newer.manifest.digest,
    })
    expect(world.log.lines).toEqual(['info: left out: linux/amd64, another windows/amd64'])
    expect((await syncTo(world, index, 'windows/amd64')).status).toBe('unchanged')
  })

  test('are all there where one is asked for with a single image', async () => {
    expect((await syncTo(world, older, 'windows/amd64')).platforms).toEqual({
      'windows/amd64:10.0.17763.5696': older.manifest.digest,
    })
  })

  test('of other systems say nothing: the first entry counts', async () => {
    const [first, second] = ['1', '2'].map((version) =>
      buildImage({ platform: { os: 'linux', architecture: 'amd64', 'os.version': version } }),
    )
    if (first === undefined || second === undefined) throw new Error('two were built')
    await syncTo(world, buildIndex({ children: [first, second] }), 'linux/amd64')
    expect(await entriesAt(world)).toEqual([entryFor(first, 'linux/amd64')])
  })
})

describe('what a new index has no place for', () => {
  test('is one line of the log', async () => {
    const image = { ...imageFor('linux/amd64'), entryAnnotations: { 'sh.brew.tab': '{}', b: '1' } }
    const index = buildIndex({
      children: [image, { ...imageFor('linux/s390x'), entryAnnotations: { 'not.this': '1' } }],
      annotations: { 'org.opencontainers.image.title': 'x', 'evil\n::error::': 'y' },
      artifactType: 'application/vnd.example',
      subject: imageFor('linux/arm64'),
    })
    await syncTo(world, index, 'linux/amd64')
    const [leftOut, lost, ...others] = world.log.lines
    expect(others).toEqual([])
    expect(leftOut).toBe('info: left out: linux/s390x')
    expect(lost).toMatch(
      /^info: not in the new index: annotations of the index \(org\.opencontainers\.image\.title, .*\), annotations of its entries \(sh\.brew\.tab, b\), artifactType application\/vnd\.example, subject$/,
    )
    expect(lost).not.toContain('\n')
  })

  test('is not told where all is kept', async () => {
    const index = buildIndex({ children: [imageFor('linux/amd64')], annotations: { a: 'b' } })
    expect(await copyWhole(index)).toEqual(index.manifest.bytes)
    expect(world.log.lines).toEqual([])
  })
})

describe('a layer that the source does not have', () => {
  test.each(['all', 'linux/amd64'])(
    'is said to be kept elsewhere: platforms %s',
    async (platforms) => {
      const layer = {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: `sha256:${'a'.repeat(64)}`,
        size: 3,
        urls: ['https://layers.example.com/secret?sig=1', 'https://user:pass@other.example.com/'],
      }
      const image = buildImage({ members: { layers: [layer] } })
      const failure = await failureOf(syncTo(world, buildIndex({ children: [image] }), platforms))
      expect(failure).toMatchObject({ code: 'NOT_FOUND', side: 'source', reference: layer.digest })
      expect(failure.message).toContain(
        'the image says that it is kept at layers.example.com, other.example.com',
      )
      expect(failure.message).not.toMatch(/sig=|pass/)
    },
  )
})

test('a registry that takes no empty blob is said to be one', async () => {
  const bytes = Buffer.alloc(0)
  const digest = world.source.store.putBlob('acme/app', bytes)
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: 0 }
  const image = buildImage({ members: { layers: [layer] } })
  const isEmpty = ({ query }: { readonly query: string }) =>
    query.includes(encodeURIComponent(digest))
  world.destination.fault({ method: 'PUT', where: isEmpty }, replyWith(400))
  const failure = await failureOf(syncTo(world, image, 'all'))
  expect(failure.message).toContain('the image has an empty blob')
})

test('of several platforms, none of which is wanted, the message names the way out', async () => {
  const failure = await failureOf(
    syncTo(world, buildIndex({ children: [imageFor('linux/s390x')] }), 'linux/amd64'),
  )
  expect(failure.message).toContain('platforms: all')
})
