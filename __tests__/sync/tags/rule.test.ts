import { describe, expect, test } from '@jest/globals'
import * as fc from '../../../testkit/property.ts'
import { fitsPattern, plainTags } from '../../../src/sync/tags/rule.ts'

describe('a pattern', () => {
  test.each([
    ['v3.*', 'v3.1', true],
    ['v3.*', 'v3.', true],
    ['v3.*', 'v3', false],
    ['v3.*', 'v31', false],
    ['*', 'anything', true],
    ['*-rc*', 'v1-rc2', true],
    ['*-rc*', 'v1-r', false],
    ['v?', 'v1', true],
    ['v?', 'v', false],
    ['v?', 'v12', false],
    ['1.?.*', '1.2.3', true],
    ['*a*b', 'xaxbxb', true],
    ['*a*b', 'xaxbx', false],
    ['latest', 'latest', true],
    ['latest', 'latest2', false],
    ['**', 'x', true],
  ])('%s and the tag %s', (pattern, tag, fits) => {
    expect(fitsPattern(tag, pattern)).toBe(fits)
  })

  test('fits what a regular expression of it fits', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 })
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 6 })
    fc.assert(
      fc.property(letters, patterns, (tag, pattern) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')
        expect(fitsPattern(tag, pattern)).toBe(new RegExp(`^${source}$`).test(tag))
      }),
      { numRuns: 2000 },
    )
  })

  test('of many stars takes no longer than it is long', () => {
    const pattern = `${'*a'.repeat(60)}b`
    expect(fitsPattern('a'.repeat(128), pattern)).toBe(false)
  })
})

describe('a rule', () => {
  const rule = { match: ['v1', 'v2', 'v1'], exclude: [], min: 1 }

  test('of names alone needs no look at the registry', () => {
    expect(plainTags(rule)).toEqual(['v1', 'v2'])
    expect(plainTags({ ...rule, exclude: ['*2'] })).toEqual(['v1'])
  })

  test.each([
    { ...rule, match: ['v1', 'v*'] },
    { ...rule, match: [] },
    { ...rule, semver: '1' },
    { ...rule, newest: 1 },
    { ...rule, min: 2 },
  ])('of more needs one: %j', (other) => {
    expect(plainTags(other)).toBeUndefined()
  })
})
