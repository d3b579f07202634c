import { describe, expect, test } from '@jest/globals'
import { Limiter } from '../../../src/registry/pace/limiter.ts'

const MANY = 20_000

/** So many who wait for a slot for a blob, behind one who has it. */
async function startQueue(signal?: AbortSignal) {
  const limiter = new Limiter(1, { signal })
  const release = await limiter.acquire(['write'])
  let compared = 0
  const rank = () => {
    compared += 1
    return 0
  }
  const admitted: number[] = []
  const waiting = Array.from({ length: MANY }, async (_, index) => {
    await limiter.acquire(['write'], rank)
    admitted.push(index)
  })
  return { limiter, release, admitted, waiting, compared: () => compared }
}

describe('thousands who wait for a slot', () => {
  test('are not compared with each other when they come, nor all of them when one is admitted', async () => {
    const { release, admitted, waiting, compared } = await startQueue()
    expect(compared()).toBeLessThan(10)
    release()
    await waiting[0]
    expect(compared()).toBeLessThan(5_000)
    expect(admitted).toEqual([0])
  })

  test('are let go when the run ends, some at a time, so that nothing else has to wait', async () => {
    const ending = new AbortController()
    const { limiter, admitted, waiting, compared } = await startQueue(ending.signal)
    ending.abort()
    await Promise.resolve()
    expect(admitted.length).toBeLessThanOrEqual(500)
    await Promise.all(waiting)
    expect(admitted).toEqual(Array.from({ length: MANY }, (_, index) => index))
    expect(compared()).toBeLessThan(10)
    // Nor does anybody wait who comes later.
    await limiter.acquire(['write'])
    await limiter.acquire()
  })
})
