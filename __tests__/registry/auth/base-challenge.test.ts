import { describe, expect, test } from '@jest/globals'
import type { NetworkOptions } from '../../../src/registry/network/network.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { drain, replyWith } from '../../../testkit/registry/faults.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'
import { authorizations, basic, bearer, image, robot, users } from './login-world.ts'

/** What does not need a login, or is where one is had. */
const isOpen = /^\/(?:v2\/|token)$/

/** A registry that says at `/v2/` alone how to log in, and elsewhere answers with that status. */
function askingAtBase(status: number): Middleware {
  return async (request, next) => {
    const isAnonymous = request.headers.authorization === undefined
    if (isOpen.test(request.path) || !isAnonymous) return next()
    await drain(request)
    return replyWith(status, { body: 'nothing to see here' })(request, next)
  }
}

/** Both registries ask in that way, and both clients have a login. */
async function asking(
  status: number,
  options: typeof basic | typeof bearer,
  network: NetworkOptions = {},
) {
  const middleware = [askingAtBase(status)]
  const world = await RegistryWorld.start({
    source: { ...options, middleware },
    destination: { ...options, middleware },
    sourceLogin: robot,
    destinationLogin: robot,
    network,
  })
  world.give(image)
  return world
}

const statuses = [401, 400, 403, 404]
const schemes = [
  ['Basic', basic],
  ['Bearer', bearer],
] as const
const cases = statuses.flatMap((status) =>
  schemes.map(([scheme, options]) => [status, scheme, options] as const),
)

describe('a challenge at /v2/ alone (Q63)', () => {
  test.each(cases)('where a GET is answered with %i: %s', async (status, scheme, options) => {
    await using world = await asking(status, options)
    await world.from.getImage('acme/app:1.0')
    expect(authorizations(world.source).filter((line) => !line.startsWith('token'))).toEqual([
      '1.0: nothing',
      ': nothing',
      `1.0: ${scheme}`,
    ])
  })

  test.each(cases)('where a HEAD is answered with %i: %s', async (status, _scheme, options) => {
    await using world = await asking(status, options)
    expect(await world.from.getDigest('acme/app:1.0')).toBe(image.manifest.digest)
    expect(world.source.count('GET', '/manifests/')).toBe(0)
    expect(world.source.count('GET', /^\/v2\/$/)).toBe(1)
  })

  test.each(cases)('where everything is answered with %i: %s', async (status, scheme, options) => {
    await using world = await asking(status, options)
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(image.manifest.digest)
    for (const registry of [world.source, world.destination]) {
      expect(registry.count('GET', /^\/v2\/$/)).toBe(1)
      const silent = registry.requests.filter(({ path, headers }) => {
        return !isOpen.test(path) && headers.authorization?.startsWith(scheme) !== true
      })
      expect(silent).toHaveLength(1)
    }
  })

  test('serves who has no login, too, where it leads to a token', async () => {
    await using world = await RegistryWorld.start({
      source: {
        auth: { kind: 'bearer', users, anonymousPull: true },
        middleware: [askingAtBase(401)],
      },
    })
    world.give(image)
    await world.from.getImage('acme/app:1.0')
    expect(world.source.tokens).toHaveLength(1)
  })

  test.each([
    [400, 'REGISTRY'],
    [403, 'DENIED'],
    [404, 'NOT_FOUND'],
  ])('is not asked for by who has no login, at %i', async (status, code) => {
    await using world = await RegistryWorld.start({
      source: { ...basic, middleware: [askingAtBase(status)] },
    })
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code, status })
    expect(world.source.requests).toHaveLength(1)
  })

  test('is asked for once where there is none', async () => {
    await using world = await RegistryWorld.start({ sourceLogin: robot })
    for (const name of ['app', 'other', 'app']) {
      const error = await failureOf(world.from.getImage(`acme/${name}:1.0`))
      expect(error.code).toBe('NOT_FOUND')
    }
    expect(world.source.count('GET', '/manifests/')).toBe(3)
    expect(world.source.count('GET', /^\/v2\/$/)).toBe(1)
  })

  test('is asked for again where that fails for a moment', async () => {
    await using world = await asking(404, basic, { retries: 2 })
    world.source.fault({ path: /^\/v2\/$/ }, replyWith(503), { times: 2 })
    expect((await world.from.getImage('acme/app:1.0')).digest).toBe(image.manifest.digest)
    expect(world.source.count('GET', /^\/v2\/$/)).toBe(3)
  })

  test('is not waited for twice where it goes on failing, and is found later', async () => {
    await using world = await asking(404, basic, { retries: 2 })
    world.source.fault({ path: /^\/v2\/$/ }, replyWith(503), { times: 4 })
    const first = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(first).toMatchObject({ status: 404 })
    expect(world.source.count('GET', /^\/v2\/$/)).toBe(3)
    await failureOf(world.from.getImage('acme/app:1.0'))
    expect(world.source.count('GET', /^\/v2\/$/)).toBe(4)
    expect((await world.from.getImage('acme/app:1.0')).digest).toBe(image.manifest.digest)
  })

  test('is not taken from another host', async () => {
    await using other = await RegistryWorld.start({ source: basic })
    await using world = await RegistryWorld.start({ sourceLogin: robot })
    world.source.fault(
      { path: /^\/v2\/$/ },
      replyWith(307, { headers: { location: `${other.source.url}/v2/` } }),
    )
    expect(await failureOf(world.from.getImage('acme/app:1.0'))).toMatchObject({ status: 404 })
    expect(authorizations(world.source)).toEqual(['1.0: nothing', ': nothing'])
    expect(authorizations(other.source)).toEqual([': nothing'])
  })

  test('does not excuse a wrong password', async () => {
    await using world = await asking(404, basic)
    const client = world.client(world.source, { username: 'robot', password: 'wrong-one' })
    const error = await failureOf(client.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 401 })
    expect(error.message).toContain('asked as user robot from the caller')
  })
})

