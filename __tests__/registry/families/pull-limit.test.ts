import { describe, expect, test } from '@jest/globals'
import { readPullLimit } from '../../../src/registry/pull-limit.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { NamedRegistry } from '../named-registry.ts'
import { failureOf } from '../registry-world.ts'

const image = buildImage()
const hub = ['docker.io', {}, 'registry-1.docker.io'] as const

function counted(remaining: string): Middleware {
  return async (_request, next) => {
    const answer = await next()
    const limits = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': remaining }
    return { ...answer, headers: { ...answer.headers, ...limits } }
  }
}

describe('the pulls that are left', () => {
  test('are those of the last answer (Q28)', async () => {
    await using docker = await NamedRegistry.start(...hub)
    pushTo(docker.registry.store, 'acme/app', '1.0', image)
    const client = docker.client()
    expect(client.pullsLeft).toBeUndefined()
    const first = docker.registry.use(counted('76;w=21600'))
    await client.getImage('acme/app:1.0')
    first()
    docker.registry.use(counted('75;w=21600'))
    await client.getImage('acme/app:1.0')
    expect(client.pullsLeft).toEqual({
      registry: 'docker.io',
      login: 'anonymous',
      remaining: 75,
      limit: 100,
      windowSeconds: 21_600,
    })
  })

  test.each([
    ['76;w=21600', { remaining: 76, limit: undefined, windowSeconds: 21_600 }],
    ['0', { remaining: 0, limit: undefined, windowSeconds: undefined }],
    ['76; w=60', { remaining: 76, limit: undefined, windowSeconds: 60 }],
  ])('may be written %s', (header, expected) => {
    expect(readPullLimit({ 'ratelimit-remaining': header })).toEqual(expected)
  })

  test.each(['', '-1', 'many', '1e9', '76;w=soon', '::error::76', '99999999999'])(
    'are not known where they are written %j',
    (header) => {
      expect(readPullLimit({ 'ratelimit-remaining': header })).toBeUndefined()
    },
  )

  test('are not known where nobody says so, or twice', () => {
    expect(readPullLimit({})).toBeUndefined()
    expect(readPullLimit({ 'ratelimit-remaining': ['1', '2'] })).toBeUndefined()
  })
})

describe('too many requests', () => {
  test('are final where the quota is used up, which lifts after hours (Q29)', async () => {
    await using docker = await NamedRegistry.start(...hub)
    const message = 'You have reached your unauthenticated pull rate limit.'
    const body = JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message }] })
    const refused = docker.registry.fault({ path: '/manifests/' }, replyWith(429, { body }))
    const error = await failureOf(docker.client().getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'RATE_LIMITED', registryMessage: message })
    expect(refused.hits).toBe(1)
  })

  test('are waited for where it is a burst (Q16, Q29)', async () => {
    await using docker = await NamedRegistry.start(...hub)
    pushTo(docker.registry.store, 'acme/app', '1.0', image)
    const burst = replyWith(429, { body: 'Too Many Requests (HAP429).' })
    docker.registry.fault({ path: '/manifests/' }, burst, { times: 2 })
    await docker.client().getImage('acme/app:1.0')
    expect(docker.clock.pauses).toHaveLength(2)
  })

  test('are final where a month of data is used up (Q10)', async () => {
    await using ecr = await NamedRegistry.start('public.ecr.aws')
    const body = 'toomanyrequests: Data limit exceeded'
    const refused = ecr.registry.fault({ path: '/manifests/' }, replyWith(429, { body }))
    await failureOf(ecr.client().getImage('acme/app:1.0'))
    expect(refused.hits).toBe(1)
  })
})
