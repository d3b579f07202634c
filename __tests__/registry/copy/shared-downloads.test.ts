import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { digestOf } from '../../../src/oci/digest.ts'
import { Client } from '../../../src/registry/client.ts'
import type { DownloadShare } from '../../../src/registry/copy/start-download.ts'
import { SharedDownloads, type Taker } from '../../../src/registry/copy/shared-downloads.ts'
import { Network } from '../../../src/registry/network/network.ts'

const layer = { digest: digestOf(Buffer.from('a layer')), size: 7 }
const { digest } = layer

let network: Network
let downloads: SharedDownloads
let look: () => void = () => undefined

beforeEach(() => {
  network = new Network({
    environment: {},
    every: (_milliseconds, call) => {
      look = call
      return () => undefined
    },
  })
  downloads = new SharedDownloads()
})

afterEach(async () => {
  await network.close()
})

/** A host that owes an answer. */
function ask(host: string) {
  network.waits.of(host).more(0)
}

function repository(host: string, name: string, side: 'source' | 'destination') {
  return new Client({ host, network }).repository(name, side)
}

/** One who comes for the layer, and what came of that so far. */
function come(taker: Taker, source: string, blob = layer) {
  const arrival: { share: DownloadShare | undefined } = { share: undefined }
  const wish = {
    source: repository('source.test', source, 'source'),
    destination: repository(taker.registry, 'copy', 'destination'),
    blob,
  }
  const share = taker.take(wish).then((its) => {
    arrival.share = its
    return its
  })
  return Object.assign(arrival, { ended: async () => (await share).end(0) })
}

