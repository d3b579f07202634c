import { expect, test } from '@jest/globals'
import {
  MessageReader,
  requestFraming,
  responseFraming,
} from '../../benchmark/proxy/message-reader.ts'

/** Messages as they are found: start line, and how many bytes of content. */
function read(text: string, pieces: number, framing: typeof requestFraming) {
  const found: [string, number][] = []
  let passed = 0
  const reader = new MessageReader({
    onHead: (head) => {
      found.push([head.start, 0])
      passed += head.bytes.length
      return framing(head)
    },
    onBody: (bytes, content) => {
      passed += bytes.length
      const last = found.at(-1)
      if (last !== undefined) last[1] += content
    },
    onEnd: () => queueMicrotask(() => reader.next()),
  })
  const bytes = Buffer.from(text)
  const size = Math.ceil(bytes.length / pieces)
  for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size))
  return { found, passed: () => passed, length: bytes.length }
}

const requests = [
  'GET /a HTTP/1.1\r\nHost: x\r\n\r\n',
  'PUT /b HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello',
  'PATCH /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;name=x\r\n!\r\n0\r\nTrailer: y\r\n\r\n',
  'HEAD /d HTTP/1.1\r\n\r\n',
].join('')

test.each([1, 2, 3, 7, 1000])('requests are told apart, in %d pieces', async (pieces) => {
  const { found, passed, length } = read(requests, pieces, requestFraming)
  await new Promise(setImmediate)
  expect(found).toEqual([
    ['GET /a HTTP/1.1', 0],
    ['PUT /b HTTP/1.1', 5],
    ['PATCH /c HTTP/1.1', 6],
    ['HEAD /d HTTP/1.1', 0],
  ])
  expect(passed()).toBe(length)
})

test.each([
  ['GET', 200, 'content-length: 5', { length: 5 }],
  ['HEAD', 200, 'content-length: 5', { length: 0 }],
  ['GET', 304, 'content-length: 5', { length: 0 }],
  ['PUT', 100, '', { length: 0 }],
  ['GET', 200, 'transfer-encoding: chunked', 'chunked'],
  ['GET', 200, '', 'close'],
] as const)('an answer to %s with status %d and "%s" has its end', (method, status, line, end) => {
  const [name = '', value = ''] = line.split(': ')
  const headers = new Map(line === '' ? [] : [[name, value]])
  const head = { start: '', headers, bytes: Buffer.alloc(0) }
  expect(responseFraming(head, method, status)).toEqual(end)
})
