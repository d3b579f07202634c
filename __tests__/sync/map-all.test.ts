import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { mapAll } from '../../src/sync/map-all.ts'

describe('items that are worked on', () => {
  test('are so in order, and never more at once than wanted', async () => {
    const started: number[] = []
    let now = 0
    let most = 0
    const squares = await mapAll([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      started.push(item)
      most = Math.max(most, ++now)
      await setImmediate()
      now -= 1
      return item * item
    })
    expect(started).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(most).toBe(3)
    expect([...squares]).toEqual([1, 2, 3, 4, 5, 6, 7].map((item) => [item, item * item]))
  })

  test('are all worked on although one of them fails, and the first failure is thrown then', async () => {
    const done: number[] = []
    const work = mapAll([1, 2, 3, 4], 1, async (item) => {
      await setImmediate()
      if (item < 3) throw new Error(`item ${item}`)
      done.push(item)
    })
    await expect(work).rejects.toThrow('item 1')
    expect(done).toEqual([3, 4])
  })

  test('may be none', async () => {
    expect((await mapAll([], 3, () => Promise.reject(new Error('nobody calls this')))).size).toBe(0)
  })
})

/** Work that ends when the test says so, on items such as `a1` for the host `a`. */
function working(items: readonly string[], atOnce: number) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const silent = new Set<string>()
  let look: (() => void) | undefined
  const all = mapAll(
    items,
    atOnce,
    async (item) => {
      begun.push(item)
      const { promise, resolve } = Promise.withResolvers<void>()
      ends.set(item, resolve)
      await promise
    },
    {
      of: ([host = '']) => host,
      isSilent: (host) => silent.has(host),
      watch: (call) => {
        look = call
        return () => undefined
      },
    },
  )
  const end = async (...names: readonly string[]) => {
    for (const name of names) ends.get(name)?.()
    await setImmediate()
  }
  return { all, begun, silent, end, look: () => look?.() }
}

describe('items for several hosts', () => {
  test('are begun in order, so many at once', async () => {
    const { all, begun, end } = working(['a1', 'b1', 'a2', 'b2'], 2)
    expect(begun).toEqual(['a1', 'b1'])
    await end('b1')
    expect(begun).toEqual(['a1', 'b1', 'a2'])
    await end('a1', 'a2')
    await end('b2')
    expect([...(await all).keys()]).toHaveLength(4)
  })

  test('take no place from others while their host is silent, and not without end themselves', async () => {
    const items = ['a1', 'a2', 'b1', 'a3', 'b2', 'b3', 'a4', 'b4']
    const { all, begun, silent, end, look } = working(items, 2)
    silent.add('a')
    look()
    expect(begun).toEqual(['a1', 'a2', 'b1', 'b2'])
    await end('b1')
    expect(begun).toEqual(['a1', 'a2', 'b1', 'b2', 'b3'])
    silent.clear()
    await end('b2')
    expect(begun).toEqual(['a1', 'a2', 'b1', 'b2', 'b3'])
    await end('a1', 'a2', 'b3')
    expect(begun.slice(5)).toEqual(['a3', 'a4'])
    await end('a3', 'a4')
    await end('b4')
    expect((await all).size).toBe(items.length)
  })
})
