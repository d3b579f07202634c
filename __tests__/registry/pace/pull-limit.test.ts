import { describe, expect, test } from '@jest/globals'
import {
  quotaNotice,
  type QuotaState,
  readPullLimit,
} from '../../../src/registry/pace/pull-limit.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { NamedRegistry } from '../named-registry.ts'

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

describe('the notice of pulls that are used up', () => {
  const refused: QuotaState = {
    registry: 'docker.io',
    login: 'anonymous',
    status: 429,
    pullLimit: { remaining: 0, limit: 100, windowSeconds: 21_600 },
    retryAfterMs: undefined,
  }
  const all = { remaining: 0, limit: undefined, windowSeconds: undefined }

  test('says what is left of how many, what counts, and how long the wait is', () => {
    expect(quotaNotice(refused, 46_800)).toBe(
      'docker.io (anonymous): no pulls are left of 100 in 6 h; it counts each manifest that is ' +
        'read there. The wait for more is up to 6 h, and retries end after 47 s: what is not there ' +
        'yet may not be copied in this run.',
    )
  })

  test.each<[string, Partial<QuotaState>, string]>([
    ['without a refusal, when the last one is used', { status: 200 }, 'no pulls are left of 100'],
    ['with the time that the registry asks for', { retryAfterMs: 1_500_000 }, 'up to 25 min'],
    ['without numbers that nobody told', { pullLimit: all }, 'no pulls are left; it counts'],
    [
      'also with some left, where the wait is long',
      { retryAfterMs: 3_600_000, pullLimit: { remaining: 3, limit: 100, windowSeconds: 21_600 } },
      '3 pulls are left of 100 in 6 h',
    ],
    [
      'with the last one left, where the wait is long',
      { retryAfterMs: 3_600_000, pullLimit: { ...all, remaining: 1 } },
      '1 pull is left; it counts',
    ],
  ])('comes %s', (_what, answer, words) => {
    expect(quotaNotice({ ...refused, ...answer }, 46_800)).toContain(words)
  })

  test.each<[string, Partial<QuotaState>]>([
    ['where pulls are not counted', { pullLimit: undefined }],
    ['while there are some', { status: 200, pullLimit: { ...all, remaining: 1 } }],
    ['for a burst', { pullLimit: { ...all, remaining: 70 } }],
    ['where the retries last long enough', { retryAfterMs: 10_000 }],
    ['where all are back soon', { pullLimit: { ...all, windowSeconds: 30 } }],
  ])('does not come %s', (_what, answer) => {
    expect(quotaNotice({ ...refused, ...answer }, 46_800)).toBeUndefined()
  })

  test('is told once, however many requests are refused', async () => {
    await using docker = await NamedRegistry.start(...hub)
    pushTo(docker.registry.store, 'acme/app', '1.0', image)
    docker.registry.use(counted('0;w=21600'))
    const client = docker.client()
    for (let time = 0; time < 3; time++) await client.getImage('acme/app:1.0')
    const told = docker.log.lines.filter((line) => line.startsWith('warning: docker.io'))
    expect(told).toHaveLength(1)
  })
})
