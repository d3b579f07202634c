import type { IncomingHttpHeaders } from 'node:http'

/** One request as it arrived, and what became of it. The object is updated until the exchange ends. */
export interface RecordedRequest {
  readonly method: string
  /** As sent, without the query. */
  readonly path: string
  /** As sent, without the question mark; empty if there was none. */
  readonly query: string
  readonly headers: IncomingHttpHeaders
  /** Place among all requests, from 1. */
  readonly order: number
  /** Ticks of one clock for begins and ends: `a.endedAt < b.startedAt` means a was over before b came. */
  readonly startedAt: number
  endedAt: number | undefined
  /** 0 until the reply began; it stays 0 if there never was one. */
  status: number
  /** Bytes of the request's body that were read. */
  bodyBytes: number
  /** The connection ended before the whole reply was sent. */
  aborted: boolean
}

/** A text is found anywhere in the path. */
export type PathPattern = RegExp | string

export function matchesPath(pattern: PathPattern, path: string): boolean {
  return typeof pattern === 'string' ? path.includes(pattern) : path.search(pattern) >= 0
}

export class RequestLog {
  readonly requests: RecordedRequest[] = []
  /** Highest number of exchanges that were open at one time. */
  peak = 0
  #open = 0
  #ticks = 0
  #orders = 0
  readonly #onRequest: ((record: RecordedRequest) => void) | undefined

  constructor(onRequest?: (record: RecordedRequest) => void) {
    this.#onRequest = onRequest
  }

  begin(request: Pick<RecordedRequest, 'headers' | 'method' | 'path' | 'query'>): RecordedRequest {
    const record: RecordedRequest = {
      ...request,
      order: ++this.#orders,
      startedAt: ++this.#ticks,
      endedAt: undefined,
      status: 0,
      bodyBytes: 0,
      aborted: false,
    }
    this.requests.push(record)
    this.#onRequest?.(record)
    this.#open += 1
    this.peak = Math.max(this.peak, this.#open)
    return record
  }

  end(record: RecordedRequest) {
    record.endedAt = ++this.#ticks
    this.#open -= 1
  }

  /** Forgets what is over; numbers go on. */
  clear() {
    this.requests.length = 0
    this.peak = this.#open
  }

  count(method?: string, path?: PathPattern): number {
    return this.select(method, path).length
  }

  select(method?: string, path?: PathPattern): RecordedRequest[] {
    return this.requests.filter(
      (request) =>
        (method === undefined || request.method === method) &&
        (path === undefined || matchesPath(path, request.path)),
    )
  }
}
