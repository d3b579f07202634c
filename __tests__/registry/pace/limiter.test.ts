import { describe, expect, test } from '@jest/globals'
import { type Lane, Limiter } from '../../../src/registry/pace/limiter.ts'

/** Lets everything run that can run now. */
async function settle(): Promise<undefined> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  return undefined
}

/** Whether a slot is had without waiting. It is kept, also where it is had later. */
async function isFree(limiter: Limiter) {
  const slot = limiter.acquire()
  return (await Promise.race([slot, settle()])) !== undefined
}

describe('looks for referrers', () => {
  test('are few at a time, and hold up nothing else (Q71)', async () => {
    const limiter = new Limiter(32)
    let inside = 0
    let most = 0
    const looks = Array.from({ length: 40 }, async () =>
      limiter.run(async () => {
        inside += 1
        most = Math.max(most, inside)
        await settle()
        inside -= 1
      }, 'lookup'),
    )
    expect(await isFree(limiter)).toBe(true)
    await Promise.all(looks)
    expect(most).toBeLessThanOrEqual(8)
  })
})

describe('a limiter', () => {
  test('lets no more in than it has slots', async () => {
    const limiter = new Limiter(3)
    let inside = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 20 }, async () =>
        limiter.run(async () => {
          inside += 1
          most = Math.max(most, inside)
          await settle()
          inside -= 1
        }),
      ),
    )
    expect(most).toBe(3)
    expect(inside).toBe(0)
  })

  test('serves who came first first, also one who wants more', async () => {
    const limiter = new Limiter(2)
    const order: string[] = []
    const release = await limiter.acquire()
    const queue = async (name: string, slots: number) => {
      const done = await limiter.acquire(Array(slots).fill('metadata'))
      order.push(name)
      done()
    }
    const two = queue('two', 2)
    const one = queue('one', 1)
    await settle()
    expect(order).toEqual([])
    release()
    await Promise.all([two, one])
    expect(order).toEqual(['two', 'one'])
  })

  test('gives all it has to who wants more than that', async () => {
    const limiter = new Limiter(1)
    const release = await limiter.acquire(['read', 'write'])
    release()
    expect(await isFree(limiter)).toBe(true)
  })

  test('takes a slot back once, however often it is given back', async () => {
    const limiter = new Limiter(1)
    const release = await limiter.acquire()
    release()
    release()
    expect(await isFree(limiter)).toBe(true)
    expect(await isFree(limiter)).toBe(false)
  })

  test('lacks slots in a lane where somebody waits for one', async () => {
    const limiter = new Limiter(1)
    const release = await limiter.acquire(['read'])
    expect(limiter.lacks('read')).toBe(false)
    const next = limiter.acquire(['read'])
    expect([limiter.lacks('read'), limiter.lacks('write')]).toEqual([true, false])
    release()
    await next
    expect(limiter.lacks('read')).toBe(false)
  })

  test('takes a slot back from work that failed', async () => {
    const limiter = new Limiter(1)
    await expect(limiter.run(() => Promise.reject(new Error('broke')))).rejects.toThrow('broke')
    expect(await isFree(limiter)).toBe(true)
  })
})

/** Lets a lane of the host grow as far as it may. */
function open(limiter: Limiter, lane: Lane) {
  for (let answer = 0; answer < 100; answer++) limiter.note(answerOf(lane, 200))
}

/** Has requests of a lane refused until no fewer are possible. */
async function refuse(limiter: Limiter, lane: Lane) {
  const release = await limiter.acquire([lane])
  for (let sentAt = 100; sentAt < 600; sentAt += 100) limiter.note(answerOf(lane, 429, sentAt))
  release()
}

function answerOf(kind: Lane, status: number, sentAt = 0) {
  return { kind, method: 'GET', status, headers: {}, sentAt, now: sentAt + 30 }
}

/** Takes all slots of a lane that are free, and tells how many those are. */
async function takeAll(limiter: Limiter, lane: Lane) {
  let count = 0
  while ((await Promise.race([limiter.acquire([lane]), settle()])) !== undefined) count += 1
  return count
}

