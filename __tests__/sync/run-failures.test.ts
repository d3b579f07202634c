import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { EndOfRun } from '../../src/registry/errors.ts'
import type { SyncResult } from '../../src/sync/report.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { nameOf, pairsOf, run } from './run-world.ts'
import { SyncWorld } from './sync-world.ts'

const image = buildImage()

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
  world.give('acme/app', 'v1', image)
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

describe('a failed image', () => {
  test('is told in the words of whoever started the run', async () => {
    const { results } = await run(world, pairsOf(world, 'acme/none:v1 => a:v1'))
    expect(results).toEqual([
      {
        source: world.from('acme/none:v1'),
        destination: world.to('a:v1'),
        status: 'failed',
        platforms: {},
        bytes: { copied: 0, mounted: 0, existing: 0 },
        durationMs: expect.any(Number),
        error: {
          code: 'NOT_FOUND',
          message: expect.stringContaining('acme/none:v1'),
          hint: 'read the manual',
        },
      },
    ])
  })

  test('leaves the others alone', async () => {
    world.destination.fault({ path: '/b/' }, replyWith(403))
    const { results } = await run(
      world,
      pairsOf(world, 'acme/app:v1 => a:v1', 'acme/app:v1 => b:v1', 'acme/app:v1 => c:v1'),
    )
    expect(results.map(({ status }) => status)).toEqual(['copied', 'failed', 'copied'])
    expect(results[1]?.error?.code).toBe('DENIED')
    await world.pull('c', 'v1')
  })

  test('leaves alone those that share its blobs but have them from elsewhere', async () => {
    world.give('acme/other', 'v1', image)
    world.source.fault({ path: '/acme/app/blobs/' }, replyWith(500))
    const { results } = await run(
      world,
      pairsOf(world, 'acme/app:v1 => copy:v1', 'acme/other:v1 => copy:v2').map((pair) => ({
        ...pair,
        platforms: 'all',
      })),
    )
    expect(results.map(({ status }) => status)).toEqual(['failed', 'copied'])
    await world.pull('copy', 'v2')
  })

  test.each(['source', 'destination'] as const)(
    'is one whose %s has no client, whatever is wrong with it',
    async (side) => {
      world.give('acme/other', 'v1', image)
      const { results } = await run(
        world,
        pairsOf(world, 'acme/app:v1 => a:v1', 'acme/other:v1 => b:v1'),
        {
          clientFor: (asked, { repository }) => {
            const isFirst = ['acme/app', 'a'].includes(repository)
            if (asked === side && isFirst) throw new TypeError('a slip in the code')
            return world.client(asked === 'source' ? world.source : world.destination)
          },
        },
      )
      expect(results.map(({ status }) => status)).toEqual(['failed', 'copied'])
      expect(results[0]?.error).toMatchObject({ code: 'INTERNAL' })
      expect(results[0]?.error?.message).toContain('a slip in the code')
    },
  )

  test('is one whose client speaks to another registry, and its source may fail too', async () => {
    const { results } = await run(world, pairsOf(world, 'acme/none:v1 => a:v1'), {
      clientFor: () => world.client(world.source),
    })
    expect(results[0]).toMatchObject({
      status: 'failed',
      error: { code: 'PARSE_DESTINATION_REFERENCE' },
    })
  })
})

describe('what the caller throws', () => {
  test('comes out when all images are done', async () => {
    const done: string[] = []
    const running = run(
      world,
      pairsOf(world, 'acme/app:v1 => a:v1', 'acme/app:v1 => b:v1', 'acme/app:v1 => c:v1'),
      {
        onDone: (result) => {
          done.push(nameOf(result))
          throw new Error('the log is gone')
        },
      },
    )
    await expect(running).rejects.toThrow('the log is gone')
    expect(done.sort()).toEqual(['a:v1', 'b:v1', 'c:v1'])
  })
})

