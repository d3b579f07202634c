import { describe, expect, test } from '@jest/globals'
import { digestOf, verified, Verification } from '../../../src/oci/digest.ts'
import { BlobDownload, BlobReader, type Origin } from '../../../src/registry/copy/blob-download.ts'

const bytes = Buffer.from([1, 2, 3, 4, 5])
const blob = { digest: digestOf(bytes), size: bytes.length }

/** A source of five chunks that share their memory, as those of a connection do. */
class Source {
  readonly hosts = ['a', 'b', 'c']
  readonly silent = new Set<string>()
  /** What the chunks of each download were, and whether it was closed. */
  readonly downloads: { given: number[]; isClosed: boolean }[] = []
  slots = 0
  isWanted = false
  fail: Error | undefined
  readonly #watchers = new Set<() => void>()
  #memory = Buffer.alloc(1)

  readonly origin: Origin = {
    blob,
    open: (verification) => verified(this.#read(verification), blob, verification),
    slot: () => Promise.resolve(this.slot()),
    isWanted: () => this.isWanted,
    keep: (chunk) => {
      // Memory that is kept is not written into any more.
      if (chunk.buffer === this.#memory.buffer) this.#memory = Buffer.alloc(1)
      return () => undefined
    },
    silentHosts: {
      watch: (watcher) => {
        this.#watchers.add(watcher)
        return () => this.#watchers.delete(watcher)
      },
      isSilent: (host) => this.silent.has(host),
    },
  }

  slot() {
    this.slots += 1
    let isHeld = true
    return () => {
      if (isHeld) this.slots -= 1
      isHeld = false
    }
  }

  start(hosts = this.hosts) {
    const readers = hosts.map((host) => new BlobReader(host))
    BlobDownload.start(this.origin, readers, { slot: this.slot() })
    return readers
  }

  get isWatched() {
    return this.#watchers.size > 0
  }

  async look(times = 1) {
    for (let look = 0; look < times; look++) for (const watcher of this.#watchers) watcher()
    await settle()
  }

  async *#read({ received }: Verification) {
    const download = { given: [] as number[], isClosed: false }
    this.downloads.push(download)
    try {
      for (const number of bytes.subarray(received)) {
        await Promise.resolve()
        if (number === 3 && this.fail !== undefined) throw this.fail
        download.given.push(number)
        this.#memory[0] = number
        yield this.#memory.subarray()
      }
    } finally {
      download.isClosed = true
    }
  }
}

/** Lets everything run that can run now. */
async function settle() {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

async function readAll(reader: BlobReader, upTo = Number.POSITIVE_INFINITY) {
  const seen: number[] = []
  for await (const chunk of reader) {
    seen.push(chunk[0] ?? 0)
    if (seen.length === upTo) break
  }
  return seen
}

/** Those that read all at once, and one that reads as it is told to. */
async function withOneStuck(source: Source, chunks = 1) {
  const [stuck, ...others] = source.start()
  if (stuck === undefined) throw new Error('there is no reader')
  const iterator = stuck[Symbol.asyncIterator]()
  const reading = Promise.all(others.map(async (reader) => readAll(reader)))
  let chunk: Uint8Array | undefined
  for (let count = 0; count < chunks; count++) chunk = (await iterator.next()).value ?? undefined
  await settle()
  return { stuck, iterator, reading, chunk }
}

async function rest(iterator: AsyncIterator<Uint8Array, void>) {
  const seen: number[] = []
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    seen.push(next.value[0] ?? 0)
  }
  return seen
}

describe('a download with three readers', () => {
  test('is read once, seen whole by each of them, and gives its slot back', async () => {
    const source = new Source()
    const all = await Promise.all(source.start().map(async (reader) => readAll(reader)))
    expect(all).toEqual([[...bytes], [...bytes], [...bytes]])
    expect(source.downloads).toEqual([{ given: [...bytes], isClosed: true }])
    expect([source.slots, source.isWatched]).toEqual([0, false])
  })

  test('gives its slot back when all has been read, be it written or not', async () => {
    const source = new Source()
    const iterators = source.start().map((reader) => reader[Symbol.asyncIterator]())
    for (let chunk = 0; chunk < bytes.length; chunk++) {
      await Promise.all(iterators.map(async (iterator) => iterator.next()))
    }
    await settle()
    expect(source.slots).toBe(0)
  })

  test('goes on for the others where one leaves', async () => {
    const source = new Source()
    const seen = source
      .start()
      .map(async (reader, index) => readAll(reader, index === 1 ? 2 : undefined))
    expect(await Promise.all(seen)).toEqual([[...bytes], [1, 2], [...bytes]])
    expect(source.downloads).toHaveLength(1)
  })

  test('does not run ahead of the slowest', async () => {
    const source = new Source()
    const { stuck, reading } = await withOneStuck(source, 2)
    expect(source.downloads[0]?.given).toEqual([1, 2])
    await stuck.leave()
    expect(await reading).toEqual([[...bytes], [...bytes]])
  })

  test('is closed when the last one has left, also before it began', async () => {
    const source = new Source()
    await Promise.all(source.start().map(async (reader) => reader.leave()))
    expect(source.downloads).toEqual([])
    expect([source.slots, source.isWatched]).toEqual([0, false])
  })

  test('fails for all of them', async () => {
    const source = new Source()
    source.fail = new Error('broke')
    const results = await Promise.allSettled(source.start().map(async (reader) => readAll(reader)))
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect([source.slots, source.isWatched]).toEqual([0, false])
  })
})

describe('a reader that keeps the others waiting', () => {
  test('is waited for as long as its registry gives signs, for a while', async () => {
    const source = new Source()
    const { iterator, reading } = await withOneStuck(source)
    await source.look(7)
    expect(source.downloads[0]?.given).toEqual([1])
    expect(await Promise.all([rest(iterator), reading])).toEqual([
      [2, 3, 4, 5],
      [[...bytes], [...bytes]],
    ])
    expect(source.downloads).toHaveLength(1)
  })

  test.each([
    ['is not waited for where its registry is silent', 1, ['a']],
    ['is not waited for for ever', 8, []],
  ])('%s', async (_what, looks, silent) => {
    const source = new Source()
    const { reading } = await withOneStuck(source)
    for (const host of silent) source.silent.add(host)
    await source.look(looks)
    expect(await reading).toEqual([[...bytes], [...bytes]])
    expect(source.slots).toBe(0)
  })

  test('has the rest from a download of its own when it goes on, from its byte on', async () => {
    const source = new Source()
    const { iterator, chunk } = await withOneStuck(source, 2)
    source.silent.add('a')
    await source.look()
    // What it is still writing is what it was, whatever the others have read by now.
    expect(chunk).toEqual(Buffer.from([2]))
    expect(await rest(iterator)).toEqual([3, 4, 5])
    expect(source.downloads.map(({ given }) => given)).toEqual([[...bytes], [3, 4, 5]])
    expect([source.slots, source.isWatched]).toEqual([0, false])
  })

  test('that leaves then needs no download', async () => {
    const source = new Source()
    const { stuck, reading } = await withOneStuck(source)
    source.silent.add('a')
    await source.look()
    await reading
    await stuck.leave()
    expect(await readAll(stuck)).toEqual([])
    expect(source.downloads).toHaveLength(1)
  })

  test('that leaves while it waits for its slot gives that back', async () => {
    const source = new Source()
    const granted = Promise.withResolvers<void>()
    const origin: Origin = {
      ...source.origin,
      slot: async () => granted.promise.then(() => source.slot()),
    }
    const reader = new BlobReader('a')
    reader.goAlone(origin, new Verification(blob))
    const next = reader[Symbol.asyncIterator]().next()
    await reader.leave()
    granted.resolve()
    expect((await next).done).toBe(true)
    expect(source.slots).toBe(0)
  })
})

async function stalled() {
  const source = new Source()
  const iterators = source.start(['a']).map((reader) => reader[Symbol.asyncIterator]())
  for (const iterator of iterators) await iterator.next()
  return { source, iterators }
}

describe('a download that nobody takes anything of', () => {
  test('keeps its slot where nobody else wants it, or its registry gives signs', async () => {
    const { source } = await stalled()
    source.silent.add('a')
    await source.look(20)
    expect(source.slots).toBe(1)
    source.silent.clear()
    source.isWanted = true
    await source.look(20)
    expect(source.slots).toBe(1)
  })

  test('makes room for others where its registry is silent, and goes on when that wakes', async () => {
    const { source, iterators } = await stalled()
    source.silent.add('a')
    source.isWanted = true
    await source.look()
    expect([source.slots, source.downloads[0]?.isClosed]).toEqual([0, true])
    expect(await Promise.all(iterators.map(async (iterator) => rest(iterator)))).toEqual([
      [2, 3, 4, 5],
    ])
    expect(source.slots).toBe(0)
  })
})
