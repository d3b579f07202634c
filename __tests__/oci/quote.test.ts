import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { quote } from '../../src/oci/quote.ts'

describe('quote', () => {
  test('leaves readable text as it is', () => {
    expect(quote('ghcr.io/acme/bücher:1')).toBe('"ghcr.io/acme/bücher:1"')
  })

  test.each([
    ['a line break', 'a\nb', '"a\\u{a}b"'],
    ['an escape sequence', '\u001B[31m', '"\\u{1b}[31m"'],
    ['a bidirectional override', 'a\u202Eb', '"a\\u{202e}b"'],
    ['a line separator', 'a\u2028b', '"a\\u{2028}b"'],
    ['a quote', 'a"b', '"a\\"b"'],
    ['a backslash', 'a\\b', '"a\\\\b"'],
  ])('writes %s as an escape', (_, text, quoted) => {
    expect(quote(text)).toBe(quoted)
  })

  test('cuts long text', () => {
    expect(quote('x'.repeat(160))).toBe(`"${'x'.repeat(160)}"`)
    expect(quote('x'.repeat(161))).toBe(`"${'x'.repeat(160)}…"`)
  })

  test('never lets an invisible character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(quote(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
      }),
    )
  })
})
