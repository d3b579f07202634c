import { describe, expect, test } from '@jest/globals'
import { acquireTransfer, Limiter, Turns } from '../../src/registry/pacing.ts'

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

  test('takes a slot back from work that failed', async () => {
    const limiter = new Limiter(1)
    await expect(limiter.run(() => Promise.reject(new Error('broke')))).rejects.toThrow('broke')
    expect(await isFree(limiter)).toBe(true)
  })
})

describe('slots of two limiters', () => {
  test('are had in both directions at once without a deadlock', async () => {
    const one = new Limiter(1)
    const other = new Limiter(1)
    const transfers = Array.from({ length: 10 }, async (_, index) => {
      const release = await (index % 2 === 0
        ? acquireTransfer(one, [other])
        : acquireTransfer(other, [one]))
      await settle()
      release()
    })
    await Promise.all(transfers)
    expect(await isFree(one)).toBe(true)
    expect(await isFree(other)).toBe(true)
  })

  test('are two of one where they are the same', async () => {
    const limiter = new Limiter(3)
    const release = await acquireTransfer(limiter, [limiter])
    expect(await isFree(limiter)).toBe(true)
    expect(await isFree(limiter)).toBe(false)
    release()
    expect(await isFree(limiter)).toBe(true)
  })
})

describe('works that take turns', () => {
  test('go one after another under one name, and side by side under two', async () => {
    const turns = new Turns()
    const order: string[] = []
    const work = (name: string, label: string) =>
      turns.run(name, async () => {
        order.push(`${label} starts`)
        await settle()
        order.push(`${label} ends`)
        return label
      })
    const results = await Promise.all([work('a', 'first'), work('a', 'second'), work('b', 'other')])
    expect(results).toEqual(['first', 'second', 'other'])
    expect(order.indexOf('second starts')).toBeGreaterThan(order.indexOf('first ends'))
    expect(order.indexOf('other starts')).toBeLessThan(order.indexOf('first ends'))
  })

  test('go on after one that failed', async () => {
    const turns = new Turns()
    const failed = turns.run('a', () => Promise.reject(new Error('broke')))
    const next = turns.run('a', () => Promise.resolve('done'))
    await expect(failed).rejects.toThrow('broke')
    expect(await next).toBe('done')
    expect(await turns.run('a', () => Promise.resolve('again'))).toBe('again')
  })
})
