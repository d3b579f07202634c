import { describe, expect, test } from '@jest/globals'
import type { TagRule } from '../../../src/sync/tags/rule.ts'
import { leftOutText, selectTags, unlisted } from '../../../src/sync/tags/select.ts'
import * as versions from '../../../src/sync/tags/versions/index.ts'

const HEX = 'a'.repeat(64)
const ARTIFACTS = [`sha256-${HEX}`, `sha256-${HEX}.sig`, `sha256-${HEX}.att`, `sha512-${HEX}.sbom`]

function ruleOf(changes: Partial<TagRule>): TagRule {
  return { match: [], exclude: [], min: 1, ...changes }
}

function select(tags: readonly string[], changes: Partial<TagRule>) {
  return selectTags(tags, ruleOf(changes), versions)
}

describe('tags are selected', () => {
  test('by patterns, and what fits none is counted', () => {
    expect(select(['v1.0', 'v2.0', 'v2.1', 'latest'], { match: ['v2.*', 'edge'] })).toEqual({
      selected: ['v2.1', 'v2.0'],
      leftOut: { unmatched: 2 },
    })
  })

  test('without those that are excluded', () => {
    const rule = { match: ['v2*'], exclude: ['*-rc*'] }
    expect(select(['v1', 'v2', 'v2-rc1', 'v2-rc2'], rule)).toEqual({
      selected: ['v2'],
      leftOut: { unmatched: 1, excluded: 2 },
    })
  })

  test('all, where nothing is said to match', () => {
    expect(select(['a', 'b'], { exclude: ['b'] }).selected).toEqual(['a'])
  })

  test('each once, whatever the registry repeats', () => {
    expect(select(['a', 'a', 'b'], {}).selected).toEqual(['b', 'a'])
  })

  test('never those that are named after a digest', () => {
    expect(select(['v1', ...ARTIFACTS], {})).toEqual({
      selected: ['v1'],
      leftOut: { artifacts: 4 },
    })
    expect(select(['v1', ...ARTIFACTS], { match: ['*'] }).selected).toEqual(['v1'])
    expect(select(['v1', ...ARTIFACTS], { match: ['s*', '?ha256-*'] }).selected).toEqual([])
  })

  test('unless they are named, in full or by how they begin', () => {
    expect(select(['v1', ...ARTIFACTS], { match: [`sha256-${HEX}.sig`] }).selected).toEqual([
      `sha256-${HEX}.sig`,
    ])
    expect(select(['v1', ...ARTIFACTS], { match: ['sha256-*.att', 'v*'] }).selected).toEqual([
      'v1',
      `sha256-${HEX}.att`,
    ])
  })
})

describe('a range of versions', () => {
  test('takes versions of one to three numbers, with a v before and a pre-release behind', () => {
    const tags = ['v3', '3.1', 'v3.1.4', '4', '2.9.9', 'latest', '3.2.0-rc.1', '3.2.0.1', '3.']
    expect(select(tags, { semver: '>=3 <4' })).toEqual({
      selected: ['v3.1.4', '3.1', 'v3'],
      leftOut: { notVersions: 3, outOfRange: 3 },
    })
  })

  test('takes a pre-release that it names', () => {
    expect(select(['3.2.0-rc.1', '3.2.0-rc.2', '3.3.0-rc.1'], { semver: '>=3.2.0-rc.2' })).toEqual({
      selected: ['3.2.0-rc.2'],
      leftOut: { outOfRange: 2 },
    })
  })

  test('narrows down what matches', () => {
    expect(select(['v1.1', '1.2', 'v2'], { match: ['v*'], semver: '1' }).selected).toEqual(['v1.1'])
  })

  test.each(['>=3.1 <4', '^1.2', '1.x || >=2.5.0', '~1', '*', '1 - 2'])('may be %s', (text) => {
    expect(versions.rangeOf(text)).toBeDefined()
  })

  test.each(['newest', '>>3', 'v1.*.x.y', '1'.repeat(300)])('is not %s', (text) => {
    expect(versions.rangeOf(text)).toBeUndefined()
  })
})

describe('a tag is a version', () => {
  test.each([
    ['3', '3.0.0'],
    ['v3.20', '3.20.0'],
    ['1.2.3-alpha.1', '1.2.3-alpha.1'],
    ['3.20-alpine', '3.20.0-alpine'],
    ['2024.01.05', '2024.1.5'],
    ['v0', '0.0.0'],
  ])('%s', (tag, version) => {
    expect(versions.versionOf(tag)?.version).toBe(version)
  })

  test.each([
    'latest',
    'v',
    '1.2.3.4',
    '1.2_3',
    '1.2.3-',
    '1.2.3-a_b',
    'V1',
    '9'.repeat(20),
    '1..2',
  ])('not where it is %s', (tag) => {
    expect(versions.versionOf(tag)).toBeUndefined()
  })
})

describe('the newest', () => {
  test('are so by version where all that are left are versions', () => {
    const tags = ['1.9', '1.10', '1.10.1', '1.2', 'v1.11-rc1', 'latest']
    expect(select(tags, { match: ['*1.*'], newest: 3 })).toEqual({
      selected: ['v1.11-rc1', '1.10.1', '1.10'],
      leftOut: { unmatched: 1, older: 2 },
    })
  })

  test('are so by version where a range is given', () => {
    expect(select(['9', '10', 'r99'], { semver: '*', newest: 1 })).toEqual({
      selected: ['10'],
      leftOut: { notVersions: 1, older: 1 },
    })
  })

  test('are so in natural order where one is no version', () => {
    expect(select(['r9', 'r10', 'r100', 'r11-b'], { newest: 2 }).selected).toEqual([
      'r100',
      'r11-b',
    ])
  })

  test('are told apart by name where their versions are the same', () => {
    expect(select(['1.0', '1.0.0', 'v1', '1'], { newest: 4 }).selected).toEqual([
      'v1',
      '1.0.0',
      '1.0',
      '1',
    ])
  })

  test('are all where there are fewer', () => {
    expect(select(['1', '2'], { newest: 5 })).toEqual({ selected: ['2', '1'], leftOut: {} })
  })
})

describe('names that the registry does not list', () => {
  test('are taken nevertheless, so that each says what is wrong with it', () => {
    const rule = ruleOf({ match: ['v1', 'v9', 'x*', 'v8-rc'], exclude: ['*-rc'] })
    expect(unlisted(rule, new Set(['v1']))).toEqual(['v9'])
  })

  test('are not where versions or their number decide', () => {
    expect(unlisted(ruleOf({ match: ['v9'], newest: 1 }), new Set())).toEqual([])
    expect(unlisted(ruleOf({ match: ['v9'], semver: '*' }), new Set())).toEqual([])
  })
})

test('what was left out is put into words', () => {
  const choice = { selected: [], leftOut: { older: 1, unmatched: 30, artifacts: 2 } }
  expect(leftOutText(choice)).toBe(
    '30 not matching, 2 named after a digest, as signatures are, 1 older',
  )
})
