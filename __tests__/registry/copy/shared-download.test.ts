import { describe, expect, test } from '@jest/globals'
import { type Reader, SharedDownload } from '../../../src/registry/copy/shared-download.ts'

const place = { operation: 'get blob' }

/** Chunks that share their memory, as those of a connection do, and the end of the stream. */
function chunks(count: number, fail?: Error) {
  const memory = Buffer.alloc(1)
  const state = { given: 0, isClosed: false }
  async function* read() {
    try {
      for (let number = 1; number <= count; number++) {
        await Promise.resolve()
        memory[0] = number
        state.given = number
        yield memory
      }
      if (fail !== undefined) throw fail
    } finally {
      state.isClosed = true
    }
  }
  return { stream: read(), state }
}

async function readAll(reader: Reader, upTo = Number.POSITIVE_INFINITY) {
  const seen: number[] = []
  for await (const chunk of reader) {
    seen.push(chunk[0] ?? 0)
    if (seen.length === upTo) break
  }
  return seen
}

describe('a download with three readers', () => {
  test('is read once, and seen whole by each of them', async () => {
    const { stream, state } = chunks(5)
    const shared = new SharedDownload(stream, 3, place)
    expect(await Promise.all(shared.readers.map(async (reader) => readAll(reader)))).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ])
    expect(state).toEqual({ given: 5, isClosed: true })
  })

  test('goes on for the others where one leaves', async () => {
    const { stream, state } = chunks(5)
    const { readers } = new SharedDownload(stream, 3, place)
    const seen = await Promise.all(
      readers.map(async (reader, index) => readAll(reader, index === 1 ? 2 : undefined)),
    )
    expect(seen).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2],
      [1, 2, 3, 4, 5],
    ])
    expect(state.given).toBe(5)
  })

  test('does not run ahead of the slowest', async () => {
    const { stream, state } = chunks(5)
    const [slow, ...others] = new SharedDownload(stream, 3, place).readers
    const fast = others.map(async (reader) => readAll(reader))
    const iterator = slow?.[Symbol.asyncIterator]()
    await iterator?.next()
    await iterator?.next()
    expect(state.given).toBe(2)
    await slow?.leave()
    await Promise.all(fast)
    expect(state.given).toBe(5)
  })

  test('is closed when the last one has left, also before it began', async () => {
    const { stream, state } = chunks(5)
    const { readers } = new SharedDownload(stream, 3, place)
    await Promise.all(readers.map(async (reader) => reader.leave()))
    expect(state.given).toBe(0)
    expect((await stream.next()).done).toBe(true)
  })

  test('fails for all of them', async () => {
    const { readers } = new SharedDownload(chunks(2, new Error('broke')).stream, 3, place)
    const results = await Promise.allSettled(readers.map(async (reader) => readAll(reader)))
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  })

  test('parts with one that keeps the others waiting', async () => {
    const { stream } = chunks(3)
    const [stuck, ...others] = new SharedDownload(stream, 3, place, 5).readers
    const iterator = stuck?.[Symbol.asyncIterator]()
    const first = iterator?.next()
    expect(await Promise.all(others.map(async (reader) => readAll(reader)))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
    await first
    await expect(iterator?.next()).rejects.toMatchObject({ code: 'TIMEOUT', transient: true })
  })
})