/** Asks for slots one after the other, and notes in which order they are had. */
function line(limiter: Limiter, wishes: readonly [string, readonly Lane[], number?][]) {
  const order: string[] = []
  const releases: (() => void)[] = []
  const ask = async (name: string, lanes: readonly Lane[], rank: number) => {
    const release = await limiter.acquire(lanes, () => rank)
    order.push(name)
    releases.push(release)
  }
  for (const [name, lanes, rank = 0] of wishes) void ask(name, lanes, rank)
  return { order, releases }
}

describe('lanes', () => {
  test.each([
    ['is not known', {}, 16],
    ['counts requests', { atOnce: 16 }, 8],
  ])('of a host that %s begin with some slots for each', async (_what, limits, small) => {
    const slots = async (lane: Lane) => takeAll(new Limiter(64, { isAdaptive: true, limits }), lane)
    expect(await slots('metadata')).toBe(small)
    expect(await slots('read')).toBe(8)
    expect(await slots('write')).toBe(8)
  })

  test('of something that is no host have all slots from the start', async () => {
    expect(await takeAll(new Limiter(64), 'metadata')).toBe(64)
  })

  test.each([1, 2, 4, 16])('of blobs leave a quarter of %i slots to others', async (capacity) => {
    const limiter = new Limiter(capacity)
    const blobs = (await takeAll(limiter, 'read')) + (await takeAll(limiter, 'write'))
    expect(blobs).toBe(capacity - Math.floor(capacity / 4))
    expect(await takeAll(limiter, 'metadata')).toBe(Math.floor(capacity / 4))
  })

  test('that have to wait for their host hold up no other', async () => {
    const limiter = new Limiter(16, { isAdaptive: true, limits: { atOnce: 16 } })
    await refuse(limiter, 'metadata')
    expect(await takeAll(limiter, 'metadata')).toBe(4)
    expect(await takeAll(limiter, 'write')).toBe(8)
    expect(await takeAll(limiter, 'read')).toBe(4)
  })

  test('let who waits in as soon as the host stands more', async () => {
    const limiter = new Limiter(16, { isAdaptive: true, limits: { atOnce: 16 } })
    await takeAll(limiter, 'metadata')
    const { order } = line(limiter, [['next', ['metadata']]])
    await settle()
    expect(order).toEqual([])
    open(limiter, 'metadata')
    await settle()
    expect(order).toEqual(['next'])
    // No more than there is a use for.
    expect(limiter.size('metadata')).toBe(11)
  })

  test('give the more urgent blob a slot first, and of two alike the one that came first', async () => {
    const limiter = new Limiter(1)
    const release = await limiter.acquire()
    const { order, releases } = line(limiter, [
      ['small layer', ['read'], 1],
      ['large layer', ['write'], 5],
      ['shared layer', ['read', 'write'], 9],
      ['as large', ['read'], 5],
      ['manifest', ['metadata']],
    ])
    release()
    for (let turn = 0; turn < 5; turn++) {
      await settle()
      releases[turn]?.()
    }
    expect(order).toEqual(['manifest', 'shared layer', 'large layer', 'as large', 'small layer'])
  })

  test('keep a place for who needs two of them', async () => {
    const limiter = new Limiter(16, { isAdaptive: true, limits: { atOnce: 16 } })
    await refuse(limiter, 'write')
    const writes = line(
      limiter,
      Array.from({ length: 4 }, () => ['write', ['write']]),
    )
    const { order } = line(limiter, [
      ['both', ['read', 'write']],
      ['read', ['read']],
      ['small', ['metadata']],
    ])
    await settle()
    expect(order).toEqual(['small'])
    writes.releases[0]?.()
    await settle()
    expect(order).toEqual(['small', 'both', 'read'])
  })
})

test('a small blob in the lane of small requests lets more of those in', async () => {
  const limiter = new Limiter(16, { isAdaptive: true, limits: { atOnce: 16 } })
  expect(await takeAll(limiter, 'metadata')).toBe(8)
  limiter.note(answerOf('read', 200))
  expect(limiter.size('metadata')).toBe(9)
  expect(limiter.size('read')).toBe(8)
})
