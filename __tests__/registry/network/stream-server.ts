import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { Random } from '../../../testkit/fuzz/random.ts'
import { createCertificate } from '../../../testkit/registry/certificate.ts'
import { syntheticBlob } from '../../../testkit/registry/content.ts'

/** Turns of the event loop that a receiver may take for one chunk. */
const MAX_TURNS = 8

/**
 * Sends what is asked for by `/size/seed`, and by `/size/seed/chunked` without saying how long it
 * is; by `/size/seed/closing` until the end of the connection. Takes what it is sent at random speed, and answers with its digest.
 */
export async function startStreamServer(isSecure: boolean) {
  const { key, cert, ca } = await createCertificate()
  const random = new Random('stream server')
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    response.on('error', () => undefined)
    void (request.method === 'PUT' ? receive(request, response, random) : send(request, response))
  }
  const server = isSecure ? createSecureServer({ key, cert }, handle) : createServer(handle)
  let connections = 0
  server.on(isSecure ? 'secureConnection' : 'connection', () => (connections += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    ca,
    origin: `${isSecure ? 'https' : 'http'}://${host}`,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function send({ url = '', method }: IncomingMessage, response: ServerResponse) {
  const [, size, seed, how] = url.split('/')
  const blob = syntheticBlob(Number(size), String(seed))
  if (how === 'closing') response.shouldKeepAlive = false
  if (how === 'closing') response.useChunkedEncodingByDefault = false
  else if (how !== 'chunked') response.setHeader('content-length', blob.size)
  if (method !== 'HEAD') {
    for (const chunk of blob.read()) {
      if (!response.write(chunk)) await Promise.race([once(response, 'drain'), closing(response)])
      if (response.destroyed) return
    }
  }
  response.end()
}

async function closing(response: ServerResponse) {
  await once(response, 'close')
}

async function receive(request: IncomingMessage, response: ServerResponse, random: Random) {
  const hash = createHash('sha256')
  for await (const chunk of request) {
    hash.update(chunk as Buffer)
    for (let turns = random.below(MAX_TURNS); turns > 0; turns--) await setImmediate()
  }
  response.end(`sha256:${hash.digest('hex')}`)
}
