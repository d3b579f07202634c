import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import {
  breakable,
  code,
  escapeMarkup,
  prose,
  sentence,
  unbroken,
} from '../../src/action/markup.ts'

function decoded(markup: string): string {
  return markup
    .replaceAll('<wbr>', '')
    .replaceAll(/&#(\d+);/g, (_, number) => String.fromCodePoint(Number(number)))
}

describe('escaped text', () => {
  test('means itself, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const escaped = escapeMarkup(text)
        expect(escaped.replaceAll(/&#\d+;/g, '')).not.toMatch(/[<>&"'`|[\]!\\*#~$^{}]/)
        expect(decoded(escaped)).toBe(text)
      }),
    )
  })

  test('leaves references readable', () => {
    const reference = 'ghcr.io:443/acme/my_app-x.y/z:v1.2_3@sha256:0123'
    expect(escapeMarkup(reference)).toBe(reference)
  })
})

describe('text that lets its lines break', () => {
  test('is the same text when it is copied', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(decoded(breakable(text))).toBe(text)
      }),
    )
  })

  test('is left alone where lines break by themselves', () => {
    for (const text of [
      'ghcr.io/acme/app:v1.4.0',
      'ghcr.io/acme/team-platform/production/app:v1.4.0-rc.1',
      '123456789012.dkr.ecr.eu-central-1.amazonaws.com/app:v1',
      'a sentence of several words',
    ]) {
      expect(breakable(text)).toBe(text)
    }
    expect(breakable('x'.repeat(80), 80)).toBe('x'.repeat(80))
  })

  test('breaks what is too long: behind separators, and at last anywhere', () => {
    expect(breakable('registry.example.com/team/production/app:v1')).toBe(
      'registry.example.<wbr>com/team/<wbr>production/<wbr>app:v1',
    )
    const digest = `sha256:${'0123456789abcdef'.repeat(4)}`
    for (const part of breakable(digest).split('<wbr>')) {
      expect(part.length).toBeLessThanOrEqual(28)
    }
  })
})

test('words of somebody else call nobody, and make no links', () => {
  const text = 'ask @octocat, see #12 and acme/app#3, https://evil.example or www.evil.example'
  expect(decoded(prose(text))).toBe(text)
  // What GitHub looks for, in the pieces of text that it looks through.
  for (const piece of prose(text).replaceAll('&#35;', '#').split('<wbr>')) {
    expect(piece).not.toMatch(/@\w|#\d|:\/\/|www\./)
  }
})

test('a sentence shows what stands between backticks as a name, and nothing of it as markup', () => {
  expect(sentence('set `on-existing: skip` <b>')).toBe(
    'set <code>on-existing: skip</code> &#60;b&#62;',
  )
})

test('a name is made harmless, and cut', () => {
  expect(code('a\n::error::b')).toBe('<code>a ::error::b</code>')
  expect(code('abcdef', 3)).toBe('<code>ab…</code>')
})

test('a size stays on its line', () => {
  expect(unbroken('48.2 MB')).toBe('48.2&nbsp;MB')
})
