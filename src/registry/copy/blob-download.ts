import { type SizedDigest, Verification } from '../../oci/digest.ts'
import type { Release } from '../pace/limiter.ts'
import type { SilentHosts } from '../pace/silent-hosts.ts'
import { PATIENT_LOOKS } from './patience.ts'

/** A blob at its source. */
export interface Origin {
  readonly blob: SizedDigest
  /** Reads and verifies what the verification lacks. */
  readonly open: (verification: Verification) => AsyncGenerator<Uint8Array, void, undefined>
  /** Waits for a slot at the source. */
  readonly slot: () => Promise<Release>
  /** Whether others wait for one. */
  readonly isWanted: () => boolean
  /** Keeps the memory of a chunk from being used again. Returns how to end that. */
  readonly keep: (chunk: Uint8Array) => () => void
  readonly silentHosts: Pick<SilentHosts, 'watch' | 'isSilent'>
}

/** What a download is started with. */
interface Start {
  /** A slot at the source, given back when nothing more is to be read. */
  readonly slot: Release
  /** Of what was read before. */
  readonly verification?: Verification
}

/**
 * One download of a blob for several readers, at the pace of the slowest of them: the next chunk is
 * asked for when all have taken the one before. A reader that leaves is not waited for any more. One
 * that keeps the others waiting, because the host that it reads for hangs, is let go: when it wants
 * more, it gets that by a download of its own, from its byte on. So is a reader of a silent host that
 * keeps others from the slot at the source.
 */
export class BlobDownload {
  readonly #origin: Origin
  readonly #slot: Release
  readonly #verification: Verification
  readonly #chunks: AsyncGenerator<Uint8Array, void, undefined>
  readonly #readers: Set<BlobReader>
  readonly #unwatch: () => void
  #isReading = false
  #given = 0
  /** The last that was given. */
  #chunk: Uint8Array | undefined

  /** @param readers with nothing read yet, or as much as the verification says */
  static start(origin: Origin, readers: readonly BlobReader[], start: Start): void {
    const download = new BlobDownload(origin, readers, start)
    for (const reader of readers) reader.join(download)
  }

  private constructor(
    origin: Origin,
    readers: readonly BlobReader[],
    { slot, verification }: Start,
  ) {
    this.#origin = origin
    this.#slot = slot
    this.#verification = verification ?? new Verification(origin.blob)
    this.#chunks = origin.open(this.#verification)
    this.#readers = new Set(readers)
    this.#unwatch = origin.silentHosts.watch(() => this.#look())
  }

  /** Gives all readers their next chunk, if all of them want one. */
  async advance(): Promise<void> {
    const readers = [...this.#readers]
    if (this.#isReading || readers.length === 0) return
    if (!readers.every(({ isAsking }) => isAsking)) return
    this.#isReading = true
    try {
      const { value: chunk } = await this.#chunks.next()
      const isLast = this.#verification.received === this.#origin.blob.size
      this.#chunk = chunk ?? undefined
      this.#given += chunk?.byteLength ?? 0
      for (const reader of readers) reader.give(this.#chunk, isLast)
      if (isLast) await this.#end()
    } catch (error) {
      for (const reader of readers) reader.fail(error)
      await this.#end()
    }
    this.#isReading = false
  }

  /** Goes on without that reader. */
  async leave(reader: BlobReader): Promise<void> {
    if (!this.#readers.delete(reader)) return
    if (this.#readers.size > 0) return this.advance()
    await this.#end()
  }

  async #end(): Promise<void> {
    this.#readers.clear()
    this.#unwatch()
    await this.#chunks.return()
    this.#slot(this.#given)
  }

  #look(): void {
    if (this.#isReading) return
    const { silentHosts, isWanted } = this.#origin
    const idle = [...this.#readers].filter(({ isAsking }) => !isAsking)
    if (idle.length < this.#readers.size) {
      for (const reader of idle) {
        reader.looks++
        const isHungUpOn = silentHosts.isSilent(reader.host) || reader.looks >= PATIENT_LOOKS
        if (isHungUpOn) this.#letGo(reader)
      }
    } else if (idle.every(({ host }) => silentHosts.isSilent(host)) && isWanted()) {
      for (const reader of idle) this.#letGo(reader)
    }
  }

  #letGo(reader: BlobReader): void {
    const verification = new Verification(this.#origin.blob, this.#verification)
    // What it is still writing is not to be written over.
    const release = this.#chunk === undefined ? undefined : this.#origin.keep(this.#chunk)
    reader.goAlone(this.#origin, verification, release)
    void this.leave(reader)
  }
}

/** One who reads a blob, once. A chunk is valid until the next one is asked for. */
export class BlobReader implements AsyncIterable<Uint8Array> {
  /** The registry that it reads for. */
  readonly host: string
  /** How often it was seen not to have asked for its next chunk while others had. */
  looks = 0
  #download: BlobDownload | undefined
  /** Makes a download of its own. */
  #start: (() => Promise<void>) | undefined
  #release: (() => void) | undefined
  #asking: PromiseWithResolvers<IteratorResult<Uint8Array, void>> | undefined
  #end: { readonly error?: unknown } | undefined

  constructor(host: string) {
    this.host = host
  }

  get isAsking(): boolean {
    return this.#asking !== undefined
  }

  /** What it asks for comes from that download from now on. */
  join(download: BlobDownload): void {
    this.#download = download
  }

  /**
   * What it asks for next comes from a download of its own, which begins where the verification
   * ends. `release` is called when it has no use any more for the chunk before.
   */
  goAlone(origin: Origin, verification: Verification, release?: () => void): void {
    this.#download = undefined
    this.#release = release
    this.#start = async (): Promise<void> => {
      const slot = await origin.slot()
      // It may have left in the meantime.
      if (this.#end === undefined) BlobDownload.start(origin, [this], { slot, verification })
      else slot()
    }
  }

  /** Its next chunk, behind which there is nothing if that is the last; nothing if there is none. */
  give(chunk: Uint8Array | undefined, isLast: boolean): void {
    if (isLast || chunk === undefined) this.#end = {}
    const asking = this.#asking
    this.#asking = undefined
    asking?.resolve(chunk === undefined ? { done: true, value: chunk } : { value: chunk })
  }

  fail(error: unknown): void {
    this.#end = { error }
    const asking = this.#asking
    this.#asking = undefined
    asking?.reject(error)
  }

  /** Wants no more. Calling it again does nothing. */
  async leave(): Promise<void> {
    if (this.#end === undefined) this.give(undefined, true)
    this.#letGo()
    await this.#download?.leave(this)
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
    this.looks = 0
    this.#letGo()
    await this.#begin()
    if (this.#end !== undefined) {
      if ('error' in this.#end) throw this.#end.error
      return { done: true, value: undefined }
    }
    this.#asking ??= Promise.withResolvers<IteratorResult<Uint8Array, void>>()
    const { promise } = this.#asking
    void this.#download?.advance()
    return promise
  }

  async #begin(): Promise<void> {
    const start = this.#start
    this.#start = undefined
    await start?.()
  }

  #letGo(): void {
    this.#release?.()
    this.#release = undefined
  }
}
