import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { bytesSource, digestOf, syntheticBlob } from '../../../testkit/registry/content.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import {
  all,
  compress,
  dropAfterWork,
  extendBody,
  flipBit,
  removeHeader,
  replyWith,
  setHeader,
  setStatus,
  truncateBody,
} from '../../../testkit/registry/faults.ts'
import { MiB } from '../../../testkit/registry/media-types.ts'
import { blobWorld } from '../content/blob-world.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

/** Several chunks long, so that there is a last one to hold back. */
const bytes = Buffer.from(Array.from({ length: 400_000 }, (_, index) => index % 251))
const { blob, worldWithBlob, copy, isStored } = blobWorld(bytes)
const reading = { method: 'GET', path: blob.digest }

describe('a blob', () => {
  test('is looked for, read and sent, once each', async () => {
    await using world = await worldWithBlob()
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
    expect(world.source.requests.map(({ method }) => method)).toEqual(['GET'])
    expect(world.destination.requests.map(({ method }) => method)).toEqual(['HEAD', 'POST', 'PUT'])
  })

  test('that is there is not read at all', async () => {
    await using world = await worldWithBlob()
    world.destination.store.putBlob('mirror/app', bytes)
    expect(await copy(world)).toBe('existing')
    expect(world.source.requests).toEqual([])
    expect(world.destination.requests.map(({ method }) => method)).toEqual(['HEAD'])
  })

  test.each([403, 405])('that may not be looked for (%i) is sent', async (status) => {
    await using world = await worldWithBlob()
    world.destination.fault({ method: 'HEAD' }, replyWith(status))
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
  })

  test('of no bytes is sent as that', async () => {
    const empty = bytesSource(Buffer.alloc(0))
    const content = { digest: empty.digest as Digest, size: 0 }
    await using world = await worldWithBlob()
    world.source.store.putBlob('acme/app', empty)
    expect(await copy(world, content)).toBe('copied')
    const [put] = world.destination.select('PUT')
    expect(put?.headers['content-length']).toBe('0')
    expect(put?.headers['transfer-encoding']).toBeUndefined()
    expect(isStored(world, content, Buffer.alloc(0))).toBe(true)
  })

  test('named by sha512 is verified by that', async () => {
    const source = bytesSource(bytes, 'sha512')
    const content = { digest: source.digest as Digest, size: source.size }
    await using world = await worldWithBlob()
    world.source.store.putBlob('acme/app', source)
    expect(await copy(world, content)).toBe('copied')
    expect(isStored(world, content)).toBe(true)
  })

  test('that is large passes through, and is at no time held', async () => {
    const large = syntheticBlob(64 * MiB, 'a large layer')
    const content = { digest: large.digest as Digest, size: large.size }
    await using world = await RegistryWorld.start({ destination: { discardBlobs: true } })
    let underWay = 0
    let most = 0
    world.source.store.putBlob('acme/app', {
      ...large,
      *read(...range) {
        for (const chunk of large.read(...range)) {
          underWay += chunk.length
          most = Math.max(most, underWay)
          yield chunk
        }
      },
    })
    world.destination.use((request, next) => {
      const { body } = request
      const slowly = async function* () {
        for await (const chunk of body) {
          underWay -= chunk.length
          // Time for whoever would read ahead.
          for (let turn = 0; turn < 5; turn++) await setImmediate()
          yield chunk
        }
      }
      Object.assign(request, { body: slowly() })
      return next()
    })
    expect(await copy(world, content)).toBe('copied')
    expect(world.destination.store.eventsOf('blob')).toMatchObject([{ size: 64 * MiB }])
    // What the sockets on the way hold, and no more.
    expect(most).toBeLessThan(32 * MiB)
  })
})

