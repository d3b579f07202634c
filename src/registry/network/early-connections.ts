import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'

/**
 * Connections that are made before there is a request for them, so that those who have to wait for
 * something else do not wait for a connection after that. Whoever connects next gets the first one
 * of its origin, be it there or on its way.
 */
export class EarlyConnections {
  readonly #connect: buildConnector.connector
  readonly #byOrigin = new Map<string, Set<EarlyConnection>>()
  #isClosed = false

  constructor(connect: buildConnector.connector) {
    this.#connect = connect
  }

  /** Begins to make a connection to `scheme://host[:port]`. One that fails is nobody's concern. */
  open(origin: string): void {
    const early = this.#byOrigin.get(origin) ?? new Set()
    this.#byOrigin.set(origin, early)
    const connection = new EarlyConnection(() => early.delete(connection))
    early.add(connection)
    const { protocol, host, hostname, port } = new URL(origin)
    this.#connect({ protocol, host, hostname, port }, (...result) => {
      connection.arrive(result)
      if (this.#isClosed) connection.end()
    })
  }

  /** As undici connects. */
  readonly connect: buildConnector.connector = (target, callback) => {
    const early = this.#byOrigin.get(`${target.protocol}//${target.host ?? target.hostname}`)
    const [first] = early ?? []
    if (first === undefined) {
      this.#connect(target, callback)
    } else {
      early?.delete(first)
      first.take(callback)
    }
  }

  /** Ends those that nobody has taken. */
  close(): void {
    this.#isClosed = true
    for (const early of this.#byOrigin.values()) for (const connection of early) connection.end()
  }
}

/** A connection that is there or on its way, and that nobody has taken yet. */
class EarlyConnection {
  readonly #forget: () => void
  #socket: Socket | undefined
  #taker: buildConnector.Callback | undefined

  /** @param forget called when nobody is to take it any more */
  constructor(forget: () => void) {
    this.#forget = forget
  }

  /** Takes in what became of it. */
  arrive(result: Parameters<buildConnector.Callback>): void {
    const [error, socket] = result
    if (this.#taker !== undefined) {
      this.#taker(...result)
    } else if (error === null) {
      this.#socket = socket
      // What comes before anything was asked is the end of it, or nothing that anybody wants.
      socket.on('readable', this.end).on('close', this.#forget)
      // An error without a listener would end the process.
      socket.on('error', this.#forget)
    } else {
      this.#forget()
    }
  }

  /** Gives it to somebody, at once or when it has arrived. */
  take(callback: buildConnector.Callback): void {
    const socket = this.#socket
    if (socket === undefined) {
      this.#taker = callback
    } else {
      socket.off('readable', this.end)
      // Not before who connects has returned, as it would be with a new one.
      queueMicrotask(() => callback(null, socket))
    }
  }

  readonly end = (): void => {
    this.#socket?.destroy()
  }
}
