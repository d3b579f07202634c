import { describe, expect, test } from '@jest/globals'
import { fetchConfig } from '../../../src/registry/content/blobs.ts'
import { fetchManifest } from '../../../src/registry/content/manifests.ts'
import { redirectTo, replyWith, setHeader } from '../../../testkit/registry/faults.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import type { Digest } from '../../../src/oci/digest.ts'
import { dispose, failureOf, RegistryWorld, trust } from '../registry-world.ts'

const image = buildImage()
const { config } = image
const content = { digest: config?.digest as Digest, size: config?.size ?? 0 }
const blobs = { method: 'GET', path: /\/blobs\/sha256:/ }
const robot = { username: 'robot', password: 'hunter2' }
const bearer = { auth: { kind: 'bearer', users: { robot: 'hunter2' } } } as const

/** A source with an image, and a registry beside it that plays the storage behind it. */
async function worldWithStorage() {
  const world = await RegistryWorld.start({ source: bearer, sourceLogin: robot })
  world.give(image)
  // The client has signed in already.
  await world.from.getDigest('acme/app:1.0')
  const storage = await TestRegistry.start({ store: world.source.store })
  return { world, storage, [Symbol.asyncDispose]: async () => dispose(storage, world) }
}

function readConfig(world: RegistryWorld) {
  return fetchConfig(world.sourceRepository(), content)
}

