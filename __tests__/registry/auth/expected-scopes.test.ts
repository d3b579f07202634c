import { describe, expect, test } from '@jest/globals'
import { ExpectedScopes } from '../../../src/registry/auth/expected-scopes.ts'
import { formatScope, pullScope, pushScope, type Scope } from '../../../src/registry/auth/scope.ts'

function expecting(...scopes: readonly Scope[]) {
  const expected = new ExpectedScopes()
  for (const scope of scopes) expected.add(scope)
  const around = (...wanted: readonly Scope[]) =>
    expected.around(wanted, () => true).map((scope) => formatScope(scope))
  return { expected, around }
}

const numbered = (count: number, name = 'acme/app') =>
  Array.from({ length: count }, (_, index) => pullScope(`${name}${index}`))

describe('the scopes of a token', () => {
  test('are what a request needs, and then what the run expects', () => {
    const { around } = expecting(pullScope('a'), pullScope('b'), pushScope('c'))
    expect(around(pullScope('b'))).toEqual([
      'repository:b:pull',
      'repository:a:pull',
      'repository:c:pull,push',
    ])
  })

  test('are those of a request alone that nobody expected', () => {
    const { around } = expecting(pullScope('a'))
    expect(around(pullScope('b'))).toEqual(['repository:b:pull'])
  })

  test('name a repository once that is source and destination, with both rights', () => {
    const { around } = expecting(pullScope('a'), pushScope('b'), pushScope('a'), pullScope('b'))
    expect(around(pullScope('a'))).toEqual(['repository:a:pull,push', 'repository:b:pull,push'])
  })

  test('leave out what may not be joined', () => {
    const { expected } = expecting(pullScope('a'), pullScope('b'))
    expect(expected.around([pullScope('a')], () => false)).toEqual([pullScope('a')])
  })

  test('are at most 32, and the same ones for each of them', () => {
    const { around } = expecting(...numbered(70))
    const sizes = [0, 31, 32, 63, 64, 69].map(
      (index) => around(pullScope(`acme/app${index}`)).length,
    )
    expect(sizes).toEqual([32, 32, 32, 32, 6, 6])
    expect(around(pullScope('acme/app5')).toSorted()).toEqual(
      around(pullScope('acme/app6')).toSorted(),
    )
  })

  test('are fewer where the names are long', () => {
    const { around } = expecting(...numbered(20, 'n'.repeat(200)))
    const [scope] = numbered(1, 'n'.repeat(200))
    const asked = around(scope ?? pullScope('none'))
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.join('').length).toBeLessThanOrEqual(2_000)
  })
})

describe('asking for many scopes', () => {
  test('ends with a service that refuses it', () => {
    const { expected } = expecting(pullScope('a'))
    expected.failed(false)
    expect(expected.areAlone([pullScope('a')])).toBe(true)
  })

  test('ends with a service that fails twice', () => {
    const { expected } = expecting(pullScope('a'))
    expected.failed(true)
    expect(expected.areAlone([pullScope('a')])).toBe(false)
    expected.failed(true)
    expect(expected.areAlone([pullScope('a')])).toBe(true)
  })

  test('ends where one of its own does what one for many did not', () => {
    const { expected } = expecting(pullScope('a'))
    expected.doNotMix()
    expect(expected.areAlone([pullScope('a')])).toBe(true)
  })

  test('leaves out a repository that it was refused for', () => {
    const { expected, around } = expecting(pullScope('a'), pullScope('b'))
    expected.refused([pullScope('b')])
    expect(expected.areAlone([pullScope('b')])).toBe(true)
    expect(expected.areAlone([pullScope('a')])).toBe(false)
    expect(around(pullScope('a'))).toEqual(['repository:a:pull'])
  })

  test('blames no repository for the refusal of a mount, which needs two', () => {
    const { expected } = expecting(pullScope('a'), pullScope('b'))
    expected.refused([pushScope('a'), pullScope('b')])
    expect(expected.areAlone([pullScope('a'), pullScope('b')])).toBe(false)
  })
})
