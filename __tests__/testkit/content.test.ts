import { describe, expect, test } from '@jest/globals'
import {
  bytesSource,
  chunkSource,
  digestOf,
  syntheticBlob,
} from '../../testkit/registry/content.ts'

const joined = (chunks: Iterable<Uint8Array>) => Buffer.concat([...chunks])

describe('chunkSource', () => {
  const source = chunkSource([Buffer.from('abc'), Buffer.from('def'), Buffer.from('g')])

  test('is one blob, however many chunks it came in', () => {
    expect(source.size).toBe(7)
    expect(source.digest).toBe(digestOf(Buffer.from('abcdefg')))
    expect(joined(source.read()).toString()).toBe('abcdefg')
  })

  test.each([
    [0, 7, 'abcdefg'],
    [2, 4, 'cd'],
    [3, 6, 'def'],
    [6, 7, 'g'],
    [4, 4, ''],
  ])('reads from %i to %i', (start, end, text) => {
    expect(joined(source.read(start, end)).toString()).toBe(text)
  })
})

describe('syntheticBlob', () => {
  const size = 600_000

  test('gives the same bytes for the same size and seed', () => {
    const one = syntheticBlob(size, 'a')
    expect(joined(one.read())).toEqual(joined(syntheticBlob(size, 'a').read()))
    expect(digestOf(joined(one.read()))).toBe(one.digest)
  })

  test('gives other bytes for another seed', () => {
    expect(syntheticBlob(size, 'a').digest).not.toBe(syntheticBlob(size, 'b').digest)
  })

  test('repeats no block', () => {
    const bytes = joined(syntheticBlob(4 * 256 * 1024, 1).read())
    const blocks = [0, 1, 2, 3].map((n) => bytes.subarray(n * 256 * 1024, (n + 1) * 256 * 1024))
    expect(new Set(blocks.map((block) => digestOf(block))).size).toBe(4)
  })

  test.each([
    [0, 1],
    [5, 12],
    [262_140, 262_160],
    [599_999, 600_000],
  ])('can be read from %i to %i', (start, end) => {
    const source = syntheticBlob(size, 7)
    const whole = joined(source.read())
    expect(joined(source.read(start, end))).toEqual(whole.subarray(start, end))
  })
})

test('bytesSource knows sha512', () => {
  expect(bytesSource(Buffer.from('x'), 'sha512').digest).toMatch(/^sha512:[0-9a-f]{128}$/)
})
