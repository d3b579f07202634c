import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { buildConnector } from 'undici'

/**
 * How connections are made: as undici makes them, but such that an answer is heard even where it
 * came before the request was sent. A registry that refuses an upload by its headers (401, 413) says
 * so and hangs up, and what is written after that fails. Taken for the end, that failure would throw
 * away the answer that is waiting to be read.
 */
export function connector(timeout: number): buildConnector.connector {
  const connect = buildConnector({ allowH2: false, timeout })
  return (target, callback) => {
    connect(target, (...result) => {
      const [error, socket] = result
      if (error === null) holdWriteErrors(socket)
      callback(...result)
    })
  }
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
