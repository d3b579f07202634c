import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import {
  algorithmOf,
  type SizedDigest,
  type Digest,
  digestOf,
  isDigest,
  parseDigest,
  shortDigest,
  Verification,
  verified,
  verifyBytes,
} from '../../src/oci/digest.ts'
import { FormatError, MismatchError } from '../../src/oci/errors.ts'
import { thrownBy } from './thrown-by.ts'

const HEX = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'
const SHA256: Digest = `sha256:${HEX}`
const SHA512: Digest =
  'sha512:27c74670adb75075fad058d5ceaf7b20c4e7786c83bae8a32f626f9782af34c9a33c2046ef60fd2a7878d378e29fec851806bbd9a67878f3a9f1cda4830763fd'

describe('isDigest', () => {
  test.each([
    [SHA256, true],
    [SHA512, true],
    [`sha256:${HEX.slice(1)}`, false],
    [`sha256:${HEX}0`, false],
    [`sha512:${HEX}`, false],
    [`sha256:${HEX.toUpperCase()}`, false],
    [`${SHA256}\n`, false],
    [` ${SHA256}`, false],
    [`sha256:${HEX.replace('4', '/')}`, false],
    [HEX, false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(isDigest(text)).toBe(expected)
  })
})

describe('parseDigest', () => {
  test('returns well-formed digests', () => {
    expect(parseDigest(SHA256)).toBe(SHA256)
    expect(parseDigest(SHA512)).toBe(SHA512)
  })

  test.each([
    [
      `blake3:${HEX}`,
      /uses the algorithm "blake3", which is not supported: only sha256 and sha512/,
    ],
    ['sha384+x:0A', /algorithm "sha384\+x", which is not supported/],
    ['sha256:abc', /exactly 64 lower-case hexadecimal characters, not 3$/],
    [`sha512:${HEX}`, /exactly 128 lower-case hexadecimal characters, not 64$/],
    [`sha256:${HEX.toUpperCase()}`, /write it in lower case$/],
    [`sha256:${HEX.replace('4', 'g')}`, /exactly 64 lower-case hexadecimal characters$/],
    ['SHA256:abc', /is malformed: expected sha256: and 64 lower-case/],
    [HEX, /is malformed: expected sha256: and 64/],
    [':', /is malformed/],
    ['', /digest "" is malformed/],
    ['../../etc', /is malformed/],
  ])('refuses %j', (text, message) => {
    const error = thrownBy(() => parseDigest(text), FormatError)
    expect(error.kind).toBe('digest')
    expect(error.message).toMatch(message)
    expect(error.message.length).toBeLessThan(500)
  })

  test('refuses a megabyte of text', () => {
    const error = thrownBy(() => parseDigest('a:'.repeat(500_000)), FormatError)
    expect(error.message).toMatch(/is longer than 512 characters$/)
  })

  test('throws nothing but FormatError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9:+._-]*$/)), (text) => {
        if (isDigest(text)) return
        expect(thrownBy(() => parseDigest(text), FormatError).kind).toBe('digest')
      }),
    )
  })
})

describe('digestOf', () => {
  test('hashes with sha256 unless told otherwise', () => {
    expect(digestOf(Buffer.from('{}'))).toBe(SHA256)
    expect(digestOf(Buffer.from('{}'), 'sha512')).toBe(SHA512)
  })

  test('gives what parseDigest takes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.constantFrom('sha256' as const, 'sha512' as const),
        (bytes, algorithm) => {
          const digest = digestOf(bytes, algorithm)
          expect(parseDigest(digest)).toBe(digest)
          expect(algorithmOf(digest)).toBe(algorithm)
        },
      ),
    )
  })
})

test('shortDigest keeps the algorithm and 12 characters', () => {
  expect(shortDigest(SHA256)).toBe('sha256:44136fa355b3')
  expect(shortDigest(SHA512)).toBe('sha512:27c74670adb7')
})

describe('verifyBytes', () => {
  test.each([SHA256, SHA512])('accepts the right bytes for %.6s', (digest) => {
    expect(() => verifyBytes(Buffer.from('{}'), { digest, size: 2 })).not.toThrow()
  })

  test('checks the size before the digest', () => {
    const error = thrownBy(
      () => verifyBytes(Buffer.from('{} '), { digest: SHA256, size: 2 }),
      MismatchError,
    )
    expect(error).toMatchObject({ kind: 'size', expected: '2', actual: '3' })
  })

  test('refuses other bytes of the same size', () => {
    const error = thrownBy(
      () => verifyBytes(Buffer.from('[]'), { digest: SHA256, size: 2 }),
      MismatchError,
    )
    const actual = digestOf(Buffer.from('[]'))
    expect(error).toMatchObject({ kind: 'digest', expected: SHA256, actual })
  })
})

interface Source extends AsyncIterable<Uint8Array> {
  closed: boolean
  served: number
}

/** Serves every chunk from the same memory, as a reader with a fixed buffer would. */
function reusing(chunks: readonly string[]): Source {
  const memory = Buffer.alloc(64)
  const source: Source = {
    closed: false,
    served: 0,
    async *[Symbol.asyncIterator]() {
      try {
        for (const chunk of chunks) {
          await Promise.resolve()
          memory.fill(0)
          source.served += 1
          yield memory.subarray(0, memory.write(chunk))
        }
      } finally {
        memory.fill(0)
        source.closed = true
      }
    },
  }
  return source
}

