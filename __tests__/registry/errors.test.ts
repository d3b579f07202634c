import { describe, expect, test } from '@jest/globals'
import { FormatError, MismatchError } from '../../src/oci/errors.ts'
import { cancelled, EndOfRun, placed, RegistryError } from '../../src/registry/errors.ts'

const place = {
  operation: 'get manifest',
  side: 'source',
  registry: 'ghcr.io',
  repository: 'acme/app',
  reference: '1.0',
} as const

describe('the message of an error', () => {
  test('names operation, side, image, status and the words of the registry', () => {
    const error = new RegistryError('NOT_FOUND', 'not found', {
      ...place,
      status: 404,
      registryCode: 'MANIFEST_UNKNOWN',
      registryMessage: 'manifest unknown',
    })
    expect(error.message).toBe(
      'get manifest at source ghcr.io/acme/app:1.0: not found (HTTP 404, MANIFEST_UNKNOWN: manifest unknown)',
    )
    expect(error.name).toBe('RegistryError')
  })

  test.each([
    [
      { ...place, reference: 'sha256:abc' },
      'get manifest at source ghcr.io/acme/app@sha256:abc: x',
    ],
    [{ operation: 'parse reference' }, 'parse reference: x'],
    [{ operation: 'log in', registry: 'ghcr.io' }, 'log in at ghcr.io: x'],
    [{ ...place, status: 500 }, 'get manifest at source ghcr.io/acme/app:1.0: x (HTTP 500)'],
    [
      { ...place, registryCode: 'DENIED' },
      'get manifest at source ghcr.io/acme/app:1.0: x (DENIED)',
    ],
  ])('leaves out what is not known', (details, message) => {
    expect(new RegistryError('REGISTRY', 'x', details).message).toBe(message)
  })

  test('is one harmless line, whatever it is made of', () => {
    const { message } = new RegistryError(
      'REGISTRY',
      'a\n::error::b\u001B[31m\u202E##[error]',
      place,
    )
    for (const opener of ['\n', '\u001B', '\u202E', '##[']) expect(message).not.toContain(opener)
  })
})

test('an error has everything that was known, and nothing else', () => {
  const cause = new Error('below')
  const error = new RegistryError('RATE_LIMITED', 'x', {
    ...place,
    status: 429,
    retryAfterMs: 7,
    cause,
  })
  expect(Object.fromEntries(Object.entries(error))).toEqual({
    name: 'RegistryError',
    code: 'RATE_LIMITED',
    ...place,
    status: 429,
    retryAfterMs: 7,
    transient: false,
  })
  expect(error.cause).toBe(cause)
})

describe('an error of the vocabulary', () => {
  test.each([
    ['of size', new MismatchError('size', '5', '7'), 'SIZE_MISMATCH'],
    ['of digest', new MismatchError('digest', 'sha256:a', 'sha256:b'), 'DIGEST_MISMATCH'],
    ['of a manifest', new FormatError('manifest', 'no manifest'), 'INVALID_MANIFEST'],
    ['of JSON', new FormatError('json', 'no JSON'), 'INVALID_MANIFEST'],
  ])('%s gets its place and a code', (_what, cause, code) => {
    const error = placed(cause, place)
    expect(error).toBeInstanceOf(RegistryError)
    expect(error).toMatchObject({ code, ...place, cause })
  })

  test('is the only kind that is touched', () => {
    const bug = new TypeError('a mistake of ours')
    expect(placed(bug, place)).toBe(bug)
  })
})

test('a cancellation takes over the place of an error, and not its status', () => {
  const error = new RegistryError('REGISTRY', 'x', { ...place, status: 503, transient: true })
  const result = cancelled(error, undefined)
  expect(result).toMatchObject({ code: 'CANCELLED', transient: false, ...place })
  expect(result.status).toBeUndefined()
  expect(result.message).not.toContain('503')
})

test.each([
  [undefined, 'the run was cancelled'],
  [new EndOfRun('the deadline of 5 s has passed'), 'the deadline of 5 s has passed'],
  [new Error('something of ours'), 'the run was cancelled'],
])('a run that is ended by a signal with the reason %s says so', (reason, words) => {
  expect(cancelled(place, AbortSignal.abort(reason)).message).toContain(words)
})
