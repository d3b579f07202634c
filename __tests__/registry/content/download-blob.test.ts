import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { copyBlob } from '../../../src/registry/copy/copy-blob.ts'
import { digestOf } from '../../../testkit/registry/content.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import {
  cutBody,
  redirectTo,
  replyWith,
  setHeader,
  truncateBody,
} from '../../../testkit/registry/faults.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import { failureOf, RegistryWorld, type WorldOptions } from '../registry-world.ts'

const MiB = 1024 * 1024
/** No part of it is like another one. */
const bytes = Buffer.from(
  Uint32Array.from({ length: MiB }, (_, index) => index * 2654435761).buffer,
)
const blob = { digest: digestOf(bytes) as Digest, size: bytes.length }
const reading = { method: 'GET', path: blob.digest }

async function worldWithBlob(options: WorldOptions = {}) {
  const world = await RegistryWorld.start({ network: { retries: 3 }, ...options })
  world.source.store.putBlob('acme/app', bytes)
  return world
}

function copy(world: RegistryWorld) {
  return copyBlob(world.sourceRepository(), world.destinationRepository(), blob)
}

function isStored({ destination }: RegistryWorld) {
  const stored = destination.store.blob('mirror/app', blob.digest)
  return stored !== undefined && Buffer.concat([...stored.read()]).equals(bytes)
}

/** What was asked for: all, or from which byte on. */
function ranges({ source }: RegistryWorld) {
  return source.select('GET', blob.digest).map(({ headers }) => headers.range)
}

function isForPart({ headers }: { headers: { range?: string | undefined } }) {
  return headers.range !== undefined
}

/** Parts of so many bytes at the most, as RFC 9110 (15.3.7) allows. */
function partsOf(most: number): Middleware {
  return async (request, next) => {
    const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0])
    const end = Math.min(start + most, bytes.length)
    const answer = await truncateBody(end - start)(request, next)
    const range = `bytes ${start}-${end - 1}/${bytes.length}`
    return setHeader('content-range', range)(request, () => Promise.resolve(answer))
  }
}

