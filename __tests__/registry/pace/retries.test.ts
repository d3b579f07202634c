import { describe, expect, test } from '@jest/globals'
import {
  cutBody,
  dropAfterHeaders,
  dropAfterWork,
  dropBeforeHeaders,
  replyWith,
} from '../../../testkit/registry/faults.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { failureOf, RegistryWorld, type WorldOptions } from '../registry-world.ts'

const image = buildImage({ layers: [{ bytes: Buffer.alloc(300_000, 'layer') }] })
const [layer] = image.layers
const layerDigest = layer?.digest ?? ''
const reading = { method: 'GET', path: '/manifests/' }
const layerUpload = {
  method: 'PUT',
  path: '/uploads/',
  where: ({ query }: { query: string }) => query.includes(layerDigest.replace('sha256:', '')),
}

async function worldWithImage(options: WorldOptions = { network: { retries: 3 } }) {
  const world = await RegistryWorld.start(options)
  world.give(image)
  return world
}

function copy(world: RegistryWorld) {
  return world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
}

async function copiedDigest(world: RegistryWorld) {
  return (await world.pull('1.0')).digest
}

describe('a read', () => {
  test.each([
    408, 425, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530,
  ])('that fails with %i is tried again', async (status) => {
    await using world = await worldWithImage()
    const fault = world.source.fault(reading, replyWith(status), { times: 2 })
    await world.from.getImage('acme/app:1.0')
    expect(fault.hits).toBe(2)
    expect(world.source.requests).toHaveLength(3)
    expect(world.clock.pauses).toEqual([250, 1_250])
  })

  test.each([400, 403, 404, 405, 409, 412, 413, 415, 501])(
    'that fails with %i is not tried again',
    async (status) => {
      await using world = await worldWithImage()
      world.source.fault(reading, replyWith(status))
      expect(await failureOf(world.from.getImage('acme/app:1.0'))).toMatchObject({ status })
      expect(world.source.requests).toHaveLength(1)
      expect(world.clock.pauses).toEqual([])
    },
  )

  test.each([0, 1, 4])('that never works is tried once and %i times again', async (retries) => {
    await using world = await worldWithImage({ network: { retries } })
    world.source.fault(reading, replyWith(503))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'REGISTRY', status: 503 })
    expect(world.source.requests).toHaveLength(retries + 1)
    expect(world.clock.pauses).toHaveLength(retries)
  })

  test.each<[string, Middleware]>([
    ['before the answer', dropBeforeHeaders()],
    ['with a reset', dropBeforeHeaders({ reset: true })],
    ['behind the headers', dropAfterHeaders()],
    ['in the middle of the body', cutBody(10)],
  ])('whose connection ends %s is tried again', async (_what, fault) => {
    await using world = await worldWithImage()
    world.source.fault(reading, fault, { times: 2 })
    expect((await world.from.getImage('acme/app:1.0')).digest).toBe(image.manifest.digest)
    expect(world.source.requests).toHaveLength(3)
  })

  test('from a registry that is gone is tried again, and then told as such', async () => {
    const registry = await TestRegistry.start()
    const { host } = registry
    await registry.close()
    await using world = await worldWithImage({ network: { retries: 2 } })
    const gone = world.client({ host } as TestRegistry)
    const error = await failureOf(gone.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'NETWORK', registry: host, transient: true })
    expect(error.message).toContain('the connection was refused')
    expect(error.status).toBeUndefined()
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' })
    expect(world.clock.pauses).toHaveLength(2)
  })
})

