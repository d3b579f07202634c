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
