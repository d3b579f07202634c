import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { fetchConfig } from '../../../src/registry/content/blobs.ts'
import { redirectTo, replyWith, setHeader } from '../../../testkit/registry/faults.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
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

describe('a redirect of a read', () => {
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

  test('back to the registry does not bring the login back', async () => {
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
    expect((await failureOf(readConfig(world))).code).toBe('AUTHENTICATION')
    const back = world.source.requests.filter(({ query }) => query === 'back')
    expect(back.map(({ headers }) => headers.authorization)).toEqual([undefined])
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
    // The token that everybody gets is asked for, and none is given.
    const { requests } = storage
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
    expect(world.source.tokens).toHaveLength(1)
  })
})
