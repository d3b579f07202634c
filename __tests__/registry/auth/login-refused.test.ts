import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { mountBlob } from '../../../src/registry/content/mount-blob.ts'
import { jsonReply } from '../../../testkit/registry/exchange.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { buildMultiPlatform } from '../../../testkit/image/multi-platform.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import { dispose, failureOf } from '../registry-world.ts'
import { authorizations, basic, bearer, image, robot, sourceWith } from './login-world.ts'

describe('a login that is refused', () => {
  test('for its password is told as such, after one try', async () => {
    await using world = await sourceWith(bearer, { network: { retries: 3 } })
    const client = world.client(world.source, { username: 'robot', password: 'wrong-one' })
    const error = await failureOf(client.getImage('acme/app:1.0'))
    expect(error).toMatchObject({
      code: 'AUTHENTICATION',
      operation: 'log in',
      side: 'source',
      registry: world.source.host,
      repository: 'acme/app',
      status: 401,
      registryCode: 'UNAUTHORIZED',
    })
    expect(error.message).toContain('the token service did not accept the login')
    expect(error.message).not.toContain('wrong-one')
    expect(world.source.count('GET', '/token')).toBe(1)
    expect(world.clock.pauses).toEqual([])
  })

  test('by Basic is told after one try', async () => {
    await using world = await sourceWith(basic, { network: { retries: 3 } })
    const client = world.client(world.source, { username: 'robot', password: 'wrong-one' })
    const error = await failureOf(client.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 401 })
    expect(world.source.requests).toHaveLength(2)
  })

  test('for want of a login is told after one try', async () => {
    await using world = await sourceWith(basic)
    const error = await failureOf(world.client(world.source).getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 401 })
    expect(world.source.requests).toHaveLength(1)
  })

  test('by a registry that only ever asks again is told after the second time', async () => {
    await using world = await sourceWith(bearer, { network: { retries: 3 } })
    const challenge = `Bearer realm="${world.source.url}/token"`
    world.source.fault(
      { path: '/manifests/' },
      replyWith(401, { headers: { 'www-authenticate': challenge }, body: 'once more' }),
    )
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'AUTHENTICATION', registryMessage: 'once more' })
    expect(world.source.count('GET', '/manifests/')).toBe(2)
    expect(world.source.tokens).toHaveLength(1)
  })

  test.each([
    ['with a realm at the metadata service', 'Bearer realm="http://169.254.169.254/"', 'private'],
    ['with a realm of another scheme', 'Bearer realm="file:///etc/passwd"', 'no web address'],
  ])('by a challenge %s is told as such', async (_what, challenge, words) => {
    await using world = await sourceWith({})
    world.source.fault({}, replyWith(401, { headers: { 'www-authenticate': challenge } }))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error.code).toBe('AUTHENTICATION')
    expect(error.message).toContain(words)
    expect(world.source.requests).toHaveLength(1)
  })

  test.each([
    ['of other schemes', 'Negotiate, NTLM'],
    ['with an empty realm', 'Bearer realm="",service="x"'],
    ['that cannot be read', '(((('],
  ])('by a challenge %s is told as such', async (_what, challenge) => {
    await using world = await sourceWith({})
    const headers = { 'www-authenticate': challenge }
    world.source.fault({}, replyWith(401, { headers }))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 401 })
    expect(error.message).toContain('asked as nobody, as the registry asked neither')
    expect(authorizations(world.source)).toEqual(['1.0: nothing', ': nothing'])
  })
})

describe('a token service that refuses more than one repository', () => {
  test('does not fail a request that needs one, and came while both were asked for', async () => {
    await using world = await sourceWith(bearer)
    await world.from.getImage('acme/app:1.0')
    world.clock.time += 400_000
    const both = { path: '/token', where: (request: { query: string }) => askedFor(request) > 1 }
    const refused = world.source.fault(both, replyWith(403))
    const [layer] = image.layers
    const blob = { digest: layer?.digest as Digest, size: layer?.size ?? 0 }
    const mounting = mountBlob(world.from.repository('mirror/app', 'destination'), blob, 'acme/app')
    const [mount] = await Promise.all([failureOf(mounting), world.from.getImage('acme/app:1.0')])
    expect(mount).toMatchObject({ code: 'AUTHENTICATION', status: 403 })
    expect(refused.hits).toBe(1)
  })
})

