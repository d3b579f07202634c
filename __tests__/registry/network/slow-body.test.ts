import { describe, expect, test } from '@jest/globals'
import { withoutTrickle } from '../../../src/registry/network/slow-body.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { failureOf, FakeClock, RegistryWorld } from '../registry-world.ts'

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

/** Byte by byte, each after most of a minute. */
function byteByByte(clock: FakeClock, status?: number): Middleware {
  return async (_request, next) => {
    const answer = await next()
    const bytes = Buffer.alloc(200, 'a')
    async function* chunks() {
      for (const byte of bytes) {
        clock.time += 50_000
        yield Buffer.of(byte)
        // Each on its own way, or they would arrive together.
        await new Promise(setImmediate)
      }
    }
    const { 'content-length': _size, ...headers } = answer.headers
    return { status: status ?? answer.status, headers, body: { chunks: chunks() } }
  }
}

describe('a registry that trickles', () => {
  test.each([
    ['a manifest', undefined, 'TIMEOUT'],
    ['a refusal', 403, 'DENIED'],
  ])('is not listened to for ever: %s', async (_what, status, code) => {
    await using world = await RegistryWorld.start()
    world.give(buildImage())
    world.source.use(byteByByte(world.clock, status))
    const start = world.clock.now()
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error.code).toBe(code)
    expect(world.clock.now() - start).toBeGreaterThanOrEqual(120_000)
    expect(error.registryMessage?.length ?? 0).toBeLessThan(200)
  })
})
