/**
 * What Node needs at the least to move blobs and to check them on the way: bare sockets, read into memory that is
 * used again, sha256, and no HTTP but a line to begin with.
 *
 * node node-pipe.js MOVES: a file of `[{ digest, from, to }]`, URLs without TLS; all are moved at once.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

/** As the action reads. */
const PART_BYTES = 256 * 1024

const moves = JSON.parse(readFileSync(process.argv[2], 'utf8'))

function head(method, { host, pathname, search }, headers = []) {
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, `Host: ${host}`, ...headers]
  return `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`
}

/** Begins a request whose answer has no body that matters: what is written to its socket is the request's. */
function send(method, url, headers) {
  const socket = connect(Number(url.port), url.hostname)
  socket.setEncoding('latin1').write(head(method, url, headers))
  const answer = new Promise((resolve, reject) => {
    let text = ''
    socket.on('error', reject).on('data', (more) => (text += more))
    socket.on('end', () => {
      if (/^HTTP\/1\.1 20[12] /.test(text)) resolve(text)
      else reject(new Error(`${method} ${url}: ${text}`))
    })
  })
  return { socket, answer }
}

/** The length of what is at a URL, and its parts, of which each is over when the next one is asked for. */
async function get(url) {
  const memory = Buffer.allocUnsafeSlow(PART_BYTES)
  let landed = Promise.withResolvers()
  const callback = (bytes) => {
    landed.resolve(memory.subarray(0, bytes))
    return false
  }
  const onread = { buffer: memory, callback }
  const socket = connect({ port: Number(url.port), host: url.hostname, onread })
  socket.on('error', (error) => landed.reject(error)).write(head('GET', url))
  const first = await landed.promise
  const end = first.indexOf('\r\n\r\n')
  const text = first.toString('latin1', 0, end)
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1])
  async function* parts() {
    let part = first.subarray(end + 4)
    for (let left = length - part.length; ; left -= part.length) {
      yield part
      if (left === 0) return
      landed = Promise.withResolvers()
      socket.resume()
      part = await landed.promise
    }
  }
  return { length, parts: parts() }
}

async function move({ digest, from, to }) {
  const begun = await send('POST', new URL(to), ['Content-Length: 0']).answer
  const target = new URL(/\r\nlocation: (\S+)/i.exec(begun)[1], to)
  target.searchParams.set('digest', digest)
  const { length, parts } = await get(new URL(from))
  const headers = [`Content-Length: ${length}`, 'Content-Type: application/octet-stream']
  const { socket, answer } = send('PUT', target, headers)
  const hash = createHash('sha256')
  for await (const part of parts) {
    hash.update(part)
    await new Promise((resolve) => socket.write(part, resolve))
  }
  if (`sha256:${hash.digest('hex')}` !== digest) throw new Error(`${from} has another digest`)
  await answer
}

await Promise.all(moves.map(move))