describe('fail-fast', () => {
  /** More than are worked on side by side. */
  const names = Array.from({ length: 24 }, (_, number) => `copy-${number}`)
  const first = 16

  async function failing() {
    // What the others have to wait for comes last, so that the first one is not waiting behind them.
    const held = world.destination.hold({ method: 'PUT', path: '/manifests/' })
    world.destination.fault({ path: '/v2/copy-0/' }, replyWith(403))
    const statuses: SyncResult['status'][] = []
    const report = await run(
      world,
      pairsOf(world, ...names.map((name) => `acme/app:v1 => ${name}:v1`)),
      {
        failFast: true,
        onDone: ({ status }) => {
          statuses.push(status)
          held.release()
        },
      },
    )
    return { ...report, statuses }
  }

  test('starts no more images once one has failed, and completes those under way', async () => {
    const { results, totals, statuses } = await failing()
    expect(statuses[0]).toBe('failed')
    expect(totals).toMatchObject({
      images: names.length,
      failed: 1,
      copied: first - 1,
      skipped: names.length - first,
    })
    for (const result of results.slice(first)) {
      expect(result).toEqual({
        source: world.from('acme/app:v1'),
        destination: expect.stringMatching(/\/copy-\d+:v1$/),
        status: 'skipped',
        platforms: {},
        bytes: { copied: 0, mounted: 0, existing: 0 },
        durationMs: 0,
        error: { code: 'NOT_STARTED', message: expect.stringContaining('fail-fast') },
      })
    }
  })

  test('sends nothing for images that are not started, and asks for no client', async () => {
    const { done, asked } = await failing()
    expect(done).toHaveLength(names.length)
    expect(asked).toHaveLength(2 * first)
    for (const name of names.slice(first)) {
      expect(world.destination.count(undefined, `/${name}/`)).toBe(0)
    }
  })

  test('is off unless asked for', async () => {
    world.destination.fault({ path: '/v2/copy-0/' }, replyWith(403))
    const pairs = pairsOf(world, ...names.map((name) => `acme/app:v1 => ${name}:v1`))
    const { totals } = await run(world, pairs, { failFast: false })
    expect(totals).toMatchObject({ failed: 1, copied: names.length - 1, skipped: 0 })
  })
})

describe('a run that is cancelled', () => {
  test('fails what is under way and what has not begun, and leaves no tag', async () => {
    const controller = new AbortController()
    await using other = await SyncWorld.start({ network: { signal: controller.signal } })
    other.give('acme/app', 'v1', image)
    const held = other.destination.hold({ method: 'PUT', path: '/manifests/' })
    const names = Array.from({ length: 20 }, (_, number) => `acme/app:v1 => copy-${number}:v1`)
    const running = run(other, pairsOf(other, ...names))
    await held.arrived()
    controller.abort()
    const { results } = await running
    expect(new Set(results.map(({ error }) => error?.code))).toEqual(new Set(['CANCELLED']))
    held.release()
    expect(other.destination.store.tagWrites()).toEqual([])
  })

  test.each([
    [
      'its deadline',
      new EndOfRun('the deadline of 5 s has passed'),
      'the deadline of 5 s has passed',
    ],
    ['somebody', undefined, 'the run was cancelled'],
  ])('by %s says so of every image, also with fail-fast', async (_by, reason, words) => {
    const controller = new AbortController()
    const { signal } = controller
    await using other = await SyncWorld.start({ network: { signal } })
    other.give('acme/app', 'v1', image)
    const held = other.destination.hold({ method: 'PUT', path: '/manifests/' })
    const names = Array.from({ length: 20 }, (_, number) => `acme/app:v1 => copy-${number}:v1`)
    const running = run(other, pairsOf(other, ...names), { signal, failFast: true })
    await held.arrived()
    controller.abort(reason)
    const { results, totals } = await running
    held.release()
    expect(totals).toMatchObject({ failed: names.length, skipped: 0 })
    for (const { error } of results) {
      expect(error).toMatchObject({ code: 'CANCELLED', message: expect.stringContaining(words) })
    }
  })
})
