import { Socket } from 'node:net'
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
