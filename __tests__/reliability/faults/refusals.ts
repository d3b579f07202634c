import { expect } from '@jest/globals'
import type { ErrorCode } from '../../../src/registry/errors.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { firstOfEach, refusal } from '../behaviours.ts'
import { pushesTag, readsTag } from '../matchers.ts'
import { PatientClock } from '../patient-clock.ts'
import type { Row } from '../table.ts'
import type { FaultWorld, RunRecord } from '../world.ts'

const WORDS = 'the words of the registry'

/** By status: the code for a read, and that for a write where it is another one. */
const FINAL: readonly (readonly [number, ErrorCode, ErrorCode?])[] = [
  [400, 'REGISTRY', 'UPLOAD'],
  [403, 'DENIED'],
  [404, 'NOT_FOUND'],
  [409, 'REGISTRY', 'UPLOAD'],
  [412, 'REGISTRY', 'UPLOAD'],
  [415, 'REGISTRY', 'UPLOAD'],
]

/** By which some registries answer those who have not logged in. */
const HIDING: ReadonlySet<number> = new Set([400, 403, 404])

/** What a door before a registry says to large bodies, which PATCH may get through in parts. */
const LOADED: ReadonlySet<number> = new Set([500, 502])

const PASSING: readonly (readonly [number, ErrorCode, ErrorCode?])[] = [
  [408, 'TIMEOUT'],
  [429, 'RATE_LIMITED'],
  [500, 'REGISTRY', 'UPLOAD'],
  [502, 'REGISTRY', 'UPLOAD'],
  [503, 'REGISTRY', 'UPLOAD'],
  [504, 'TIMEOUT'],
]

