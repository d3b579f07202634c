import { describe, expect, test } from '@jest/globals'
import { repositoryName } from '../../src/oci/reference.ts'
import { type ListItem, parseImageList } from '../../src/sync/image-list.ts'
import { digestOfList, shardOf } from '../../src/sync/shard.ts'

const bases = {
  source: { registry: 'docker.io' },
  destination: { registry: 'mirror.example', path: 'all' },
}

function read(...lines: readonly string[]): readonly ListItem[] {
  return parseImageList(lines.join('\n'), bases)
}

/** So many repositories, with three tags each. */
function manyRepositories(count: number): readonly ListItem[] {
  const lines = Array.from({ length: count }, (_, index) =>
    ['v1', 'v2', 'latest'].map((tag) => `quay.io/team-${index % 40}/app-${index}:${tag}`),
  )
  return read(...lines.flat())
}

function partsOf(list: readonly ListItem[], of: number): readonly (readonly ListItem[])[] {
  return Array.from({ length: of }, (_, index) => shardOf(list, { part: index + 1, of }))
}

/** The part of each line, by its place in the list; none where it is in no part or in several. */
function partByLine(list: readonly ListItem[], of: number): readonly number[] {
  const parts = new Map<ListItem, number>()
  for (const [part, items] of partsOf(list, of).entries()) {
    for (const item of items) parts.set(item, parts.has(item) ? Number.NaN : part)
  }
  return list.map((item) => parts.get(item) ?? Number.NaN)
}

function lengthsOf(list: readonly ListItem[], of: number): readonly number[] {
  return partsOf(list, of).map(({ length }) => length)
}

describe('the parts of a list', () => {
  const list = manyRepositories(1_000)

  test.each([1, 2, 8, 16])('are the whole, each line once, in its order: %i', (of) => {
    expect(partByLine(list, of).every((part) => part >= 0 && part < of)).toBe(true)
    const places = new Map(list.map((item, place) => [item, place]))
    for (const part of partsOf(list, of)) {
      const order = part.map((item) => places.get(item) ?? Number.NaN)
      expect(order.every((place, index) => index === 0 || place > (order[index - 1] ?? 0))).toBe(
        true,
      )
    }
  })

  test('keep what is of one repository together', () => {
    for (const part of partsOf(list, 8)) {
      const names = Map.groupBy(part, ({ source }) => repositoryName(source))
      expect([...names.values()].every(({ length }) => length === 3)).toBe(true)
    }
  })

  test.each([
    [2, 1.15],
    [8, 1.35],
    [16, 1.5],
  ])('are of much the same size: of %i the largest is at most %f of the mean', (of, most) => {
    const lengths = lengthsOf(list, of)
    expect(Math.max(...lengths) / (list.length / of)).toBeLessThan(most)
    expect(Math.min(...lengths)).toBeGreaterThan(0)
  })

  test('do not depend on the order of the list, nor on what else is in it', () => {
    const before = new Set(shardOf(list, { part: 3, of: 8 }))
    const longer = [...manyRepositories(100), ...list.toReversed()]
    const after = new Set(shardOf(longer, { part: 3, of: 8 }))
    expect(list.every((item) => before.has(item) === after.has(item))).toBe(true)
  })

  test.each([
    [4, 5],
    [8, 9],
    [16, 15],
  ])('change for few lines where there are %i and then %i of them', (from, to) => {
    const [before, after] = [partByLine(list, from), partByLine(list, to)]
    const moved = before.filter((part, place) => part !== after[place])
    // A share of one in the greater number is what has to move.
    const least = list.length / Math.max(from, to)
    expect(moved.length).toBeLessThan(least * 1.35)
    expect(moved.length).toBeGreaterThan(least * 0.65)
    // Between parts that there are before and after nothing moves.
    const last = Math.min(from, to) - 1
    const shuffled = before.filter(
      (part, place) => part !== after[place] && part <= last && (after[place] ?? 0) <= last,
    )
    expect(shuffled).toEqual([])
  })

  test('of a list that is shorter than there are parts may be empty', () => {
    const lengths = lengthsOf(read('alpine:3.20', 'nginx:1.27'), 16)
    expect(lengths.filter((length) => length > 0).length).toBeLessThanOrEqual(2)
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(2)
  })
})

