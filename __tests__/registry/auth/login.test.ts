import { describe, expect, test } from '@jest/globals'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { failureOf, RegistryWorld, trust } from '../registry-world.ts'
import { authorizations, basic, bearer, image, robot, sourceWith, users } from './login-world.ts'

describe('signing in', () => {
  test('starts with the first challenge and no sooner', async () => {
    await using world = await sourceWith(bearer)
    await world.from.getImage('acme/app:1.0')
    expect(authorizations(world.source)).toEqual(['1.0: nothing', 'token: Basic', '1.0: Bearer'])
  })

  test('by Basic goes on with every request', async () => {
    await using world = await sourceWith(basic)
    await world.from.getImage('acme/app:1.0')
    await world.from.getImage('acme/app:1.0')
    expect(authorizations(world.source)).toEqual(['1.0: nothing', '1.0: Basic', '1.0: Basic'])
  })

  test('does not happen where nobody asks', async () => {
    await using world = await sourceWith({})
    await world.from.getImage('acme/app:1.0')
    expect(authorizations(world.source)).toEqual(['1.0: nothing'])
  })

  test('prefers Bearer where both are offered', async () => {
    await using world = await sourceWith(bearer)
    world.source.use(async (_request, next) => {
      const answer = await next()
      const challenge = answer.headers['www-authenticate']
      if (challenge === undefined) return answer
      return { ...answer, headers: { 'www-authenticate': ['Basic realm="x"', String(challenge)] } }
    })
    await world.from.getImage('acme/app:1.0')
    expect(authorizations(world.source).at(-1)).toBe('1.0: Bearer')
  })

  test('works without a login where everybody may pull', async () => {
    await using world = await sourceWith({ auth: { kind: 'bearer', users, anonymousPull: true } })
    const anonymous = world.client(world.source)
    await anonymous.getImage('acme/app:1.0')
    expect(authorizations(world.source)).toEqual(['1.0: nothing', 'token: nothing', '1.0: Bearer'])
  })

  test('asks for what the requests need, and for nothing else', async () => {
    await using world = await sourceWith(bearer, { destination: bearer, destinationLogin: robot })
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect(world.source.tokens.map(({ requested }) => requested)).toEqual([
      [{ type: 'repository', name: 'acme/app', actions: ['pull'] }],
    ])
    expect(world.destination.tokens.map(({ requested }) => requested)).toEqual([
      [{ type: 'repository', name: 'mirror/app', actions: ['pull', 'push'] }],
    ])
  })

  test('asks for what the challenge names too', async () => {
    await using world = await sourceWith(bearer)
    const { host } = world.source
    const challenge = `Bearer realm="http://${host}/token",scope="repository:base/os:pull nonsense"`
    world.source.fault(
      { path: '/manifests/' },
      replyWith(401, { headers: { 'www-authenticate': challenge } }),
      { times: 1 },
    )
    await world.from.getImage('acme/app:1.0')
    expect(world.source.tokens[0]?.requested.map(({ name }) => name)).toEqual([
      'acme/app',
      'base/os',
    ])
  })

  test('names no service where the challenge leaves it empty', async () => {
    await using world = await sourceWith({ auth: { ...bearer.auth, service: false } })
    const challenge = `Bearer realm="${world.source.url}/token",service="",scope=""`
    const refusal = replyWith(401, { headers: { 'www-authenticate': challenge } })
    world.source.fault({ path: '/manifests/' }, refusal, { times: 1 })
    await world.from.getImage('acme/app:1.0')
    expect(world.source.tokens).toMatchObject([{ service: undefined }])
  })

  test('asks for the repository that a blob is mounted from (Q40)', async () => {
    await using world = await RegistryWorld.start({
      oneRegistry: true,
      source: bearer,
      sourceLogin: robot,
      destinationLogin: robot,
    })
    world.give(image)
    const { moved } = await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect(moved.copied).toBe(0)
    expect(moved.mounted).toBeGreaterThan(0)
    expect(
      world.source.tokens.some(({ granted }) =>
        ['mirror/app', 'acme/app'].every((name, index) => granted[index]?.name === name),
      ),
    ).toBe(true)
  })

  test('works over TLS', async () => {
    await using world = await sourceWith({ ...bearer, tls: true })
    const distrust = trust(world.source.ca)
    try {
      await world.from.getImage('acme/app:1.0')
    } finally {
      distrust()
    }
    expect(authorizations(world.source)).toEqual(['1.0: nothing', 'token: Basic', '1.0: Bearer'])
  })
})

test('a token service that is named without TLS, on the host of a registry that has it, is asked over TLS', async () => {
  await using world = await sourceWith({ ...bearer, tls: true })
  const distrust = trust(world.source.ca)
  world.source.use(async (_request, next) => {
    const answer = await next()
    const challenge = answer.headers['www-authenticate']
    if (challenge === undefined) return answer
    const downgraded = String(challenge).replace('realm="https:', 'realm="http:')
    return { ...answer, headers: { ...answer.headers, 'www-authenticate': downgraded } }
  })
  try {
    await world.from.getImage('acme/app:1.0')
    await world.from.getDigest('acme/app:1.0')
  } finally {
    distrust()
  }
  expect(world.source.tokens).toHaveLength(1)
})

