import { describe, expect, test } from '@jest/globals'
import type { FamilyLimits } from '../../../src/registry/families/family.ts'
import { Limiter } from '../../../src/registry/pace/limiter.ts'
import {
  request,
  requests,
  SimulatedHost,
  type SimulatedHostOptions,
  Timeline,
  tokenBucket,
} from './pace-world.ts'

function callerOf(
  options: (clock: Timeline) => SimulatedHostOptions = () => ({}),
  { concurrency = 16, limits }: { concurrency?: number; limits?: FamilyLimits } = {},
) {
  const clock = new Timeline()
  const limiter = new Limiter(concurrency, { isAdaptive: true, limits, now: () => clock.now() })
  return { clock, limiter, host: new SimulatedHost(clock, options(clock)) }
}

/** Chance that is the same each time. */
function sequence() {
  let state = 1
  return () => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
}

describe('looks for referrers that are refused', () => {
  test('make a host pause for them alone (Q71)', () => {
    const { limiter } = callerOf()
    const refuse = (kind: 'lookup' | 'metadata') => {
      for (let time = 0; time < 6; time++) {
        const headers = { 'retry-after': '30' }
        limiter.note({ kind, method: 'GET', status: 429, headers, sentAt: time, now: time })
      }
      return limiter.turn('metadata', 10, 0)
    }
    expect(refuse('lookup')).toBe(0)
    expect(refuse('metadata')).toBeGreaterThan(29_000)
  })
})

describe('requests to a host', () => {
  test('begin with sixteen and become more where that is faster', async () => {
    const caller = callerOf(() => ({}), { concurrency: 32 })
    await requests(caller, 400)
    expect(caller.host.arrivals.filter((time) => time < 30)).toHaveLength(16)
    expect(caller.host.most).toBe(32)
    // Thirty-two at a time from the start would need 390.
    expect(caller.clock.time).toBeLessThanOrEqual(390 + 60)
  })

  test.each([
    [32, 8, 16],
    [16, 8, 16],
    [4, 4, 4],
    [128, 8, 64],
  ])(
    'that counts them begin with few, and of %i slots get no more than %i and %i',
    async (concurrency, first, most) => {
      const caller = callerOf(() => ({}), { concurrency, limits: { atOnce: 16 } })
      await requests(caller, 2_000)
      expect(caller.host.arrivals.filter((time) => time < 30)).toHaveLength(first)
      expect(caller.host.most).toBe(most)
    },
  )

  test.each([1, 2, 3, 4, 16, 64])('are never more than %i at a time', async (concurrency) => {
    const caller = callerOf(() => ({}), { concurrency })
    const kinds = ['metadata', 'read', 'write', 'manifest-write'] as const
    const all = Array.from({ length: 400 }, async (_, one) => request(caller, kinds[one % 4]))
    await caller.clock.until(Promise.all(all))
    expect(caller.host.served).toBe(400)
    expect(caller.host.most).toBe(concurrency)
  })

  test('are as many as it works on, where more would only wait there', async () => {
    const random = sequence()
    const serviceMs = () => 20 + 20 * random()
    const caller = callerOf(() => ({ serviceMs, atOnce: 20 }), { concurrency: 256 })
    await requests(caller, 6_000)
    expect(caller.limiter.size('metadata')).toBeGreaterThanOrEqual(16)
    expect(caller.limiter.size('metadata')).toBeLessThanOrEqual(40)
    expect(caller.clock.time).toBeLessThan(1.1 * ((6_000 * 30) / 20))
  })

  test('are held up by bodies without being taken for slow', async () => {
    let count = 0
    const slow = () => (++count > 300 ? 900 : 30)
    const caller = callerOf(() => ({ serviceMs: slow }))
    const release = await caller.limiter.acquire(['read'])
    await requests(caller, 600)
    expect(caller.limiter.size('metadata')).toBe(16)
    release()
  })

  test('become fewer where it becomes slow', async () => {
    let count = 0
    const slow = () => (++count > 300 ? 900 : 30)
    const caller = callerOf(() => ({ serviceMs: slow }))
    await requests(caller, 360)
    expect(caller.limiter.size('metadata')).toBeLessThan(12)
  })
})

