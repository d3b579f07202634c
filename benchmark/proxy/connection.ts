import { connect, type Socket } from 'node:net'
import { RESET_AFTER, type Door, type Doorman, type ProxyOptions, type Verdict } from './doorman.ts'
import { MessageReader, requestFraming, responseFraming, type Head } from './message-reader.ts'
import { Pipe } from './pipe.ts'
import type { Tally } from './tally.ts'

/** The first byte of a client that speaks TLS (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = 0x16

interface Exchange {
  readonly method: string
  readonly kind: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly resets: boolean
  isRequestOver: boolean
  isAnswerOver: boolean
  hasStatus: number
  received: number
}

/** One connection of a client, with one to the registry behind it. */
export class Connection {
  readonly #door: Door
  readonly #doorman: Doorman
  readonly #tally: Tally
  readonly #options: ProxyOptions
  readonly #client: Socket
  readonly #up: Pipe
  readonly #down: Pipe
  readonly #requests: MessageReader
  readonly #answers: MessageReader
  #upstream: Socket | undefined
  #exchange: Exchange | undefined
  #hasHungUp = false

  constructor(client: Socket, door: Door, doorman: Doorman, tally: Tally, options: ProxyOptions) {
    this.#client = client
    this.#door = door
    this.#doorman = doorman
    this.#tally = tally
    this.#options = options
    this.#up = new Pipe(client, options.bandwidth)
    this.#down = new Pipe(undefined, options.bandwidth)
    this.#requests = new MessageReader({
      onHead: (head) => this.#onRequest(head),
      onBody: (bytes, content) => this.#onRequestBody(bytes, content),
      onEnd: () => this.#onRequestEnd(),
    })
    this.#answers = new MessageReader({
      onHead: (head) => this.#onAnswer(head),
      onBody: (bytes, content) => this.#onAnswerBody(bytes, content),
      onEnd: () => this.#onAnswerEnd(),
    })
    this.#down.to = client
    client.setNoDelay(true)
    const startedAt = Date.now()
    client.once('data', (bytes: Buffer) => this.#onFirstBytes(bytes, startedAt))
    client.on('error', () => undefined)
    client.on('close', () => this.#upstream?.destroy())
  }

  #onFirstBytes(bytes: Buffer, startedAt: number) {
    const client = this.#client
    if (bytes[0] === TLS_HANDSHAKE) {
      // Whether a host speaks TLS is asked on loopback only: it takes no time, as it would not far away.
      client.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')
      return
    }
    this.#tally.connection()
    const wait = startedAt + (this.#options.setup ?? 0) - Date.now()
    const begin = () => {
      client.on('data', (more: Buffer) => this.#requests.feed(more))
      this.#requests.feed(bytes)
      client.resume()
    }
    if (wait <= 0) {
      begin()
      return
    }
    client.pause()
    setTimeout(begin, wait)
  }

  #onRequest(head: Head) {
    const [method = '', path = ''] = head.start.split(' ')
    const authorization = head.headers.get('authorization')
    const { kind, isFault, verdict } = this.#doorman.judge(this.#door, {
      method,
      path,
      authorization,
    })
    this.#tally.request(kind)
    if (isFault) this.#tally.fault()
    this.#exchange = {
      method,
      kind,
      startedAt: Date.now(),
      resets: verdict.what === 'forward' && verdict.resets,
      isRequestOver: false,
      isAnswerOver: false,
      hasStatus: 0,
      received: 0,
    }
    if (verdict.what === 'forward') {
      this.#up.to = this.#connect()
      this.#up.write(this.#options.tls === undefined ? head.bytes : saysSecure(head.bytes))
    } else {
      this.#up.to = undefined
      this.#answer(verdict, method)
    }
    return requestFraming(head)
  }

  #onRequestBody(bytes: Buffer, content: number) {
    if (this.#exchange !== undefined && isUpload(this.#exchange.kind)) this.#tally.up(content)
    this.#up.write(bytes)
  }

  #onRequestEnd() {
    if (this.#exchange !== undefined) this.#exchange.isRequestOver = true
    this.#finish()
  }

  #onAnswer(head: Head) {
    const exchange = this.#exchange
    const status = Number(head.start.split(' ')[1])
    if (exchange === undefined) return { length: 0 }
    exchange.hasStatus = status
    if (status === 201 && exchange.kind === 'POST mount') this.#tally.mount()
    this.#down.holdUntil(exchange.startedAt + (this.#options.latency ?? 0))
    this.#down.write(head.bytes)
    return responseFraming(head, exchange.method, status)
  }

  #onAnswerBody(bytes: Buffer, content: number) {
    const exchange = this.#exchange
    if (exchange === undefined) return
    exchange.received += content
    if (isDownload(exchange)) this.#tally.down(content)
    this.#down.write(bytes)
    if (exchange.resets && exchange.received >= RESET_AFTER) this.#client.resetAndDestroy()
  }

  #onAnswerEnd() {
    const exchange = this.#exchange
    if (exchange !== undefined && exchange.hasStatus >= 200) {
      exchange.isAnswerOver = true
      this.#finish()
    } else {
      // An interim answer: the real one is behind it.
      this.#answers.next()
    }
  }

  #answer({ status, headers, body }: Extract<Verdict, { what: 'answer' }>, method: string) {
    const head = [`HTTP/1.1 ${status}`, ...headers, `content-length: ${Buffer.byteLength(body)}`]
    this.#down.holdUntil(Date.now() + (this.#options.latency ?? 0))
    this.#down.write(Buffer.from(`${head.join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : body}`))
    if (this.#exchange === undefined) return
    this.#exchange.hasStatus = Number.parseInt(status, 10)
    this.#exchange.isAnswerOver = true
  }

  /** The next request is looked at when this one's answer is on its way. */
  #finish() {
    const exchange = this.#exchange
    if (exchange === undefined || !exchange.isRequestOver || !exchange.isAnswerOver) return
    this.#down.whenReleased(() => {
      if (this.#hasHungUp) this.#client.end()
      this.#exchange = undefined
      this.#answers.next()
      this.#requests.next()
    })
  }

  #connect(): Socket {
    if (this.#upstream !== undefined) return this.#upstream
    const [host, port] = this.#options.upstream.split(':')
    const upstream = connect(Number(port), host)
    upstream.setNoDelay(true)
    upstream.on('data', (bytes: Buffer) => this.#answers.feed(bytes))
    upstream.on('error', () => undefined)
    upstream.on('close', () => {
      this.#hasHungUp = true
      this.#down.whenReleased(() => this.#client.end())
    })
    this.#upstream = upstream
    this.#down.from = upstream
    return upstream
  }
}

/** Registries put addresses together by what they are told of the way to them. */
function saysSecure(head: Buffer): Buffer {
  return Buffer.concat([head.subarray(0, -2), Buffer.from('X-Forwarded-Proto: https\r\n\r\n')])
}

function isUpload(kind: string): boolean {
  return /^(PATCH|PUT|POST) (upload|mount)$/.test(kind)
}

function isDownload({ kind, hasStatus }: Exchange): boolean {
  return (kind === 'GET blob' || kind === 'GET storage') && hasStatus >= 200 && hasStatus < 300
}
