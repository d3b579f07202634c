import { describe, expect, test } from '@jest/globals'
import * as fc from '../../../testkit/property.ts'
import { answerable, parseChallenges } from '../../../src/registry/auth/challenge.ts'

/** Challenges as plain objects. */
function read(headers: string | readonly string[] | undefined) {
  return parseChallenges(headers).map(({ scheme, parameters }) => ({
    scheme,
    ...Object.fromEntries(parameters),
  }))
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
    [
      'between single quotes',
      "Bearer realm='https://r/token', service='a b',scope=it's",
      [{ scheme: 'bearer', realm: 'https://r/token', service: 'a b', scope: "it's" }],
    ],
    [
      'with a colon behind the scheme',
      'Bearer: realm="r", Basic: realm="x"',
      [
        { scheme: 'bearer', realm: 'r' },
        { scheme: 'basic', realm: 'x' },
      ],
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

  test.each<[string, string, readonly object[]]>([
    [
      'with an address that is not quoted',
      'Bearer realm=https://auth.example.com:5001/token?account=x,service=registry.example.com:5000',
      [
        {
          scheme: 'bearer',
          realm: 'https://auth.example.com:5001/token?account=x',
          service: 'registry.example.com:5000',
        },
      ],
    ],
    ['with a path that is not quoted', 'Basic realm=/', [{ scheme: 'basic', realm: '/' }]],
    [
      'with a host and port that are not quoted',
      'basic realm=registry.lan:5000',
      [{ scheme: 'basic', realm: 'registry.lan:5000' }],
    ],
    [
      'with a realm twice, and parentheses',
      'Basic realm="Registry (internal)" realm=Registry (internal), charset="UTF-8"',
      [{ scheme: 'basic', realm: 'Registry (internal)', charset: 'UTF-8' }],
    ],
    [
      'with words that should have been quoted',
      'Basic realm=My Registry (internal), charset=UTF-8',
      [{ scheme: 'basic', realm: 'My', charset: 'UTF-8' }],
    ],
    [
      'with semicolons between its parameters',
      'Bearer realm="https://auth.example.com/token";service="registry"; scope="repository:a/b:pull"',
      [
        {
          scheme: 'bearer',
          realm: 'https://auth.example.com/token',
          service: 'registry',
          scope: 'repository:a/b:pull',
        },
      ],
    ],
    [
      'with nothing between its parameters',
      'Bearer realm="https://auth.example.com/token"service="registry"',
      [{ scheme: 'bearer', realm: 'https://auth.example.com/token', service: 'registry' }],
    ],
    [
      'without an end to its last quotation',
      'Bearer service="registry",realm="https://auth.example.com/token',
      [{ scheme: 'bearer', service: 'registry', realm: 'https://auth.example.com/token' }],
    ],
    [
      'without an end to its first quotation',
      'Bearer realm="https://auth.example.com/token,service="registry",scope="repository:a/b:pull"',
      [
        {
          scheme: 'bearer',
          realm: 'https://auth.example.com/token',
          service: 'registry',
          scope: 'repository:a/b:pull',
        },
      ],
    ],
    [
      'without a beginning to a quotation',
      'Bearer realm=https://auth.example.com/token",service="registry"',
      [{ scheme: 'bearer', realm: 'https://auth.example.com/token', service: 'registry' }],
    ],
    [
      'that ends in an escape',
      String.raw`Bearer service="r",realm="a` + '\\',
      [{ scheme: 'bearer', service: 'r', realm: 'a\\' }],
    ],
    [
      'with parameters that have no value',
      'Bearer scope=,realm="https://auth.example.com/token",service=',
      [{ scheme: 'bearer', scope: '', realm: 'https://auth.example.com/token', service: '' }],
    ],
    [
      'with an empty realm before another one',
      'Bearer realm="",realm="https://auth.example.com/token"',
      [{ scheme: 'bearer', realm: 'https://auth.example.com/token' }],
    ],
    [
      'with a lone word among its parameters',
      'Bearer realm="r",strict,service="s"',
      [{ scheme: 'bearer', realm: 'r', service: 's' }, { scheme: 'strict' }],
    ],
    [
      'with what is no parameter among its parameters',
      'Bearer realm="r",<script>,="x",service="s"',
      [{ scheme: 'bearer', realm: 'r', service: 's' }],
    ],
    ['that begins with a parameter', 'realm="x", Basic', [{ scheme: 'basic' }]],
    [
      'with schemes that nothing separates',
      'Basic realm="x" Bearer realm="y"',
      [
        { scheme: 'basic', realm: 'x' },
        { scheme: 'bearer', realm: 'y' },
      ],
    ],
    ['that is a page', '<html>401</html>', []],
  ])('%s is read as far as it goes (Q64)', (_what, header, challenges) => {
    const found = read(header)
    expect(found).toHaveLength(challenges.length)
    expect(found).toEqual(expect.arrayContaining([...challenges]))
  })

  test('that cannot be read does not hide the next one', () => {
    expect(read(['(((', 'Bearer realm="open, Basic', 'Basic realm="x"'])).toEqual([
      { scheme: 'bearer', realm: 'open' },
      { scheme: 'basic' },
      { scheme: 'basic', realm: 'x' },
    ])
  })

  test('is read up to eight kilobytes', () => {
    expect(read(`Basic realm="x",a="${'x'.repeat(9000)}",b=c`)).toMatchObject([
      { scheme: 'basic', realm: 'x' },
    ])
    expect(read(`Basic realm="x",a="${'x'.repeat(9000)}",b=c`)[0]).not.toHaveProperty('b')
  })

  test('is read up to ten challenges', () => {
    const many = Array.from({ length: 11 }, () => 'Basic realm="x"')
    expect(read(many)).toHaveLength(10)
    expect(read(many.join(', '))).toHaveLength(10)
  })

  test('of any text is read, and nothing is thrown', () => {
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
        for (const { scheme, parameters } of parseChallenges(header)) {
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
    ['quotations that begin where others should end', `Basic ${'a="b,'.repeat(1600)}`],
    ['quotations without end', `Basic ${String.raw`a="\",`.repeat(1300)}`],
    ['what is no parameter', `Basic ${'(,'.repeat(4000)}`],
  ])('made hostile with %s takes a number of steps linear in its length', (_what, header) => {
    expect(header.length).toBeLessThanOrEqual(8192)
    // Two hundred times over: nothing to notice at linear cost, minutes at quadratic.
    for (let time = 0; time < 200; time++) {
      expect(parseChallenges(header).length).toBeLessThanOrEqual(10)
    }
  })
})

function schemes(header: string) {
  return answerable(parseChallenges(header)).map(({ scheme, parameters }) =>
    [scheme, parameters.get('realm')].join(' ').trim(),
  )
}

describe('the challenge to answer', () => {
  test.each([
    ['Bearer before Basic', 'Basic realm="x", Bearer realm="y"', ['bearer y', 'basic x']],
    ['Basic where there is nothing else', 'Negotiate, Basic realm="x"', ['basic x']],
    ['Basic before a Bearer that names no realm', 'Bearer service="x", Basic', ['basic']],
    ['Basic before a Bearer whose realm is empty', 'Bearer realm="", Basic', ['basic']],
    ['one Bearer after the other', 'Bearer realm="a", Bearer realm="b"', ['bearer a', 'bearer b']],
  ])('is %s', (_what, header, expected) => {
    expect(schemes(header)).toEqual(expected)
  })

  test('is none where only unknown schemes are offered', () => {
    expect(schemes('Negotiate abc==, NTLM')).toEqual([])
  })
})