/** A registry that asks for a login with another status than 401. */
function askingWith(status: number): Middleware {
  return async (_request, next) => {
    const answer = await next()
    return answer.status === 401 ? { ...answer, status } : answer
  }
}

describe('a challenge with another status than 401', () => {
  test.each(cases.filter(([status]) => status !== 401))(
    'is answered like one with it: %i, %s',
    async (status, scheme, options) => {
      const middleware = [askingWith(status)]
      await using world = await RegistryWorld.start({
        source: { ...options, middleware },
        destination: { ...options, middleware },
        sourceLogin: robot,
        destinationLogin: robot,
      })
      world.give(image)
      await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
      expect(world.destination.store.tag('mirror/app', '1.0')).toBe(image.manifest.digest)
      for (const registry of [world.source, world.destination]) {
        expect(registry.count('GET', /^\/v2\/$/)).toBe(0)
        expect(authorizations(registry).filter((line) => line.endsWith(scheme))).not.toEqual([])
      }
    },
  )

  test('says which right is missing, once the login was sent', async () => {
    await using world = await RegistryWorld.start({ source: bearer, sourceLogin: robot })
    world.give(image)
    const challenge = `Bearer realm="${world.source.url}/token",error="insufficient_scope"`
    world.source.fault(
      { path: '/manifests/', where: ({ headers }) => headers.authorization !== undefined },
      replyWith(403, { headers: { 'www-authenticate': challenge } }),
    )
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'DENIED', status: 403 })
    expect(error.message).toContain('lacks the right repository:acme/app:pull')
  })
})

describe('who was refused without a login', () => {
  test('is not said to have been asked for with it', async () => {
    await using world = await RegistryWorld.start({ sourceLogin: robot })
    world.source.fault({ path: '/manifests/' }, replyWith(403))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error.message).toContain('asked as nobody')
    expect(error.message).toContain('not sent: user robot')
    expect(error.message).not.toContain('asked as user')
  })

  test('for the token service that the registry names is not, either', async () => {
    await using world = await RegistryWorld.start({ sourceLogin: robot })
    const challenge = 'Bearer realm="http://169.254.169.254/token"'
    world.source.fault({}, replyWith(401, { headers: { 'www-authenticate': challenge } }))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error.message).toContain('private')
    expect(error.message).not.toContain('robot')
  })
})
