import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { RegistryError } from '../../../src/registry/errors.ts'
import type { Answer } from '../../../src/registry/network/answer.ts'
import { type Exchange, Network } from '../../../src/registry/network/network.ts'
import { SLAB_BYTES } from '../../../src/registry/network/slabs.ts'
import { syntheticBlob } from '../../../testkit/registry/content.ts'
import { MiB } from '../../../testkit/registry/media-types.ts'
import { startStreamServer } from './stream-server.ts'

const place = { operation: 'move bytes' }

type Server = Awaited<ReturnType<typeof startStreamServer>>

/** Servers of one kind, and a network that trusts them. */
async function world(isSecure: boolean) {
  const source = await startStreamServer(isSecure)
  const destination = await startStreamServer(isSecure)
  const network = new Network({
    environment: {},
    tls: new Map([source, destination].map(({ host, ca }) => [host, { ca }])),
  })
  return {
    source,
    destination,
    send: async ({ origin }: Server, exchange: Pick<Exchange, 'method' | 'path' | 'body'>) =>
      network.send({ origin, headers: {}, ...exchange }, place),
    [Symbol.asyncDispose]: async () => {
      await network.close()
      await source[Symbol.asyncDispose]()
      await destination[Symbol.asyncDispose]()
    },
  }
}

async function textOf({ body }: Answer) {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

describe.each([
  ['plain', false],
  ['TLS', true],
])('%s connections', (_what, isSecure) => {
  test('bring the bytes of many bodies at once to a slow receiver as they were sent', async () => {
    await using both = await world(isSecure)
    const { source, destination, send } = both
    const move = async (size: number, seed: string) => {
      const path = `/${size}/${seed}`
      const { body } = await send(source, { method: 'GET', path })
      return textOf(await send(destination, { method: 'PUT', path: '/', body }))
    }
    const seeds = ['a', 'b/chunked', 'c', 'd/chunked', 'e', 'f']
    const moved = await Promise.all(seeds.map((seed, at) => move(8 * MiB + at * 4321, seed)))
    const sent = seeds.map((seed, at) =>
      syntheticBlob(8 * MiB + at * 4321, seed.replace('/chunked', '')),
    )
    expect(moved).toEqual(sent.map(({ digest }) => digest))
  })

  test('read a long body into little memory', async () => {
    await using both = await world(isSecure)
    const { body } = await both.send(both.source, { method: 'GET', path: `/${24 * MiB}/long` })
    const memory = new Set<ArrayBufferLike>()
    let large = 0
    for await (const chunk of body) {
      if (chunk.buffer.byteLength !== SLAB_BYTES) continue
      memory.add(chunk.buffer)
      large += chunk.length
    }
    expect(large).toBeGreaterThan(12 * MiB)
    expect(memory.size).toBeLessThan(10)
  })

  test('give a small answer memory of its own', async () => {
    await using both = await world(isSecure)
    const get = async (seed: string) => {
      const { body } = await both.send(both.source, { method: 'GET', path: `/1000/${seed}` })
      const chunks: Buffer[] = []
      for await (const chunk of body) chunks.push(chunk)
      return Buffer.concat(chunks)
    }
    const first = await get('first')
    const kept = Buffer.from(first)
    await get('second')
    expect(first.equals(kept)).toBe(true)
  })

  test('bring all of a body that ends with its connection', async () => {
    await using both = await world(isSecure)
    for (const size of [1_000, 20_000, 300_000, MiB, 3 * MiB]) {
      const path = `/${size}/x/closing`
      const { body } = await both.send(both.source, { method: 'GET', path })
      let received = 0
      for await (const chunk of body) {
        received += chunk.length
        for (let turn = 0; turn < 20; turn++) await setImmediate()
      }
      expect(received).toBe(size)
    }
    expect((await both.send(both.source, { method: 'GET', path: `/${MiB}/x` })).status).toBe(200)
    expect(both.source.connections()).toBe(6)
  })

  test('are kept after a HEAD', async () => {
    await using both = await world(isSecure)
    for (let count = 0; count < 10; count++) {
      const answer = await both.send(both.source, { method: 'HEAD', path: '/1000000/x' })
      expect(await textOf(answer)).toBe('')
    }
    expect(both.source.connections()).toBe(1)
  })

  test('are kept after a body that was read', async () => {
    await using both = await world(isSecure)
    for (let count = 0; count < 5; count++) {
      const answer = await both.send(both.source, { method: 'GET', path: `/${MiB}/x` })
      expect((await textOf(answer)).length).toBeGreaterThan(0)
    }
    expect(both.source.connections()).toBe(1)
  })

  test.each<[string, () => Exchange['body']]>([
    ['in one piece', () => Buffer.alloc(50_000, 'piece')],
    ['of one chunk', () => streamOf(1)],
    ['of many chunks', () => streamOf(20)],
  ])('are kept after uploads %s', async (_size, body) => {
    await using both = await world(isSecure)
    for (let count = 0; count < 20; count++) {
      const put = { method: 'PUT', path: '/', body: body() } as const
      expect(await textOf(await both.send(both.destination, put))).toMatch(/^sha256:/)
    }
    expect(both.destination.connections()).toBe(1)
  })
})

/** Parts of what is sent as it comes. */
async function* streamOf(chunks: number) {
  for (let count = 0; count < chunks; count++) yield await Promise.resolve(Buffer.alloc(50_000))
}

/** What an upload reads from, which tells when nobody wants it any more. */
function watchedBody(next: () => Promise<IteratorResult<Uint8Array>>) {
  const closed = Promise.withResolvers<string>()
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next,
      return: () => {
        closed.resolve('closed')
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }
  return { body, closed: closed.promise }
}

const endless = () => Promise.resolve({ done: false, value: Buffer.alloc(MiB) })
const stalled = async () => new Promise<never>(() => undefined)

/** A host that answers every connection by what the function does to it, as soon as it speaks. */
async function startHost(answer: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .once('data', () => {
        answer(socket)
      })
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      for (const socket of sockets) socket.destroy()
      server.close()
      await closed
    },
  }
}

