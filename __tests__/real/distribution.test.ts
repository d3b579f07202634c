import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { findDistribution, realRegistryRequired } from '../../testkit/servers/distribution.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { RealRegistries, type Login } from './real-registries.ts'

/** Where the registry is not installed there is nothing to ask; where it must be, starting it fails. */
const isThere = findDistribution() !== undefined || realRegistryRequired()
const describeReal = isThere ? describe : describe.skip

const logins: readonly Login[] = ['no login', 'a password file', 'a token server']

const single = buildImage({
  format: 'docker',
  layers: [{ files: { 'bin/tool': 'one platform' } }, { files: {}, compression: 'gzip' }],
})

const multi = buildMultiPlatform({
  platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'],
  attestations: true,
  layers: (platform) => [
    { files: { base: 'the same for all' } },
    { files: { 'bin/app': platform.repeat(20_000) }, compression: 'zstd' },
  ],
})

const [amd64, arm64] = multi.children.map(({ manifest }) => manifest.digest)

describeReal.each(logins)('a real registry with %s', (login) => {
  let registries: RealRegistries

  beforeAll(async () => {
    registries = await RealRegistries.start(login)
    await registries.push('acme/tool', 'v1', single)
    await registries.push('acme/app', 'v1', multi)
  })

  afterAll(async () => {
    // Not there where it could not be started.
    await (registries as RealRegistries | undefined)?.close()
  })

  test('gets an image of one platform byte for byte', async () => {
    const { digest } = await registries.sync('SOURCE/acme/tool:v1 => DESTINATION/single/tool:v1')
    expect(digest).toBe(single.manifest.digest)
    const pulled = await registries.pull(registries.destination, 'single/tool', 'v1')
    expect(pulled).toMatchObject({ digest, bytes: single.manifest.bytes })
  })

  test('gets an index of the two usual platforms', async () => {
    const { digest, results } = await registries.sync(
      'SOURCE/acme/app:v1 => DESTINATION/multi/app:v1',
    )
    const pulled = await registries.pull(registries.destination, 'multi/app', 'v1')
    expect(pulled.digest).toBe(digest)
    expect(pulled.children.map((child) => child.digest)).toEqual([amd64, arm64])
    expect(results[0]?.sourceDigest).toBe(multi.manifest.digest)
  })

  test('gets an index of the platforms that are wanted', async () => {
    const { digest } = await registries.sync('SOURCE/acme/app:v1 => DESTINATION/filtered/app:v1', {
      platforms: 'linux/arm64',
    })
    const pulled = await registries.pull(registries.destination, 'filtered/app', digest)
    expect(pulled.children.map((child) => child.digest)).toEqual([arm64])
  })

  test('gets everything, attestations too, under the same digest', async () => {
    const { digest } = await registries.sync('SOURCE/acme/app:v1 => DESTINATION/whole/app:v1', {
      platforms: 'all',
    })
    expect(digest).toBe(multi.manifest.digest)
    const pulled = await registries.pull(registries.destination, 'whole/app', 'v1')
    expect(pulled.bytes).toEqual(multi.manifest.bytes)
    expect(pulled.children).toHaveLength(6)
  })

  test('is one of several destinations that all get the same', async () => {
    const { digests } = await registries.sync(`
      SOURCE/acme/app:v1 => DESTINATION/fan/one:v1 DESTINATION/fan/two:v1 DESTINATION/fan/two:v2
      SOURCE/acme/app:v1 => SOURCE/fan/three:v1
    `)
    expect(Object.keys(digests)).toHaveLength(4)
    const [digest, ...others] = new Set(Object.values(digests))
    expect(others).toEqual([])
    const { source, destination } = registries
    const places = [
      [destination, 'fan/one', 'v1'],
      [destination, 'fan/two', 'v1'],
      [destination, 'fan/two', 'v2'],
      [source, 'fan/three', 'v1'],
    ] as const
    for (const [registry, repository, tag] of places) {
      expect((await registries.pull(registry, repository, tag)).digest).toBe(digest)
    }
  })

  test('gets another tag in the same repository without a byte of a blob', async () => {
    const { digest, totals } = await registries.sync('SOURCE/acme/app:v1 => :stable', {
      platforms: 'all',
    })
    expect(totals.bytes.copied).toBe(0)
    const pulled = await registries.pull(registries.source, 'acme/app', 'stable')
    expect(pulled.digest).toBe(digest)
  })

  test('mounts the blobs of another of its repositories', async () => {
    const { totals, digest } = await registries.sync(
      'SOURCE/acme/tool:v1 => SOURCE/mounted/tool:v1',
    )
    const size = [...single.blobs.values()].reduce((sum, blob) => sum + blob.length, 0)
    expect(totals.bytes).toEqual({ copied: 0, mounted: size, existing: 0 })
    const pulled = await registries.pull(registries.source, 'mounted/tool', 'v1')
    expect(pulled.digest).toBe(digest)
  })

  test('has its tag overwritten', async () => {
    await registries.sync('SOURCE/acme/tool:v1 => DESTINATION/moving/app:latest')
    const { results, digest } = await registries.sync(
      'SOURCE/acme/app:v1 => DESTINATION/moving/app:latest',
    )
    expect(results).toMatchObject([
      { status: 'copied', digest, previousDigest: single.manifest.digest },
    ])
    const pulled = await registries.pull(registries.destination, 'moving/app', 'latest')
    expect(pulled.digest).toBe(digest)
  })

  test('keeps its tag where that is wanted', async () => {
    await registries.sync('SOURCE/acme/tool:v1 => DESTINATION/kept/app:latest')
    const { counts } = await registries.sync('SOURCE/acme/app:v1 => DESTINATION/kept/app:latest', {
      'on-existing': 'skip',
    })
    expect(counts).toEqual({ copied: 0, unchanged: 0, skipped: 1, failed: 0 })
    const pulled = await registries.pull(registries.destination, 'kept/app', 'latest')
    expect(pulled.digest).toBe(single.manifest.digest)
  })

  test('is left alone when it has everything', async () => {
    const list = `
      SOURCE/acme/app:v1 => DESTINATION/again/app:v1
      SOURCE/acme/tool:v1 => DESTINATION/again/tool:v1`
    const first = await registries.sync(list)
    const second = await registries.sync(list)
    expect(second.counts).toEqual({ copied: 0, unchanged: 2, skipped: 0, failed: 0 })
    expect(second).toMatchObject({ changed: false, digests: first.digests })
  })

  test('is not written to by a dry run', async () => {
    const list = 'SOURCE/acme/app:v1 => DESTINATION/dry/app:v1'
    const dry = await registries.sync(list, { 'dry-run': 'true' })
    await expect(registries.pull(registries.destination, 'dry/app', 'v1')).rejects.toThrow('404')
    expect((await registries.sync(list)).digest).toBe(dry.digest)
  })
})
