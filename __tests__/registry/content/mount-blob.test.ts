import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { mountBlob } from '../../../src/registry/content/mount-blob.ts'
import { copyBlob } from '../../../src/registry/copy/copy-blob.ts'
import { digestOf } from '../../../testkit/registry/content.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import {
  dropBeforeHeaders,
  redirectTo,
  removeHeader,
  replyWith,
  setHeader,
} from '../../../testkit/registry/faults.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import { failureOf } from '../registry-world.ts'
import { blobWorld } from './blob-world.ts'

const bytes = Buffer.alloc(100_000, 'layer')
const { blob, worldWithBlob, copy, isStored } = blobWorld(bytes)

/** The reader has the repository that is read, the writer the one that is written. */
function eachTheirOwn(user: string | undefined, repository: string) {
  return user === (repository === 'mirror/app' ? 'writer' : 'reader')
}

describe('inside one registry', () => {
  const one = { oneRegistry: true } as const

  test('a blob is mounted, and not a byte of it read', async () => {
    await using world = await worldWithBlob(one)
    expect(await copy(world)).toBe('mounted')
    const [post] = world.source.select('POST')
    expect(new URLSearchParams(post?.query).get('mount')).toBe(blob.digest)
    expect(new URLSearchParams(post?.query).get('from')).toBe('acme/app')
    expect(world.source.count('GET', '/blobs/')).toBe(0)
    expect(isStored(world)).toBe(true)
  })

  test('a mount that becomes an upload is used as that (Q40)', async () => {
    await using world = await worldWithBlob({ ...one, source: { mount: false } })
    expect(await copy(world)).toBe('copied')
    expect(world.source.count('POST')).toBe(1)
    expect(world.source.store.eventsOf('upload-opened')).toHaveLength(1)
    expect(world.source.store.uploads.size).toBe(0)
    expect(isStored(world)).toBe(true)
  })

  test.each([400, 401, 403, 404, 405, 429, 500, 503])(
    'a mount that is refused with %i is followed by an upload, without a retry (Q24, Q48)',
    async (status) => {
      await using world = await worldWithBlob({ ...one, network: { retries: 3 } })
      const refused = world.source.fault(
        { method: 'POST', where: ({ query }) => query.includes('mount=') },
        replyWith(status),
      )
      expect(await copy(world)).toBe('copied')
      expect(refused.hits).toBe(1)
      // The first word of a registry is about all requests, and holds for the upload too.
      expect(world.clock.pauses).toEqual([429, 503].includes(status) ? [300] : [])
      expect(isStored(world)).toBe(true)
    },
  )

  test.each<[string, Middleware]>([
    ['is not answered', dropBeforeHeaders()],
    ['gives no location', removeHeader('location')],
    ['gives a location that nobody may go to', setHeader('location', 'file:///etc/passwd')],
    [
      'is answered with another digest',
      replyWith(201, { headers: { 'docker-content-digest': digestOf(Buffer.from('other')) } }),
    ],
    ['is led to another registry', redirectTo('http://127.0.0.1:1/')],
  ])('a mount that %s is followed by an upload', async (_what, fault) => {
    await using world = await worldWithBlob({ ...one, source: { mount: false } })
    world.source.fault({ method: 'POST', where: ({ query }) => query.includes('mount=') }, fault)
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
  })

  test('no mount is tried where the login that writes may not read the source (Q40)', async () => {
    await using world = await worldWithBlob({
      ...one,
      source: {
        auth: { kind: 'bearer', users: { reader: 'x', writer: 'y' }, grants: eachTheirOwn },
        mountDenied: 'challenge',
      },
      sourceLogin: { username: 'reader', password: 'x' },
      destinationLogin: { username: 'writer', password: 'y' },
    })
    expect(await copy(world)).toBe('copied')
    expect(world.source.select('POST').map(({ query }) => query)).toEqual([''])
    expect(isStored(world)).toBe(true)
  })

  test('a mount between two logins works where the one that writes may read as well', async () => {
    await using world = await worldWithBlob({
      ...one,
      source: {
        auth: {
          kind: 'bearer',
          users: { reader: 'x', writer: 'y' },
          grants: (user, _repository, action) => user === 'writer' || action === 'pull',
        },
      },
      sourceLogin: { username: 'reader', password: 'x' },
      destinationLogin: { username: 'writer', password: 'y' },
    })
    expect(await copy(world)).toBe('mounted')
    const readers = world.source.tokens.filter(({ user }) => user === 'reader')
    // The one that reads for us is never used to write.
    expect(
      readers.flatMap(({ requested }) => requested).flatMap(({ actions }) => actions),
    ).not.toContain('push')
  })

  test('a token service that refuses two repositories at once costs the mount, and no more', async () => {
    await using world = await worldWithBlob({
      ...one,
      source: { auth: { kind: 'bearer', users: { robot: 'x' } } },
      sourceLogin: { username: 'robot', password: 'x' },
    })
    const refused = world.source.fault(
      { path: '/token', where: ({ params }) => params.getAll('scope').length > 1 },
      replyWith(401),
    )
    const destination = world.from.repository('mirror/app', 'destination')
    expect(await copyBlob(world.sourceRepository(), destination, blob)).toBe('copied')
    expect(refused.hits).toBe(1)
    expect(isStored(world)).toBe(true)
  })

  test('mounts are given up after three that did not work, and sessions are not left behind (Q06)', async () => {
    await using world = await worldWithBlob({ ...one, source: { mount: false } })
    const contents = Array.from({ length: 6 }, (_, index) => Buffer.alloc(10, index))
    for (const content of contents) {
      world.source.store.putBlob('acme/app', content)
      const layer = { digest: digestOf(content) as Digest, size: content.length }
      expect(await copy(world, layer)).toBe('copied')
    }
    const mounts = world.source.select('POST').filter(({ query }) => query.includes('from=acme'))
    expect(mounts).toHaveLength(3)
    expect(world.source.count('POST')).toBe(6)
    expect(world.source.store.uploads.size).toBe(0)
  })

  test.each([1, 2, 3])('blobs move side by side with %i slots', async (concurrency) => {
    await using world = await worldWithBlob({
      ...one,
      source: { mount: false },
      network: { concurrency },
    })
    const contents = Array.from({ length: 6 }, (_, index) => Buffer.alloc(100_000, index))
    for (const content of contents) world.source.store.putBlob('acme/app', content)
    const outcomes = await Promise.all(
      contents.map(async (content) =>
        copy(world, { digest: digestOf(content) as Digest, size: content.length }),
      ),
    )
    expect(outcomes).toEqual(contents.map(() => 'copied'))
    // A transfer reads and writes at one time, so it takes two slots where there are two.
    expect(world.source.peakRequests).toBeLessThanOrEqual(Math.max(concurrency, 2))
  })

  test('a blob is never mounted between two registries', async () => {
    await using world = await worldWithBlob()
    await copy(world)
    expect(world.destination.select('POST').map(({ query }) => query)).toEqual([''])
  })
})

function created(named: string) {
  return replyWith(201, { headers: { 'docker-content-digest': named } })
}

describe('that a blob was mounted', () => {
  test('is not believed where it was another one', async () => {
    await using world = await worldWithBlob()
    world.destination.fault({ method: 'POST' }, created(digestOf(Buffer.from('other'))))
    const mounting = mountBlob(world.destinationRepository(), blob, 'mirror/other')
    expect(await failureOf(mounting)).toMatchObject({ code: 'VERIFICATION', status: 201 })
  })

  test('is not believed where another host says so', async () => {
    await using world = await worldWithBlob()
    await using storage = await TestRegistry.start()
    storage.use(created(blob.digest))
    world.destination.fault({ method: 'POST' }, redirectTo(`${storage.url}/uploads`))
    const mounting = mountBlob(world.destinationRepository(), blob, 'mirror/other')
    expect(await failureOf(mounting)).toMatchObject({ code: 'VERIFICATION', status: 201 })
    expect(storage.requests).toHaveLength(1)
  })
})
