import { describe, expect, test } from '@jest/globals'
import * as fc from '../../../testkit/property.ts'
import { type ErrorCode, RegistryError } from '../../../src/registry/errors.ts'
import {
  isTransientStatus,
  parseRetryAfter,
  retriesLast,
  retryDelay,
  withRetries,
} from '../../../src/registry/pace/retry.ts'
import { failureOf, FakeClock, LogLines } from '../registry-world.ts'

const place = { operation: 'get manifest', side: 'source', registry: 'registry.test' } as const

function failure(details: { transient?: boolean; retryAfterMs?: number; code?: ErrorCode } = {}) {
  const { code = 'NETWORK', ...rest } = { transient: true, ...details }
  return new RegistryError(code, 'it broke', { ...place, ...rest })
}

function policy(retries: number, clock = new FakeClock(), random = () => 0.5) {
  return { retries, clock, random }
}

describe('a delay', () => {
  test.each([
    [0, 250],
    [1, 1_250],
    [2, 5_000],
    [3, 12_500],
    [4, 20_000],
    [5, 25_000],
    [100, 25_000],
  ])('before retry %i is in the middle of its bounds by half a chance', (tried, milliseconds) => {
    expect(retryDelay(tried, undefined, () => 0.5)).toBe(milliseconds)
  })

  test('of five retries outlasts half a minute, whatever chance says', () => {
    const delays = [0, 1, 2, 3, 4].map((tried) => retryDelay(tried, undefined, () => 0))
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeGreaterThan(30_000)
  })

  test('never goes beyond half a minute', () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(fc.nat({ max: 2000 }), chance, (tried, random) => {
        const delay = retryDelay(tried, undefined, () => random)
        expect(delay).toBeGreaterThanOrEqual(200)
        expect(delay).toBeLessThanOrEqual(30_000)
      }),
    )
  })

  test('of all retries together is known before', () => {
    expect(retriesLast(5)).toBe(46_800)
    expect(retriesLast(5, 31_536_000_000)).toBe(600_000 + 15_600)
    expect(retriesLast(0)).toBe(0)
  })

  test('is what the registry asks for and some more', () => {
    expect(retryDelay(1, 7_000, () => 0.5)).toBe(7_250)
    expect(retryDelay(1, 0, () => 0)).toBe(0)
  })

  test('is not a year because the registry says so', () => {
    expect(retryDelay(0, 365 * 86_400_000, () => 0)).toBe(120_000)
    expect(retryDelay(0, Number.POSITIVE_INFINITY, () => 0)).toBe(120_000)
  })
})

describe('Retry-After', () => {
  const now = Date.parse('2026-01-02T03:04:05Z')

  test.each<[string, string | undefined, number | undefined]>([
    ['in seconds', '7', 7_000],
    ['of no seconds', '0', 0],
    ['with blanks around it', ' 12 ', 12_000],
    ['as a date', 'Fri, 02 Jan 2026 03:05:00 GMT', 55_000],
    ['as a date of RFC 850', 'Friday, 02-Jan-26 03:05:00 GMT', 55_000],
    ['as a date of asctime', 'Fri Jan  2 03:05:00 2026', 55_000],
    ['as a date that is over', 'Thu, 01 Jan 2026 00:00:00 GMT', 0],
    ['of absurd length', '9'.repeat(400), Number.POSITIVE_INFINITY],
    ['that is missing', undefined, undefined],
    ['that is empty', '', undefined],
    ['of a negative number', '-5', undefined],
    ['of a fraction', '1.5', undefined],
    ['of words', 'soon', undefined],
    ['of words that end like a date', 'tomorrow GMT', undefined],
    ['as a date of another form', '2026-01-02T03:05:00Z', undefined],
  ])('%s is read', (_what, value, milliseconds) => {
    expect(parseRetryAfter(value, now)).toBe(milliseconds)
  })
})

test('statuses that may pass are known', () => {
  const passing = Array.from({ length: 600 }, (_, status) => status).filter(isTransientStatus)
  expect(passing).toEqual([
    408, 425, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530,
  ])
})

describe('an operation', () => {
  test.each([0, 1, 3])('that never works is tried once and %i times again', async (retries) => {
    const clock = new FakeClock()
    let tries = 0
    const error = await failureOf(
      withRetries(policy(retries, clock), new LogLines(), () => {
        tries += 1
        return Promise.reject(failure())
      }),
    )
    expect(error.message).toContain('it broke')
    expect(tries).toBe(retries + 1)
    expect(clock.pauses).toHaveLength(retries)
  })

  test('that works in the end is a success, and told how often it was tried', async () => {
    const log = new LogLines()
    const seen: number[] = []
    const result = await withRetries(policy(5), log, (tried) => {
      seen.push(tried)
      return tried < 2 ? Promise.reject(failure()) : Promise.resolve('done')
    })
    expect(result).toBe('done')
    expect(seen).toEqual([0, 1, 2])
    expect(log.lines).toEqual([
      'info: get manifest at source registry.test: it broke; trying again in 0.3 s (1 of 5)',
      'info: get manifest at source registry.test: it broke; trying again in 1.3 s (2 of 5)',
    ])
  })

  test('that fails for good is not tried again', async () => {
    const clock = new FakeClock()
    await failureOf(
      withRetries(policy(5, clock), new LogLines(), () =>
        Promise.reject(failure({ transient: false })),
      ),
    )
    expect(clock.pauses).toEqual([])
  })

  test('that fails with something else than a registry lets it through', async () => {
    const bug = new TypeError('a mistake of ours')
    await expect(withRetries(policy(5), new LogLines(), () => Promise.reject(bug))).rejects.toBe(
      bug,
    )
  })

  test('inside another one is not tried again by it once its retries are used up', async () => {
    let tries = 0
    const log = new LogLines()
    await failureOf(
      withRetries(policy(3), log, () =>
        withRetries(policy(3), log, () => {
          tries += 1
          return Promise.reject(failure())
        }),
      ),
    )
    expect(tries).toBe(4)
  })

  test.each<ErrorCode>(['DIGEST_MISMATCH', 'SIZE_MISMATCH'])(
    'that ends in %s gets one more chance only',
    async (code) => {
      let tries = 0
      await failureOf(
        withRetries(policy(5), new LogLines(), () => {
          tries += 1
          return Promise.reject(failure({ code }))
        }),
      )
      expect(tries).toBe(2)
    },
  )

  test('that is cancelled while it pauses ends as cancelled', async () => {
    const controller = new AbortController()
    const clock = {
      now: () => 0,
      sleep: (_ms: number, signal?: AbortSignal) => {
        controller.abort()
        return Promise.reject(signal?.reason as Error)
      },
    }
    const error = await failureOf(
      withRetries(
        { retries: 5, clock, random: () => 0.5, signal: controller.signal },
        new LogLines(),
        () => Promise.reject(failure()),
      ),
    )
    expect(error).toMatchObject({ code: 'CANCELLED', transient: false, ...place })
  })
})
