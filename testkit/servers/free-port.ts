import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** How often somebody else may take the port in between; more than once is not to be expected. */
const ATTEMPTS = 3

/** Starts what can only be told its port with one that was free a moment ago, on loopback. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    try {
      return await start(port)
    } catch (error) {
      if (attempt === ATTEMPTS || !/address already in use/i.test(String(error))) throw error
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
