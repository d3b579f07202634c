import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { ChunkQueue } from './chunk-queue.ts'
import type { Slabs } from './slabs.ts'

/** An answer whose body has not been read yet. */
export interface Answer {
  readonly status: number
  /** Names in lower case. A header that came several times is a list. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: AnswerBody
}

/** So much may pile up before the connection has to wait. */
const MAX_QUEUED_BYTES = 64 * 1024
/** And so many chunks, before everything else has a turn: some of them take a millisecond together. */
const MAX_QUEUED_CHUNKS = 1024

/**
 * The body of an answer, to be read once. A chunk is valid until the next one is asked for: its
 * memory is read into again then. Whoever keeps one for longer copies it. This rule is what every
 * stream of bytes in this program keeps to, from here to the request that takes them.
 */
export class AnswerBody implements AsyncIterable<Buffer> {
  readonly #controller: Dispatcher.DispatchController
  readonly #queue: ChunkQueue
  /** Chunks that have arrived since somebody last waited for one. */
  #arrived = 0
  /** Resolves when the connection may be used again; undefined until all has arrived. */
  #released: Promise<void> | undefined
  #isDropped = false
  #error: Error | undefined
  #wake: (() => void) | undefined

  constructor(controller: Dispatcher.DispatchController, slabs: Slabs) {
    this.#controller = controller
    this.#queue = new ChunkQueue(slabs)
  }

  /** Whether all of it has arrived, read or not. */
  get isComplete(): boolean {
    return this.#released !== undefined
  }

  /** Takes in what has arrived. */
  add(chunk: Buffer): void {
    if (this.#isDropped) return
    this.#queue.add(chunk)
    this.#arrived += 1
    if (this.#queue.bytes >= MAX_QUEUED_BYTES || this.#isCrowded) this.#controller.pause()
    this.#wake?.()
  }

  get #isCrowded(): boolean {
    return this.#arrived >= MAX_QUEUED_CHUNKS
  }

  /** Takes in that it has arrived, or that it never will. */
  end(error?: Error): void {
    this.#error = error
    if (error === undefined) this.#released = released()
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        const chunk = this.#queue.take() ?? (await this.#arrival())
        if (chunk === undefined) return
        try {
          yield chunk
        } finally {
          this.#queue.release(chunk)
        }
      }
    } finally {
      this.drop()
    }
  }

  /** The next chunk that arrives; nothing at the end. */
  async #arrival(): Promise<Buffer | void> {
    while (this.#queue.isEmpty) {
      if (this.#error !== undefined) throw this.#error
      if (this.#released !== undefined || this.#isDropped) return this.#released
      const isCrowded = this.#isCrowded
      this.#arrived = 0
      if (isCrowded) {
        await nextTurn()
        continue
      }
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#controller.resume()
      await woken
    }
    return this.#queue.take()
  }

  /**
   * All of it in memory of its own, where it has arrived already: what is small comes with its headers,
   * as a rule. Undefined where it has to be waited for.
   */
  async arrived(): Promise<Buffer | undefined> {
    if (!this.isComplete || this.#isDropped) return undefined
    const all = this.#queue.takeAll()
    this.drop()
    await this.#released
    return all
  }

  /** Reads it to its end if that is near, in bytes and in time. Never throws. */
  async discard(limit: number, timeoutMs: number): Promise<void> {
    if (this.isComplete) {
      this.drop()
      return this.#released
    }
    let size = 0
    try {
      for await (const chunk of this.within(timeoutMs)) {
        size += chunk.length
        if (size > limit) break
      }
    } catch {
      // There is nothing left to be read.
    }
  }

  /** What of it arrives in that time, in milliseconds; the rest is dropped. */
  async *within(timeoutMs: number): AsyncGenerator<Buffer, void, undefined> {
    const signal = AbortSignal.timeout(timeoutMs)
    const drop = (): void => {
      this.drop()
    }
    signal.addEventListener('abort', drop, { once: true })
    try {
      yield* this
    } finally {
      signal.removeEventListener('abort', drop)
    }
  }

  /** Gives up what has not been read, and the connection if there is more to come. */
  drop(): void {
    if (this.#isDropped) return
    this.#isDropped = true
    this.#queue.clear()
    if (!this.isComplete && this.#error === undefined) {
      this.#controller.abort(new Error('the rest of the answer is not wanted'))
    }
    this.#wake?.()
  }
}

/**
 * undici takes a connection for busy for the rest of the turn in which its answer ended, and makes
 * another one for a request that comes before. It waits for its own turn last of all it does.
 */
async function released(): Promise<void> {
  return new Promise((resolve) => {
    queueMicrotask(() => setImmediate(resolve))
  })
}
