import { describe, expect, test } from '@jest/globals'
import { digestOf } from '../../../src/oci/digest.ts'
import { redirectTo, removeHeader, replyWith, setHeader } from '../../../testkit/registry/faults.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { failureOf, RegistryWorld, trust, type WorldOptions } from '../registry-world.ts'

const image = buildImage()
const opening = { method: 'POST', path: '/blobs/uploads/' }
const robot = { username: 'robot', password: 'hunter2' }
const bearer = { auth: { kind: 'bearer', users: { robot: 'hunter2' } } } as const

async function worldWithImage(options: WorldOptions = {}) {
  const world = await RegistryWorld.start(options)
  world.give(image)
  return world
}

function copy(world: RegistryWorld) {
  return world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
}

/** Writes the session's location in another way. */
function relocate(change: (location: string) => string): Middleware {
  return async (_request, next) => {
    const answer = await next()
    const location = change(String(answer.headers['location']))
    return { ...answer, headers: { ...answer.headers, location } }
  }
}

describe('an upload', () => {
  test('is one request with the length of the blob, to a session that an empty one opened (Q17)', async () => {
    await using world = await worldWithImage()
    await copy(world)
    const [post] = world.destination.select('POST')
    expect(post?.headers['content-length']).toBe('0')
    const puts = world.destination.select('PUT', '/uploads/')
    expect(puts).toHaveLength(2)
    for (const { headers, query, bodyBytes } of puts) {
      expect(headers['content-type']).toBe('application/octet-stream')
      expect(headers['content-length']).toBe(String(bodyBytes))
      expect(headers['transfer-encoding']).toBeUndefined()
      expect(query).toMatch(/&digest=sha256%3A[0-9a-f]{64}$/)
    }
    expect(world.destination.count('PATCH')).toBe(0)
  })

  test.each([
    [
      'absolute',
      (world: RegistryWorld) => (location: string) => `${world.destination.url}${location}`,
    ],
    ['relative to the request', () => (location: string) => location.replace(/^.*\//, '')],
    [
      'without a scheme',
      (world: RegistryWorld) => (location: string) => `//${world.destination.host}${location}`,
    ],
    [
      'under another name of this machine',
      (world: RegistryWorld) => (location: string) =>
        `${world.destination.url.replace('127.0.0.1', 'localhost')}${location}`,
    ],
  ])('goes to a location that is %s (Q35, Q51)', async (_what, change) => {
    await using world = await worldWithImage()
    world.destination.fault(opening, relocate(change(world)))
    await copy(world)
    expect((await world.pull('1.0')).digest).toBe(image.manifest.digest)
  })

  test.each([
    'state=a~b%2Fc%2fd%3D%7e',
    'b=2&a=1&b=2&&empty=&bare',
    "sig='quoted'(x)!*;,+%20+",
    'upload-state==',
  ])('keeps the query %s byte for byte (Q38)', async (query) => {
    await using world = await worldWithImage()
    world.destination.fault(
      opening,
      relocate((location) => `${location}&${query}`),
    )
    await copy(world)
    for (const put of world.destination.select('PUT', '/uploads/')) {
      const [session] = put.query.split('&')
      expect(put.query).toMatch(/&digest=sha256%3A[0-9a-f]{64}$/)
      expect(put.query.replace(/&digest=[^&]*$/, '')).toBe(`${session}&${query}`)
    }
    expect((await world.pull('1.0')).digest).toBe(image.manifest.digest)
  })

  test('to a location on another host goes there without the login (Q51)', async () => {
    await using world = await worldWithImage({ destination: bearer, destinationLogin: robot })
    const { store } = world.destination
    await using storage = await TestRegistry.start({ store })
    world.destination.fault(
      opening,
      relocate((location) => `${storage.url}${location}`),
    )
    await copy(world)
    expect(storage.select('PUT')).toHaveLength(2)
    for (const { headers } of storage.requests) expect(headers.authorization).toBeUndefined()
    expect(store.tag('mirror/app', '1.0')).toBe(image.manifest.digest)
  })

  test('to a registry with TLS that calls itself plain stays with TLS (Q39)', async () => {
    await using world = await worldWithImage({ destination: { tls: true } })
    const plain = world.destination.url.replace('https:', 'http:')
    world.destination.fault(
      opening,
      relocate((location) => `${plain}${location}`),
    )
    const distrust = trust(world.destination.ca)
    try {
      await copy(world)
    } finally {
      distrust()
    }
    expect(world.destination.select('PUT', '/uploads/')).toHaveLength(2)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(image.manifest.digest)
  })

  test.each<[string, Middleware, string]>([
    ['is missing', removeHeader('location'), 'UPLOAD'],
    ['came twice', setHeader('location', ['/one', '/two']), 'REGISTRY'],
    ['is at a private address', setHeader('location', 'http://10.0.0.1/x'), 'REDIRECT'],
    ['has user info', setHeader('location', 'http://user:pass@127.0.0.1/x'), 'REDIRECT'],
    ['is no URL', setHeader('location', 'http://'), 'REDIRECT'],
  ])('whose location %s fails before a byte is sent', async (_what, fault, code) => {
    await using world = await worldWithImage({ network: { retries: 2 } })
    world.destination.fault(opening, fault)
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({ code, operation: 'start upload', side: 'destination' })
    expect(world.destination.count('PUT')).toBe(0)
    expect(world.source.count('GET', '/blobs/')).toBe(0)
    expect(world.destination.count('POST')).toBe(1)
  })

  test.each([
    [400, 'UPLOAD'],
    [403, 'DENIED'],
    [404, 'NOT_FOUND'],
    [405, 'UPLOAD'],
    [413, 'UPLOAD'],
    [415, 'UPLOAD'],
  ])('that is refused with %i is %s, with the words of the registry', async (status, code) => {
    await using world = await worldWithImage({ network: { retries: 2 } })
    const body = JSON.stringify({ errors: [{ code: 'BLOB_UPLOAD_INVALID', message: 'not today' }] })
    world.destination.fault({ method: 'PUT', path: '/uploads/' }, replyWith(status, { body }))
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({
      code,
      operation: 'upload blob',
      side: 'destination',
      registry: world.destination.host,
      repository: 'mirror/app',
      status,
      registryCode: 'BLOB_UPLOAD_INVALID',
      registryMessage: 'not today',
    })
    expect(image.blobs.has(error.reference ?? '')).toBe(true)
    expect(world.destination.store.tagWrites()).toEqual([])
  })

  test.each([200, 201, 202, 204])('that is taken with %i is done (Q49)', async (status) => {
    await using world = await worldWithImage()
    world.destination.fault({ method: 'PUT' }, async (_request, next) => ({
      ...(await next()),
      status,
    }))
    await copy(world)
    expect((await world.pull('1.0')).digest).toBe(image.manifest.digest)
  })
})

describe('an upload that is answered with another digest', () => {
  const other = setHeader('docker-content-digest', digestOf(Buffer.from('something else')))

  test.each([
    ['in one piece', false],
    ['in chunks', true],
  ])('%s is no success', async (_what, inChunks) => {
    await using world = await worldWithImage({ destination: { checkReferences: false } })
    const closing = { method: 'PUT', path: '/uploads/' }
    if (inChunks) {
      world.destination.fault(
        { ...closing, where: ({ headers }) => headers['content-length'] !== '0' },
        replyWith(413),
      )
    }
    world.destination.fault(closing, other)
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({ code: 'VERIFICATION', operation: 'upload blob', status: 201 })
    expect(error.message).toContain(digestOf(Buffer.from('something else')))
    expect(world.destination.count('PATCH') > 0).toBe(inChunks)
    expect(world.destination.store.tagWrites()).toEqual([])
  })

  test.each([
    ['of another algorithm', `sha512:${'0'.repeat(128)}`],
    ['of no form', 'nonsense'],
  ])('%s is not doubted', async (_what, digest) => {
    await using world = await worldWithImage()
    world.destination.fault(
      { method: 'PUT', path: '/uploads/' },
      setHeader('docker-content-digest', digest),
    )
    await copy(world)
    expect((await world.pull('1.0')).digest).toBe(image.manifest.digest)
  })
})

describe('a session that will not be used', () => {
  test('is given back', async () => {
    await using world = await worldWithImage()
    world.destination.fault({ method: 'PUT', path: '/uploads/' }, replyWith(400))
    await failureOf(copy(world))
    expect(world.destination.count('DELETE')).toBe(1)
    expect(world.destination.store.uploads.size).toBe(0)
    expect(world.destination.store.eventsOf('upload-cancelled')).toHaveLength(1)
  })

  test.each([
    ['is refused', replyWith(405)],
    ['is redirected to nowhere', redirectTo('file:///x')],
  ])('does not hide the failure where giving it back %s (Q22)', async (_what, fault) => {
    await using world = await worldWithImage()
    world.destination.fault({ method: 'PUT', path: '/uploads/' }, replyWith(413))
    world.destination.fault({ method: 'DELETE' }, fault)
    expect(await failureOf(copy(world))).toMatchObject({ code: 'UPLOAD', status: 413 })
  })
})
