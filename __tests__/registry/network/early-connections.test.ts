import { once } from 'node:events'
import {
  createConnection,
  createServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { buildConnector } from 'undici'
import { Client } from '../../../src/registry/client.ts'
import { EarlyConnections } from '../../../src/registry/network/early-connections.ts'
import { Network } from '../../../src/registry/network/network.ts'

/** The first byte of a client that speaks TLS (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = 0x16

/** A server that takes connections and answers nothing, but ends those that speak TLS. */
class Listener {
  readonly sockets: Socket[] = []
  /** What came first on each connection. */
  readonly said: string[] = []
  readonly #server: Server

  static async start() {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Listener(server)
  }

  constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => {
      this.sockets.push(socket)
      socket.on('error', () => undefined)
      socket.on('data', (bytes: Buffer) => {
        this.said.push(bytes.toString('latin1'))
        if (bytes[0] === TLS_HANDSHAKE) socket.end('no TLS')
      })
    })
  }

  get origin() {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async connection(): Promise<Socket> {
    const [socket] = (await once(this.#server, 'connection')) as [Socket]
    return socket
  }

  async [Symbol.asyncDispose]() {
    for (const socket of this.sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

function early() {
  const made: Socket[] = []
  const connect = buildConnector({})
  let attempts = 0
  let failed: (() => void) | undefined
  const connections = new EarlyConnections((target, callback) => {
    attempts += 1
    connect(target, (...result) => {
      if (result[1] !== null) made.push(result[1])
      callback(...result)
      if (result[0] !== null) failed?.()
    })
  })
  const nextFailure = async () => new Promise<void>((resolve) => (failed = resolve))
  return { connections, made, attempts: () => attempts, nextFailure }
}

async function connected({ connections }: ReturnType<typeof early>, origin: string) {
  const { protocol, host, hostname, port } = new URL(origin)
  return new Promise<Socket>((resolve, reject) => {
    connections.connect({ protocol, host, hostname, port }, (error, socket) =>
      error === null ? resolve(socket) : reject(error),
    )
  })
}

describe('connections that are made early', () => {
  test('are taken by who connects next, one each, whether they are there or on their way', async () => {
    await using server = await Listener.start()
    const world = early()
    world.connections.open(server.origin)
    world.connections.open(server.origin)
    const taken = [
      await connected(world, server.origin),
      await connected(world, server.origin),
      await connected(world, server.origin),
    ]
    expect(new Set(taken).size).toBe(3)
    expect(world.made).toHaveLength(3)
    for (const socket of taken) socket.destroy()
  })

  test('are not taken by who connects to another host', async () => {
    await using server = await Listener.start()
    await using other = await Listener.start()
    const world = early()
    world.connections.open(server.origin)
    const socket = await connected(world, other.origin)
    expect(socket.remotePort).toBe(Number(new URL(other.origin).port))
    socket.destroy()
    world.connections.close()
  })

  test('are forgotten where the host ends them', async () => {
    await using server = await Listener.start()
    const world = early()
    const accepted = server.connection()
    world.connections.open(server.origin)
    const remote = await accepted
    const ended = once(world.made[0] ?? remote, 'close')
    remote.end()
    await ended
    const socket = await connected(world, server.origin)
    expect(socket.destroyed).toBe(false)
    expect(world.made).toHaveLength(2)
    socket.destroy()
  })

  test('that fail tell whoever has taken them, and nobody else', async () => {
    const server = await Listener.start()
    const { origin } = server
    await server[Symbol.asyncDispose]()
    const world = early()
    world.connections.open(origin)
    await expect(connected(world, origin)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const failure = world.nextFailure()
    world.connections.open(origin)
    await failure
    // The one that has failed by itself is not handed out: there is another attempt.
    await expect(connected(world, origin)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(world.attempts()).toBe(3)
  })

  test('are ended with the rest where nobody took them', async () => {
    await using server = await Listener.start()
    const world = early()
    const accepted = server.connection()
    world.connections.open(server.origin)
    const remote = await accepted
    const ended = once(remote, 'close')
    world.connections.close()
    await ended
    expect(remote.destroyed).toBe(true)
  })
})

test('requests that wait for the first answer connect in the meantime', async () => {
  await using server = await Listener.start()
  const network = new Network({ retries: 0 })
  const client = new Client({ host: new URL(server.origin).host, network })
  const looks = Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => client.checkExists(name)))
  // One asks whether the host speaks TLS, one carries the first look; these are for the others.
  while (server.sockets.length < 4) await server.connection()
  expect(server.said.filter((text) => text.startsWith('HEAD '))).toHaveLength(1)
  await network.close()
  await looks
})

// Sixteen at a time at the beginning: fifteen wait for the first, which takes what is there when it connects.
test.each([
  ['and so do those that the doubled window will let through', 100, 32, 30],
  ['but no more than the host will get at a time', 100, 20, 19],
  ['but none for whom nobody waits', 16, 32, 15],
])(
  'requests that wait for the first answer connect in the meantime, %s',
  async (_what, requests, concurrency, connections) => {
    await using server = await Listener.start()
    const network = new Network({ retries: 0, concurrency })
    const client = new Client({ host: new URL(server.origin).host, network })
    const names = Array.from({ length: requests }, (_, number) => `app-${number}`)
    const looks = Promise.allSettled(names.map((name) => client.checkExists(name)))
    // One more asks whether the host speaks TLS.
    while (server.sockets.length < connections + 1) await server.connection()
    // Whoever would have made another one has had turns enough: this one came through behind it.
    const own = createConnection(Number(new URL(server.origin).port), '127.0.0.1')
    await Promise.all([once(own, 'connect'), server.connection()])
    own.destroy()
    expect(server.sockets).toHaveLength(connections + 2)
    await network.close()
    await looks
  },
)
