import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { blobExists, fetchConfig, lookUpBlob } from '../../../src/registry/content/blobs.ts'
import { digestOf } from '../../../testkit/registry/content.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import {
  all,
  compress,
  extendBody,
  flipBit,
  replyWith,
  setHeader,
  truncateBody,
} from '../../../testkit/registry/faults.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

describe('a small blob', () => {
  const small = Buffer.from('{"os":"linux"}')
  const content = { digest: digestOf(small) as Digest, size: small.length }

  async function worldWithSmall() {
    const world = await RegistryWorld.start()
    world.source.store.putBlob('acme/app', small)
    return world
  }

  test('is read whole', async () => {
    await using world = await worldWithSmall()
    expect(await fetchConfig(world.sourceRepository(), content)).toEqual(small)
  })

  test.each<[string, Middleware, string]>([
    ['damaged', flipBit(3), 'DIGEST_MISMATCH'],
    ['truncated', truncateBody(3), 'SIZE_MISMATCH'],
    ['extended', extendBody(small), 'SIZE_MISMATCH'],
    [
      'compressed in a way that we do not know',
      all(setHeader('content-encoding', 'br'), compress()),
      'UNSUPPORTED',
    ],
    ['compressed and damaged', all(compress(), flipBit(3)), 'DIGEST_MISMATCH'],
  ])('is refused where it is %s', async (_what, fault, code) => {
    await using world = await worldWithSmall()
    world.source.use(fault)
    const error = await failureOf(fetchConfig(world.sourceRepository(), content))
    expect(error).toMatchObject({ code, operation: 'get blob', side: 'source' })
  })

  test.each<[string, Middleware]>([
    ['as it is stored, whatever its encoding', setHeader('content-encoding', 'gzip')],
    ['in compressed form (Q47)', compress()],
  ])('is read %s', async (_what, fault) => {
    await using world = await worldWithSmall()
    world.source.use(fault)
    expect(await fetchConfig(world.sourceRepository(), content)).toEqual(small)
  })

  test('is not asked for where it is not small', async () => {
    await using world = await worldWithSmall()
    const large = { ...content, size: 8 * 1024 * 1024 + 1 }
    const error = await failureOf(fetchConfig(world.sourceRepository(), large))
    expect(error.code).toBe('SIZE_MISMATCH')
    expect(world.source.requests).toEqual([])
  })
})

describe('a blob that is looked for', () => {
  const bytes = Buffer.from('a layer')
  const blob = { digest: digestOf(bytes) as Digest, size: bytes.length }

  test.each<[string, Middleware | undefined]>([
    ['in its length', undefined],
    ['without a length', setHeader('content-length', undefined)],
    [
      'in the length of its compressed form',
      all(setHeader('content-encoding', 'gzip'), setHeader('content-length', '3')),
    ],
    [
      'by a digest of another algorithm',
      setHeader('docker-content-digest', digestOf(bytes, 'sha512')),
    ],
    ['without a digest', setHeader('docker-content-digest', undefined)],
  ])('is there %s', async (_what, fault) => {
    await using world = await RegistryWorld.start()
    world.source.store.putBlob('acme/app', bytes)
    if (fault !== undefined) world.source.use(fault)
    expect(await lookUpBlob(world.sourceRepository(), blob)).toBe('there')
    expect(await blobExists(world.sourceRepository(), blob)).toBe(true)
  })

  test.each([
    ['another length', setHeader('content-length', '3')],
    ['a length of nothing', setHeader('content-length', '0')],
    ['another digest', setHeader('docker-content-digest', digestOf(Buffer.from('other')))],
  ])('is not there with %s', async (_what, fault) => {
    await using world = await RegistryWorld.start()
    world.source.store.putBlob('acme/app', bytes)
    world.source.use(fault)
    expect(await lookUpBlob(world.sourceRepository(), blob)).toBe('other')
    expect(await blobExists(world.sourceRepository(), blob)).toBe(false)
  })

  test.each([403, 404, 405])('is not known to be there after %i', async (status) => {
    await using world = await RegistryWorld.start()
    world.source.store.putBlob('acme/app', bytes)
    world.source.use(replyWith(status))
    expect(await lookUpBlob(world.sourceRepository(), blob)).toBe('missing')
  })
})