/** Whether the first two lines are in one part, of however many. */
function areTogether(...lines: readonly string[]): boolean {
  const list = read(...lines)
  return [2, 3, 5, 8, 13, 31].every((of) => {
    const [first, second] = partByLine(list, of)
    return first === second
  })
}

describe('lines that depend on one another are in one part', () => {
  test.each([
    ['a tag that is written and read', 'alpine:3 => a.example/x:3', 'a.example/x:3 => b.example/y'],
    ['one that is implied', 'alpine => a.example/x', 'a.example/x => b.example/y'],
    [
      'one that takes the tag of its source',
      'alpine:3 => a.example/x',
      'a.example/x:3 => b.example/y:3',
    ],
    ['two that swap', 'a.example/x:1 => a.example/x:2', 'a.example/x:2 => a.example/x:1'],
    [
      'a pattern that reads what a line writes',
      'alpine:3 => a.example/x:3',
      'a.example/x:* => b.example/y',
    ],
    [
      'a line that reads what a pattern writes',
      'alpine:3.* => a.example/x',
      'a.example/x:3.1 => b.example/y:1',
    ],
    [
      'a pattern that reads what another one writes',
      'alpine:3.* => a.example/x',
      'a.example/x:3.* => b.example/y',
    ],
    ['the same in any order', 'a.example/x:3 => b.example/y', 'alpine:3 => a.example/x:3'],
  ])('%s', (_what, first, second) => {
    expect(areTogether(first, second)).toBe(true)
  })

  test('in a chain, also where nothing else joins its ends', () => {
    const chain = Array.from(
      { length: 20 },
      (_, index) => `r${index}.example/x:1 => r${index + 1}.example/x:1`,
    )
    expect(areTogether(chain[0] ?? '', chain.at(-1) ?? '', ...chain.slice(1, -1))).toBe(true)
  })

  test.each([
    [
      'another tag is read than is written',
      'alpine:3 => a.example/x:3',
      'a.example/x:4 => b.example/y:4',
    ],
    [
      'a digest is read, which means the same at any time',
      'alpine:3 => a.example/x:3',
      `a.example/x@sha256:${'a'.repeat(64)} => b.example/y:4`,
    ],
    ['they only write to one repository', 'alpine:3 => a.example/x:3', 'nginx:4 => a.example/x:4'],
  ])('and else are not: %s', (_what, first, second) => {
    expect(areTogether(first, second)).toBe(false)
  })
})

describe('the digest of a list', () => {
  const line = 'alpine:3 => a.example/x:3'
  const digest = digestOfList(read(line))

  test('is the same however the list is written', () => {
    expect(
      digestOfList(read('# a comment', '', 'docker.io/library/alpine:3   a.example/x:3')),
    ).toBe(digest)
    expect(digestOfList(read('- {source: alpine:3, destination: a.example/x:3}'))).toBe(digest)
  })

  test.each([
    ['another source', 'alpine:4 => a.example/x:3'],
    ['another destination', 'alpine:3 => a.example/x:4'],
    ['platforms', '- {source: alpine:3, destination: a.example/x:3, platforms: all}'],
    ['attestations', '- {source: alpine:3, destination: a.example/x:3, attestations: keep}'],
    ['referrers', '- {source: alpine:3, destination: a.example/x:3, referrers: all}'],
    ['a selection', '- {source: alpine, destination: a.example/x, tags: ["3*"]}'],
  ])('tells %s', (_what, other) => {
    expect(digestOfList(read(other))).not.toBe(digest)
  })

  test('tells more lines, and another order', () => {
    const [one, two] = [line, 'nginx:1 => a.example/n:1']
    const all = [[one], [one, two], [two, one]].map((lines) => digestOfList(read(...lines)))
    expect(new Set(all).size).toBe(3)
  })
})
