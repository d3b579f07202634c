import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { FormatError } from '../../../src/oci/errors.ts'
import { parseDockerConfig } from '../../../src/registry/credentials/docker-config.ts'
import { outcomeOf, thrownBy } from '../../oci/thrown-by.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

function read(configuration: unknown) {
  const warnings: string[] = []
  const text = typeof configuration === 'string' ? configuration : JSON.stringify(configuration)
  const logins = parseDockerConfig(text, (message) => warnings.push(message))
  return { logins, warnings }
}

const entry = { auth: base64('user:pass') }
const user = { username: 'user', password: 'pass' }

describe('an entry', () => {
  test.each<[string, object, object]>([
    ['with auth', entry, user],
    ['with user name and password', { username: 'user', password: 'pass' }, user],
    ['with both, of which auth counts', { ...entry, username: 'x', password: 'y' }, user],
    ['with a colon in the password', { auth: base64('user:a:b') }, { ...user, password: 'a:b' }],
    [
      'with letters beyond ASCII',
      { auth: base64('üser:pässwörd') },
      { username: 'üser', password: 'pässwörd' },
    ],
    ['filled up with zeros', { auth: base64('user:pass\0\0') }, user],
    ['with members that nobody knows', { ...entry, email: 7, extra: {} }, user],
  ])('%s is a login', (_what, value, credentials) => {
    expect(read({ auths: { 'ghcr.io': value } })).toEqual({
      logins: [{ registry: 'ghcr.io', ...credentials }],
      warnings: [],
    })
  })

  test.each([
    ['that is empty, as credential stores leave them', {}],
    ['with an empty auth', { auth: '' }],
    ['with a user name alone', { username: 'user' }],
  ])('%s is none', (_what, value) => {
    expect(read({ auths: { 'ghcr.io': value } })).toEqual({ logins: [], warnings: [] })
  })

  test.each([
    ['whose auth is no base64', { auth: '%%%' }],
    ['whose auth has no colon', { auth: base64('hunter2') }],
    ['whose auth has no user', { auth: base64(':hunter2') }],
    ['whose auth is a number', { auth: 7 }],
    ['that is null', null],
    ['that is text', 'hunter2'],
  ])('%s is told of, and breaks no other', (_what, broken) => {
    const { logins, warnings } = read({ auths: { 'broken.test': broken, 'ghcr.io': entry } })
    expect(logins).toEqual([{ registry: 'ghcr.io', ...user }])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('broken.test')
    expect(warnings[0]).not.toContain('hunter2')
  })
})

describe('a key', () => {
  test.each<[string, object]>([
    ['https://index.docker.io/v1/', { registry: 'docker.io' }],
    ['index.docker.io', { registry: 'docker.io' }],
    ['docker.io', { registry: 'docker.io' }],
    ['registry-1.docker.io', { registry: 'docker.io' }],
    ['GHCR.io', { registry: 'ghcr.io' }],
    ['https://ghcr.io', { registry: 'ghcr.io' }],
    ['http://localhost:5000/', { registry: 'localhost:5000' }],
    ['registry.test:443', { registry: 'registry.test' }],
    ['registry.test/v2/', { registry: 'registry.test' }],
    ['https://registry.test/some/path', { registry: 'registry.test' }],
    ['quay.io/acme', { registry: 'quay.io', prefix: 'acme' }],
    ['quay.io/acme/app/', { registry: 'quay.io', prefix: 'acme/app' }],
    ['[::1]:5000', { registry: '[::1]:5000' }],
  ])('%s is for %o', (key, place) => {
    expect(read({ auths: { [key]: entry } }).logins).toEqual([{ ...place, ...user }])
  })

  test.each(['', 'https://', 'user@ghcr.io', 'a b', 'ghcr.io:port', '-'])(
    '%j is told of and breaks no other',
    (key) => {
      const { logins, warnings } = read({ auths: { [key]: entry, 'ghcr.io': entry } })
      expect(logins).toEqual([{ registry: 'ghcr.io', ...user }])
      expect(warnings).toHaveLength(1)
    },
  )
})

describe('a configuration', () => {
  test.each([
    ['without auths', { credsStore: 'desktop' }],
    ['with null for auths', { auths: null }],
    ['with no entry', { auths: {} }],
  ])('%s has no logins', (_what, configuration) => {
    expect(read(configuration)).toEqual({ logins: [], warnings: [] })
  })

  test.each(['', 'not JSON', 'null', '7', '"auths"', '{"auths": 7}', '{"auths": "x"}'])(
    '%j cannot be read',
    (text) => {
      const error = thrownBy(() => read(text), FormatError)
      expect(error.kind).toBe('json')
    },
  )

  test('of any form is read or refused, and never anything else', () => {
    const value = fc.object({
      key: fc.constantFrom('auths', 'auth', 'ghcr.io', 'username', '__proto__'),
    })
    fc.assert(
      fc.property(value, (configuration) => {
        const { value: result, error } = outcomeOf(() => read(configuration))
        expect(result !== undefined || error instanceof FormatError).toBe(true)
      }),
    )
  })
})