describe('one token', () => {
  test('and one refusal serve sixteen requests that come at once', async () => {
    await using world = await sourceWith(bearer)
    await Promise.all(Array.from({ length: 16 }, async () => world.from.getImage('acme/app:1.0')))
    expect(world.source.requests.filter(({ status }) => status === 401)).toHaveLength(1)
    expect(world.source.tokens).toHaveLength(1)
    expect(world.source.count('GET', '/manifests/')).toBe(17)
  })

  test('is used by the others as soon as it is there', async () => {
    await using world = await sourceWith(bearer)
    const { promise, resolve } = Promise.withResolvers<void>()
    let signed = 0
    world.source.fault(
      { path: '/manifests/', where: ({ headers }) => headers.authorization !== undefined },
      async (_request, next) => {
        if (++signed === 3) resolve()
        await promise
        return next()
      },
    )
    await Promise.all(Array.from({ length: 3 }, async () => world.from.getImage('acme/app:1.0')))
    expect(world.source.requests.filter(({ status }) => status === 401)).toHaveLength(1)
  })

  test('is used again for the next image', async () => {
    await using world = await sourceWith(bearer)
    const other = buildImage({ platform: 'linux/s390x' })
    world.give(other, '2.0')
    await world.from.getImage('acme/app:1.0')
    await world.from.getImage('acme/app:2.0')
    expect(world.source.tokens).toHaveLength(1)
  })

  test('is fetched ahead for another repository, without a refusal', async () => {
    await using world = await sourceWith(bearer)
    world.give(image, '1.0', 'acme/other')
    await world.from.getImage('acme/app:1.0')
    world.source.clearRequests()
    await world.from.getImage('acme/other:1.0')
    expect(authorizations(world.source)).toEqual(['token: Basic', '1.0: Bearer'])
  })

  test('is never shared by two logins', async () => {
    await using world = await sourceWith(bearer)
    const other = world.client(world.source, robot)
    await world.from.getImage('acme/app:1.0')
    await other.getImage('acme/app:1.0')
    expect(world.source.tokens).toHaveLength(2)
  })

  test('and every other one is masked', async () => {
    await using world = await sourceWith(bearer)
    await world.from.getImage('acme/app:1.0')
    expect(world.secrets).toContain(world.source.tokens[0]?.token)
  })
})

describe('a token that ends', () => {
  test('is renewed before that, and not much before', async () => {
    await using world = await sourceWith(bearer)
    await world.from.getImage('acme/app:1.0')
    world.clock.time += 269_000
    await world.from.getImage('acme/app:1.0')
    expect(world.source.tokens).toHaveLength(1)
    world.clock.time += 2_000
    world.source.clearRequests()
    await world.from.getImage('acme/app:1.0')
    expect(authorizations(world.source)).toEqual(['token: Basic', '1.0: Bearer'])
  })

  test('is renewed once for sixteen requests that come at once', async () => {
    await using world = await sourceWith(bearer)
    await world.from.getImage('acme/app:1.0')
    world.clock.time += 400_000
    await Promise.all(Array.from({ length: 16 }, async () => world.from.getImage('acme/app:1.0')))
    expect(world.source.tokens).toHaveLength(2)
  })

  test('after a second is not renewed for every request', async () => {
    await using world = await sourceWith({ auth: { ...bearer.auth, expiresIn: 1 } })
    for (let request = 0; request < 7; request++) {
      await world.from.getImage('acme/app:1.0')
      world.clock.time += 100
    }
    expect(world.source.tokens).toHaveLength(1)
    expect(world.source.requests.filter(({ status }) => status === 401)).toHaveLength(1)
  })

  test('was over when it came is replaced once more, and not for ever', async () => {
    await using world = await sourceWith({ auth: { ...bearer.auth, expiresIn: 0 } })
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 401 })
    expect(world.source.count('GET', '/manifests/')).toBe(3)
  })

  test('together with all others is fetched anew after another one was tried', async () => {
    await using world = await sourceWith(bearer)
    world.give(image, '1.0', 'acme/other')
    await world.from.getImage('acme/app:1.0')
    const challenge = `Bearer realm="${world.source.url}/token",service="test-registry",scope="repository:acme/app:pull"`
    const both = replyWith(401, { headers: { 'www-authenticate': challenge } })
    world.source.fault({ path: '/other/manifests/' }, both, { times: 1 })
    await world.from.getImage('acme/other:1.0')
    world.source.revokeTokens()
    world.source.clearRequests()
    await world.from.getImage('acme/app:1.0')
    expect(authorizations(world.source)).toEqual([
      '1.0: Bearer',
      '1.0: Bearer',
      'token: Basic',
      '1.0: Bearer',
    ])
  })

  test('without a word of the registry is fetched anew (Q16)', async () => {
    await using world = await sourceWith(bearer)
    await world.from.getImage('acme/app:1.0')
    world.source.fault({ path: '/manifests/' }, replyWith(401), { times: 1 })
    await world.from.getImage('acme/app:1.0')
    expect(world.source.tokens).toHaveLength(2)
  })

  test('in the middle of an upload costs a second reading of a blob that is not held', async () => {
    await using world = await sourceWith({}, { destination: bearer, destinationLogin: robot })
    const large = buildImage({ layers: [{ bytes: Buffer.alloc(300_000) }] })
    world.give(large)
    const [layer] = large.layers
    const challenge = `Bearer realm="${world.destination.url}/token",error="invalid_token"`
    const revoked = world.destination.fault(
      { method: 'PUT', path: '/blobs/uploads/', where: ({ query }) => query.includes(hex(layer)) },
      replyWith(401, { headers: { 'www-authenticate': challenge } }),
      { times: 1 },
    )
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect(revoked.hits).toBe(1)
    expect(world.source.count('GET', `/blobs/${layer?.digest}`)).toBe(2)
    expect(world.destination.tokens).toHaveLength(2)
    const opened = world.destination.store.eventsOf('upload-opened')
    expect(opened).toHaveLength(2)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(large.manifest.digest)
  })
})

function hex(blob: { digest: string } | undefined): string {
  return blob?.digest.replace('sha256:', '') ?? 'no blob'
}
