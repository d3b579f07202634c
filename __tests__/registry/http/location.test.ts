import { describe, expect, test } from '@jest/globals'
import * as fc from '../../../testkit/property.ts'
import { resolveLocation, withParameter } from '../../../src/registry/http/location.ts'
import { RegistryError } from '../../../src/registry/errors.ts'
import { isPrivateAddress } from '../../../src/registry/network/private-address.ts'
import { outcomeOf, thrownBy } from '../../oci/thrown-by.ts'

const place = { operation: 'start upload', side: 'destination' } as const
const secure = {
  origin: 'https://registry.example.com',
  path: '/v2/acme/app/blobs/uploads/',
  isAway: false,
}
const plain = {
  origin: 'http://127.0.0.1:5000',
  path: '/v2/acme/app/blobs/uploads/',
  isAway: false,
}

function resolve(location: string, from = secure) {
  const { origin, path } = resolveLocation(from, location, { registryOrigin: from.origin, place })
  return `${origin} ${path}`
}

describe('a location', () => {
  test.each([
    [
      'absolute',
      'https://registry.example.com/v2/x?_state=a',
      'https://registry.example.com /v2/x?_state=a',
    ],
    ['without a host', '/v2/x?_state=a', 'https://registry.example.com /v2/x?_state=a'],
    ['without a scheme', '//blobs.example.com/x?y', 'https://blobs.example.com /x?y'],
    [
      'relative to the request',
      'some-id?a=b',
      'https://registry.example.com /v2/acme/app/blobs/uploads/some-id?a=b',
    ],
    ['with steps upwards', '../../x', 'https://registry.example.com /v2/acme/app/x'],
    ['with steps upwards inside', '/v2/a/../x', 'https://registry.example.com /v2/x'],
    ['with steps upwards in disguise', '/v2/a/%2e%2E/x', 'https://registry.example.com /v2/x'],
    ['of a query alone', '?a=b', 'https://registry.example.com /v2/acme/app/blobs/uploads/?a=b'],
    [
      'with the default port',
      'https://registry.example.com:443/x',
      'https://registry.example.com /x',
    ],
    ['in capitals', 'HTTPS://Registry.Example.COM/X', 'https://registry.example.com /X'],
    ['on another host', 'https://storage.example.org/x', 'https://storage.example.org /x'],
    ['with a fragment', '/v2/x?a=b#c?d', 'https://registry.example.com /v2/x?a=b'],
    ['without a path', 'https://storage.example.org?sig=x', 'https://storage.example.org /?sig=x'],
    ['with an empty query', '/v2/x?', 'https://registry.example.com /v2/x?'],
    ['with blanks in it', '/v2/a b?c d', 'https://registry.example.com /v2/a%20b?c%20d'],
    ['with blanks around it', ' /v2/x ', 'https://registry.example.com /v2/x'],
  ])('%s is resolved', (_what, location, address) => {
    expect(resolve(location)).toBe(address)
  })

  test.each([
    '?_state=a~b%2Fc%2fd%3D',
    '?b=2&a=1&b=2&&=&c',
    "?sig='quoted'(x)!*",
    '?a=%zz+%20+{}|^`"<>',
    '?path=/a/../b/./c',
  ])('with the query %s keeps it byte for byte', (query) => {
    expect(resolve(`/v2/x${query}`)).toBe(`${secure.origin} /v2/x${query}`)
    expect(resolve(`https://storage.example.org/x${query}`)).toBe(
      `https://storage.example.org /x${query}`,
    )
    expect(resolve(`id${query}`)).toBe(`${secure.origin} ${secure.path}id${query}`)
  })

  test('with a path of unusual characters keeps it byte for byte', () => {
    expect(resolve("/v2/~a'b(c)%7e//d;e=f")).toBe(`${secure.origin} /v2/~a'b(c)%7e//d;e=f`)
  })

  test.each([
    ['of the same host', 'http://registry.example.com/x', 'https://registry.example.com /x'],
    [
      'of the same host and port',
      'http://registry.example.com:80/x',
      'https://registry.example.com /x',
    ],
  ])('without TLS %s is taken for one with it', (_what, location, address) => {
    expect(resolve(location)).toBe(address)
  })

  test('without TLS keeps the port that TLS is spoken at', () => {
    const from = { origin: 'https://registry.example.com:5443', path: '/', isAway: false }
    expect(resolve('http://registry.example.com:5443/x', from)).toBe(
      'https://registry.example.com:5443 /x',
    )
  })

  test.each([
    ['leaves TLS for another host', 'http://storage.example.org/x', 'leaves https'],
    ['leaves TLS for another port', 'http://registry.example.com:8080/x', 'leaves https'],
    ['is no URL', 'https://', 'no URL'],
    ['names a file', 'file:///etc/passwd', 'not HTTP'],
    ['holds its data', 'data:text/plain,x', 'not HTTP'],
    ['has a user', 'https://user@storage.example.org/x', 'user info'],
    ['has a password', 'https://:secret@storage.example.org/x', 'user info'],
    ['is the metadata service', 'https://169.254.169.254/latest/meta-data', 'private address'],
    ['is this machine', 'https://127.0.0.1/x', 'private address'],
    ['is this machine by name', 'https://localhost:8443/x', 'private address'],
    ['is this machine by a complete name', 'https://localhost./x', 'private address'],
    ['is this machine in IPv6', 'https://[::1]/x', 'private address'],
    ['is a private address as a number', 'https://167772161/x', 'private address'],
    ['is a private address in octal', 'https://012.0.0.1/x', 'private address'],
    ['is a mapped private address', 'https://[::ffff:192.168.0.1]/x', 'private address'],
  ])('that %s is refused', (_what, location, words) => {
    const error = thrownBy(() => resolve(location), RegistryError)
    expect(error).toMatchObject({ code: 'REDIRECT', operation: 'start upload', transient: false })
    expect(error.message).toContain(words)
    expect(error.message).not.toContain('secret')
  })

  test('is told without its query and without what a log would obey', () => {
    const error = thrownBy(() => resolve('ftp://x/##[error]?sig=secret'), RegistryError)
    expect(error.message).not.toContain('secret')
    expect(error.message).not.toContain('##[')
  })

  test.each([
    ['its own host', 'http://127.0.0.1:5000/x'],
    ['another port of it', 'http://127.0.0.1:9000/x'],
    ['another name of this machine', 'http://localhost:5000/x'],
  ])('of a registry on this machine may be on %s', (_what, location) => {
    expect(resolve(location, plain)).toBe(`${new URL(location).origin} /x`)
  })

  test('of a private registry may not be on another private host', () => {
    const from = { origin: 'https://10.0.0.1', path: '/', isAway: false }
    expect(resolve('https://10.0.0.1:9000/x', from)).toBe('https://10.0.0.1:9000 /x')
    expect(thrownBy(() => resolve('https://10.0.0.2/x', from), RegistryError).code).toBe('REDIRECT')
  })

  test.each([
    ['the registry', secure, '/v2/x', false],
    ['the registry in full', secure, 'https://registry.example.com/v2/x', false],
    ['another host', secure, 'https://storage.example.org/x', true],
    ['another port', secure, 'https://registry.example.com:5443/x', true],
    ['the registry, given by another', { ...secure, isAway: true }, '/v2/x', true],
  ])('at %s says whether a login may go there', (_what, from, location, isAway) => {
    const rules = { registryOrigin: secure.origin, place }
    expect(resolveLocation(from, location, rules).isAway).toBe(isAway)
  })

  test('of any text leads to a safe address, or nowhere', () => {
    const pieces = fc.constantFrom(
      'http:',
      'https:',
      '//',
      '/',
      '\\',
      '@',
      '..',
      '%2e',
      '?',
      '#',
      'a',
      ':',
      '127.0.0.1',
      '[::1]',
      'x.org',
      ' ',
      '\t',
      'é',
    )
    const locations = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(locations, (location) => {
        const { value, error } = outcomeOf(() => resolve(location))
        expect(value !== undefined || error instanceof RegistryError).toBe(true)
        if (value === undefined) return
        const [origin = '', path = '', ...rest] = value.split(' ')
        expect(rest).toEqual([])
        const url = new URL(`${origin}${path}`)
        expect(url.origin).toBe(origin)
        expect(url.protocol).toBe('https:')
        expect(isPrivateAddress(url.host)).toBe(false)
        expect(path).toMatch(/^\/[\x21-\x7e]*$/)
      }),
      { numRuns: 300 },
    )
  })
})

test.each([
  ['/x', '/x?digest=sha256%3Aabc'],
  ['/x?', '/x?&digest=sha256%3Aabc'],
  ['/x?_state=a~%2F', '/x?_state=a~%2F&digest=sha256%3Aabc'],
])('a parameter is added to %s behind what is there', (path, result) => {
  expect(withParameter(path, 'digest', 'sha256:abc')).toBe(result)
})
