import { describe, expect, test } from '@jest/globals'
import { ContentLedger, type Outcome } from '../../../src/registry/copy/content-ledger.ts'
import { SharedDownloads } from '../../../src/registry/copy/shared-downloads.ts'
import { digestOf } from '../../../src/oci/digest.ts'

const layer = { digest: digestOf(Buffer.from('a layer')), size: 7 }

/** A move that ends when the test says so. */
function move() {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  let calls = 0
  return {
    start: () => {
      calls += 1
      return promise
    },
    calls: () => calls,
    resolve,
    reject,
  }
}

describe('a blob that two want', () => {
  test('is moved once, and existing for the second', async () => {
    const ledger = new ContentLedger()
    const first = move()
    const second = move()
    const outcomes = Promise.all([
      ledger.once('mirror/app', layer, 'a/app', first.start),
      ledger.once('mirror/app', layer, 'a/app', second.start),
    ])
    first.resolve('copied')
    expect(await outcomes).toEqual(['copied', 'existing'])
    expect(await ledger.once('mirror/app', layer, 'b/app', second.start)).toBe('existing')
    expect(second.calls()).toBe(0)
  })

  test('is moved by each of those that describe it by two sizes', async () => {
    const ledger = new ContentLedger()
    const first = move()
    first.resolve('copied')
    await ledger.once('mirror/app', layer, 'a/app', first.start)
    const other = { ...layer, size: 8 }
    expect(await ledger.once('mirror/app', other, 'a/app', first.start)).toBe('copied')
    expect(first.calls()).toBe(2)
  })

  test('is moved twice into two repositories', async () => {
    const ledger = new ContentLedger()
    const first = move()
    first.resolve('copied')
    await ledger.once('mirror/app', layer, 'a/app', first.start)
    expect(await ledger.once('mirror/other', layer, 'a/app', first.start)).toBe('copied')
  })

  test('fails for both where both take it from one place, and may be tried again', async () => {
    const ledger = new ContentLedger()
    const first = move()
    const second = move()
    const results = Promise.allSettled([
      ledger.once('mirror/app', layer, 'a/app', first.start),
      ledger.once('mirror/app', layer, 'a/app', second.start),
    ])
    first.reject(new Error('broken'))
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(second.calls()).toBe(0)
    second.resolve('copied')
    expect(await ledger.once('mirror/app', layer, 'a/app', second.start)).toBe('copied')
  })

  test('is moved from the other place where one place fails', async () => {
    const ledger = new ContentLedger()
    const broken = move()
    const sound = move()
    const third = move()
    const results = Promise.allSettled([
      ledger.once('mirror/app', layer, 'a/app', broken.start),
      ledger.once('mirror/app', layer, 'b/app', sound.start),
      ledger.once('mirror/app', layer, 'c/app', third.start),
    ])
    broken.reject(new Error('broken'))
    sound.resolve('copied')
    expect(await results).toEqual([
      { status: 'rejected', reason: new Error('broken') },
      { status: 'fulfilled', value: 'copied' },
      { status: 'fulfilled', value: 'existing' },
    ])
    expect(third.calls()).toBe(0)
  })
})

describe('one who shares downloads with other registries', () => {
  const downloads = new SharedDownloads()
  const taker = () => downloads.taker('app', 'a.test')

  test('passes where another image brings the blob to the same place', async () => {
    const ledger = new ContentLedger()
    const first = move()
    const [one, other] = [taker(), taker()]
    const outcomes = Promise.all([
      ledger.once('mirror/app', layer, 'a/app', first.start, one),
      ledger.once('mirror/app', layer, 'b/app', first.start, other),
    ])
    expect([one, other].map((each) => each.hasPassed(layer.digest))).toEqual([false, true])
    first.resolve('copied')
    await outcomes
  })

  test('does not where it does so itself, for another platform', async () => {
    const ledger = new ContentLedger()
    const first = move()
    const one = taker()
    const outcomes = Promise.all([
      ledger.once('mirror/app', layer, 'a/app', first.start, one),
      ledger.once('mirror/app', layer, 'a/app', first.start, one),
    ])
    expect(one.hasPassed(layer.digest)).toBe(false)
    first.resolve('copied')
    await outcomes
  })

  test('passes where another image brings the blob to the same registry', async () => {
    const ledger = new ContentLedger()
    const first = move()
    const [one, other] = [taker(), taker()]
    const outcomes = Promise.all([
      ledger.supply('mirror/app', layer, first.start, one),
      ledger.supply('mirror/other', layer, first.start, other),
    ])
    expect([one, other].map((each) => each.hasPassed(layer.digest))).toEqual([false, true])
    first.resolve('copied')
    await outcomes
  })
})