describe('every request', () => {
  test('asks for content as it is, and says who asks (Q47)', async () => {
    await using world = await RegistryWorld.start({ source: bearer, sourceLogin: robot })
    world.give(image)
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    for (const { headers } of [...world.source.requests, ...world.destination.requests]) {
      expect(headers['accept-encoding']).toBe('identity')
      expect(headers['user-agent']).toBe('image-sync-action')
    }
  })

  test('for a manifest accepts the four types of manifests, on HEAD too (Q22)', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    await world.from.getDigest('acme/app:1.0')
    await world.from.getImage('acme/app:1.0')
    expect(world.source.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
    for (const { headers } of world.source.requests) {
      expect(headers.accept?.split(', ').sort()).toEqual([
        'application/vnd.docker.distribution.manifest.list.v2+json',
        'application/vnd.docker.distribution.manifest.v2+json',
        'application/vnd.oci.image.index.v1+json',
        'application/vnd.oci.image.manifest.v1+json',
      ])
    }
  })

  test('is logged for those who debug, without its query', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    const lines = world.log.lines.filter((line) => line.startsWith('debug: PUT'))
    expect(lines).toHaveLength(3)
    const session = `debug: PUT ${world.destination.url}/v2/mirror/app/blobs/uploads/`
    expect(lines[0]).toContain(session)
    expect(lines[0]).toMatch(/ 201 0 ms$/)
    expect(lines.join('\n')).not.toMatch(/\?|_state|digest=/)
  })
})

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('with %i is followed for a read', async (status) => {
    await using held = await worldWithStorage()
    const { world, storage } = held
    world.source.fault(
      blobs,
      redirectTo(({ path }) => `${storage.url}${path}?X-Signature=a~b%2F`, status),
    )
    expect(await readConfig(world)).toEqual(image.blobs.get(content.digest))
    expect(storage.requests[0]?.query).toBe('X-Signature=a~b%2F')
  })

  test('to another origin goes there without the login (Q07, Q52)', async () => {
    await using held = await worldWithStorage()
    const { world, storage } = held
    world.source.fault(
      blobs,
      redirectTo(({ path }) => `${storage.url}${path}`),
    )
    await readConfig(world)
    expect(world.source.select('GET', '/blobs/').at(-1)?.headers.authorization).toMatch(/^Bearer /)
    expect(storage.requests[0]?.headers.authorization).toBeUndefined()
  })

  test('inside the registry keeps the login', async () => {
    await using held = await worldWithStorage()
    const { world } = held
    world.source.fault(
      { ...blobs, where: ({ query }) => query === '' },
      redirectTo(({ path }) => `${path}?again`),
    )
    expect(await readConfig(world)).toHaveLength(content.size)
    const again = world.source.requests.find(({ query }) => query === 'again')
    expect(again?.headers.authorization).toMatch(/^Bearer /)
  })

  test('back to the registry brings the login back', async () => {
    await using held = await worldWithStorage()
    const { world, storage } = held
    const home = world.source.url
    world.source.fault(
      { ...blobs, where: ({ query }) => query === '' },
      redirectTo(({ path }) => `${storage.url}${path}`),
    )
    storage.fault(
      blobs,
      redirectTo(({ path }) => `${home}${path}?back`),
    )
    expect(await readConfig(world)).toHaveLength(content.size)
    const back = world.source.requests.find(({ query }) => query === 'back')
    expect(back?.headers.authorization).toMatch(/^Bearer /)
  })

  test('five times is followed, six times is a loop', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    const step = redirectTo(({ path, query }) => `${path}?${Number(query) + 1}`)
    const loop = world.source.fault(blobs, step, { times: 5 })
    await readConfig(world)
    expect(loop.hits).toBe(5)
    world.source.fault(blobs, step)
    world.source.clearRequests()
    const error = await failureOf(readConfig(world))
    expect(error).toMatchObject({ code: 'REDIRECT', operation: 'get blob', transient: false })
    expect(world.source.requests).toHaveLength(6)
  })

  test.each([
    ['to the metadata service', 'http://169.254.169.254/latest/meta-data'],
    ['to a private address', 'http://10.0.0.1/x'],
    ['to a file', 'file:///etc/passwd'],
    ['with user info', 'http://user:pass@127.0.0.1/x'],
    ['to nowhere', 'http://'],
  ])('%s is refused', async (_what, location) => {
    await using world = await RegistryWorld.start({ network: { retries: 2 } })
    world.give(image)
    world.source.fault(blobs, redirectTo(location))
    const error = await failureOf(readConfig(world))
    expect(error).toMatchObject({ code: 'REDIRECT', side: 'source', reference: content.digest })
    expect(world.source.requests).toHaveLength(1)
  })

  test('out of TLS is refused', async () => {
    await using world = await RegistryWorld.start({ source: { tls: true } })
    world.give(image)
    const distrust = trust(world.source.ca)
    try {
      world.source.fault(blobs, redirectTo(`${world.destination.url}/x`))
      const error = await failureOf(readConfig(world))
      expect(error.code).toBe('REDIRECT')
      expect(error.message).toContain('leaves https')
    } finally {
      distrust()
    }
    expect(world.destination.requests).toEqual([])
  })

  test('with two locations is refused', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    world.source.fault(blobs, setHeader('location', ['/one', '/two']))
    world.source.fault(blobs, replyWith(307))
    const error = await failureOf(readConfig(world))
    expect(error).toMatchObject({ code: 'REGISTRY', status: 307 })
    expect(error.message).toContain('several location headers')
  })

  test('without a location is a refusal like any other', async () => {
    await using world = await RegistryWorld.start()
    world.source.fault(blobs, replyWith(307))
    expect(await failureOf(readConfig(world))).toMatchObject({ code: 'REGISTRY', status: 307 })
  })

  test('to a storage that wants another login ends there', async () => {
    await using held = await worldWithStorage()
    const { world, storage } = held
    world.source.fault(
      blobs,
      redirectTo(({ path }) => `${storage.url}${path}`),
    )
    const challenge = `Bearer realm="${storage.url}/token"`
    storage.use(replyWith(401, { headers: { 'www-authenticate': challenge } }))
    const error = await failureOf(readConfig(world))
    expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 401 })
    expect(storage.requests).toHaveLength(1)
    expect(world.source.tokens).toHaveLength(1)
  })

  test.each([301, 302, 303])('of a write with %i is refused', async (status) => {
    await using world = await RegistryWorld.start()
    world.give(image)
    world.destination.fault({ method: 'POST' }, redirectTo('/elsewhere', status))
    const error = await failureOf(world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to))
    expect(error).toMatchObject({ code: 'REDIRECT', status, side: 'destination' })
    expect(world.destination.count(undefined, '/elsewhere')).toBe(0)
  })

  test.each([307, 308])('of an upload with %i sends the whole blob there', async (status) => {
    await using world = await RegistryWorld.start()
    // Too large to be held until the registry is content.
    const large = buildImage({ layers: [{ bytes: Buffer.alloc(300_000) }] })
    world.give(large)
    world.destination.fault(
      { method: 'PUT', path: '/uploads/', where: ({ query }) => !query.includes('again') },
      redirectTo(({ path, query }) => `${path}?${query}&again`, status),
    )
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect((await world.pull('1.0')).digest).toBe(large.manifest.digest)
    expect(world.source.count('GET', large.layers[0]?.digest)).toBe(2)
  })
})

describe('a reference that names nothing', () => {
  test('is NOT_FOUND with all that is known', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    const error = await failureOf(fetchManifest(world.sourceRepository(), '9.9'))
    expect(error).toMatchObject({
      code: 'NOT_FOUND',
      operation: 'get manifest',
      side: 'source',
      registry: world.source.host,
      repository: 'acme/app',
      reference: '9.9',
      status: 404,
      registryCode: 'MANIFEST_UNKNOWN',
    })
    expect(error.registryMessage).not.toBe('')
  })
})