async function drain(source: AsyncIterable<Uint8Array>, expected: SizedDigest) {
  const received: string[] = []
  let error: unknown
  try {
    for await (const chunk of verified(source, expected)) received.push(String(chunk))
  } catch (caught) {
    error = caught
  }
  return { received, error }
}

function contentOf(text: string, algorithm?: 'sha256' | 'sha512'): SizedDigest {
  return { digest: digestOf(Buffer.from(text), algorithm), size: Buffer.byteLength(text) }
}

describe('verified', () => {
  test.each(['sha256', 'sha512'] as const)('passes right content on (%s)', async (algorithm) => {
    const source = reusing(['ab', 'c', 'def'])
    const { received, error } = await drain(source, contentOf('abcdef', algorithm))
    expect(error).toBeUndefined()
    expect(received).toEqual(['ab', 'c', 'def'])
  })

  test('passes one chunk on', async () => {
    expect((await drain(reusing(['abc']), contentOf('abc'))).received).toEqual(['abc'])
  })

  test('yields nothing for empty content', async () => {
    expect(await drain(reusing([]), contentOf(''))).toEqual({ received: [], error: undefined })
    expect(await drain(reusing(['', '']), contentOf(''))).toEqual({
      received: [],
      error: undefined,
    })
  })

  test('drops empty chunks, so that none of them counts as the last', async () => {
    const { received } = await drain(reusing(['', 'ab', '', 'cd', '', '']), contentOf('abcd'))
    expect(received).toEqual(['ab', 'cd'])
  })

  test.each([
    ['in the last of several chunks', ['ab', 'c', 'dxf'], ['ab', 'c']],
    ['in the first of several chunks', ['xb', 'c', 'def'], ['xb', 'c']],
    ['in the only chunk', ['abcdex'], []],
  ])('keeps the last chunk back from wrong bytes %s', async (_, chunks, yielded) => {
    const { received, error } = await drain(reusing(chunks), contentOf('abcdef'))
    expect(error).toBeInstanceOf(MismatchError)
    expect(error).toMatchObject({
      kind: 'digest',
      expected: contentOf('abcdef').digest,
      actual: contentOf(chunks.join('')).digest,
    })
    expect(received).toEqual(yielded)
  })

  test.each([
    ['several chunks', ['ab', 'cd'], ['ab', 'cd']],
    ['one chunk', ['abcd'], ['abcd']],
    ['no chunk', [], []],
  ])('refuses a source that ends early, after %s', async (_, chunks, yielded) => {
    const { received, error } = await drain(reusing(chunks), contentOf('abcdef'))
    const actual = String(chunks.join('').length)
    expect(error).toMatchObject({ name: 'MismatchError', kind: 'size', expected: '6', actual })
    expect(received).toEqual(yielded)
  })

  test('fails at the chunk that brings too much, without asking for more', async () => {
    const source = reusing(['ab', 'cd', 'e', 'f', 'g'])
    const { received, error } = await drain(source, contentOf('abcd'))
    expect(error).toMatchObject({ kind: 'size', expected: '4', actual: 'at least 5' })
    expect(received).toEqual(['ab'])
    expect(source).toMatchObject({ served: 3, closed: true })
  })

  test.each([
    ['one chunk', ['abcde'], 'abcd'],
    ['empty content', ['a'], ''],
  ])('refuses too much of %s', async (_, chunks, expected) => {
    const { received, error } = await drain(reusing(chunks), contentOf(expected))
    expect(error).toMatchObject({ kind: 'size' })
    expect(received).toEqual([])
  })

  test('passes the error of the source on and keeps the last chunk back', async () => {
    const failure = new Error('connection reset')
    async function* failing() {
      yield Buffer.from('ab')
      yield Buffer.from('cd')
      await Promise.reject(failure)
    }
    const { received, error } = await drain(failing(), contentOf('abcd'))
    expect(error).toBe(failure)
    expect(received).toEqual(['ab'])
  })

  test('closes the source when it is closed early', async () => {
    const source = reusing(['ab', 'cd', 'ef'])
    for await (const chunk of verified(source, contentOf('abcdef'))) {
      expect(String(chunk)).toBe('ab')
      break
    }
    expect(source.closed).toBe(true)
  })

  test('gives the bytes of the source, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.stringMatching(/^[a-z]{0,8}$/)), async (chunks) => {
        const whole = chunks.join('')
        const { received, error } = await drain(reusing(chunks), contentOf(whole))
        expect(error).toBeUndefined()
        expect(received.join('')).toBe(whole)
      }),
    )
  })

  test('never completes content that differs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[ab]{1,3}$/), { minLength: 1, maxLength: 4 }),
        fc.stringMatching(/^[ab]{0,6}$/),
        async (chunks, promised) => {
          const whole = chunks.join('')
          fc.pre(whole !== promised)
          const { received, error } = await drain(reusing(chunks), contentOf(promised))
          expect(error).toBeInstanceOf(MismatchError)
          // An upload of the promised length is never complete.
          expect(received.join('').length).toBeLessThan(Math.max(promised.length, 1))
        },
      ),
    )
  })
})

test('content is verified in two parts as in one, and each copy goes its own way', async () => {
  const expected = contentOf('abcdef')
  const first = new Verification(expected)
  first.add(Buffer.from('abc'))
  const second = new Verification(expected, first)
  expect(second.received).toBe(3)
  second.add(Buffer.from('xyz'))
  expect(() => second.finish()).toThrow('digest')
  const chunks: string[] = []
  const rest = verified(reusing(['d', 'ef']), expected, first)
  for await (const chunk of rest) chunks.push(String(chunk))
  expect(chunks).toEqual(['d', 'ef'])
})
