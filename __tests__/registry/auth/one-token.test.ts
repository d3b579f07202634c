import { describe, expect, test } from '@jest/globals'
import type { Client } from '../../../src/registry/client.ts'
import type { Side } from '../../../src/registry/errors.ts'
import type { BearerAuth } from '../../../testkit/registry/bearer.ts'
import type { Middleware, RegistryRequest } from '../../../testkit/registry/exchange.ts'
import { dropBeforeHeaders, replyWith } from '../../../testkit/registry/faults.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import { failureOf, RegistryWorld, type WorldOptions } from '../registry-world.ts'
import { bearer, image, robot, users } from './login-world.ts'

const names = Array.from({ length: 12 }, (_, index) => `acme/app${index}`)
const SECRET = 'acme/app5'

function expectAll(client: Client, side: Side, repositories: readonly string[]) {
  for (const name of repositories) client.repository(name, side).expect()
}

/** A source with twelve repositories, and a client that expects to read all of them. */
async function twelve(auth: Partial<BearerAuth> = {}, options: WorldOptions = {}) {
  const source = { auth: { ...bearer.auth, ...auth } }
  const world = await RegistryWorld.start({ source, sourceLogin: robot, ...options })
  for (const name of names) world.give(image, '1.0', name)
  expectAll(world.from, 'source', names)
  const read = async (name: string) => world.from.getImage(`${name}:1.0`)
  return {
    world,
    tokens: world.source.tokens,
    read,
    /** Reads all of them at once, and says which could not be read. */
    readAll: async () => {
      const results = await Promise.allSettled(names.map(read))
      return names.filter((_, index) => results[index]?.status === 'rejected')
    },
    refusals: () => world.source.requests.filter(({ status }) => status === 401).length,
    [Symbol.asyncDispose]: async () => world[Symbol.asyncDispose](),
  }
}

/** Whether a request to the token endpoint asks for many. */
const forMany = ({ params }: RegistryRequest) => params.getAll('scope').length > 1

const isSigned = ({ headers }: RegistryRequest) => headers.authorization !== undefined

/** Everybody may do everything but with one repository. */
const allButOne = (_user: string | undefined, repository: string) => repository !== SECRET

describe('twelve repositories of one registry', () => {
  test('are read with one refusal and one token', async () => {
    await using run = await twelve()
    expect(await run.readAll()).toEqual([])
    expect(run.tokens).toHaveLength(1)
    expect(run.refusals()).toBe(1)
    expect(run.world.source.count('GET', '/manifests/')).toBe(names.length + 1)
  })

  test('are read with one token by nobody in particular, too', async () => {
    await using run = await twelve({ anonymousPull: true })
    const { world } = run
    const anonymous = world.client(world.source)
    expectAll(anonymous, 'source', names)
    await Promise.all(names.map(async (name) => anonymous.getImage(`${name}:1.0`)))
    expect(run.tokens).toMatchObject([{ user: undefined }])
  })

  test('are written with one token, and read with one that can do no more than that', async () => {
    const destination = { ...bearer }
    await using run = await twelve({}, { destination, destinationLogin: robot })
    const { world } = run
    const copies = names.map((name) => name.replace('acme', 'mirror'))
    expectAll(world.to, 'destination', copies)
    await Promise.all(
      names.map(async (name, index) =>
        world.from.copyImage(`${name}:1.0`, `${copies[index]}:1.0`, world.to),
      ),
    )
    const asked = [world.source, world.destination].map(({ tokens }) =>
      tokens.map(({ requested }) => [...new Set(requested.flatMap(({ actions }) => actions))]),
    )
    expect(asked).toEqual([[['pull']], [['pull', 'push']]])
    expect(world.destination.tokens[0]?.requested.map(({ name }) => name).toSorted()).toEqual(
      copies.toSorted(),
    )
  })

  test('are mounted from each other with one token, where one login does both', async () => {
    await using run = await twelve()
    const { from, source } = run.world
    const copies = names.map((name) => name.replace('acme', 'mirror'))
    expectAll(from, 'destination', copies)
    for (const [index, name] of names.entries()) {
      const { moved } = await from.copyImage(`${name}:1.0`, `${copies[index]}:1.0`, from)
      expect(moved.copied).toBe(0)
    }
    expect(source.tokens).toHaveLength(1)
    const pushable = source.tokens[0]?.requested.filter(({ actions }) => actions.includes('push'))
    expect(pushable?.map(({ name }) => name).toSorted()).toEqual(copies.toSorted())
  })

  test('are asked for anew in one request when their token ends', async () => {
    await using run = await twelve()
    await run.readAll()
    run.world.source.revokeTokens()
    expect(await run.readAll()).toEqual([])
    expect(run.tokens).toHaveLength(2)
  })

  test('are asked for anew in one request when their token ends without a word (Q16)', async () => {
    await using run = await twelve()
    await run.readAll()
    run.world.source.fault({ path: '/manifests/' }, replyWith(401), { times: 1 })
    expect(await run.readAll()).toEqual([])
    expect(run.tokens.map(({ requested }) => requested.length)).toEqual([12, 12])
  })

  test('are asked for by each login as far as it needs them', async () => {
    await using run = await twelve()
    const { world, read } = run
    const other = world.client(world.source, robot)
    expectAll(other, 'source', [SECRET])
    await read(SECRET)
    await other.getImage(`${SECRET}:1.0`)
    expect(run.tokens.map(({ requested }) => requested.length)).toEqual([12, 1])
  })
})