/** Status and text of an answer, or the code of the error. */
async function outcomeOf(sent: Promise<Answer>) {
  try {
    const answer = await sent
    return `${answer.status} ${await textOf(answer)}`
  } catch (error) {
    return (error as RegistryError).code
  }
}

const REFUSAL = 'HTTP/1.1 413 Too large\r\nContent-Length: 2\r\n\r\nno'

describe('the body of an upload is closed', () => {
  const put = { method: 'PUT', path: '/', headers: {} } as const

  test.each<[string, (socket: Socket) => void, string]>([
    ['is refused while it is sent', (socket) => socket.write(REFUSAL), '413 no'],
    ['is refused by a host that hangs up', (socket) => socket.end(REFUSAL), '413 no'],
    [
      'is refused by a host that resets the connection then',
      (socket) => socket.write(REFUSAL, () => socket.resetAndDestroy()),
      '413 no',
    ],
    ['ends with its connection', (socket) => socket.destroy(), 'NETWORK'],
    ['ends with a reset', (socket) => socket.resetAndDestroy(), 'NETWORK'],
  ])('when it %s', async (_what, answer, outcome) => {
    await using host = await startHost(answer)
    const network = new Network({ environment: {} })
    const { body, closed } = watchedBody(endless)
    expect(await outcomeOf(network.send({ ...put, origin: host.origin, body }, place))).toBe(
      outcome,
    )
    expect(await closed).toBe('closed')
    await network.close()
  })

  test('when the answer comes while nothing more comes from where it is read', async () => {
    await using host = await startHost((socket) => socket.write(REFUSAL))
    const network = new Network({ environment: {} })
    let count = 0
    const { body, closed } = watchedBody(async () => (count++ === 0 ? endless() : stalled()))
    const answer = await network.send({ ...put, origin: host.origin, body }, place)
    expect(answer.status).toBe(413)
    answer.body.drop()
    expect(await closed).toBe('closed')
    await network.close()
  })

  test('when nobody is there to take it', async () => {
    const gone = await startHost(() => undefined)
    await gone[Symbol.asyncDispose]()
    const network = new Network({ environment: {} })
    const { body, closed } = watchedBody(endless)
    const sent = network.send({ ...put, origin: gone.origin, body }, place)
    await expect(sent).rejects.toMatchObject({ code: 'NETWORK' })
    expect(await closed).toBe('closed')
    await network.close()
  })

  test('when the run is cancelled', async () => {
    const cancelling = new AbortController()
    await using host = await startHost(() => {
      cancelling.abort()
    })
    const network = new Network({ environment: {}, signal: cancelling.signal })
    const { body, closed } = watchedBody(endless)
    const sent = network.send({ ...put, origin: host.origin, body }, place)
    await expect(sent).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await closed).toBe('closed')
    await network.close()
  })

  test('when all connections are', async () => {
    const speaking = Promise.withResolvers<void>()
    await using host = await startHost(() => {
      speaking.resolve()
    })
    const network = new Network({ environment: {} })
    const { body, closed } = watchedBody(endless)
    const sent = network.send({ ...put, origin: host.origin, body }, place)
    await speaking.promise
    await Promise.all([network.close(), expect(sent).rejects.toMatchObject({ code: 'NETWORK' })])
    expect(await closed).toBe('closed')
  })
})
