import { type ErrorPlace, RegistryError } from '../errors.ts'

/**
 * Milliseconds for which one reader may keep the others waiting. After that it goes its own way:
 * below the minute after which gateways take the others' uploads for dead.
 */
const PATIENCE_MS = 10_000

/** A chunk is valid until its reader asks for the next one. */
export interface Reader extends AsyncIterable<Uint8Array> {
  /** Wants no more. Calling it again does nothing. */
  leave(): Promise<void>
}

/**
 * One stream of chunks for several readers, at the pace of the slowest of them: the next chunk is
 * asked for when all have taken the one before. A reader that leaves, or keeps the others waiting
 * for too long, is not waited for any more. When the last one has left, the stream is closed.
 */
export class SharedDownload {
  readonly #chunks: AsyncGenerator<Uint8Array, void, undefined>
  readonly #readers: Set<SharedReader>
  readonly #handed: readonly Reader[]
  readonly #place: ErrorPlace
  readonly #watch: NodeJS.Timeout
  #isReading = false
  /** Counts the chunks, to tell a turn that lasts from the next one. */
  #turn = 0
  #watchedTurn = 0

  constructor(
    chunks: AsyncGenerator<Uint8Array, void, undefined>,
    readers: number,
    place: ErrorPlace,
    patienceMs = PATIENCE_MS,
  ) {
    this.#chunks = chunks
    this.#place = place
    const advance = (): void => void this.#advance()
    const leave = async (reader: SharedReader): Promise<void> => this.#leave(reader)
    const made = Array.from({ length: readers }, () => new SharedReader(advance, leave))
    this.#readers = new Set(made)
    this.#handed = made
    // Of real time, not of the run's clock: nobody sleeps here.
    this.#watch = setInterval(() => this.#partWithSlow(), patienceMs)
    this.#watch.unref()
  }

  get readers(): readonly Reader[] {
    return this.#handed
  }

  async #advance(): Promise<void> {
    const readers = [...this.#readers]
    if (this.#isReading || readers.length === 0 || !readers.every(({ isAsking }) => isAsking)) {
      return
    }
    this.#isReading = true
    let next: IteratorResult<Uint8Array, void> | undefined
    let failure: unknown
    try {
      next = await this.#chunks.next()
    } catch (error) {
      failure = error
    }
    this.#isReading = false
    this.#turn++
    if (next === undefined || next.done === true) clearInterval(this.#watch)
    for (const reader of readers) {
      if (next === undefined) reader.fail(failure)
      else reader.give(next)
    }
  }

  async #leave(reader: SharedReader): Promise<void> {
    if (!this.#readers.delete(reader)) return
    if (this.#readers.size > 0) return this.#advance()
    clearInterval(this.#watch)
    await this.#chunks.return()
  }

  /** Parts with those who have not asked for their next chunk in a whole turn of patience. */
  #partWithSlow(): void {
    const isStuck = this.#turn === this.#watchedTurn && !this.#isReading
    this.#watchedTurn = this.#turn
    const slow = [...this.#readers].filter(({ isAsking }) => !isAsking)
    if (!isStuck || slow.length === this.#readers.size) return
    const reason = 'the others that share its download were kept waiting'
    const error = new RegistryError('TIMEOUT', reason, { ...this.#place, transient: true })
    for (const reader of slow) {
      reader.fail(error)
      void this.#leave(reader)
    }
  }
}

class SharedReader implements Reader {
  readonly #advance: () => void
  readonly #leave: (reader: SharedReader) => Promise<void>
  #asking: PromiseWithResolvers<IteratorResult<Uint8Array, void>> | undefined
  #end: { readonly error?: unknown } | undefined

  constructor(advance: () => void, leave: (reader: SharedReader) => Promise<void>) {
    this.#advance = advance
    this.#leave = leave
  }

  get isAsking(): boolean {
    return this.#asking !== undefined
  }

  give(result: IteratorResult<Uint8Array, void>): void {
    if (result.done === true) this.#end = {}
    const asking = this.#asking
    this.#asking = undefined
    asking?.resolve(result)
  }

  fail(error: unknown): void {
    this.#end = { error }
    const asking = this.#asking
    this.#asking = undefined
    asking?.reject(error)
  }

  async leave(): Promise<void> {
    if (this.#end === undefined) this.give({ done: true, value: undefined })
    await this.#leave(this)
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void> {
    return {
      next: async () => this.#next(),
      return: async () => {
        await this.leave()
        return { done: true, value: undefined }
      },
    }
  }

  async #next(): Promise<IteratorResult<Uint8Array, void>> {
    if (this.#end !== undefined) {
      if ('error' in this.#end) throw this.#end.error
      return { done: true, value: undefined }
    }
    this.#asking ??= Promise.withResolvers<IteratorResult<Uint8Array, void>>()
    const { promise } = this.#asking
    this.#advance()
    return promise
  }
}
