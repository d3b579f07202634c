/** The process of a registry in memory: what it takes of a core is not taken from whoever measures. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { syntheticImages } from '../../corpus/synthetic.ts'
import { Tally } from '../../proxy/tally.ts'
import { Front } from './front.ts'
import { MemoryRegistry } from './memory-registry.ts'
import type { MemoryOrder, MemoryReply, MemoryServerOptions } from './orders.ts'

let tally = new Tally()

async function start({ stock, tls, latency, setup }: MemoryServerOptions): Promise<string> {
  const registry = new MemoryRegistry()
  for (const { repository, image } of stock === undefined ? [] : syntheticImages(stock.images)) {
    const blobs = image.children.flatMap((child) => child.blobs.map(({ content }) => content))
    const bytes = blobs.map((content) => ('bytes' in content ? content.bytes : Buffer.alloc(0)))
    registry.stock(`${stock?.prefix ?? ''}${repository}`, '1.0', image.index, bytes)
  }
  const front = new Front(registry, { latency, setup }, () => tally)
  // Clients that speak HTTP/2 do so with registries of the internet, too.
  const server =
    tls === undefined
      ? createServer(front.serve)
      : createSecureServer({ ...tls, allowHTTP1: true }, front.serve)
  for (const made of ['connection', 'secureConnection', 'session']) server.on(made, front.connected)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function reply(content: MemoryReply) {
  process.send?.(content)
}

process.on('message', (message) => {
  const order = message as MemoryOrder
  if (order.what === 'start') {
    void start(order.options).then((host) => reply({ host }))
  } else {
    reply({ counts: tally.counts })
    tally = new Tally()
  }
})
process.on('disconnect', () => process.exit())
