import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { Content, Digest } from '../../src/oci/digest.ts'
import { fetchBlob } from '../../src/registry/blobs.ts'
import { copyBlob } from '../../src/registry/copy-blob.ts'
import { bytesSource, digestOf, syntheticBlob } from '../../testkit/content.ts'
import type { Middleware } from '../../testkit/exchange.ts'
import {
  all,
  dropBeforeHeaders,
  extendBody,
  flipBit,
  removeHeader,
  replyWith,
  setHeader,
  truncateBody,
} from '../../testkit/faults.ts'
import { MiB } from '../../testkit/media-types.ts'
import { failureOf, RegistryWorld, type WorldOptions } from './registry-world.ts'

/** Several chunks long, so that there is a last one to hold back. */
const bytes = Buffer.from(Array.from({ length: 400_000 }, (_, index) => index % 251))
const blob: Content = { digest: digestOf(bytes) as Digest, size: bytes.length }
const reading = { method: 'GET', path: blob.digest }

async function worldWithBlob(options: WorldOptions = {}) {
  const world = await RegistryWorld.start(options)
  world.source.store.putBlob('acme/app', bytes)
  return world
}

function copy(world: RegistryWorld, content: Content = blob) {
  return copyBlob(world.sourceRepository(), world.destinationRepository(), content)
}

/** Whether the destination has a blob under that digest, and with the right bytes. */
function isStored(world: RegistryWorld, content: Content = blob, right: Buffer = bytes) {
  const stored = world.destination.store.blob('mirror/app', content.digest)
  return stored !== undefined && Buffer.concat([...stored.read()]).equals(right)
}

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
    expect(await fetchBlob(world.sourceRepository(), content, 100)).toEqual(small)
  })

  test.each<[string, Middleware, string]>([
    ['damaged', flipBit(3), 'DIGEST_MISMATCH'],
    ['truncated', truncateBody(3), 'SIZE_MISMATCH'],
    ['extended', extendBody(small), 'SIZE_MISMATCH'],
    ['compressed', setHeader('content-encoding', 'gzip'), 'UNSUPPORTED'],
  ])('is refused where it is %s', async (_what, fault, code) => {
    await using world = await worldWithSmall()
    world.source.use(fault)
    const error = await failureOf(fetchBlob(world.sourceRepository(), content, 100))
    expect(error).toMatchObject({ code, operation: 'get blob', side: 'source' })
  })

  test('is not asked for where it is not small', async () => {
    await using world = await worldWithSmall()
    const error = await failureOf(fetchBlob(world.sourceRepository(), content, 10))
    expect(error.code).toBe('SIZE_MISMATCH')
    expect(world.source.requests).toEqual([])
  })
})
