import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { FormatError } from '../../src/oci/errors.ts'
import { type JsonLimits, parseStrictJson } from '../../src/oci/strict-json.ts'
import { outcomeOf, thrownBy } from './thrown-by.ts'

function parse(text: string, limits?: JsonLimits): unknown {
  return parseStrictJson(Buffer.from(text), limits)
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth)
}

function errorOf(text: string | Uint8Array, limits?: JsonLimits): string {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  const error = thrownBy(() => parseStrictJson(bytes, limits), FormatError)
  expect(error.kind).toBe('json')
  return error.message
}

describe('parseStrictJson', () => {
  test.each([
    '{}',
    '[]',
    'null',
    '"a"',
    '-1.5e3',
    ' {"a": [1, {"b": "}]{[,:\\""}], "c": {"a": null}}\n',
    '{"a":{"x":1},"b":{"x":1}}',
    '[{"x":1},{"x":2}]',
    '{"size":9007199254740991,"least":-9007199254740991,"half":0.5,"small":1e-400}',
    '{"é":"\\u00e9","\\ud83d\\ude00":1}',
    '{"":1," ":2}',
    '{"constructor":1,"toString":2}',
  ])('reads %s as JSON.parse does', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  test.each([
    ['nothing', '', 'not valid JSON: it is empty'],
    ['blanks', ' \n', 'not valid JSON: it is empty'],
    ['a page of a proxy', '<html><body>hi', 'not valid JSON: it starts with "<html><body>hi"'],
    ['two values', '{} {}', 'not valid JSON: it has a mistake at position 3'],
    ['text after the value', '{"a":1}x', 'not valid JSON: it has a mistake at position 7'],
    ['a cut text', '{"a":', 'not valid JSON: it ends too early'],
    ['an open text', '{"a', 'not valid JSON'],
    ['a comment', '{/**/}', 'not valid JSON: it has a mistake at position 1'],
    ['a trailing comma', '[1,]', 'not valid JSON: it has a mistake'],
    ['NaN', '[NaN]', 'not valid JSON: it has a mistake'],
    ['a control character in a string', '{"a":"\u0001"}', 'not valid JSON: it has a mistake'],
    ['a bad escape in a name', '{"\\x":1}', 'not valid JSON: a name has a bad escape'],
    ['closing what is not open', '}]', 'not valid JSON'],
    ['a leading zero', '[01]', 'not valid JSON'],
    ['a lone minus', '[-]', 'not valid JSON'],
  ])('refuses %s', (_, text, message) => {
    expect(errorOf(text)).toContain(message)
  })

  test.each([
    ['in the middle of a character', [0x22, 0xe2, 0x82]],
    ['with a byte that is none of UTF-8', [0x22, 0xff]],
  ])('reads the next text whole after one that ends %s', (_what, bytes) => {
    expect(errorOf(Buffer.from(bytes))).toBe('not valid JSON: it is not UTF-8')
    expect(parse('{"é":"€"}')).toEqual({ é: '€' })
  })

  test('refuses text that is not UTF-8', () => {
    expect(errorOf(Buffer.from([0x22, 0xff, 0x22]))).toBe('not valid JSON: it is not UTF-8')
    expect(errorOf(Buffer.from('{}', 'utf16le'))).toMatch(/^not valid JSON/)
  })

  test('refuses a byte order mark', () => {
    expect(errorOf('\uFEFF{}')).toBe('not valid JSON: it starts with a byte order mark')
  })

  test.each([
    ['at the top', '{"a":1,"b":2,"a":3}', 'a: the name occurs twice'],
    ['deep inside', '{"m":[{},{"p":{"os":1,"os":1}}]}', 'm[1].p.os: the name occurs twice'],
    ['behind an escape', '{"a":1,"\\u0061":2}', 'a: the name occurs twice'],
    ['after a nested object', '{"a":{"b":{}},"c":[],"a":1}', 'a: the name occurs twice'],
    ['with an odd name', '{"x y":1,"x y":2}', '["x y"]: the name occurs twice'],
  ])('refuses a duplicate name %s', (_, text, message) => {
    expect(errorOf(text)).toContain(message)
  })

  test.each([
    ['{"mediaType":1,"MediaType":2}', 'MediaType: the name differs only in case from "mediaType"'],
    ['[{"size":1,"SIZE":2}]', '[0].SIZE: the name differs only in case from "size"'],
    ['{"layers":1,"layer\u017F":2}', 'differs only in case'],
    ['{"k":1,"\u212A":2}', 'differs only in case'],
  ])('refuses names that differ only in case: %s', (text, message) => {
    expect(errorOf(text)).toContain(message)
  })

  test('lets names differ in case inside maps with free keys', () => {
    const limits = { freeMaps: ['annotations'] }
    const free = '{"annotations":{"Title":"a","title":"b","x":{"Y":1,"y":2}}}'
    expect(parse(free, limits)).toEqual(JSON.parse(free))
    expect(errorOf(free)).toContain('annotations.title: the name differs only in case')
    expect(errorOf('{"annotations":{"a":1,"a":2}}', limits)).toContain('occurs twice')
    expect(errorOf('{"annotations":{},"a":{"B":1,"b":2}}', limits)).toContain('only in case')
    expect(errorOf('{"Annotations":1,"annotations":{}}', limits)).toContain('only in case')
  })

  test.each(['{"__proto__":{}}', '[{"a":{"\\u005f_proto__":1}}]'])('refuses %s', (text) => {
    expect(errorOf(text)).toContain('the name "__proto__" is not allowed')
  })

  test.each([
    ['{"size":9007199254740992}', 'size: the integer is beyond 2^53 - 1'],
    ['{"size":-9007199254740992}', 'size: the integer is beyond 2^53 - 1'],
    ['{"size":1e16}', 'size: the integer is beyond 2^53 - 1'],
    ['[1,2,1e400]', '[2]: the number is too large'],
  ])('refuses a number that would be changed: %s', (text, message) => {
    expect(errorOf(text)).toContain(message)
  })

  test('does not look for numbers and names in strings', () => {
    expect(parse('{"a":"99999999999999999999, \\"a\\":{","b":"__proto__"}')).toBeTruthy()
  })

  test('limits the depth', () => {
    expect(parse(nested(64))).toBeTruthy()
    expect(errorOf(nested(65))).toContain('more than 64 objects and arrays inside one another')
    expect(errorOf('{"a":{"b":{}}}', { maxDepth: 2 })).toContain('a.b: more than 2')
    expect(parse('[[],[],[]]', { maxDepth: 2 })).toEqual([[], [], []])
  })

  test('limits the number of values', () => {
    expect(parse('[1,"a",{"b":2}]', { maxValues: 6 })).toBeTruthy()
    expect(errorOf('[1,"a",{"b":2}]', { maxValues: 5 })).toBe('more than 5 values')
    expect(errorOf(`[${'[],'.repeat(600_000)}[]]`)).toBe('more than 500000 values')
  })

  test.each([
    ['open arrays', '['.repeat(1e6)],
    ['open objects', '{"a":'.repeat(2e5)],
    ['closed brackets', ']'.repeat(1e6)],
    ['quotes', '"'.repeat(1e6)],
    ['backslashes in a string', `"${'\\'.repeat(1e6)}`],
    ['digits', '9'.repeat(1e6)],
    ['minus signs', '-'.repeat(1e6)],
    ['exponents', '1e'.repeat(5e5)],
    ['commas', `{${','.repeat(1e6)}`],
    ['blanks', ' '.repeat(1e6)],
    ['one long name twice', `{"${'a'.repeat(5e5)}":1,"${'a'.repeat(5e5)}":1}`],
  ])('refuses a megabyte of %s', (_, text) => {
    expect(errorOf(text).length).toBeLessThan(20_000)
  })

  test('reads every value that JSON.stringify writes, or says why not', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value)
        const { value: read, error } = outcomeOf(() => parse(text))
        const refusal = /^(?:undefined|FormatError: .*(?:only in case|2\^53|__proto__).*)$/s
        expect(String(error)).toMatch(refusal)
        expect(read).toEqual(error === undefined ? JSON.parse(text) : undefined)
      }),
    )
  })

  test('never throws anything but FormatError', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', '1', '-', 'e', 'a', ' ')
    fc.assert(
      fc.property(fc.string({ unit: piece, maxLength: 60 }), (text) => {
        const { value, error } = outcomeOf(() => parse(text))
        expect(error === undefined || error instanceof FormatError).toBe(true)
        expect(value).toEqual(error === undefined ? JSON.parse(text) : undefined)
      }),
      { numRuns: 500 },
    )
  })
})
