import { describe, expect, test } from '@jest/globals'
import { FormatError, MismatchError } from '../../src/oci/errors.ts'

describe('FormatError', () => {
  test('says what kind of form was hurt, and why', () => {
    const cause = new Error('beneath')
    const error = new FormatError('digest', 'not a digest', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'FormatError',
      kind: 'digest',
      message: 'not a digest',
      cause,
    })
  })
})

describe('MismatchError', () => {
  test('counts sizes in bytes', () => {
    const error = new MismatchError('size', '3', '4')
    expect(error).toMatchObject({ name: 'MismatchError', kind: 'size', expected: '3', actual: '4' })
    expect(error.message).toBe('size mismatch: expected 3 bytes, got 4 bytes')
  })

  test('shows both digests', () => {
    const error = new MismatchError('digest', 'sha256:aa', 'sha256:bb')
    expect(error.message).toBe('digest mismatch: expected sha256:aa, got sha256:bb')
  })
})
