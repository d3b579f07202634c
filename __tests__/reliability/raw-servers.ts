import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** Something that speaks TCP and no HTTP of its own. */
export interface RawServer {
  readonly host: string
  /** How many connections it did its part to. */
  hits(): number
  close(): Promise<void>
}

/**
 * Stands before a registry. The first request that has `mark` in its head gets an end of the stream
 * after `bytes` of its answer, on a connection that stays open in the other direction.
 */
export async function halfClosing(
  { host }: { readonly host: string },
  mark: string,
  bytes: number,
): Promise<RawServer> {
  let hits = 0
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect(Number(new URL(`http://${host}`).port), '127.0.0.1')
    let left = Number.POSITIVE_INFINITY
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (chunk: Buffer) => {
      if (hits === 0 && chunk.toString('latin1').includes(mark)) {
        hits += 1
        left = bytes
        if (left === 0) client.end()
      }
      if (left > 0) upstream.write(chunk)
    })
    upstream.on('data', (chunk: Buffer) => {
      if (left <= 0) return
      client.write(chunk.subarray(0, left))
      left -= chunk.length
      if (left <= 0) client.end()
    })
    client.on('end', () => upstream.end())
    upstream.on('end', () => client.end())
  })
  return started(server, sockets, () => hits)
}

/** Takes connections, and neither reads nor writes. */
export async function silentServer(): Promise<RawServer> {
  const sockets = new Set<Socket>()
  let hits = 0
  const server = createServer((socket) => {
    hits += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  return started(server, sockets, () => hits)
}

async function started(
  server: Server,
  sockets: ReadonlySet<Socket>,
  hits: () => number,
): Promise<RawServer> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    host: `127.0.0.1:${port}`,
    hits,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
