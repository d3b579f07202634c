import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { ExchangeHandler } from '../../../src/registry/network/exchange-handler.ts'
import { Network } from '../../../src/registry/network/network.ts'
import { RequestBody } from '../../../src/registry/network/request-body.ts'
import { Slabs } from '../../../src/registry/network/slabs.ts'
import { failureOf } from '../registry-world.ts'

const place = { operation: 'ask' }
const TIMEOUT_MS = 60_000

/** A host that says every few milliseconds that its answer is to come. */
async function startAnnouncer() {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume()
    const announcing = setInterval(() => {
      socket.write('HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n')
    }, 10)
    socket.once('close', () => {
      clearInterval(announcing)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

describe('a host that announces its answer for ever', () => {
  test.each<['GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE', Uint8Array | undefined]>([
    ['GET', undefined],
    ['HEAD', undefined],
    ['PUT', Buffer.from('a manifest')],
    ['POST', undefined],
    ['PATCH', Buffer.from('a chunk')],
    ['DELETE', undefined],
  ])('to a %s is not waited for longer than for one that is silent', async (method, body) => {
    await using host = await startAnnouncer()
    const network = new Network({ environment: {}, timeoutMs: 200 })
    const exchange = { origin: host.origin, path: '/', method, headers: {}, body }
    const error = await failureOf(network.send(exchange, place))
    expect(error).toMatchObject({ code: 'TIMEOUT', transient: true })
    expect(error.message).toContain('no answer within the time limit')
    await network.close()
  })
})

/** undici's side of a request whose body is read by hand. */
function startExchange(chunks: AsyncIterable<Uint8Array>) {
  jest.useFakeTimers()
  const aborted: Error[] = []
  const body = new RequestBody(chunks)
  const handler = new ExchangeHandler({
    slabs: new Slabs(),
    body,
    signal: undefined,
    answerTimeoutMs: TIMEOUT_MS,
  })
  const controller = {
    abort: (error: Error) => aborted.push(error),
    pause: () => undefined,
    resume: () => undefined,
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: [],
  }
  handler.onRequestStart(controller)
  return { aborted, reader: body[Symbol.asyncIterator](), handler, controller }
}

async function* endless() {
  for (;;) yield Promise.resolve(Buffer.of(1))
}

async function* stalled(): AsyncGenerator<Uint8Array> {
  await new Promise<never>(() => undefined)
  yield Buffer.of(1)
}

afterEach(() => {
  jest.useRealTimers()
})

describe('a host that announces its answer during an upload', () => {
  test('has as long as it takes what is sent', async () => {
    const { aborted, reader, handler, controller } = startExchange(endless())
    handler.onResponseStart(controller, 102, {})
    for (let minute = 0; minute < 10; minute++) {
      await reader.next()
      jest.advanceTimersByTime(TIMEOUT_MS)
    }
    expect(aborted).toEqual([])
    jest.advanceTimersByTime(TIMEOUT_MS)
    expect(aborted).toMatchObject([{ code: 'UND_ERR_HEADERS_TIMEOUT' }])
  })

  test('is not blamed for what the source does not bring', () => {
    const { aborted, reader, handler, controller } = startExchange(stalled())
    handler.onResponseStart(controller, 102, {})
    void reader.next()
    jest.advanceTimersByTime(10 * TIMEOUT_MS)
    expect(aborted).toEqual([])
    handler.fail(new Error('over'))
    return expect(handler.answer).rejects.toThrow('over')
  })

  test('is waited for no more when its answer is there', async () => {
    const { aborted, handler, controller } = startExchange(endless())
    handler.onResponseStart(controller, 102, {})
    handler.onResponseStart(controller, 200, {})
    jest.advanceTimersByTime(10 * TIMEOUT_MS)
    expect(aborted).toEqual([])
    expect((await handler.answer).status).toBe(200)
    handler.onResponseEnd()
  })
})
