import { describe, expect, test } from '@jest/globals'
import { digestOf } from '../../../src/oci/digest.ts'
import { RegistryWorld } from '../registry-world.ts'
import { FanOut, type FirstComers, type Member } from '../../../src/registry/copy/fan-out.ts'

const digest = digestOf(Buffer.from('a layer'))

/** Longer than any test takes. */
const LONG = 60_000

/** Two sources that have a blob in common, each for the registries that are named. */
function twoSources(first: readonly string[], second: readonly string[], patience = LONG) {
  const firstComers: FirstComers = new Map()
  return [
    new FanOut(first, firstComers, patience),
    new FanOut(second, firstComers, patience),
  ] as const
}

function memberOf(fanOut: FanOut, registry: string): Member {
  const member = fanOut.member(registry)
  if (member === undefined) throw new Error(`no place for ${registry}`)
  return member
}

/** Whether it is over when all that can run now has run. */
async function isOver(work: Promise<void>) {
  let over = false
  const ending = work.then(() => {
    over = true
    return over
  })
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  return { over, ending }
}

describe('a blob of two sources', () => {
  test('is left to the one that came first, where it goes to the same registry', async () => {
    const [one, other] = twoSources(['a', 'b'], ['a', 'b'])
    await memberOf(one, 'a').giveWay(digest)
    const waiting = memberOf(other, 'b')
    const { over, ending } = await isOver(waiting.giveWay(digest))
    expect(over).toBe(false)
    expect(waiting.hasPassed(digest)).toBe(true)
    memberOf(one, 'b').pass(digest)
    await ending
  })

  test('is not waited for any more when the first one has ended', async () => {
    const [one, other] = twoSources(['a', 'b'], ['a', 'b'])
    const first = memberOf(one, 'a')
    await first.giveWay(digest)
    const { over, ending } = await isOver(memberOf(other, 'a').giveWay(digest))
    expect(over).toBe(false)
    first.leave()
    expect(await ending).toBe(true)
  })

  test('is not waited for where the first one does not go there', async () => {
    const [one, other] = twoSources(['a', 'b'], ['c', 'd'])
    await memberOf(one, 'a').giveWay(digest)
    const free = memberOf(other, 'c')
    await free.giveWay(digest)
    expect(free.hasPassed(digest)).toBe(false)
  })

  test('is not waited for longer than it takes to know', async () => {
    const [one, other] = twoSources(['a', 'b'], ['a', 'b'], 5)
    await memberOf(one, 'a').giveWay(digest)
    await memberOf(other, 'b').giveWay(digest)
    expect(memberOf(one, 'b').hasPassed(digest)).toBe(false)
  })
})

test('a blob that two platforms have is wanted once', () => {
  const [fanOut] = twoSources(['a', 'b'], [])
  const member = memberOf(fanOut, 'a')
  expect([member.wants(digest), member.wants(digest)]).toEqual([true, false])
})

describe('a small blob', () => {
  test('is read once for all that want it, and forgotten when all have passed', async () => {
    const [fanOut] = twoSources(['a', 'b'], [])
    const [one, other] = [memberOf(fanOut, 'a'), memberOf(fanOut, 'b')]
    let reads = 0
    const read = async () => {
      reads += 1
      return Promise.resolve(Buffer.from('blob'))
    }
    await Promise.all([one.read(digest, read), other.read(digest, read)])
    expect(reads).toBe(1)
    one.pass(digest)
    other.pass(digest)
    await one.read(digest, read)
    expect(reads).toBe(2)
  })

  test('is read again where reading it failed', async () => {
    const [fanOut] = twoSources(['a', 'b'], [])
    const member = memberOf(fanOut, 'a')
    await expect(member.read(digest, () => Promise.reject(new Error('broke')))).rejects.toThrow(
      'broke',
    )
    expect(await member.read(digest, () => Promise.resolve(Buffer.from('blob')))).toHaveLength(4)
  })
})

async function* nothing() {
  // Nobody reads it.
}

/** How many of two destinations of a blob, which they describe by these sizes, read it on their own. */
async function alone(...sizes: readonly number[]) {
  await using world = await RegistryWorld.start()
  const fanOut = new FanOut(['a', 'b'], new Map(), LONG)
  const members = [memberOf(fanOut, 'a'), memberOf(fanOut, 'b')]
  const rides = await Promise.all(
    members.map(async (member, index) =>
      member.ride({
        source: world.sourceRepository(),
        destination: world.destinationRepository(),
        blob: { digest, size: sizes[index] ?? 0 },
        open: nothing,
      }),
    ),
  )
  for (const { reader, release } of rides) {
    await reader?.leave()
    release(0)
  }
  return rides.filter(({ reader }) => reader === undefined).length
}

describe('a blob that two destinations want', () => {
  test('is fetched once for both', async () => {
    expect(await alone(7, 7)).toBe(0)
  })

  test('is fetched by each where they describe it by two sizes', async () => {
    expect(await alone(7, 8)).toBe(2)
  })
})
