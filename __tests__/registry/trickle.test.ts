import { describe, expect, test } from '@jest/globals'
import { withoutTrickle } from '../../src/registry/trickle.ts'
import { failureOf, FakeClock } from './registry-world.ts'

const place = { operation: 'get blob' }

/** So many chunks of so many bytes, each after so many milliseconds. */
async function* sent(clock: FakeClock, chunks: number, bytes: number, ms: number) {
  for (let chunk = 0; chunk < chunks; chunk++) {
    await clock.sleep(ms)
    yield Buffer.alloc(bytes)
  }
}

async function received(
  clock: FakeClock,
  chunks: AsyncIterable<Buffer>,
  whileReading: () => void = () => undefined,
) {
  let bytes = 0
  for await (const chunk of withoutTrickle(chunks, clock, place)) {
    bytes += chunk.length
    whileReading()
  }
  return bytes
}

describe('a body', () => {
  test('that comes byte by byte is ended after two minutes', async () => {
    const clock = new FakeClock()
    const start = clock.now()
    const error = await failureOf(received(clock, sent(clock, 1_000, 1, 50_000)))
    expect(error).toMatchObject({ code: 'TIMEOUT', operation: 'get blob', transient: true })
    expect(error.message).toContain('only 3 bytes arrived in 150 s')
    expect(clock.now() - start).toBe(150_000)
  })

  test('that is slow all the time, but comes, is read to its end', async () => {
    const clock = new FakeClock()
    expect(await received(clock, sent(clock, 1_000, 1024, 1_000))).toBe(1_024_000)
  })

  test('that hangs for a minute between large parts is read to its end', async () => {
    const clock = new FakeClock()
    expect(await received(clock, sent(clock, 20, 65_536, 59_000))).toBe(20 * 65_536)
  })

  test('is not blamed for a reader that takes its time', async () => {
    const clock = new FakeClock()
    const slowly = () => void (clock.time += 100_000)
    expect(await received(clock, sent(clock, 100, 1, 10), slowly)).toBe(100)
  })
})
