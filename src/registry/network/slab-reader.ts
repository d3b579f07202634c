import type { OnReadOpts, Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Slabs } from './slabs.ts'

/**
 * Where reading lands on a connection that carries no blob, or none yet: small answers do not hold
 * a slab. It is what a TLS record carries at the most, so that a full one tells that there is more.
 */
const LANDING_BYTES = 16 * 1024
/** With less room than that, the next read gets a slab of its own. */
const MIN_ROOM = 64 * 1024

/** Parts that are read ahead: one is given while the next one is read. */
const MAX_WAITING = 2

export interface SlabReaderOptions {
  /**
   * Whether to wait for what else arrives in one turn of the event loop. TLS hands out its records
   * one by one, and each on its way through everything that follows costs as much as a whole slab.
   */
  readonly batches: boolean
}

/**
 * Reads a connection into slabs in place of fresh memory, as the socket's `onread`. It gives the
 * socket one part after the other to be read as ever, the next one when the one before has been
 * taken: the stream behind the socket would copy several into one. A part is valid until the next
 * one is given; whoever wants to keep it holds its slab, or copies it.
 */
export class SlabReader {
  readonly #slabs: Slabs
  readonly #batches: boolean
  readonly #landing = Buffer.allocUnsafeSlow(LANDING_BYTES)
  /** Where reading lands while there is much of it, and what of it has not been cut off yet. */
  #slab: Buffer | undefined
  #start = 0
  #end = 0
  #isCutting = false
  /** Parts that the socket does not have yet; their slabs are held. */
  #waiting: Buffer[] = []
  /** Parts that the socket has, or had last; their slabs are held. */
  #given: Buffer[] = []
  #push: ((part: Buffer) => unknown) | undefined
  #isBehind: () => boolean = () => true
  #isWriting: () => boolean = () => false

  constructor(slabs: Slabs, { batches }: SlabReaderOptions) {
    this.#slabs = slabs
    this.#batches = batches
  }

  get onread(): OnReadOpts {
    return {
      buffer: () => this.#slab?.subarray(this.#end) ?? this.#landing,
      callback: (bytes) => this.#landed(bytes),
    }
  }

  /** Gives what is read to the socket that was made with `onread`. */
  attach(socket: Socket): void {
    const readMore = socket['_read'].bind(socket)
    const read = socket.read.bind(socket)
    const push = socket.push.bind(socket)
    const destroy = socket.destroy.bind(socket)
    this.#push = push
    this.#isBehind = (): boolean => socket.readableLength > 0
    this.#isWriting = (): boolean => socket.writableLength > 0
    const hooks: Pick<Socket, '_read' | 'read' | 'push' | 'destroy'> = {
      _read: (size) => {
        if (!this.#isAhead) readMore(size)
      },
      read: (size) => {
        const part: unknown = this.#isAhead ? Duplex.prototype.read.call(socket, size) : read(size)
        if (this.#waiting.length > 0) process.nextTick(() => this.#offer())
        return part
      },
      push: (part, encoding) => {
        // The end comes behind all that was read.
        if (part === null) this.#giveAll()
        return push(part, encoding)
      },
      destroy: (error) => {
        // A host that answers and resets the connection has answered.
        if (!isReadError(error) || !this.#giveAll()) return destroy(error)
        process.nextTick(() => destroy(error))
        return socket
      },
    }
    Object.assign(socket, hooks)
    socket.once('close', () => {
      this.#close()
    })
    this.#offer()
  }

  /**
   * Whether enough was read already. Sockets read more whenever somebody takes a part, also for one
   * who gives back most of it, as undici does with chunks that are too many at once.
   */
  get #isAhead(): boolean {
    return this.#waiting.length >= MAX_WAITING
  }

  /** Takes in that so many bytes have landed. Returns whether to go on reading. */
  #landed(bytes: number): boolean {
    const slab = this.#slab
    if (slab === undefined) {
      this.#waiting.push(Buffer.from(this.#landing.subarray(0, bytes)))
      if (bytes === LANDING_BYTES) this.#renew()
      return this.#offer()
    }
    const isAlone = this.#start === this.#end
    this.#end += bytes
    if (isAlone && bytes < LANDING_BYTES) {
      this.#waiting.push(Buffer.from(slab.subarray(this.#start, this.#end)))
      this.#drop()
      return this.#offer()
    }
    const isFull = slab.length - this.#end < MIN_ROOM
    if (this.#batches && !isFull) {
      this.#cutSoon()
      return !this.#isBehind()
    }
    this.#cut()
    if (isFull) this.#renew()
    return this.#offer()
  }

  #cutSoon(): void {
    if (this.#isCutting) return
    this.#isCutting = true
    setImmediate(() => {
      this.#isCutting = false
      this.#cut()
      this.#offer()
    })
  }

  /** Makes a part of what has landed since the last one. */
  #cut(): void {
    if (this.#slab === undefined || this.#start === this.#end) return
    const part = this.#slab.subarray(this.#start, this.#end)
    this.#start = this.#end
    this.#slabs.hold(part)
    this.#waiting.push(part)
  }

  /** Goes on in another slab. Not without having been read into: the socket has the old one. */
  #renew(): void {
    this.#drop()
    this.#slab = this.#slabs.take()
  }

  #drop(): void {
    if (this.#slab !== undefined) this.#slabs.release(this.#slab)
    this.#slab = undefined
    this.#start = 0
    this.#end = 0
  }

  /**
   * Gives the next part, if the one before has been read. Returns whether to read more. A host that
   * is near answers before this end has been told that the request has left, with TLS nearly always:
   * undici takes an answer to half a request for a reason to hang up. What was written has that
   * turn of the event loop to be told; an answer that came early really is heard then, too.
   */
  #offer(isLate = false): boolean {
    if (this.#isBehind()) return false
    if (this.#isWriting() && !isLate) {
      setImmediate(() => this.#offer(true))
      return false
    }
    this.#releaseGiven()
    const part = this.#waiting.shift()
    if (part === undefined) return true
    this.#given.push(part)
    this.#push?.(part)
    // Reading goes on by itself when a part is taken; small ones do not fill anything until then.
    return this.#waiting.length === 0 && part.length <= LANDING_BYTES
  }

  /** Gives all there is at once. Returns whether there was anything. */
  #giveAll(): boolean {
    this.#cut()
    const parts = this.#waiting
    this.#waiting = []
    this.#given.push(...parts)
    for (const part of parts) this.#push?.(part)
    return parts.length > 0
  }

  #releaseGiven(): void {
    for (const part of this.#given) this.#slabs.release(part)
    this.#given = []
  }

  #close(): void {
    this.#releaseGiven()
    for (const part of this.#waiting) this.#slabs.release(part)
    this.#waiting = []
    this.#drop()
  }
}

/** Whether a connection ended by what its host did, and not because it is not wanted any more. */
function isReadError(error: NodeJS.ErrnoException | undefined): boolean {
  return error?.syscall === 'read'
}