describe('a repository that may not be read', () => {
  test('does not take the token from the others', async () => {
    await using run = await twelve({ grants: allButOne })
    expect(await run.readAll()).toEqual([SECRET])
    expect(run.tokens.map(({ requested }) => requested.length)).toEqual([12, 1])
  })

  test('does not take the token from the others where it comes first', async () => {
    await using run = await twelve({ grants: allButOne })
    expect(await failureOf(run.read(SECRET))).toMatchObject({ code: 'DENIED', status: 401 })
    expect(await run.readAll()).toEqual([SECRET])
    expect(run.tokens.map(({ requested }) => requested.length)).toEqual([12, 1, 11])
  })

  test.each(['nothing', 'refusal'] as const)(
    'does not fail the others at a service that then grants nothing (%s)',
    async (onDenied) => {
      await using run = await twelve({ grants: allButOne, token: { onDenied } })
      expect(await run.readAll()).toEqual([SECRET])
      // Two may have been under way before the first of them was known to be of no use.
      expect(run.tokens.filter(({ requested }) => requested.length > 1).length).toBeLessThan(3)
      expect(run.world.source.count('GET', '/token')).toBeLessThan(2 * names.length)
    },
  )

  test('is not asked for with others again', async () => {
    await using run = await twelve({ grants: allButOne })
    await run.readAll()
    run.world.clock.time += 400_000
    expect(await run.readAll()).toEqual([SECRET])
    const wide = run.tokens.filter(({ requested }) => requested.length > 1)
    expect(wide.map(({ requested }) => requested.some(({ name }) => name === SECRET))).toEqual([
      true,
      false,
    ])
  })
})

describe('a service that takes one scope a token', () => {
  test('is asked for one at a time', async () => {
    await using run = await twelve({ token: { maxScopes: 1 } })
    expect(await run.readAll()).toEqual([])
    run.world.source.clearRequests()
    expect(await run.readAll()).toEqual([])
    expect(run.world.source.count('GET', '/token')).toBe(0)
  })

  test('is found out by the second repository', async () => {
    await using run = await twelve({ token: { maxScopes: 1 } })
    for (const name of names) await run.read(name)
    expect(run.refusals()).toBe(2)
    expect(run.tokens.map(({ requested }) => requested.length)).toEqual([12, ...ones(11)])
  })

  test('and refuses more is not asked for more again', async () => {
    await using run = await twelve()
    const refused = run.world.source.fault(
      { path: '/token', where: forMany },
      replyWith(400, { body: 'one scope, please' }),
    )
    expect(await run.readAll()).toEqual([])
    expect(refused.hits).toBe(1)
    expect(run.tokens.map(({ requested }) => requested.length)).toEqual(ones(12))
    expect(run.refusals()).toBe(1)
  })

  test('and fails for more is asked for more twice', async () => {
    await using run = await twelve()
    const failed = run.world.source.fault(
      { path: '/token', where: forMany },
      replyWith(500, { body: 'index out of range' }),
    )
    expect(await run.readAll()).toEqual([])
    expect(failed.hits).toBe(2)
    expect(run.world.clock.pauses).toEqual([])
  })

  test('and says too many requests is asked for as much again', async () => {
    await using run = await twelve({}, { network: { retries: 1 } })
    run.world.source.fault({ path: '/token' }, replyWith(429), { times: 1 })
    expect(await run.readAll()).toEqual([])
    expect(run.tokens).toHaveLength(1)
  })
})

