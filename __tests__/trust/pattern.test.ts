import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { readPattern } from '../../src/trust/pattern.ts'

describe('a pattern', () => {
  test.each([
    ['docker.io/library/*', 'docker.io/library/alpine', true],
    ['docker.io/library/*', 'docker.io/library/', true],
    ['docker.io/*', 'docker.io/library/alpine', false],
    ['docker.io/**', 'docker.io/library/alpine', true],
    ['**/alpine', 'docker.io/library/alpine', true],
    ['*/**/x', 'a/x', false],
    ['*/**x', 'a/x', true],
    ['a.c*', 'abc', false],
    ['a***b', 'a/x/b', true],
    ['a', 'a', true],
    ['a', 'ab', false],
    ['A', 'a', false],
    ['A*', 'abc', false],
    ['a*', 'ABC', false],
  ])('%s compared with %s is %s', (glob, text, isMatch) => {
    expect(readPattern(glob)(text)).toBe(isMatch)
  })

  test('is what a regular expression would be', () => {
    const piece = fc.constantFrom('*', '**', 'a', 'b', '/', '.', '😀')
    const text = fc.array(fc.constantFrom('a', 'b', '/', '.', '😀'), { maxLength: 12 })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), text, (pieces, characters) => {
        const glob = pieces.join('')
        const source = glob.replaceAll(/\*+|\./g, (part) =>
          part === '.' ? String.raw`\.` : part === '*' ? '[^/]*' : '.*',
        )
        const form = new RegExp(`^${source}$`, 's')
        expect(readPattern(glob)(characters.join(''))).toBe(form.test(characters.join('')))
      }),
      { numRuns: 1_000 },
    )
  })

  test('takes time in proportion to the text, however many wildcards it has', () => {
    // A search that goes back would take years.
    expect(readPattern(`${'**a'.repeat(20)}b`)('a'.repeat(20_000))).toBe(false)
  })
})
