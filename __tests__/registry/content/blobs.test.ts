import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { fetchConfig } from '../../../src/registry/content/blobs.ts'
import { digestOf } from '../../../testkit/registry/content.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { extendBody, flipBit, setHeader, truncateBody } from '../../../testkit/registry/faults.ts'
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
    ['compressed', setHeader('content-encoding', 'gzip'), 'UNSUPPORTED'],
  ])('is refused where it is %s', async (_what, fault, code) => {
    await using world = await worldWithSmall()
    world.source.use(fault)
    const error = await failureOf(fetchConfig(world.sourceRepository(), content))
    expect(error).toMatchObject({ code, operation: 'get blob', side: 'source' })
  })

  test('is not asked for where it is not small', async () => {
    await using world = await worldWithSmall()
    const large = { ...content, size: 8 * 1024 * 1024 + 1 }
    const error = await failureOf(fetchConfig(world.sourceRepository(), large))
    expect(error.code).toBe('SIZE_MISMATCH')
    expect(world.source.requests).toEqual([])
  })
})