describe('a token service that cannot be reached', () => {
  test.each<[string, Middleware]>([
    ['as it hangs up', dropBeforeHeaders()],
    ['as it says too many requests', replyWith(429)],
  ])('holds up all images together, and not one after the other: %s', async (_how, behaviour) => {
    await using run = await twelve({}, { network: { retries: 1 } })
    const asked = run.world.source.fault({ path: '/token' }, behaviour)
    expect(await run.readAll()).toEqual(names)
    expect(asked.hits).toBe(2 * names.length)
    const forAll = run.world.source
      .select('GET', '/token')
      .filter(({ query }) => new URLSearchParams(query).getAll('scope').length > 1)
    expect(forAll).toHaveLength(2)
  })
})

describe('a registry that refuses a token for many repositories', () => {
  test.each([401, 403, 404])('with %i gets one for the repository', async (status) => {
    await using run = await twelve()
    const { source } = run.world
    const isOfMany = ({ headers }: RegistryRequest) =>
      source.tokens.some(
        ({ token, requested }) =>
          headers.authorization === `Bearer ${token}` && requested.length > 1,
      )
    const refused = source.fault(
      { path: '/manifests/', where: isOfMany },
      replyWith(status, { body: 'no such rights' }),
    )
    for (const name of names) await run.read(name)
    expect(refused.hits).toBe(1)
    expect(run.tokens.map(({ requested }) => requested.length)).toEqual([12, ...ones(12)])
  })

  test.each([
    [401, 3, 'AUTHENTICATION'],
    [403, 3, 'DENIED'],
    [404, 3, 'NOT_FOUND'],
  ])('and every other one, with %i, is asked no more than that', async (status, asked, code) => {
    await using run = await twelve({}, { network: { retries: 3 } })
    const { source } = run.world
    source.fault({ path: '/manifests/', where: isSigned }, replyWith(status))
    expect(await failureOf(run.read(SECRET))).toMatchObject({ code, status })
    expect(source.count('GET', '/manifests/')).toBe(asked)
    expect(run.tokens.map(({ requested }) => requested.length)).toEqual([12, 1])
  })

  test('for a blob on its way is not sent the blob again', async () => {
    const destination = { ...bearer }
    await using run = await twelve({}, { destination, destinationLogin: robot })
    const { world } = run
    expectAll(world.to, 'destination', ['mirror/app', 'mirror/other'])
    const denied = world.destination.fault(
      { method: 'PUT', path: '/blobs/uploads/' },
      replyWith(403, { body: 'quota exceeded' }),
    )
    const copied = world.from.copyImage(`${names[0]}:1.0`, 'mirror/app:1.0', world.to)
    expect(await failureOf(copied)).toMatchObject({ code: 'DENIED' })
    const opened = world.destination.store.eventsOf('upload-opened')
    expect(denied.hits).toBe(opened.length)
  })

  test('by sending it elsewhere keeps it for the others (Q60)', async () => {
    await using other = await TestRegistry.start({ auth: { kind: 'bearer', users } })
    await using run = await twelve()
    const { source } = run.world
    const challenge = `Bearer realm="${other.url}/token",service="test-registry"`
    source.use(async (request, next) => {
      if (!request.path.includes(`/${SECRET}/`)) return next()
      const token = request.headers.authorization?.replace('Bearer ', '')
      if (other.tokens.some((issued) => issued.token === token)) {
        return replyWith(200, { body: 'from elsewhere' })(request, next)
      }
      return replyWith(401, { headers: { 'www-authenticate': challenge } })(request, next)
    })
    await run.readAll()
    expect(run.tokens).toHaveLength(1)
    expect(other.tokens.map(({ requested }) => requested.map(({ name }) => name))).toEqual([
      [SECRET],
    ])
  })
})

function ones(count: number): number[] {
  return Array.from({ length: count }, () => 1)
}