describe('the pause before a retry', () => {
  test.each([
    ['in seconds', '7', 7_050],
    ['as a date', 'Fri, 02 Jan 2026 03:05:05 GMT', 60_050],
    ['that is absurd', '31536000', 120_050],
    ['that nobody understands', 'later', 250],
  ])('honours a Retry-After %s', async (_what, value, pause) => {
    await using world = await worldWithImage()
    const busy = replyWith(429, { headers: { 'retry-after': value } })
    world.source.fault(reading, busy, { times: 1 })
    await world.from.getImage('acme/app:1.0')
    expect(world.clock.pauses).toEqual([pause])
  })

  test('where the registry asks it of all, holds for them and for no other registry', async () => {
    await using world = await worldWithImage()
    const { network, clock, source, destination } = world
    network.limiter(source.host).pause.note(429, '30', clock.now())
    await world.to.checkExists('mirror/app:1.0')
    expect(clock.pauses).toEqual([])
    await Promise.all([world.from.getImage('acme/app:1.0'), world.from.checkExists('acme/app:1.0')])
    // And a quarter of a second by chance, so that not all of them come back at once.
    expect(clock.pauses[0]).toBe(30_250)
    expect([source.requests.length, destination.requests.length]).toEqual([2, 1])
  })

  test('holds for nobody else where others are served', async () => {
    await using world = await worldWithImage()
    const { network, clock, source } = world
    for (let pull = 0; pull < 4; pull++) await world.from.getImage('acme/app:1.0')
    const busy = replyWith(429, { headers: { 'retry-after': '30' } })
    world.source.fault(reading, busy, { times: 1 })
    const before = clock.now()
    await world.from.getImage('acme/app:1.0')
    expect(clock.pauses).toEqual([30_050])
    expect(network.limiter(source.host).pause.left(before)).toBe(0)
  })

  test('is told in the log', async () => {
    await using world = await worldWithImage()
    const busy = replyWith(429, { headers: { 'retry-after': '7' }, body: 'slow\n::error::down' })
    world.source.fault(reading, busy, { times: 1 })
    await world.from.getImage('acme/app:1.0')
    const lines = world.log.lines.filter((line) => line.startsWith('info:'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('too many requests, and asks to come back in 7 s (HTTP 429, slow')
    expect(lines[0]).toMatch(/; trying again in 7\.0 s \(1 of 3\)$/)
    expect(lines[0]).not.toContain('\n')
  })

  test.each([
    [0, [200, 1_000, 4_000]],
    [0.25, [225, 1_125, 4_500]],
    [0.5, [250, 1_250, 5_000]],
  ])('is a matter of chance: %d', async (chance, pauses) => {
    await using world = await worldWithImage({ network: { retries: 3, random: () => chance } })
    world.source.fault(reading, replyWith(503))
    await failureOf(world.from.getImage('acme/app:1.0'))
    expect(world.clock.pauses).toEqual(pauses)
  })
})

describe('a blob', () => {
  test.each<[string, Middleware]>([
    ['is reset before it is read', dropBeforeHeaders({ reset: true })],
    ['is dropped in its middle', dropBeforeHeaders({ requestBytes: 100_000 })],
    ['fails behind its end', replyWith(503)],
    ['fails before it is read', replyWith(503, { early: true })],
  ])('whose upload %s is read and sent again', async (_what, fault) => {
    await using world = await worldWithImage()
    const hit = world.destination.fault(layerUpload, fault, { times: 2 })
    await copy(world)
    expect(await copiedDigest(world)).toBe(image.manifest.digest)
    expect(hit.hits).toBe(2)
    expect(world.source.count('GET', layerDigest)).toBe(3)
    expect(
      world.destination.store.completedBlobs().filter((blob) => blob === layerDigest),
    ).toHaveLength(1)
    expect(world.destination.store.uploads.size).toBe(0)
  })

  test('that was stored although nobody said so is not sent again', async () => {
    await using world = await worldWithImage()
    world.destination.fault(layerUpload, dropAfterWork(), { times: 1 })
    const { moved } = await copy(world)
    expect(await copiedDigest(world)).toBe(image.manifest.digest)
    expect(world.source.count('GET', layerDigest)).toBe(1)
    expect(world.destination.count('HEAD', layerDigest)).toBe(1)
    expect(moved.copied).toBe((layer?.size ?? 0) + (image.config?.size ?? 0))
  })

  test.each<[string, Middleware]>([
    ['breaks off', cutBody(100_000)],
    ['breaks off before its first byte', dropAfterHeaders()],
    ['is not answered', dropBeforeHeaders()],
    ['is refused for a moment', replyWith(503)],
  ])('whose source %s is read again from its start', async (_what, fault) => {
    await using world = await worldWithImage()
    world.source.fault({ method: 'GET', path: layerDigest }, fault, { times: 2 })
    await copy(world)
    expect(await copiedDigest(world)).toBe(image.manifest.digest)
    expect(world.source.count('GET', layerDigest)).toBe(3)
    expect(
      world.destination.store.completedBlobs().filter((blob) => blob === layerDigest),
    ).toHaveLength(1)
  })

  test('whose session cannot be opened for a moment gets one later', async () => {
    await using world = await worldWithImage()
    world.destination.fault({ method: 'POST' }, replyWith(503), { times: 2 })
    await copy(world)
    expect(await copiedDigest(world)).toBe(image.manifest.digest)
  })

  test.each([0, 2])('that never arrives is sent once and %i times again', async (retries) => {
    await using world = await worldWithImage({ network: { retries } })
    world.destination.fault(layerUpload, replyWith(500))
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({ code: 'UPLOAD', status: 500, reference: layerDigest })
    const sent = world.destination.requests.filter(
      ({ method, query, bodyBytes }) =>
        method === 'PUT' && bodyBytes > 0 && query.includes(layerDigest.replace('sha256:', '')),
    )
    expect(sent).toHaveLength(retries + 1)
  })

  test('whose source never answers names the source', async () => {
    await using world = await worldWithImage({ network: { retries: 2 } })
    world.source.fault({ method: 'GET', path: layerDigest }, replyWith(502))
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({ side: 'source', operation: 'get blob', status: 502 })
    expect(world.source.count('GET', layerDigest)).toBe(3)
  })

  test('is looked for as often as anything else, and not more often, after a lost answer', async () => {
    await using world = await worldWithImage({ network: { retries: 2 } })
    const lost = world.destination.fault(layerUpload, dropAfterWork())
    const looks = world.destination.fault(
      { method: 'HEAD', path: layerDigest, where: () => lost.hits > 0 },
      replyWith(503),
    )
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({ operation: 'look up blob', status: 503 })
    expect(looks.hits).toBe(3)
    expect(lost.hits).toBe(1)
  })

  test.each([400, 403, 404, 409, 412, 415])(
    'that is refused with %i is not sent again',
    async (status) => {
      await using world = await worldWithImage()
      world.destination.fault(layerUpload, replyWith(status))
      expect(await failureOf(copy(world))).toMatchObject({ status })
      expect(world.source.count('GET', layerDigest)).toBe(1)
      expect(world.clock.pauses).toEqual([])
    },
  )

  test.each([400, 401, 403, 404, 413])(
    'that is refused with %i before it was read is refused for that, and not for the connection',
    async (status) => {
      await using world = await worldWithImage()
      const body = JSON.stringify({ errors: [{ code: 'SIZE_INVALID', message: 'too much' }] })
      world.destination.fault(layerUpload, replyWith(status, { early: true, body }))
      const error = await failureOf(copy(world))
      expect(error).toMatchObject({ status, registryCode: 'SIZE_INVALID', reference: layerDigest })
      expect(world.clock.pauses).toEqual([])
    },
  )
})

describe('a manifest', () => {
  test.each<[string, number, Middleware]>([
    ['is refused for a moment is pushed again', 2, replyWith(503)],
    ['is stored although nobody says so is looked for', 1, dropAfterWork()],
    ['is dropped is pushed again', 2, dropBeforeHeaders()],
  ])('that %s', async (_what, pushes, fault) => {
    await using world = await worldWithImage()
    world.destination.fault({ method: 'PUT', path: '/manifests/' }, fault, { times: 1 })
    await copy(world)
    expect(await copiedDigest(world)).toBe(image.manifest.digest)
    expect(world.destination.count('PUT', '/manifests/')).toBe(pushes)
  })

  test.each([400, 409, 412, 413])('that is refused with %i is not', async (status) => {
    await using world = await worldWithImage()
    const body = JSON.stringify({ errors: [{ code: 'MANIFEST_INVALID', message: 'no' }] })
    world.destination.fault({ method: 'PUT', path: '/manifests/' }, replyWith(status, { body }))
    expect(await failureOf(copy(world))).toMatchObject({
      code: 'REGISTRY',
      operation: 'push manifest',
      side: 'destination',
      reference: '1.0',
      status,
      registryCode: 'MANIFEST_INVALID',
      registryMessage: 'no',
    })
    expect(world.destination.count('PUT', '/manifests/')).toBe(1)
  })
})