export const refusalRows: readonly Row[] = [
  ...FINAL.flatMap(([status, read, write = read]): Row[] => {
    const by = refusal(status, 'UNSUPPORTED_BY_TEST', WORDS)
    return [
      {
        fault: `${status} for a layer`,
        by,
        source: { ends: read, hits: 1, does: 'does not try again', check: tellsWords },
        destination: { ends: write, hits: 1, does: 'does not try again', check: tellsWords },
      },
      {
        fault: `${status} for the tag`,
        by,
        source: {
          ends: read,
          at: readsTag,
          ...(HIDING.has(status)
            ? { hits: 2, does: 'tries once more, with the login that `/v2/` asks for' }
            : { hits: 1, does: 'does not try again' }),
          check: tellsWords,
        },
        destination: {
          ends: status === 415 ? 'UNSUPPORTED' : read,
          at: pushesTag,
          hits: 1,
          does: 'does not try again',
          check: tellsWords,
        },
      },
    ]
  }),
  ...[405, 413].map((status): Row => {
    const cell = {
      ends: 'REGISTRY',
      hits: 1,
      does: 'does not try again',
      check: tellsWords,
    } as const
    return {
      fault: `${status} for the tag`,
      by: refusal(status, 'UNSUPPORTED_BY_TEST', WORDS),
      source: { ...cell, at: readsTag },
      destination: { ...cell, at: pushesTag },
    }
  }),
  {
    fault: '503 of the token service',
    times: 2,
    by: replyWith(503),
    source: { ends: 'copied', at: { path: '/token' }, does: 'asks again' },
    destination: { ends: 'copied', at: { path: '/token' }, does: 'asks again' },
  },
  {
    fault: '503 of the token service',
    by: refusal(503, 'UNAVAILABLE', WORDS),
    source: { ends: 'REGISTRY', at: { path: '/token' }, hits: 6, does: 'gives up after six tries' },
    destination: {
      ends: 'REGISTRY',
      at: { path: '/token' },
      hits: 6,
      does: 'gives up after six tries',
    },
  },
  {
    fault: '401 for a layer, whatever the token',
    by: refusal(401, 'UNAUTHORIZED', WORDS),
    source: { ends: 'AUTHENTICATION', does: 'logs in anew a few times at most', check: fewLogins },
    destination: {
      ends: 'AUTHENTICATION',
      does: 'logs in anew a few times at most',
      check: fewLogins,
    },
  },
  {
    fault: '405 for a layer',
    by: refusal(405, 'UNSUPPORTED', WORDS),
    source: { ends: 'REGISTRY', hits: 1, does: 'does not try again', check: tellsWords },
    destination: {
      ends: 'copied',
      hits: 1,
      does: 'sends it in chunks',
      check: ({ destination }) => expect(destination.count('PATCH')).toBe(1),
    },
  },
  ...PASSING.flatMap(([status, read, write = read]): Row[] => [
    {
      fault: `${status} for each request`,
      often: 'for the first 2 tries of each',
      source: {
        ends: 'copied',
        at: { path: '/v2/' },
        by: firstOfEach(2, replyWith(status)),
        does: 'waits longer and longer, and tries again',
        check: waited(1, 900),
      },
      destination: {
        ends: 'copied',
        at: { path: '/v2/' },
        by: firstOfEach(2, replyWith(status)),
        does: 'waits longer and longer, and tries again',
        check: waited(1, 900),
      },
    },
    {
      fault: `${status} for a layer`,
      by: refusal(status, 'UNAVAILABLE', WORDS),
      source: { ends: read, hits: 6, does: 'gives up after six tries', check: tellsWords },
      destination: LOADED.has(status)
        ? { ends: 'copied', hits: 2, does: 'sends it by PATCH after two tries' }
        : { ends: write, hits: 6, does: 'gives up after six tries', check: tellsWords },
    },
  ]),
  ...[
    ['7 seconds', '7', 7, 12],
    ['a date in one minute', 'Fri, 02 Jan 2026 03:05:05 GMT', 50, 75],
    ['a year', '31536000', 120, 130],
    ['a date in a hundred years', 'Fri, 02 Jan 2126 03:05:05 GMT', 120, 130],
    ['something that nobody understands', 'later', 0.2, 10],
    ['a negative number', '-5', 0.2, 10],
  ].map(([what, value, least, most]): Row => {
    // With patient clocks, since others wait for the host at the same time.
    const cell = {
      ends: 'copied',
      does: `waits ${Number(least) < 1 ? 'as long as without it' : `${Number(least)} s or little more`}`,
      check: waited(Number(least), Number(most)),
    } as const
    return {
      fault: `429 with a Retry-After of ${what}`,
      times: 1,
      by: replyWith(429, { headers: { 'retry-after': String(value) } }),
      source: { ...cell, world: { clock: new PatientClock() } },
      destination: { ...cell, world: { clock: new PatientClock() } },
    }
  }),
  {
    fault: '429 with a Retry-After of a year',
    by: replyWith(429, { headers: { 'retry-after': '31536000' } }),
    source: { ends: 'RATE_LIMITED', hits: 6, does: 'gives up after some minutes' },
    destination: { ends: 'RATE_LIMITED', hits: 6, does: 'gives up after some minutes' },
  },
  {
    fault: '429 since the pulls of six hours are used up, with the time until there are more',
    by: refusal(429, 'TOOMANYREQUESTS', 'you have reached your pull rate limit', {
      'retry-after': '21600',
    }),
    source: {
      ends: 'RATE_LIMITED',
      hits: 6,
      does: 'tells it in the words of the registry, with the time',
      check: (_world, { report }) => {
        const { message = '', hint = '' } = report.results[0]?.error ?? {}
        expect(message).toContain('you have reached your pull rate limit')
        expect(`${message} ${hint}`).toMatch(/\b6 h|\b360 min|\b21,?600 s/)
      },
    },
  },
  {
    fault: 'The quota is used up',
    by: refusal(403, 'DENIED', 'quota exceeded: 10 GiB of 10 GiB, see https://example.com/billing'),
    source: {
      ends: 'DENIED',
      hits: 1,
      does: 'tells it in the words of the registry',
      check: tellsQuota,
    },
    destination: {
      ends: 'DENIED',
      hits: 1,
      does: 'tells it in the words of the registry',
      check: tellsQuota,
    },
  },
]

function tellsWords(_world: FaultWorld, { report }: RunRecord) {
  expect(report.results[0]?.error?.message).toContain(WORDS)
}

function tellsQuota(_world: FaultWorld, { report }: RunRecord) {
  expect(report.results[0]?.error?.message).toContain('quota exceeded: 10 GiB of 10 GiB')
}

function fewLogins(world: FaultWorld, run: RunRecord) {
  const { source, destination } = world
  tellsWords(world, run)
  expect(source.count('GET', '/token') + destination.count('GET', '/token')).toBeLessThan(12)
}

/** By the clock of the world, in seconds. */
function waited(least: number, most: number) {
  return ({ clock, startedAt }: FaultWorld) => {
    const seconds = (clock.now() - startedAt) / 1000
    expect(seconds).toBeGreaterThanOrEqual(least)
    expect(seconds).toBeLessThanOrEqual(most)
  }
}