describe('a host that refuses', () => {
  test('one request in twenty-five delays that one alone', async () => {
    let count = 0
    const refusal = { status: 503, headers: { 'retry-after': '1' } }
    const caller = callerOf(() => ({
      answer: () => (++count % 25 === 0 ? refusal : { status: 200 }),
    }))
    expect(await requests(caller, 800)).toBe(0)
    expect(caller.host.refused).toBe(33)
    expect(caller.limiter.size('metadata')).toBe(16)
    // 1.5 s of work, and two pauses of a second behind it for the last ones.
    expect(caller.clock.time).toBeLessThan(4_000)
  })

  test.each([
    [10, 10, {}],
    [10, 10, { 'retry-after': '1' }],
    [50, 50, {}],
    [50, 100, { 'retry-after': '1' }],
    [2, 100, {}],
    [2, 100, { 'retry-after': '10' }],
    [200, 5, {}],
  ])(
    'more than %i requests in a second, beyond %i, with %j, gets all of them, and soon',
    async (perSecond, burst, headers) => {
      const caller = callerOf((clock) => ({
        serviceMs: 20,
        answer: tokenBucket(clock, perSecond, headers, burst),
      }))
      expect(await requests(caller, 500)).toBe(0)
      expect(caller.host.served).toBe(500)
      const least = (500 - burst) / perSecond
      expect(caller.clock.time / 1_000).toBeLessThan(1.3 * least + 5)
      // A refusal is what tells that there is more to be had: some, but not most.
      expect(caller.host.refused).toBeLessThan(caller.host.served / 2)
    },
  )

  test('writes of blobs gets fewer of those, and as many others as before', async () => {
    const caller = callerOf()
    await requests(caller, 100)
    await caller.limiter.acquire(['write'])
    for (let sentAt = 10_000; sentAt < 13_000; sentAt += 1_000) {
      const headers = {}
      const sign = { kind: 'write', method: 'PUT', status: 429, headers, sentAt } as const
      caller.limiter.note({ ...sign, now: sentAt + 30 })
    }
    expect(caller.limiter.size('write')).toBe(4)
    expect(caller.limiter.size('read')).toBe(8)
    expect(caller.limiter.size('metadata')).toBe(16)
  })

  test('everything for half a minute gets everything behind that', async () => {
    const caller = callerOf((clock) => ({
      answer: () => ({ status: clock.time > 500 && clock.time < 30_000 ? 503 : 200 }),
    }))
    expect(await requests(caller, 800)).toBe(0)
    expect(caller.clock.time).toBeLessThan(60_000)
  })

  test('everything for some seconds is not asked in the meantime, nor by all at once behind it', async () => {
    const random = sequence()
    const refusal = { status: 429, headers: { 'retry-after': '5' } }
    const caller = {
      ...callerOf((clock) => ({
        answer: () => (clock.time > 200 && clock.time < 5_000 ? refusal : { status: 200 }),
      })),
      random,
    }
    expect(await requests(caller, 400)).toBe(0)
    const meanwhile = caller.host.arrivals.filter((time) => time > 300 && time < 5_000)
    expect(meanwhile).toEqual([])
    const back = caller.host.arrivals.filter((time) => time >= 5_000)
    const [first = 0] = back
    // In the time of the first one, not more than half of what was too many.
    expect(back.filter((time) => time < first + 30).length).toBeLessThanOrEqual(8)
  })
})

describe('what is documented of a host', () => {
  test('bounds its requests from the first on', async () => {
    const limits = { perSecond: { 'manifest-write': 10 } }
    const caller = callerOf((clock) => ({ answer: tokenBucket(clock, 10, {}, 5) }), { limits })
    await requests(caller, 10, 'manifest-write')
    expect(caller.clock.time).toBeGreaterThan(500)
    expect(caller.host.refused).toBe(0)
  })

  test('leaves its other requests alone', async () => {
    const caller = callerOf(() => ({}), { limits: { perSecond: { 'manifest-write': 10 } } })
    await requests(caller, 200)
    expect(caller.clock.time).toBeLessThanOrEqual(420)
  })

  test('may be that a refusal is for all', async () => {
    const caller = callerOf(() => ({}), { limits: { refusesAll: true } })
    await requests(caller, 100)
    const headers = { 'retry-after': '7' }
    const sign = { kind: 'metadata', method: 'GET', status: 429, headers } as const
    caller.limiter.note({ ...sign, sentAt: caller.clock.time, now: caller.clock.time })
    expect(caller.limiter.pause.left(caller.clock.time)).toBe(7_000)
  })

  test('may be told by itself: without a pull left, a refusal is for all', async () => {
    const caller = callerOf()
    await requests(caller, 100)
    const headers = { 'retry-after': '7', 'ratelimit-remaining': '0;w=21600' }
    const sign = { kind: 'metadata', method: 'GET', status: 429, headers } as const
    caller.limiter.note({ ...sign, sentAt: caller.clock.time, now: caller.clock.time })
    expect(caller.limiter.pause.left(caller.clock.time)).toBe(7_000)
  })
})
