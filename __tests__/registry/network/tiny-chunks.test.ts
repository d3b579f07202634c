import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import * as fc from '../../../testkit/property.ts'
import { AnswerBody } from '../../../src/registry/network/answer.ts'
import { readBody, readSome } from '../../../src/registry/network/answer-body.ts'
import { ChunkQueue } from '../../../src/registry/network/chunk-queue.ts'
import { KeptBytes } from '../../../src/registry/network/kept-bytes.ts'
import { Network } from '../../../src/registry/network/network.ts'
import { Slabs } from '../../../src/registry/network/slabs.ts'

const KiB = 1024
const place = { operation: 'read' }

/** Answers `/SIZE` with so many bytes, each of them in a chunk of its own (RFC 9112, 7.1). */
async function startByteByByte() {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data: Buffer) => {
      const size = Number(/^GET \/(\d+)/.exec(data.toString('latin1'))?.[1])
      const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
      socket.write(`${head}${'1\r\nx\r\n'.repeat(size)}0\r\n\r\n`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const network = new Network({ environment: {} })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    network,
    get: async (size: number) =>
      network.send({ origin, path: `/${size}`, method: 'GET', headers: {} }, place),
    [Symbol.asyncDispose]: async () => {
      await network.close()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

describe('a body that comes in chunks of a byte', () => {
  test('is handed on in few chunks, as whoever passes it on pays for each', async () => {
    await using host = await startByteByByte()
    const { body } = await host.get(128 * KiB)
    let chunks = 0
    let bytes = 0
    for await (const chunk of body) {
      chunks += 1
      bytes += chunk.length
    }
    expect(bytes).toBe(128 * KiB)
    expect(chunks).toBeLessThan(2_000)
  })

  test('is read whole as any other', async () => {
    await using host = await startByteByByte()
    const { network } = host
    const whole = await readBody(await host.get(128 * KiB), 128 * KiB, place, network)
    expect(whole.equals(Buffer.alloc(128 * KiB, 'x'))).toBe(true)
    const start = await readSome(await host.get(128 * KiB), 64 * KiB, network)
    expect(start.equals(Buffer.alloc(64 * KiB, 'x'))).toBe(true)
  })
})

/** A body whose connection is played by hand. */
function startBody() {
  const events: string[] = []
  const controller = {
    abort: () => events.push('abort'),
    pause: () => events.push('pause'),
    resume: () => events.push('resume'),
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: [],
  }
  return { body: new AnswerBody(controller, new Slabs()), events }
}

describe('a connection that brings many chunks at once', () => {
  test('is paused, and goes on when everything else has had a turn', async () => {
    const { body, events } = startBody()
    const chunks = body[Symbol.asyncIterator]()
    const first = chunks.next()
    for (let count = 0; count < 1024; count++) body.add(Buffer.of(count))
    expect(events).toEqual(['resume', 'pause'])
    expect((await first).value).toEqual(Buffer.of(0))
    expect((await chunks.next()).value).toHaveLength(1023)
    setImmediate(() => {
      events.push('turn')
    })
    const last = chunks.next()
    setImmediate(() => {
      body.add(Buffer.from('the last'))
    })
    await last
    expect(events).toEqual(['resume', 'pause', 'turn', 'resume'])
    body.end()
  })

  test('is not paused for a few', async () => {
    const { body, events } = startBody()
    const chunks = body[Symbol.asyncIterator]()
    const first = chunks.next()
    for (let count = 0; count < 100; count++) body.add(Buffer.of(count))
    await first
    expect(events).toEqual(['resume'])
    await chunks.return()
  })
})

const chunkLists = fc.array(
  fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(9_000).map(bytesOf)),
  { maxLength: 60 },
)

function bytesOf(length: number): Uint8Array {
  return Buffer.alloc(length + 1, String(length))
}

describe('chunks that wait', () => {
  test('are the same bytes in the same order, however they were put together', () => {
    fc.assert(
      fc.property(chunkLists, fc.array(fc.boolean()), (chunks, takes) => {
        const queue = new ChunkQueue(new Slabs())
        const taken: Buffer[] = []
        const take = () => {
          const chunk = queue.take()
          if (chunk !== undefined) taken.push(Buffer.from(chunk))
        }
        for (const [index, chunk] of chunks.entries()) {
          queue.add(Buffer.from(chunk))
          if (takes[index] === true) take()
        }
        while (!queue.isEmpty) take()
        expect(queue.bytes).toBe(0)
        expect(Buffer.concat(taken).equals(Buffer.concat(chunks))).toBe(true)
      }),
    )
  })

  test('do not hold the memory that small ones were read into', () => {
    const slabs = new Slabs()
    const queue = new ChunkQueue(slabs)
    const slab = slabs.take()
    for (let at = 0; at < 100; at++) queue.add(slab.subarray(at, at + 1))
    const first = queue.take()
    if (first !== undefined) queue.release(first)
    slabs.release(slab)
    expect(slabs.take()).toBe(slab)
  })
})

test('bytes that are kept are those that came, in no more memory than they need', () => {
  fc.assert(
    fc.property(chunkLists, fc.option(fc.nat(200_000), { nil: undefined }), (chunks, expected) => {
      const kept = new KeptBytes(expected)
      for (const chunk of chunks) kept.add(chunk)
      const whole = kept.whole()
      expect(whole.equals(Buffer.concat(chunks))).toBe(true)
      expect(kept.length).toBe(whole.length)
    }),
  )
  const endless = new KeptBytes(1e15)
  endless.add(Buffer.from('little'))
  expect(endless.whole().toString()).toBe('little')
})
