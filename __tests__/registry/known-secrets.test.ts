import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { quote } from '../../src/oci/quote.ts'
import { placed, RegistryError } from '../../src/registry/errors.ts'
import { FormatError } from '../../src/oci/errors.ts'
import { foreignText, harmlessLine } from '../../src/registry/foreign-text.ts'
import { KnownSecrets, knownSecrets } from '../../src/registry/known-secrets.ts'

function knowing(...values: readonly string[]): KnownSecrets {
  const known = new KnownSecrets()
  for (const value of values) known.add(value)
  return known
}

describe('what is known to be secret', () => {
  const known = knowing('hunter2', 'hunter2-and-more', 'line one\nline two', 'q"uo\\te\u00add')

  test.each([
    ['Authorization: hunter2', 'Authorization: ***'],
    ['hunter2hunter2', '******'],
    ['hunter2-and-more of it', '*** of it'],
    ['line two, then line one', '***, then ***'],
    ['nothing of it', 'nothing of it'],
    ['cut in the middle: hunter2-and-m…', 'cut in the middle: ***…'],
    ['cut: hun… and hunt… and hunter2-and…', 'cut: hun… and ***… and ***…'],
    ['line%20two', '***'],
    [quote('is q"uo\\te\u00add'), '"is ***"'],
    [JSON.stringify({ a: 'q"uo\\te\u00add' }), '{"a":"***"}'],
  ])('is taken out of %j', (text, rest) => {
    expect(known.redact(text)).toBe(rest)
  })

  test('is taken out in the lower case that is proposed for a name, unless that is a word or shown', () => {
    const secrets = new KnownSecrets()
    secrets.neverHide(['ghcr.io/acme/app-2024'])
    for (const value of ['HunterTwo22', 'Password', 'App-2024x', 'App-2024']) secrets.add(value)
    const message = 'write "huntertwo22", and the password of app-2024, not app-2024x'
    expect(secrets.redact(message)).toBe('write "***", and the password of app-2024, not ***')
  })

  test('is taken out of any text', () => {
    const piece = fc.constantFrom(
      'hunter2',
      'hunter',
      'hunter2-and-more',
      '…',
      ' ',
      'h',
      'line one',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const rest = known.redact(pieces.join(''))
        expect(rest).not.toContain('hunter2')
        expect(rest).not.toContain('line one')
      }),
    )
  })

  test('is found in a time that does not grow with the number of secrets', () => {
    const many = new KnownSecrets()
    for (let count = 0; count < 5_000; count++) many.addToken(`${count}-token-of-some-repository`)
    const text = '4999-token-of-some-repository '.repeat(20_000)
    expect(many.redact(text)).toBe('*** '.repeat(20_000))
  })
})

describe('a secret of the user', () => {
  test.each(['', ' ', 'abc', 'xyz', '12ab', '0f0f0f0', 'sha256', 'sha512'])(
    'is not hidden where that would hide other things too: %j',
    (value) => {
      expect(knowing(value).redact(`sha256:${value}12ab`)).toBe(`sha256:${value}12ab`)
      // Nor by the runner, which is told of what is returned.
      expect(new KnownSecrets().add(value)).toEqual([])
    },
  )

  test.each(['pass', 'pässword', '0f0f0f0f', '8d3c27a1b5e94f608d3c27a1b5e94f608d3c27a1'])(
    'is hidden: %j',
    (value) => {
      expect(knowing(value).redact(`<${value}>`)).toBe('<***>')
    },
  )
})

describe('a token', () => {
  test.each([
    'a',
    '1',
    'sha256',
    'sha256:0a1b2c3d',
    'acme/app@sha256:0a1b2c3d',
    'sha256-0a1b2c3d.sig',
    '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    'DEADBEEF01',
    'unchanged',
    'destination-registry',
    'MANIFEST_BLOB_UNKNOWN',
    '"status":"copied1"',
    'application/vnd.oci.image.manifest',
  ])('that can be something else is not hidden: %j', (token) => {
    const known = new KnownSecrets()
    expect(known.addToken(token)).toEqual([])
    expect(known.redact(`the ${token}.`)).toBe(`the ${token}.`)
  })

  test.each([
    'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln',
    'djE6YWNtZS9hcHA6MTc2NDQ=',
    'token-01',
    'DockerToken.3f0b2a52-6f0e-3c1f-9a58-f7c1c1f5f5f5',
    'QWxhZGRpbjpvcGVuIHNlc2FtZQ',
  ])('that looks like one is hidden: %j', (token) => {
    const known = new KnownSecrets()
    expect(known.addToken(token)).toEqual([token])
    expect(known.redact(`the ${token}.`)).toBe('the ***.')
  })

  test('is forgotten when a thousand others have come, and the secrets of the user are not', () => {
    const known = knowing('given-by-the-user-1')
    known.addToken('given-by-the-user-1')
    known.addToken('the-first-token-1')
    for (let count = 0; count < 1_000; count++) known.addToken(`token-number-${count}`)
    expect(known.redact('given-by-the-user-1 the-first-token-1 token-number-0')).toBe(
      '*** the-first-token-1 ***',
    )
  })

  test('is not hidden where it is a part of what is shown', () => {
    const known = new KnownSecrets()
    known.neverHide(['registry-1.example/acme/app:v1.2.3', 'mirror.example/acme/app:v1.2.3'])
    expect(known.addToken('acme/app:v1.2.3')).toEqual([])
    expect(known.addToken('acme/app:v1.2.34')).toEqual(['acme/app:v1.2.34'])
  })
})

/** With all that foreignText leaves out or replaces. */
const awkward = [
  'pa##[ss',
  'two  blanks',
  'pass?a=word',
  'pa://u@ss',
  'soft\u00adhyphen',
  'bell\u0007inside',
  'tab\tinside',
  'es\u001b[31mcape',
  'osc\u009dinside\u009cit',
  '::error::x',
  'ümläut\u202e',
]

describe('a password that is repeated', () => {
  for (const password of awkward) knownSecrets.add(password)

  test.each(awkward)('is taken out before the text is made harmless: %j', (password) => {
    const text = `login octo with ${password} was refused`
    expect(foreignText(text)).toBe('login octo with *** was refused')
    expect(harmlessLine(text)).toBe('login octo with *** was refused')
    expect(foreignText(`${'x'.repeat(300)} ${password}`, 304)).toBe(`${'x'.repeat(300)} ***`)
  })

  test.each(awkward)('does not show its start where the text was cut: %j', (password) => {
    for (let length = 5; length < password.length; length++) {
      const text = `${'\n'.repeat(8 * 512 - 1 - length)}${password} and more`
      expect(foreignText(text)).toBe('***…')
    }
  })

  test.each(awkward)('is taken out of an error about a document: %j', (password) => {
    const error = placed(new FormatError('manifest', `mediaType ${quote(password)} is not known`), {
      operation: 'get manifest',
    }) as RegistryError
    expect(error.message).toBe('get manifest: mediaType "***" is not known')
  })
})