describe('wrong bytes', () => {
  test.each<[string, Middleware, string]>([
    ['with a bit turned', flipBit(1000), 'DIGEST_MISMATCH'],
    ['with the last bit turned', flipBit(bytes.length - 1), 'DIGEST_MISMATCH'],
    ['that end early', truncateBody(300_000), 'SIZE_MISMATCH'],
    [
      'that end early without telling',
      all(removeHeader('content-length'), truncateBody(300_000)),
      'SIZE_MISMATCH',
    ],
    ['that never start', truncateBody(0), 'SIZE_MISMATCH'],
    ['that go on', extendBody(Buffer.from('more')), 'SIZE_MISMATCH'],
    [
      'that go on without telling',
      all(removeHeader('content-length'), extendBody(Buffer.from('x'))),
      'SIZE_MISMATCH',
    ],
  ])('%s never become a blob', async (_what, fault, code) => {
    await using world = await worldWithBlob()
    world.source.fault(reading, fault)
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({
      code,
      operation: 'get blob',
      side: 'source',
      registry: world.source.host,
      repository: 'acme/app',
      reference: blob.digest,
    })
    expect(world.destination.store.completedBlobs()).toEqual([])
    expect(world.destination.store.eventsOf('upload-refused')).toEqual([])
    for (const { bodyBytes } of world.destination.select('PUT')) {
      expect(bodyBytes).toBeLessThan(blob.size)
    }
    expect(world.destination.store.uploads.size).toBe(0)
  })

  test('of one chunk are never sent', async () => {
    const small = Buffer.from('a config')
    const content = { digest: digestOf(small) as Digest, size: small.length }
    await using world = await worldWithBlob()
    world.source.store.putBlob('acme/app', Buffer.from('a confic'), content.digest)
    expect((await failureOf(copy(world, content))).code).toBe('DIGEST_MISMATCH')
    expect(world.destination.select('PUT').reduce((sum, { bodyBytes }) => sum + bodyBytes, 0)).toBe(
      0,
    )
  })

  test('get one more chance', async () => {
    await using world = await worldWithBlob({ network: { retries: 5 } })
    const once = world.source.fault(reading, flipBit(7), { times: 1 })
    expect(await copy(world)).toBe('copied')
    expect(once.hits).toBe(1)
    expect(isStored(world)).toBe(true)
  })

  test('get no more than one', async () => {
    await using world = await worldWithBlob({ network: { retries: 5 } })
    world.source.fault(reading, flipBit(7))
    expect((await failureOf(copy(world))).code).toBe('DIGEST_MISMATCH')
    expect(world.source.count('GET')).toBe(2)
  })

  test('that were stored nonetheless are no success', async () => {
    await using world = await worldWithBlob()
    world.source.store.putBlob('acme/app', Buffer.alloc(bytes.length), blob.digest)
    expect((await failureOf(copy(world))).code).toBe('DIGEST_MISMATCH')
    expect(world.destination.store.completedBlobs()).toEqual([])
  })

  test('of a compressed answer are refused as such', async () => {
    await using world = await worldWithBlob()
    world.source.fault(reading, compress())
    expect(await failureOf(copy(world))).toMatchObject({ code: 'UNSUPPORTED', side: 'source' })
  })

  test.each(['gzip', 'x-gzip'])(
    'that are as they are stored are right, although they are said to be %s',
    async (encoding) => {
      await using world = await worldWithBlob()
      world.source.fault(reading, setHeader('content-encoding', encoding))
      expect(await copy(world)).toBe('copied')
      expect(isStored(world)).toBe(true)
    },
  )
})

describe('an upload whose answer is lost each time', () => {
  const losses = [
    ['breaks off', dropAfterWork()],
    ['is 504', setStatus(504)],
  ] as const

  test.each(losses)('and %s is found to be there without another try', async (_what, loss) => {
    await using world = await worldWithBlob({ network: { retries: 0 } })
    const lost = world.destination.fault({ method: 'PUT' }, loss)
    expect(await copy(world)).toBe('copied')
    expect(lost.hits).toBe(1)
    expect(isStored(world)).toBe(true)
  })

  test('and that did not arrive is told as what it was', async () => {
    await using world = await worldWithBlob({ network: { retries: 1 } })
    world.destination.fault({ method: 'PUT' }, replyWith(504))
    // What asks for it then is refused, too.
    world.destination.fault({ method: 'HEAD', nth: 3 }, replyWith(500))
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({ code: 'TIMEOUT', operation: 'upload blob', status: 504 })
  })
})
