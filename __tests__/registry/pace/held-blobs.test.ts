import { describe, expect, test } from '@jest/globals'
import { HeldBlobs, MAX_HELD_BYTES } from '../../../src/registry/pace/held-blobs.ts'
import { settle } from './pace-world.ts'

/** Asks for room for blobs of these sizes; tells which have it, and gives it back. */
function line(held: HeldBlobs, sizes: readonly number[]) {
  const inside = new Set<number>()
  const ends = sizes.map(() => Promise.withResolvers<void>())
  const all = sizes.map(async (size, at) =>
    held.run(size, async () => {
      inside.add(at)
      await ends[at]?.promise
      inside.delete(at)
    }),
  )
  return { inside, over: Promise.all(all), end: (at: number) => ends[at]?.resolve() }
}

const broken = () => Promise.reject(new Error('broke'))

describe('blobs that are held', () => {
  test('are at most four for each slot', async () => {
    const { inside, over, end } = line(new HeldBlobs(2), Array<number>(20).fill(1))
    await settle()
    expect(inside.size).toBe(8)
    end(3)
    await settle()
    expect([...inside]).toEqual([0, 1, 2, 4, 5, 6, 7, 8])
    for (let at = 0; at < 20; at++) end(at)
    await over
    expect(inside.size).toBe(0)
  })

  test('have no more bytes than there is room for, whatever the slots', async () => {
    const size = MAX_HELD_BYTES / 32
    const { inside, over, end } = line(new HeldBlobs(256), Array<number>(100).fill(size))
    await settle()
    expect(inside.size).toBe(32)
    for (let at = 0; at < 100; at++) end(at)
    await over
  })

  test('go in the order in which they came, also where a later one would fit', async () => {
    const sizes = [MAX_HELD_BYTES - 10, 20, 5]
    const { inside, over, end } = line(new HeldBlobs(16), sizes)
    await settle()
    expect([...inside]).toEqual([0])
    end(0)
    await settle()
    expect([...inside]).toEqual([1, 2])
    end(1)
    end(2)
    await over
  })

  test('may be one that is larger than all the room', async () => {
    const { inside, over, end } = line(new HeldBlobs(16), [2 * MAX_HELD_BYTES, 1])
    await settle()
    expect([...inside]).toEqual([0])
    end(0)
    end(1)
    await over
  })

  test('give their room back where the work with them fails', async () => {
    const held = new HeldBlobs(1)
    for (let time = 0; time < 9; time++) {
      await expect(held.run(MAX_HELD_BYTES, broken)).rejects.toThrow('broke')
    }
  })
})