/** Lets everything run that can run now. */
async function settle() {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

async function looks(count: number) {
  for (let one = 0; one < count; one++) look()
  await settle()
}

describe('a blob for two registries', () => {
  test('is waited with until both have come for it', async () => {
    const [one, other] = [downloads.taker('app', 'a.test'), downloads.taker('app', 'b.test')]
    const first = come(one, 'app')
    await settle()
    expect(first.share).toBeUndefined()
    const second = come(other, 'app')
    await settle()
    expect(first.share).toBeDefined()
    expect(second.share).toBeDefined()
  })

  test.each<[string, (other: Taker) => void]>([
    ['has passed', (other) => other.pass(digest)],
    ['has left', (other) => other.leave()],
  ])('is not waited with for one who %s', async (_what, go) => {
    const [one, other] = [downloads.taker('app', 'a.test'), downloads.taker('app', 'b.test')]
    const first = come(one, 'app')
    await settle()
    go(other)
    await settle()
    expect(first.share).toBeDefined()
  })

  test('is not waited with for one of another image, or one who has not begun', async () => {
    downloads.taker('other', 'b.test')
    const first = come(downloads.taker('app', 'a.test'), 'app')
    await settle()
    expect(first.share).toBeDefined()
  })

  test('is one download for images of several sources, who wait for nobody whose registry gets it', async () => {
    const [one, other] = [downloads.taker('app', 'a.test'), downloads.taker('app', 'b.test')]
    const first = come(one, 'app')
    const second = come(downloads.taker('more', 'b.test'), 'more')
    await settle()
    // The other destination of the first image is served by the second one.
    expect([first.share, second.share]).not.toContain(undefined)
    expect(other.hasPassed(digest)).toBe(false)
  })

  test('is several downloads where they say different sizes of it', async () => {
    const [one, other] = [downloads.taker('app', 'a.test'), downloads.taker('app', 'b.test')]
    const arrivals = [come(one, 'app'), come(other, 'app', { ...layer, size: 8 })]
    await settle()
    expect(arrivals.map(({ share }) => share)).not.toContain(undefined)
    expect(network.limiter('source.test').hasRoom(Array(23).fill('read'))).toBe(false)
    for (const arrival of arrivals) await arrival.ended()
  })
})

describe('a registry that is late', () => {
  test('is waited for as long as it gives signs, for a while', async () => {
    const [one] = [downloads.taker('app', 'a.test'), downloads.taker('app', 'b.test')]
    const first = come(one, 'app')
    await looks(7)
    expect(first.share).toBeUndefined()
    await looks(1)
    expect(first.share).toBeDefined()
  })

  test('is not waited for when it has been silent', async () => {
    const awaited = network.waits.of('b.test')
    awaited.more(0)
    awaited.fewer(0)
    ask('b.test')
    const [one] = [downloads.taker('app', 'a.test'), downloads.taker('app', 'b.test')]
    const first = come(one, 'app')
    await looks(6)
    expect(first.share).toBeUndefined()
    await looks(1)
    expect(first.share).toBeDefined()
  })

  test('is not waited for again before it has come for something', async () => {
    const arrive = async (source: string) => {
      const [one, late] = [downloads.taker(source, 'a.test'), downloads.taker(source, 'b.test')]
      const first = come(one, source)
      await settle()
      return { first, late }
    }
    const { first, late } = await arrive('app')
    await looks(8)
    expect(first.share).toBeDefined()
    expect((await arrive('second')).first.share).toBeDefined()
    come(late, 'app')
    expect((await arrive('third')).first.share).toBeUndefined()
  })
})

const read = () => {
  let reads = 0
  return { count: () => reads, of: async () => Promise.resolve(Buffer.from(String(++reads))) }
}

/** All slots of a host for writing. */
async function slots(host: string) {
  const limiter = network.limiter(host)
  return Promise.all(Array.from({ length: 8 }, async () => limiter.acquire(['write'])))
}

/** Two registries that have come for a blob, each with its slots taken by others. */
async function bothFull() {
  const [near, far] = [await slots('a.test'), await slots('b.test')]
  const [one, other] = [downloads.taker('app', 'a.test'), downloads.taker('app', 'b.test')]
  const [first, second] = [come(one, 'app'), come(other, 'app')]
  await settle()
  expect([first.share, second.share]).toEqual([undefined, undefined])
  return { near, far, first, second }
}

describe('a registry that has no slot', () => {
  test('is waited for by one that could begin while it is busy, and not for long otherwise', async () => {
    const { near, far, first, second } = await bothFull()
    near[0]?.()
    await looks(19)
    expect(first.share).toBeUndefined()
    // One that is given back, and taken by somebody else before.
    const next = network.limiter('b.test').acquire(['write'], () => 1)
    far[0]?.()
    const release = await next
    await looks(20)
    expect(first.share).toBeUndefined()
    await looks(1)
    expect([first.share, second.share]).toEqual([expect.anything(), undefined])
    release()
    await settle()
    expect(second.share).toBeDefined()
  })

  test('is left behind when it is silent, also by one that has no slot yet', async () => {
    const { near, first, second } = await bothFull()
    ask('b.test')
    await looks(12)
    expect(first.share).toBeUndefined()
    near[0]?.()
    await settle()
    expect([first.share, second.share]).toEqual([expect.anything(), undefined])
  })

  test('has its own way from then on, and does not wait for the others', async () => {
    const { near, first, second } = await bothFull()
    ask('a.test')
    await looks(12)
    near[0]?.()
    await settle()
    expect([first.share, second.share]).toEqual([expect.anything(), undefined])
  })

  test('is not left behind by all of them, be they all silent', async () => {
    const { near, far, first, second } = await bothFull()
    ask('a.test')
    ask('b.test')
    await looks(20)
    near[0]?.()
    far[0]?.()
    await settle()
    expect([first.share, second.share]).not.toContain(undefined)
  })
})

describe('a small blob', () => {
  test('is read once for all that want it, and forgotten when all have passed', async () => {
    const [one, other] = [downloads.taker('app', 'a.test'), downloads.taker('app', 'b.test')]
    const reads = read()
    await Promise.all([one.read(digest, reads.of), other.read(digest, reads.of)])
    expect(reads.count()).toBe(1)
    one.pass(digest)
    other.leave()
    await one.read(digest, reads.of)
    expect(reads.count()).toBe(2)
  })

  test('is read from its own source by each image, and again where that failed', async () => {
    const [one, other] = [downloads.taker('app', 'a.test'), downloads.taker('more', 'a.test')]
    const broken = one.read(digest, async () => Promise.reject(new Error('broke')))
    await expect(broken).rejects.toThrow('broke')
    const reads = read()
    await Promise.all([one.read(digest, reads.of), other.read(digest, reads.of)])
    expect(reads.count()).toBe(2)
  })
})
