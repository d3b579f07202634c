import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { SlabReader } from '../../../src/registry/network/slab-reader.ts'
import { Slabs } from '../../../src/registry/network/slabs.ts'

/** Does as a connection does on which a text arrives. */
function land(reader: SlabReader, text: string) {
  const { onread } = reader
  const memory = typeof onread.buffer === 'function' ? onread.buffer() : onread.buffer
  onread.callback(Buffer.from(memory.buffer, memory.byteOffset).write(text), memory)
}

test('what has arrived is read before the reset that came behind it, as macOS tells it', async () => {
  const reader = new SlabReader(new Slabs(), { batches: false })
  const socket = new Socket()
  reader.attach(socket)
  let read = ''
  socket.setEncoding('utf8')
  socket.on('data', (part: string) => {
    read += part
  })
  socket.on('error', () => undefined)
  land(reader, 'an answer,')
  land(reader, ' and its end')
  socket.destroy(Object.assign(new Error('read ECONNRESET'), { syscall: 'read' }))
  await new Promise((resolve) => socket.once('close', resolve))
  expect(read).toBe('an answer, and its end')
})

/** Counts those that are in use. */
class CountedSlabs extends Slabs {
  taken = 0

  override take(): Buffer {
    this.taken += 1
    return super.take()
  }
}

test.each([
  ['http', false],
  ['https', true],
])(
  'what is given back unread has no more read for it, and comes whole: %s',
  async (_scheme, batches) => {
    const sent = Buffer.alloc(16 * 1024 * 1024, 'a text that is no multiple of anything;')
    const server = createServer((connection) => connection.end(sent))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const slabs = new CountedSlabs()
    const reader = new SlabReader(slabs, { batches })
    const { port } = server.address() as AddressInfo
    const socket = connect({ port, host: '127.0.0.1', onread: reader.onread })
    reader.attach(socket)
    try {
      await once(socket, 'readable')
      const hash = createHash('sha256')
      // As undici does with a body of tiny chunks: it takes all there is, and gives back most of it.
      for (let turn = 0; turn < 500; turn++) {
        const part = socket.read() as Buffer | null
        if (part !== null) {
          hash.update(part.subarray(0, 10))
          socket.unshift(part.subarray(10))
        }
        await nextTurn()
      }
      expect(slabs.taken).toBeLessThan(10)
      for await (const part of socket) hash.update(part as Buffer)
      expect(hash.digest('hex')).toBe(createHash('sha256').update(sent).digest('hex'))
    } finally {
      socket.destroy()
      server.close()
    }
  },
)
