import { describe, expect, test } from '@jest/globals'
import { readPullLimit } from '../../src/registry/pull-limit.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import type { Middleware } from '../../testkit/registry/exchange.ts'
import { NamedRegistry } from './named-registry.ts'

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
