import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { FormatError } from '../../../src/oci/errors.ts'
import { chooseChallenge, parseChallenges } from '../../../src/registry/auth/challenge.ts'
import { outcomeOf, thrownBy } from '../../oci/thrown-by.ts'

/** Challenges as plain objects. */
function read(headers: string | readonly string[] | undefined) {
  return parseChallenges(headers).map(({ scheme, parameters }) => ({
    scheme,
    ...Object.fromEntries(parameters),
  }))
}

function refusal(header: string) {
  return thrownBy(() => parseChallenges(header), FormatError)
}

describe('a WWW-Authenticate header', () => {
  test.each<[string, string, readonly object[]]>([
    [
      'of a token service',
      'Bearer realm="https://auth.example.com/token",service="registry",scope="repository:a/b:pull"',
      [
        {
          scheme: 'bearer',
          realm: 'https://auth.example.com/token',
          service: 'registry',
          scope: 'repository:a/b:pull',
        },
      ],
    ],
    ['in capitals', 'BASIC REALM="x"', [{ scheme: 'basic', realm: 'x' }]],
    [
      'with commas inside quotation marks',
      'Bearer realm="r",scope="repository:a/b:pull,push repository:c:pull"',
      [{ scheme: 'bearer', realm: 'r', scope: 'repository:a/b:pull,push repository:c:pull' }],
    ],
    [
      'with escapes inside quotation marks',
      String.raw`Basic realm="a \"quoted\" \\ realm"`,
      [{ scheme: 'basic', realm: String.raw`a "quoted" \ realm` }],
    ],
    [
      'with blanks around the equals signs and commas',
      'Bearer \t realm = "r" , service\t=\ts',
      [{ scheme: 'bearer', realm: 'r', service: 's' }],
    ],
    [
      'without quotation marks',
      'Bearer realm=r,service=registry.example.com',
      [{ scheme: 'bearer', realm: 'r', service: 'registry.example.com' }],
    ],
    ['without parameters', 'Basic', [{ scheme: 'basic' }]],
    [
      'with nothing but separators at its ends',
      ' ,, Basic realm="x" , ',
      [{ scheme: 'basic', realm: 'x' }],
    ],
    [
      'with several challenges',
      'Basic realm="x", Bearer realm="y",service="z"',
      [
        { scheme: 'basic', realm: 'x' },
        { scheme: 'bearer', realm: 'y', service: 'z' },
      ],
    ],
    [
      'with a bare scheme before another one',
      'Basic, Bearer realm="y"',
      [{ scheme: 'basic' }, { scheme: 'bearer', realm: 'y' }],
    ],
    [
      'with a blob in place of parameters',
      'Negotiate YIIabc+/==, NTLM TlRM, Bearer realm="y"',
      [{ scheme: 'negotiate' }, { scheme: 'ntlm' }, { scheme: 'bearer', realm: 'y' }],
    ],
    [
      'with a parameter twice',
      'Basic realm="first",realm="second"',
      [{ scheme: 'basic', realm: 'first' }],
    ],
    [
      'with parameters that only blanks separate',
      'Bearer realm="r" service="s"',
      [{ scheme: 'bearer', realm: 'r', service: 's' }],
    ],
    [
      'with an empty scope',
      'Bearer realm="r",scope=""',
      [{ scheme: 'bearer', realm: 'r', scope: '' }],
    ],
    ['that is empty', '', []],
  ])('%s is read', (_what, header, challenges) => {
    expect(read(header)).toEqual(challenges)
  })

  test('may come several times', () => {
    expect(read(['Basic realm="x"', 'Bearer realm="y"'])).toEqual([
      { scheme: 'basic', realm: 'x' },
      { scheme: 'bearer', realm: 'y' },
    ])
  })

  test('may be missing', () => {
    expect(read(undefined)).toEqual([])
  })

  test.each([
    ['without an end to its quotation', 'Bearer realm="https://auth'],
    ['that ends in an escape', 'Bearer realm="a\\'],
    ['that starts with a parameter', 'realm="x"'],
    ['with a value but no name', 'Basic ="x"'],
    ['with characters that names do not have', 'Basic realm="x", <script>'],
  ])('%s is malformed', (_what, header) => {
    const error = refusal(header)
    expect(error.kind).toBe('challenge')
    expect(error.message).toContain('the WWW-Authenticate header is malformed')
  })

  test('of more than eight kilobytes is not read', () => {
    expect(read(`Basic realm="${'x'.repeat(8000)}"`)).toHaveLength(1)
    expect(refusal(`Basic realm="${'x'.repeat(8192)}"`).message).toContain('too long')
  })

  test('with more than ten challenges is not read', () => {
    const ten = Array.from({ length: 10 }, () => 'Basic realm="x"')
    expect(read(ten)).toHaveLength(10)
    expect(thrownBy(() => parseChallenges([...ten, 'Basic']), FormatError).message).toContain(
      'too many',
    )
  })

  test('of any text is read or malformed, and never anything else', () => {
    const pieces = fc.constantFrom(
      'Bearer',
      'Basic',
      'realm',
      '=',
      '"',
      '\\',
      ',',
      ' ',
      '\t',
      '==',
      'a+/',
      '\u0000',
      'é',
    )
    const headers = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(headers, (header) => {
        const { value, error } = outcomeOf(() => parseChallenges(header))
        expect(value !== undefined || error instanceof FormatError).toBe(true)
        for (const { scheme, parameters } of value ?? []) {
          expect(scheme).toBe(scheme.toLowerCase())
          for (const name of parameters.keys()) expect(name).toBe(name.toLowerCase())
        }
      }),
      { numRuns: 500 },
    )
  })

  test('comes back as it was written', () => {
    const token = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/)
    const value = fc.string({ unit: 'grapheme-ascii', maxLength: 30 })
    const challenge = fc.record({
      scheme: token,
      parameters: fc.uniqueArray(fc.tuple(token, value), {
        selector: ([name]) => name,
        minLength: 1,
        maxLength: 4,
      }),
    })
    fc.assert(
      fc.property(fc.array(challenge, { minLength: 1, maxLength: 4 }), (challenges) => {
        const header = challenges
          .map(({ scheme, parameters }) => {
            const quoted = parameters.map(
              ([name, text]) => `${name}="${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`,
            )
            return `${scheme} ${quoted.join(',')}`
          })
          .join(', ')
        expect(read(header)).toEqual(
          challenges.map(({ scheme, parameters }) => ({
            scheme,
            ...Object.fromEntries(parameters),
          })),
        )
      }),
    )
  })

  /** Each is where a parser that goes back over its text would take quadratic or exponential time. */
  test.each([
    ['blobs', 'a '.repeat(4096)],
    ['equals signs', `Negotiate ${'='.repeat(8100)}`],
    ['padding that does not end', `Negotiate ${'a'.repeat(4000)}${'='.repeat(4000)}x`],
    ['blanks', `Basic${' '.repeat(8100)}x`],
    ['blanks behind a blob', `Basic a${' '.repeat(8000)}"`],
    ['quotation marks', `Basic realm=${'"'.repeat(8100)}`],
    ['escapes', `Basic realm="${'\\'.repeat(8100)}`],
    ['commas', ','.repeat(8192)],
    ['parameters', `Basic ${'a=b,'.repeat(2000)}`],
  ])('made hostile with %s takes a number of steps linear in its length', (_what, header) => {
    expect(header.length).toBeLessThanOrEqual(8192)
    // Two hundred times over: nothing to notice at linear cost, minutes at quadratic.
    for (let time = 0; time < 200; time++) {
      const { value, error } = outcomeOf(() => parseChallenges(header))
      expect(value !== undefined || error instanceof FormatError).toBe(true)
    }
  })
})

describe('the challenge to answer', () => {
  test.each([
    ['Bearer before Basic', 'Basic realm="x", Bearer realm="y"', 'bearer'],
    ['Basic where there is nothing else', 'Negotiate, Basic realm="x"', 'basic'],
    ['Basic before a Bearer that names no realm', 'Bearer service="x", Basic', 'basic'],
  ])('is %s', (_what, header, scheme) => {
    expect(chooseChallenge(parseChallenges(header))?.scheme).toBe(scheme)
  })

  test('is none where only unknown schemes are offered', () => {
    expect(chooseChallenge(parseChallenges('Negotiate abc==, NTLM'))).toBeUndefined()
  })
})
