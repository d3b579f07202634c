import { describe, expect, test } from '@jest/globals'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { TestRegistry } from '../../../testkit/registry/registry.ts'
import { failureOf } from '../registry-world.ts'
import { authorizations, bearer, image, robot, sourceWith, users } from './login-world.ts'

function wantingMore(url: string, scope: string): Middleware {
  const challenge = `Bearer realm="${url}/token",scope="${scope}",error="insufficient_scope"`
  return replyWith(401, { headers: { 'www-authenticate': challenge } })
}

describe('a registry that wants more than was asked for', () => {
  test('is asked once more, with what it names', async () => {
    await using world = await sourceWith(bearer)
    const { url } = world.source
    world.source.fault(
      { path: '/manifests/', where: ({ headers }) => headers.authorization !== undefined },
      wantingMore(url, 'repository:acme/base:pull'),
      { times: 1 },
    )
    await world.from.getImage('acme/app:1.0')
    expect(world.source.tokens.map(({ requested }) => requested.map(({ name }) => name))).toEqual([
      ['acme/app'],
      ['acme/app', 'acme/base'],
    ])
  })

  test('is not asked for ever', async () => {
    await using world = await sourceWith(bearer)
    const { url } = world.source
    let step = 0
    world.source.fault({ path: '/manifests/' }, async (request, next) =>
      wantingMore(url, `repository:acme/base${++step}:pull`)(request, next),
    )
    expect(await failureOf(world.from.getImage('acme/app:1.0'))).toMatchObject({ status: 401 })
    expect(world.source.count('GET', '/manifests/')).toBe(3)
  })

  test('and had it already is not asked again', async () => {
    await using world = await sourceWith(bearer)
    const { url } = world.source
    world.source.fault({ path: '/manifests/' }, wantingMore(url, 'repository:acme/app:pull'))
    expect(await failureOf(world.from.getImage('acme/app:1.0'))).toMatchObject({ status: 401 })
    expect(world.source.count('GET', '/manifests/')).toBe(2)
  })
})

test('the right to delete is not asked for, also where giving an upload back wants it (Q22)', async () => {
  await using world = await sourceWith(
    {},
    { destination: { ...bearer, cancelAction: 'delete' }, destinationLogin: robot },
  )
  world.destination.fault({ method: 'PUT', path: '/blobs/uploads/' }, replyWith(403))
  await failureOf(world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to))
  expect(world.destination.count('DELETE')).toBeGreaterThan(0)
  const asked = world.destination.tokens.flatMap(({ requested }) => requested)
  expect(new Set(asked.flatMap(({ actions }) => actions))).toEqual(new Set(['pull', 'push']))
})

test('one host may stand for several registries, each with its own token service (Q60)', async () => {
  await using own = await TestRegistry.start({ auth: { kind: 'bearer', users } })
  await using other = await TestRegistry.start({ auth: { kind: 'bearer', users } })
  await using world = await sourceWith({}, { sourceLogin: robot })
  world.give(image, '1.0', 'other/app')
  world.source.use(async (request, next) => {
    const service = request.path.includes('/other/') ? other : own
    const token = request.headers.authorization?.replace('Bearer ', '')
    if (service.tokens.some((issued) => issued.token === token)) return next()
    const challenge = `Bearer realm="${service.url}/token",service="test-registry"`
    return replyWith(401, { headers: { 'www-authenticate': challenge } })(request, next)
  })
  for (let round = 0; round < 2; round++) {
    await world.from.getImage('acme/app:1.0')
    await world.from.getImage('other/app:1.0')
  }
  // The second repository is tried at the first service, for want of a better guess; never again.
  expect([own.tokens.length, other.tokens.length]).toEqual([2, 1])
  expect(authorizations(world.source).slice(-2)).toEqual(['1.0: Bearer', '1.0: Bearer'])
})