function askedFor({ query }: { query: string }) {
  return new URLSearchParams(query).getAll('scope').length
}

describe('a token service that fails', () => {
  test('is tried again as often as a request is, and not more often', async () => {
    await using world = await sourceWith(bearer, { network: { retries: 2 } })
    world.source.fault({ path: '/token' }, replyWith(503))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ operation: 'log in', status: 503 })
    expect(world.source.count('GET', '/token')).toBe(3)
    expect(world.clock.pauses).toHaveLength(2)
  })

  test('fails eight requests at a time with as many tries', async () => {
    await using world = await sourceWith(bearer, { network: { retries: 2 } })
    await world.from.getImage('acme/app:1.0')
    world.clock.time += 400_000
    world.source.clearRequests()
    world.source.fault({ path: '/token' }, replyWith(503))
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, async () => world.from.getImage('acme/app:1.0')),
    )
    expect(results.every(({ status }) => status === 'rejected')).toBe(true)
    expect(world.source.count('GET', '/token')).toBe(3)
  })

  test('for a moment does not fail the request', async () => {
    await using world = await sourceWith(bearer, { network: { retries: 2 } })
    const busy = replyWith(429, { headers: { 'retry-after': '3' } })
    world.source.fault({ path: '/token' }, busy, { times: 1 })
    await world.from.getImage('acme/app:1.0')
    expect(world.clock.pauses).toEqual([3_050])
  })
})

/** A registry that names a token service under another name of this machine. */
async function foreignRealm() {
  const service = await TestRegistry.start(bearer)
  const realm = service.url.replace('127.0.0.1', 'localhost') + '/token'
  const world = await sourceWith({ auth: { ...bearer.auth, realm } })
  return { service, world, [Symbol.asyncDispose]: async () => dispose(service, world) }
}

function everythingKnown(registry: TestRegistry, { username, password }: typeof robot) {
  const login = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return [login, ...registry.tokens.map(({ token }) => `Bearer ${token}`)].sort()
}

function everythingSent(registry: TestRegistry) {
  const sent = registry.requests.flatMap(({ headers }) => headers.authorization ?? [])
  return [...new Set(sent)].sort()
}

describe('credentials never go', () => {
  test('to a token service of another site', async () => {
    await using held = await foreignRealm()
    const { service, world } = held
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error.code).toBe('AUTHENTICATION')
    expect(error.message).toContain('localhost')
    expect(service.requests).toEqual([])
  })

  test('to a token service of another site, which the registry named once and not again', async () => {
    await using held = await foreignRealm()
    const { world } = held
    world.source.clearRequests()
    await failureOf(world.from.getImage('acme/app:1.0'))
    await failureOf(world.from.getImage('acme/app:1.0'))
    // The second one is sent, and not refused for what the first one was told.
    expect(world.source.count('GET', '/manifests/')).toBe(2)
  })

  test('anywhere that a token may be had without them', async () => {
    await using held = await foreignRealm()
    const { service, world } = held
    service.intercept(() => jsonReply(200, { token: 'for-everybody' }))
    const error = await failureOf(world.client(world.source).getImage('acme/app:1.0'))
    expect(error.code).toBe('AUTHENTICATION')
    expect(authorizations(service)).toEqual(['token: nothing', 'token: nothing'])
    expect(world.source.requests.at(-1)?.headers.authorization).toBe('Bearer for-everybody')
  })

  test('from the source to the destination, nor the other way round', async () => {
    const guest = { username: 'guest', password: 'correct-horse' }
    await using world = await sourceWith(bearer, {
      destination: { auth: { kind: 'bearer', users: { guest: 'correct-horse' } } },
      destinationLogin: guest,
    })
    const index = buildMultiPlatform()
    world.give(index, '2.0')
    await world.from.copyIndex('acme/app:2.0', 'mirror/app:2.0', world.to)
    expect(everythingSent(world.source)).toEqual(everythingKnown(world.source, robot))
    expect(everythingSent(world.destination)).toEqual(everythingKnown(world.destination, guest))
  })
})
