import { describe, expect, test } from '@jest/globals'
import { mayReceiveCredentials, parseRealm } from '../../../src/registry/auth/realm.ts'
import { RegistryError } from '../../../src/registry/errors.ts'
import { thrownBy } from '../../oci/thrown-by.ts'

const place = {
  operation: 'get manifest',
  side: 'source',
  registry: 'registry.example.com',
} as const
const secure = 'https://registry.example.com'

describe('a realm is accepted', () => {
  test.each([
    ['on the registry itself', 'https://registry.example.com/token', secure],
    ['on another host', 'https://auth.elsewhere.org/token?account=x', secure],
    ['as a path of the registry', '/v2/token', secure],
    [
      'without TLS where the registry has none',
      'http://127.0.0.1:5000/token',
      'http://127.0.0.1:5000',
    ],
    ['on another port of a private registry', 'http://10.1.2.3:8080/t', 'http://10.1.2.3:5000'],
    ['on this machine where the registry is', 'http://127.0.0.1:1/t', 'http://localhost:5000'],
  ])('%s', (_what, realm, origin) => {
    expect(parseRealm(realm, origin, place).href).toBe(new URL(realm, origin).href)
  })

  test.each([
    ['', 'https://registry.example.com'],
    [':443', 'https://registry.example.com'],
    [':80', 'https://registry.example.com'],
    ['', 'https://registry.example.com:8443'],
    [':8443', 'https://registry.example.com:8443'],
    [':80', 'https://registry.example.com:8443'],
  ])(
    'without TLS on the host of a registry that has it, and taken to it (%s of %s)',
    (port, origin) => {
      const realm = `http://registry.example.com${port}/token?account=x`
      expect(parseRealm(realm, origin, place).href).toBe(`${origin}/token?account=x`)
    },
  )

  test.each([
    ['auth.example.com:5001', 'https://auth.example.com:5001/'],
    ['auth.example.com:5001/token', 'https://auth.example.com:5001/token'],
    ['/', 'https://registry.example.com/'],
  ])('without a scheme: %s', (realm, href) => {
    expect(parseRealm(realm, secure, place).href).toBe(href)
  })

  test('without its fragment', () => {
    expect(parseRealm('https://auth.example.com/t#x', secure, place).href).toBe(
      'https://auth.example.com/t',
    )
  })
})

describe('a realm is refused', () => {
  test.each([
    ['that is empty', '', secure, 'no web address'],
    ['that is no URL', 'https://', secure, 'no web address'],
    ['of another scheme', 'file:///etc/passwd', secure, 'no web address'],
    ['with user info', 'https://user:secret@auth.example.com/token', secure, 'user info'],
    ['that leaves TLS', 'http://auth.example.com/token', secure, 'without https'],
    ['that leaves TLS for a port', 'http://registry.example.com:3000/t', secure, 'without https'],
    ['at a private address without a scheme', '10.0.0.1:443/token', secure, 'private address'],
    ['at the metadata service', 'https://169.254.169.254/latest', secure, 'private address'],
    ['on this machine', 'https://127.0.0.1/token', secure, 'private address'],
    ['on this machine by name', 'https://localhost./token', secure, 'private address'],
    ['at an address written as a number', 'https://2130706433/token', secure, 'private address'],
    ['at a mapped address', 'https://[::ffff:10.0.0.1]/token', secure, 'private address'],
    [
      'on a private host of another registry',
      'http://10.0.0.2/t',
      'http://10.0.0.1',
      'private address',
    ],
  ])('%s', (_what, realm, origin, words) => {
    const error = thrownBy(() => parseRealm(realm, origin, place), RegistryError)
    expect(error.code).toBe('AUTHENTICATION')
    expect(error.message).toContain(words)
    expect(error.message).not.toContain('secret')
  })
})

function registryAt(origin: string) {
  return { host: new URL(origin).host, origin }
}

describe('credentials go', () => {
  test('to the host that came with them, and to no other port of it', () => {
    const registry = registryAt('https://registry.corp.example')
    const login = { authHost: 'login.elsewhere.example:8443' }
    const realm = new URL('https://login.elsewhere.example:8443/token')
    expect(mayReceiveCredentials(realm, registry, login)).toBe(true)
    expect(mayReceiveCredentials(realm, registry, {})).toBe(false)
    const other = new URL('https://login.elsewhere.example/token')
    expect(mayReceiveCredentials(other, registry, login)).toBe(false)
  })

  test.each([
    ['to the registry itself', 'https://ghcr.io/token', 'https://ghcr.io'],
    ['to another port of it', 'https://git.example.com/jwt/auth', 'https://git.example.com:5050'],
    ['to a sibling', 'https://auth.docker.io/token', 'https://registry-1.docker.io'],
    ['to the domain it stands in', 'https://gitlab.com/jwt/auth', 'https://registry.gitlab.com'],
    ['to a known partner', 'https://api.scaleway.com/token', 'https://rg.fr-par.scw.cloud'],
  ])('%s', (_what, realm, origin) => {
    expect(mayReceiveCredentials(new URL(realm), registryAt(origin), {})).toBe(true)
  })

  test.each([
    ['to another site', 'https://auth.elsewhere.org/token', secure],
    ['to a name that ends the same', 'https://evilexample.com/token', secure],
    ['to a name that starts the same', 'https://example.com.evil.org/token', secure],
    ['to a neighbour of an address', 'http://10.0.0.2/token', 'http://10.0.0.1'],
    ["to another registry's partner", 'https://api.scaleway.com/token', secure],
    ['from a host of one word to its domain', 'https://evil.localhost/token', 'http://localhost:1'],
  ])('not %s', (_what, realm, origin) => {
    expect(mayReceiveCredentials(new URL(realm), registryAt(origin), {})).toBe(false)
  })
})
