import type { LookupFunction, Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { SlabReader } from './slab-reader.ts'
import type { Slabs } from './slabs.ts'
import { endpoint, secureContext, type TlsOptions } from './tls.ts'
import { buildConnector } from './undici.ts'

/**
 * How long one address of a host is given before the next one is tried as well. Node's quarter of a
 * second is less than some registries are away; a dead family costs no more than this.
 */
const NEXT_ADDRESS_MS = 1_000

/**
 * Of the socket's own buffers, in bytes. The first byte fills them, so that undici asks a request's
 * body for its next chunk only when the one before has left: its memory may be read into again then
 * (see AnswerBody).
 */
const HIGH_WATER_MARK = 1

export interface ConnectionOptions {
  /** Milliseconds until a connection has to be there. */
  readonly timeoutMs: number
  readonly lookup: LookupFunction
  /** By endpoint. */
  readonly tls: ReadonlyMap<string, TlsOptions>
  /** What the connections read into. */
  readonly slabs: Slabs
}

/**
 * How connections are made: as undici makes them, each host with its own TLS options, but such that
 * an answer is heard even where it came before the request was sent. A registry that refuses an
 * upload by its headers (401, 413) says so and hangs up, and what is written after that fails. Taken
 * for the end, that failure would throw away the answer that is waiting to be read.
 */
export function connector(options: ConnectionOptions): buildConnector.connector {
  const { slabs, timeoutMs, lookup, tls } = options
  const common = {
    allowH2: false,
    timeout: timeoutMs,
    lookup,
    // Names with both families where one of them is dead.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    highWaterMark: HIGH_WATER_MARK,
  }
  const contexts = new Map<string, SecureContext>()
  const sessions = new Map<string, Buffer>()
  const secureOptions = (key: string): { secureContext?: SecureContext; session?: Buffer } => {
    const special = tls.get(key)
    const context = contexts.get(key) ?? (special && secureContext(special))
    if (context !== undefined) contexts.set(key, context)
    const session = sessions.get(key)
    return {
      ...(context === undefined ? {} : { secureContext: context }),
      ...(session === undefined ? {} : { session }),
    }
  }
  return (target, callback) => {
    const key = endpoint(target.hostname, target.port)
    const isSecure = target.protocol === 'https:'
    const reader = new SlabReader(slabs, { batches: isSecure })
    // One for each connection, because what is read belongs to one.
    const connect = buildConnector({
      ...common,
      ...(isSecure ? secureOptions(key) : {}),
      onread: reader.onread,
    })
    connect(target, (...result) => {
      const [error, socket] = result
      if (error === null) {
        reader.attach(socket)
        holdWriteErrors(socket)
        keepFirstError(socket)
        socket.on('session', (session: Buffer) => sessions.set(key, session))
      }
      callback(...result)
    })
  }
}

/**
 * A host that wants a client certificate says so after the handshake (RFC 8446, 4.4.2.4), and hangs
 * up. That it hung up is not to hide what it said.
 */
function keepFirstError(socket: Socket): void {
  socket.once('error', (error) => {
    socket.destroy(error)
  })
}

/** The other side is gone, or does not read any more. */
const HUNG_UP: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ECONNRESET'])

type WriteCallback = (error?: NodeJS.ErrnoException | null) => void

/**
 * Leaves a write unfinished when it fails for want of a reader. Reading goes on then: to the answer,
 * or to the end that tells the same as the failure did.
 */
function holdWriteErrors(socket: Socket): void {
  const write = socket['_write'].bind(socket)
  const writev = socket['_writev']?.bind(socket)
  const held: Pick<Writable, '_write' | '_writev'> = {
    _write(chunk, encoding, callback) {
      write(chunk, encoding, hold(callback))
    },
    _writev(chunks, callback) {
      writev?.(chunks, hold(callback))
    },
  }
  Object.assign(socket, held)
}

function hold(callback: WriteCallback): WriteCallback {
  return (error) => {
    if (!HUNG_UP.has(error?.code)) callback(error)
  }
}
