/** How the end of a body is told (RFC 9112, section 6.3). */
export type Framing = { readonly length: number } | 'chunked' | 'close'

export interface Head {
  /** Request line or status line. */
  readonly start: string
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** As it came, the empty line included. */
  readonly bytes: Buffer
}

/** What a reader of one direction of a connection does with what it finds. */
export interface MessageHandler {
  /** Says how the body is framed. */
  readonly onHead: (head: Head) => Framing
  /** Bytes as they came, and how many of them are content rather than framing. */
  readonly onBody: (bytes: Buffer, content: number) => void
  readonly onEnd: () => void
}

const END_OF_HEAD = Buffer.from('\r\n\r\n')
const LINE_FEED = 10

type State =
  | { readonly at: 'head' }
  | { readonly at: 'body'; left: number }
  | { readonly at: 'until close' }
  /** `line` collects a chunk's size; `left` counts its bytes and the line end behind them. */
  | { readonly at: 'chunks'; line: string; left: number; isLast: boolean }

/**
 * Finds where the messages of one direction of an HTTP/1.1 connection begin and end, without touching what is in
 * them. One message at a time: after its end it waits for `next`.
 */
export class MessageReader {
  readonly #handler: MessageHandler
  #state: State = { at: 'head' }
  #held: Buffer = Buffer.alloc(0)
  #isWaiting = false

  constructor(handler: MessageHandler) {
    this.#handler = handler
  }

  feed(bytes: Buffer) {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    this.#read()
  }

  /** Goes on with the message behind the one that has ended. */
  next() {
    this.#isWaiting = false
    this.#read()
  }

  #read() {
    while (!this.#isWaiting && this.#held.length > 0) {
      if (this.#state.at === 'head') {
        if (!this.#readHead()) return
      } else {
        this.#readBody(this.#state)
      }
    }
  }

  #readHead(): boolean {
    const end = this.#held.indexOf(END_OF_HEAD)
    if (end < 0) return false
    const bytes = this.#take(end + END_OF_HEAD.length)
    const [start = '', ...lines] = bytes.toString('latin1').trimEnd().split('\r\n')
    const headers = lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    })
    const framing = this.#handler.onHead({ start, headers: new Map(headers), bytes })
    if (framing === 'close') this.#state = { at: 'until close' }
    else if (framing === 'chunked') this.#state = { at: 'chunks', line: '', left: 0, isLast: false }
    else if (framing.length > 0) this.#state = { at: 'body', left: framing.length }
    else this.#end()
    return true
  }

  #readBody(state: Exclude<State, { at: 'head' }>) {
    if (state.at === 'chunks') {
      this.#readChunks(state)
    } else if (state.at === 'until close') {
      const bytes = this.#take(this.#held.length)
      this.#handler.onBody(bytes, bytes.length)
    } else {
      const bytes = this.#take(Math.min(state.left, this.#held.length))
      state.left -= bytes.length
      this.#handler.onBody(bytes, bytes.length)
      if (state.left === 0) this.#end()
    }
  }

  #readChunks(state: Extract<State, { at: 'chunks' }>) {
    const { length } = this.#held
    let [position, content] = [0, 0]
    let hasEnded = false
    while (position < length && !hasEnded) {
      if (state.left > 0) {
        const step = Math.min(state.left, length - position)
        // The last two of `left` are the line end behind the chunk.
        content += Math.max(0, Math.min(step, state.left - 2))
        state.left -= step
        position += step
        continue
      }
      const lineFeed = this.#held.indexOf(LINE_FEED, position)
      const lineEnd = lineFeed < 0 ? length : lineFeed + 1
      state.line += this.#held.toString('latin1', position, lineEnd)
      position = lineEnd
      if (lineFeed < 0) continue
      const line = state.line.trim()
      state.line = ''
      if (state.isLast) {
        // Trailers end with an empty line.
        hasEnded = line === ''
        continue
      }
      const size = Number.parseInt(line, 16)
      if (size === 0) state.isLast = true
      else state.left = size + 2
    }
    this.#handler.onBody(this.#take(position), content)
    if (hasEnded) this.#end()
  }

  #end() {
    this.#state = { at: 'head' }
    this.#isWaiting = true
    this.#handler.onEnd()
  }

  #take(length: number): Buffer {
    const bytes = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    return bytes
  }
}

/** Of a request: no length is no body. */
export function requestFraming({ headers }: Head): Framing {
  return isChunked(headers) ? 'chunked' : { length: Number(headers.get('content-length') ?? 0) }
}

/** Of a response to `method`. */
export function responseFraming({ headers }: Head, method: string, status: number): Framing {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { length: 0 }
  if (isChunked(headers)) return 'chunked'
  const length = headers.get('content-length')
  return length === undefined ? 'close' : { length: Number(length) }
}

function isChunked(headers: ReadonlyMap<string, string>): boolean {
  return headers.get('transfer-encoding')?.toLowerCase().includes('chunked') === true
}
