import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { buildArtifact, buildIndex } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { entriesAt, entryFor, imageFor, syncTo } from './list-entries.ts'
import { failureOf, SyncWorld } from './sync-world.ts'

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

describe('of an index', () => {
  test('exactly the wanted platforms arrive, sorted', async () => {
    const [arm64, amd64] = [imageFor('linux/arm64'), imageFor('linux/amd64')]
    const children = [imageFor('linux/s390x'), arm64, amd64, imageFor('windows/amd64')]
    const outcome = await syncTo(world, buildIndex({ children }))
    expect(await entriesAt(world)).toEqual([
      entryFor(amd64, 'linux/amd64'),
      entryFor(arm64, 'linux/arm64'),
    ])
    expect(outcome.platforms).toEqual({
      'linux/amd64': amd64.manifest.digest,
      'linux/arm64': arm64.manifest.digest,
    })
    expect(Object.keys(outcome.platforms)).toEqual(['linux/amd64', 'linux/arm64'])
    expect(world.log.lines).toEqual(['info: left out: linux/s390x, windows/amd64'])
  })

  test('the digest is told beside that of the source', async () => {
    const index = buildMultiPlatform()
    const outcome = await syncTo(world, index)
    expect(outcome.sourceDigest).toBe(index.manifest.digest)
    expect(outcome.digest).toBe(world.destination.store.tag('copy', 'v1'))
    expect(outcome.digest).not.toBe(outcome.sourceDigest)
  })

  test('nothing but wanted content is fetched, and images by digest', async () => {
    const index = buildMultiPlatform({
      platforms: ['linux/amd64', 'linux/s390x', 'linux/arm64'],
      attestations: true,
    })
    await syncTo(world, index)
    const [amd64, , arm64] = index.children
    const wanted = [amd64, arm64].flatMap((child) =>
      child === undefined
        ? []
        : [child.manifest.digest, ...[child.config, ...child.layers].map((blob) => blob?.digest)],
    )
    const fetched = world.source.requests.map(({ method, path }) => `${method} ${path}`)
    expect(fetched[0]).toBe('GET /v2/acme/app/manifests/v1')
    expect(fetched).toHaveLength(1 + wanted.length)
    expect(new Set(fetched.slice(1).map((line) => line.split('/').at(-1)))).toEqual(new Set(wanted))
    expect(fetched.every((line) => line.startsWith('GET '))).toBe(true)
  })

  test('nothing is read from the destination but whether it is there', async () => {
    await syncTo(world, buildMultiPlatform())
    expect(world.destination.count('GET')).toBe(0)
  })

  test('of Docker the list is one of OCI all the same', async () => {
    const index = buildMultiPlatform({ format: 'docker' })
    await syncTo(world, index)
    const stored = world.destination.store.manifest('copy', 'v1')
    expect(stored?.mediaType).toBe('application/vnd.oci.image.index.v1+json')
    const [amd64] = index.children
    expect((await entriesAt(world))[0]).toEqual(amd64 && entryFor(amd64, 'linux/amd64'))
  })

  test.each([
    ['linux/arm64/v8', 'linux/arm64', 'linux/arm64'],
    ['linux/arm64', 'linux/arm64/v8', 'linux/arm64'],
    ['linux/aarch64', 'linux/arm64', 'linux/arm64'],
    ['linux/x86_64', 'linux/amd64', 'linux/amd64'],
    ['linux/amd64/v1', 'linux/amd64', 'linux/amd64'],
    ['Linux/AMD64', 'linux/amd64', 'linux/amd64'],
    ['linux/arm', 'linux/arm/v7', 'linux/arm/v7'],
    ['linux/arm/v7', 'linux/arm', 'linux/arm/v7'],
    ['linux/arm/v6', 'linux/arm/v6', 'linux/arm/v6'],
    ['linux/amd64/v3', 'linux/amd64/v3', 'linux/amd64/v3'],
    ['linux/arm64/v9', 'linux/arm64/v9', 'linux/arm64/v9'],
  ])('%s is found as %s and listed as %s', async (held, wanted, listed) => {
    const child = imageFor(held)
    await syncTo(world, buildIndex({ children: [child, imageFor('linux/mips64le')] }), wanted)
    expect(await entriesAt(world)).toEqual([entryFor(child, listed)])
    expect((await syncTo(world, buildIndex({ children: [child] }), wanted)).status).toBe(
      'unchanged',
    )
  })

  test.each([
    ['linux/arm/v6', 'linux/arm'],
    ['linux/amd64/v2', 'linux/amd64'],
    ['linux/amd64', 'linux/amd64/v2'],
    ['linux/arm64/v9', 'linux/arm64'],
    ['windows/amd64', 'linux/amd64'],
  ])('%s is not taken for %s', async (held, wanted) => {
    const failure = await failureOf(
      syncTo(world, buildIndex({ children: [imageFor(held)] }), wanted),
    )
    expect(failure.code).toBe('PLATFORM')
  })

  test('the first of several entries for a platform counts, however it is spelt', async () => {
    const first = imageFor('linux/arm64/v8', 'first')
    const children = [first, imageFor('linux/arm64', 'second'), imageFor('linux/aarch64', 'third')]
    await syncTo(world, buildIndex({ children }), 'linux/arm64')
    expect(await entriesAt(world)).toEqual([entryFor(first, 'linux/arm64')])
    expect(world.log.lines).toEqual(['info: left out: another linux/arm64 (2)'])
  })

  test('an image that stands for two platforms is listed for both', async () => {
    const one = imageFor('linux/amd64')
    const other = { ...one, platform: { os: 'linux', architecture: 'arm64' } }
    await syncTo(world, buildIndex({ children: [one, other] }))
    expect(await entriesAt(world)).toEqual([
      entryFor(one, 'linux/amd64'),
      entryFor(one, 'linux/arm64'),
    ])
  })

  test('attestations and entries without a platform are left out, and told', async () => {
    const { platform: _, ...nameless } = imageFor('linux/arm64')
    const attested = buildMultiPlatform({ attestations: true })
    const artifact = buildArtifact({ artifactType: 'application/vnd.acme.note' })
    await syncTo(world, buildIndex({ children: [...attested.children, nameless, artifact] }))
    expect(await entriesAt(world)).toHaveLength(2)
    expect(world.log.lines).toEqual([
      'info: left out: attestation (2), entry without platform (application/vnd.oci.image.manifest.v1+json) (2)',
    ])
  })

  test('an attestation is known by its annotation alone', async () => {
    const statement = {
      ...imageFor('linux/arm64'),
      entryAnnotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    }
    await syncTo(world, buildIndex({ children: [imageFor('linux/amd64'), statement] }))
    expect(await entriesAt(world)).toHaveLength(1)
    expect(world.log.lines).toEqual([
      'info: left out: attestation',
      `warning: ${world.from('acme/app:v1')}: the image lacks linux/arm64`,
    ])
  })

  test('entries tell no more than the list needs', async () => {
    const noted = { ...imageFor('linux/amd64'), entryAnnotations: { 'org.example.note': 'mine' } }
    const annotations = { 'org.example.note': 'of the index' }
    await syncTo(world, buildIndex({ children: [noted], annotations }), 'linux/amd64')
    expect(await entriesAt(world)).toEqual([entryFor(noted, 'linux/amd64')])
    expect((await world.pull('copy', 'v1')).bytes.toString()).not.toContain('note')
  })
})
