import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { foreignText, harmlessLine } from '../../src/registry/foreign-text.ts'

/** Random text that is rich in what the sanitiser must find. */
const nastyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '::',
        ':',
        '##[',
        '#',
        '[',
        '\n',
        '\r\n',
        '\t',
        ' ',
        '\u00a0',
        '\u2028',
        '\u2029',
        '\u0085',
        '\u001b[31m',
        '\u001b[',
        '\u001b]0;',
        '\u009b1m',
        '\u0007',
        '\u0000',
        '\u007f',
        '\u001b',
        '\u202e',
        '\u2066',
        '\u200b',
        '\ufeff',
        '\u00ad',
        '\u{e0041}',
        '\ufffd',
        '\ud800',
        '\udc00',
        'https://',
        'http://u:p@h/',
        '?sig=',
        '&x=1',
        '?',
        '=',
        '"',
        "'",
        '<',
        '>',
        '😀',
        'set-env',
      ),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(''))

/** Whether a line has nothing that the runner, a terminal or a reader could be misled by. */
function isHarmless(line: string): boolean {
  return (
    !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(line) &&
    !/^[\s\ufffd]*::/.test(line) &&
    !line.includes('##[') &&
    line.isWellFormed()
  )
}

describe('text from a registry', () => {
  test.each(['::error::', ' \ufffd::x', 'a##[b', 'a\nb', 'a\u202eb', 'a\u200bb', 'a\ud800b'])(
    'would be caught by these tests if it were %j',
    (line) => {
      expect(isHarmless(line)).toBe(false)
    },
  )

  test('is harmless for the runner, whatever it is', () => {
    fc.assert(
      fc.property(nastyText, fc.integer({ min: 0, max: 200 }), (text, limit) => {
        const line = foreignText(text, limit)
        expect(isHarmless(line)).toBe(true)
        expect(line.length).toBeLessThanOrEqual(Math.max(limit, 1))
      }),
    )
  })

  test('does not change when it is made harmless twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        const once = foreignText(text)
        expect(foreignText(once)).toBe(once)
      }),
    )
  })

  test('stays as it is when it is an ordinary message', () => {
    const message =
      'manifest unknown: tag "1.0" of acme/app (did you mean 1.0.1?) – naïve 日本語 😀'
    expect(foreignText(message)).toBe(message)
  })

  test.each([
    ['::set-output name=x::y', ': :set-output name=x::y'],
    ['  \t::error::x', ': :error::x'],
    ['\u200b::error::x', '\ufffd: :error::x'],
    ['\u00a0::error::x', ': :error::x'],
    ['ok\n::error::x', 'ok ::error::x'],
    ['see ##[set-env name=A;]b', 'see ## [set-env name=A;]b'],
    ['#\u001b[0m#[x', '# #[x'],
    ['###[x', '### [x'],
  ])('cannot give the runner a command: %j', (text, line) => {
    expect(foreignText(text)).toBe(line)
  })

  test.each([
    ['\u001b[1;31mdenied\u001b[0m', 'denied'],
    ['\u009b31mdenied', 'denied'],
    ['\u001b]0;title\u0007denied', 'denied'],
    ['\u001b]8;;https://x.example\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['a\u0000b\u007fc\u0085d', 'a b c d'],
    ['a\r\nb\u2028c\td', 'a b c d'],
    ['abc\u202etxt.exe', 'abc\ufffdtxt.exe'],
    ['a\ud800b', 'a\ufffdb'],
  ])('has no escape sequences, control or direction characters: %j', (text, line) => {
    expect(foreignText(text)).toBe(line)
  })

  test.each([
    [
      'Get "https://r.example/v2/a?X-Amz-Signature=s3cret&a=b": EOF',
      'Get "https://r.example/v2/a": EOF',
    ],
    ['at https://r.example/v2/a?s3cret', 'at https://r.example/v2/a'],
    ['at https://r.example/v2/a#s3cret now', 'at https://r.example/v2/a now'],
    ['at https://user:s3cret@r.example/v2/', 'at https://r.example/v2/'],
    ['at https://user:s3cret@r.example?x=1', 'at https://r.example'],
    ['at https://r.example/a?x=\u0007s3cret', 'at https://r.example/a'],
    ['PATCH /v2/a/uploads/1?_state=s3cret failed', 'PATCH /v2/a/uploads/1 failed'],
    ['<Url>https://r.example/a?x=s3cret</Url>', '<Url>https://r.example/a</Url>'],
  ])('keeps no secret of a URL: %j', (text, line) => {
    expect(foreignText(text)).toBe(line)
  })

  test('is cut to 512 characters unless told otherwise, and shows that it was', () => {
    expect(foreignText('x'.repeat(512))).toBe('x'.repeat(512))
    expect(foreignText('x'.repeat(513))).toBe(`${'x'.repeat(511)}…`)
    expect(foreignText('abcdef', 4)).toBe('abc…')
  })

  test('is not cut in the middle of a character', () => {
    expect(foreignText('ab😀cdef', 4)).toBe('ab…')
  })

  test('is looked at no further than eight times as far as it is shown', () => {
    expect(foreignText(`${' '.repeat(100)}near`, 16)).toBe('near')
    expect(foreignText(`${' '.repeat(200)}far`, 16)).toBe('…')
  })

  test('takes time in proportion to its length, not more', () => {
    // Any of these would take minutes if one of the patterns went back over the text.
    for (const piece of [
      '\u001b[0',
      '\u001b]x',
      '\u009b0',
      '\u009b ',
      '\u009d',
      '\u009d\u001b]',
      '\u009dx ',
      '://a@',
      '?a',
      'https://',
      ' \u200b',
      '::',
      '##[',
    ]) {
      const text = piece.repeat(300_000)
      expect(foreignText(text, 10).length).toBeLessThanOrEqual(10)
      // Of which nothing is cut before it is looked at.
      expect(foreignText(text, text.length).length).toBeLessThanOrEqual(text.length)
      expect(harmlessLine(text).length).toBeLessThan(2 * text.length)
    }
  })
})

describe('a line of our own', () => {
  test('is harmless for the runner, whatever it is', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        expect(isHarmless(harmlessLine(text))).toBe(true)
      }),
    )
  })

  test('keeps its indentation, its length and its URLs', () => {
    const line = `  GET https://r.example/v2/?n=100 ${'x'.repeat(2000)}`
    expect(harmlessLine(line)).toBe(line)
  })
})
