import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { FormatError } from '../../src/oci/errors.ts'
import { normaliseRegistry } from '../../src/oci/reference.ts'
import { isRegistryHost } from '../../src/oci/registry-host.ts'
import { outcomeOf, thrownBy } from './thrown-by.ts'

describe('normaliseRegistry', () => {
  test.each([
    ['ghcr.io', 'ghcr.io'],
    ['GHCR.IO', 'ghcr.io'],
    ['ghcr.io:443', 'ghcr.io'],
    ['ghcr.io:80', 'ghcr.io:80'],
    ['ghcr.io:65535', 'ghcr.io:65535'],
    ['docker.io', 'docker.io'],
    ['index.docker.io', 'docker.io'],
    ['registry.hub.docker.com', 'docker.io'],
    ['registry-1.docker.io:443', 'docker.io'],
    ['registry-1.docker.io:5000', 'registry-1.docker.io:5000'],
    ['docker.io.evil.example', 'docker.io.evil.example'],
    ['localhost', 'localhost'],
    ['localhost:443', 'localhost'],
    ['registry', 'registry:443'],
    ['registry:443', 'registry:443'],
    ['registry:5000', 'registry:5000'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['10.0.0.255', '10.0.0.255'],
    ['[::1]', '[::1]'],
    ['[0:0:0:0:0:0:0:1]:443', '[::1]'],
    ['[2001:DB8::A]:8443', '[2001:db8::a]:8443'],
    ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
  ])('writes %s as %s', (host, normalised) => {
    expect(normaliseRegistry(host)).toBe(normalised)
  })

  test.each([
    ['', 'is empty'],
    ['https://ghcr.io', 'has a slash; only a host is wanted, with a port where it needs one'],
    ['ghcr.io/acme', 'has a slash'],
    ['user:pw@ghcr.io', 'has an "@"; user names and passwords have inputs of their own'],
    ['a..b', 'is not a host name'],
    ['-a.io', 'is not a host name'],
    ['a-.io', 'is not a host name'],
    ['my_registry.io', 'is not a host name'],
    [':5000', 'is not a host name'],
    ['ghcr.io.', 'ends with a dot; write "ghcr.io"'],
    ['bücher.example', 'write it in ASCII as "xn--bcher-kva.example"'],
    ['ghcr.i\u043E', 'write it in ASCII as "ghcr.xn--i-1tb"'],
    ['ghcr.io:', 'has the port ""'],
    ['ghcr.io:0', 'has the port "0"'],
    ['ghcr.io:0443', 'has the port "0443"'],
    ['ghcr.io:65536', 'has the port "65536"'],
    ['ghcr.io:+80', 'a port is a number from 1 to 65535'],
    ['ghcr.io:80:80', 'has the port "80:80"'],
    ['127.1', 'is not an IPv4 address'],
    ['127.0.0.01', 'is not an IPv4 address'],
    ['256.0.0.1', 'is not an IPv4 address'],
    ['0x7f.0.0.0x1', 'is not an IPv4 address'],
    ['2130706433', 'is not an IPv4 address'],
    ['::1', 'is not a host name'],
    ['[::1', 'is not an IPv6 address'],
    ['[::1]x', 'is not an IPv6 address'],
    ['[]', 'is not an IPv6 address'],
    ['[1:2]', 'is not an IPv6 address'],
    ['[127.0.0.1]', 'is not an IPv6 address'],
    ['[fe80::1%eth0]', 'has a zone; write the IPv6 address without it'],
  ])('refuses %j', (host, message) => {
    const error = thrownBy(() => normaliseRegistry(host), FormatError)
    expect(error.kind).toBe('reference')
    expect(error.message).toContain(message)
  })

  test('refuses a megabyte', () => {
    const error = thrownBy(() => normaliseRegistry('a'.repeat(1e6)), FormatError)
    expect(error.message).toContain('is longer than 259 characters')
  })

  test('does not repeat a password', () => {
    const error = thrownBy(() => normaliseRegistry('user:s3cret@ghcr.io'), FormatError)
    expect(error.message).not.toContain('s3cret')
  })

  test('throws nothing but FormatError, and gives what it leaves alone', () => {
    const piece = fc.constantFrom('a', 'Z', '0', '1', '.', '-', ':', '[', ']', '443', 'ü', '%', 'x')
    const hosts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: piece }))
    fc.assert(
      fc.property(hosts, (host) => {
        const { value = 'a.example', error } = outcomeOf(() => normaliseRegistry(host))
        expect(error === undefined || error instanceof FormatError).toBe(true)
        expect(normaliseRegistry(value)).toBe(value)
        expect(isRegistryHost(value)).toBe(true)
        expect(URL.parse(`https://${value}/`)?.host).toBe(value.replace(/:443$/, ''))
      }),
      { numRuns: 2000 },
    )
  })
})