describe('a download that breaks off', () => {
  test('goes on at the next byte, into the same upload', async () => {
    await using world = await worldWithBlob()
    world.source.fault(reading, cutBody(3 * MiB), { times: 1 })
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
    expect(ranges(world)).toEqual([undefined, `bytes=${3 * MiB}-`])
    expect(world.destination.count('POST')).toBe(1)
    expect(world.destination.count('PUT')).toBe(1)
  })

  test('again and again goes on each time', async () => {
    await using world = await worldWithBlob()
    world.source.fault(reading, cutBody(700_000), { times: 3 })
    await copy(world)
    expect(ranges(world)).toEqual([undefined, 'bytes=700000-', 'bytes=1400000-', 'bytes=2100000-'])
    expect(isStored(world)).toBe(true)
  })

  test('has all of its retries again once much has arrived, and not for single bytes', async () => {
    await using world = await worldWithBlob({ network: { retries: 1 } })
    const cuts = world.source.fault(reading, cutBody(MiB + 1))
    await copy(world)
    expect(cuts.hits).toBe(4)
    expect(isStored(world)).toBe(true)

    await using other = await worldWithBlob({ network: { retries: 5 } })
    const drops = other.source.fault(reading, cutBody(1))
    expect(await failureOf(copy(other))).toMatchObject({ side: 'source', operation: 'get blob' })
    expect(drops.hits).toBe(6)
  })

  test.each<[string, Middleware]>([
    [
      'gives all of it again',
      async (request, next) => {
        const { range: _range, ...headers } = request.headers
        return next({ ...request, headers })
      },
    ],
    ['does not give parts', replyWith(416)],
    [
      'gives another part',
      setHeader('content-range', `bytes 5-${bytes.length - 1}/${bytes.length}`),
    ],
    [
      'gives a part of something else',
      setHeader('content-range', `bytes ${MiB}-${2 * MiB}/${2 * MiB}`),
    ],
    ['does not say which part it gives', setHeader('content-range', undefined)],
  ])('is read from its start where the registry %s', async (_what, behaviour) => {
    await using world = await worldWithBlob()
    world.source.fault(reading, cutBody(MiB), { times: 1 })
    world.source.fault({ ...reading, where: isForPart }, behaviour)
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
    expect(world.destination.count('PUT')).toBe(1)
  })

  test('goes on where the second part is short as well', async () => {
    await using world = await worldWithBlob()
    world.source.fault({ ...reading, nth: 1 }, cutBody(MiB))
    world.source.fault({ ...reading, nth: 2 }, cutBody(MiB))
    await copy(world)
    expect(ranges(world).at(-1)).toBe(`bytes=${2 * MiB}-`)
    expect(isStored(world)).toBe(true)
  })

  test('goes on where the registry gives smaller parts than it is asked for, without a pause', async () => {
    await using world = await worldWithBlob({ network: { retries: 1 } })
    world.source.fault(reading, cutBody(MiB), { times: 1 })
    world.source.fault({ ...reading, where: isForPart }, partsOf(700_000))
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
    expect(ranges(world)).toEqual([
      undefined,
      ...[0, 1, 2, 3, 4].map((part) => `bytes=${MiB + part * 700_000}-`),
    ])
    expect(world.clock.pauses).toHaveLength(1)
    expect(world.destination.count('PUT')).toBe(1)
  })

  test('goes on where a part breaks off that is smaller than it was asked for', async () => {
    await using world = await worldWithBlob()
    world.source.fault({ ...reading, where: isForPart }, partsOf(MiB))
    world.source.fault({ ...reading, nth: 1 }, cutBody(MiB))
    world.source.fault({ ...reading, nth: 3 }, cutBody(100_000))
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
    expect(ranges(world).slice(2, 4)).toEqual([`bytes=${2 * MiB}-`, `bytes=${2 * MiB + 100_000}-`])
  })

  test('is given up where the parts are so small that they would never end', async () => {
    await using world = await worldWithBlob({ network: { retries: 5 } })
    world.source.fault(reading, cutBody(MiB), { times: 1 })
    const parts = world.source.fault({ ...reading, where: isForPart }, partsOf(1))
    expect(await failureOf(copy(world))).toMatchObject({ code: 'SIZE_MISMATCH', side: 'source' })
    expect(parts.hits).toBeLessThan(10)
    expect(world.destination.store.completedBlobs()).toEqual([])
  })

  test.each([
    ['ends behind the blob', `bytes ${MiB}-${bytes.length}/${bytes.length}`],
    ['ends before it begins', `bytes ${MiB}-${MiB - 1}/${bytes.length}`],
  ])('is read from its start where the part that is given %s', async (_what, range) => {
    await using world = await worldWithBlob()
    world.source.fault(reading, cutBody(MiB), { times: 1 })
    world.source.fault({ ...reading, where: isForPart }, setHeader('content-range', range))
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
  })

  test('and ends politely too soon is read on once', async () => {
    await using world = await worldWithBlob()
    const behaviour: Middleware = async (request, next) => {
      const answer = await truncateBody(MiB)(request, next)
      return setHeader('content-length', undefined)(request, () => Promise.resolve(answer))
    }
    world.source.fault(reading, behaviour, { times: 1 })
    await copy(world)
    expect(ranges(world)).toEqual([undefined, `bytes=${MiB}-`])
    expect(isStored(world)).toBe(true)
  })

  test('and was replaced in the meantime is never completed', async () => {
    await using world = await worldWithBlob()
    const other = Buffer.from(bytes)
    other[2 * MiB] = 1
    world.source.fault(reading, cutBody(MiB), { times: 1 })
    world.source.fault({ ...reading, where: isForPart }, async (request, next) => {
      world.source.store.putBlob('acme/app', other, blob.digest)
      return next(request)
    })
    expect(await failureOf(copy(world))).toMatchObject({ code: 'DIGEST_MISMATCH', side: 'source' })
    expect(world.destination.store.completedBlobs()).toEqual([])
  })

  test('asks the registry for a new address, since the one of before may have expired', async () => {
    await using storage = await TestRegistry.start()
    storage.store.putBlob('acme/app', bytes)
    await using world = await worldWithBlob()
    let issued = 0
    const used = new Set<string>()
    world.source.fault(
      reading,
      redirectTo(({ path }) => `${storage.url}${path}?signature=${++issued}`),
    )
    storage.fault(reading, async (request, next) => {
      if (used.has(request.query)) return replyWith(403)(request, next)
      used.add(request.query)
      return next()
    })
    storage.fault(reading, cutBody(MiB), { times: 2 })
    await copy(world)
    expect(issued).toBe(3)
    expect(storage.select('GET').map(({ headers }) => headers.range)).toEqual([
      undefined,
      `bytes=${MiB}-`,
      `bytes=${2 * MiB}-`,
    ])
    expect(isStored(world)).toBe(true)
  })
})
