import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { Connection } from './connection.ts'
import type { Counts } from './counts.ts'
import { Doorman, type Door, type Doors, type ProxyOptions } from './doorman.ts'
import { Tally } from './tally.ts'

/**
 * Stands in front of a registry: counts what is asked for, and makes it as slow, as guarded or as moody as a registry
 * far away. It reads heads and passes bodies on as they come, on connections that are each tied to one of its own.
 */
export class Proxy {
  readonly #tally = new Tally()
  readonly #servers = new Map<Door, Server>()
  readonly #sockets = new Set<Socket>()

  static async start(options: ProxyOptions): Promise<Proxy> {
    const proxy = new Proxy()
    const doorman = new Doorman(options, () => proxy.#doors())
    for (const door of ['registry', 'storage', 'token'] as const) {
      const accept = (socket: Socket) => {
        proxy.#sockets.add(socket)
        socket.once('close', () => proxy.#sockets.delete(socket))
        void new Connection(socket, door, doorman, proxy.#tally, options)
      }
      const server =
        options.tls === undefined
          ? createServer({ noDelay: true }, accept)
          : createSecureServer(
              { ...options.tls, noDelay: true, ALPNProtocols: ['http/1.1'] },
              accept,
            )
      server.on('tlsClientError', () => undefined)
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      proxy.#servers.set(door, server)
    }
    return proxy
  }

  /** `127.0.0.1:<port>`. */
  get host(): string {
    return this.#address('registry')
  }

  get counts(): Counts {
    return this.#tally.counts
  }

  async close() {
    const servers = [...this.#servers.values()]
    const closed = Promise.all(servers.map(async (server) => once(server, 'close')))
    for (const server of servers) server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #doors(): Doors {
    // A registry and its token service are to be of one name; see Stage.
    const named = (door: Door) => this.#address(door).replace('127.0.0.1', 'localhost')
    return { token: named('token'), storage: named('storage') }
  }

  #address(door: Door): string {
    const server = this.#servers.get(door)
    if (server === undefined) throw new Error(`the proxy has no ${door}`)
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }
}
