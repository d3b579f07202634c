import { describe, expect, test } from '@jest/globals'
import { Limiter, type Rank } from '../../../src/registry/pace/limiter.ts'
import { type TransferSlots, TransferWish } from '../../../src/registry/pace/transfer-slots.ts'

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

async function transfer(source: Limiter, destinations: readonly Limiter[], rank?: Rank) {
  return new TransferWish(source, destinations, rank).granted
}

function giveBack({ source, destinations }: TransferSlots, bytes?: number) {
  for (const release of [source, ...destinations]) release?.(bytes)
}

/** What has been granted by now. */
async function grantedBy(wish: TransferWish) {
  return Promise.race([wish.granted, settle()])
}

describe('slots of several hosts', () => {
  test('are had in both directions at once without a deadlock', async () => {
    const one = new Limiter(1)
    const other = new Limiter(1)
    const transfers = Array.from({ length: 10 }, async (_, index) => {
      const slots = await (index % 2 === 0 ? transfer(one, [other]) : transfer(other, [one]))
      await settle()
      giveBack(slots)
    })
    await Promise.all(transfers)
    expect(await isFree(one)).toBe(true)
    expect(await isFree(other)).toBe(true)
  })

  test('are had by copies from each of several to all others without a deadlock', async () => {
    const limiters = [1, 2, 3, 16].map((slots) => new Limiter(slots, { isAdaptive: true }))
    let over = 0
    const copies = Array.from({ length: 200 }, async (_, index) => {
      const [source = new Limiter(1), ...others] = [
        ...limiters.slice(index % 4),
        ...limiters.slice(0, index % 4),
      ]
      const destinations = index % 3 === 0 ? [source, ...others] : others.slice(index % 2)
      const slots = await transfer(source, destinations, () => index % 7)
      await settle()
      const status = index % 9 === 0 ? 503 : 200
      const sentAt = index * 100
      source.note({ kind: 'read', method: 'GET', status, headers: {}, sentAt, now: sentAt + 30 })
      giveBack(slots, 1_000)
      over += 1
    })
    const small = limiters.map(async (limiter) => limiter.run(settle))
    await Promise.all([...copies, ...small])
    expect(over).toBe(200)
    for (const limiter of limiters) expect(await isFree(limiter)).toBe(true)
  })

  test('are two of one host where they are the same', async () => {
    const limiter = new Limiter(3)
    const slots = await transfer(limiter, [limiter])
    expect(await isFree(limiter)).toBe(true)
    expect(await isFree(limiter)).toBe(false)
    giveBack(slots)
    expect(await isFree(limiter)).toBe(true)
  })

  test('are given back one by one', async () => {
    const [source, near, far] = [new Limiter(1), new Limiter(1), new Limiter(1)]
    const slots = await transfer(source, [near, far])
    slots.destinations[0]?.()
    expect(await isFree(near)).toBe(true)
    expect([await isFree(source), await isFree(far)]).toEqual([false, false])
    slots.source()
    slots.source()
    slots.destinations[1]?.()
    expect([await isFree(source), await isFree(far)]).toEqual([false, false])
  })

  test('are one where a host has no more, and that is given back by the last', async () => {
    const limiter = new Limiter(1)
    const slots = await transfer(limiter, [limiter])
    slots.source()
    slots.source()
    expect(await isFree(limiter)).toBe(false)
    slots.destinations[0]?.()
    await settle()
    // The one who has waited above has it.
    expect(await isFree(limiter)).toBe(false)
  })

  test('are not held by who waits for another one', async () => {
    const [source, full, free] = [new Limiter(1), new Limiter(1), new Limiter(1)]
    await full.acquire()
    const waiting = new TransferWish(source, [full])
    const passing = new TransferWish(source, [free])
    expect(await grantedBy(waiting)).toBeUndefined()
    expect(await grantedBy(passing)).toBeDefined()
  })

  test('go to the more urgent of those who can have all of theirs', async () => {
    const [source, destination] = [new Limiter(1), new Limiter(1)]
    const busy = await transfer(source, [destination])
    const order: string[] = []
    const wishes = [1, 5, 3].map(async (rank) => {
      const slots = await transfer(source, [destination], () => rank)
      order.push(`rank ${rank}`)
      giveBack(slots)
    })
    giveBack(busy)
    await Promise.all(wishes)
    expect(order).toEqual(['rank 5', 'rank 3', 'rank 1'])
  })

  test('are had by who comes behind one that waited for two, when that has them', async () => {
    const [one, two] = [new Limiter(4), new Limiter(1)]
    const held = await Promise.all([one.acquire(['write']), one.acquire(['write'])])
    const busy = await two.acquire()
    const urgent = new TransferWish(two, [one, one], () => 9)
    const modest = new TransferWish(one, [one], () => 1)
    expect(await grantedBy(modest)).toBeUndefined()
    busy()
    held[0]()
    expect(await grantedBy(urgent)).toBeDefined()
    held[1]()
    expect(await grantedBy(modest)).toBeUndefined()
  })

  test('are had without a destination that is left behind', async () => {
    const [source, full, free] = [new Limiter(1), new Limiter(1), new Limiter(1)]
    await full.acquire()
    const wish = new TransferWish(source, [full, free])
    expect(await grantedBy(wish)).toBeUndefined()
    wish.leaveBehind(0)
    const slots = await grantedBy(wish)
    expect(slots?.destinations).toEqual([undefined, expect.any(Function)])
    wish.leaveBehind(1)
    expect(await isFree(free)).toBe(false)
  })
})
