import { describe, expect, test } from '@jest/globals'
import * as fc from '../../../testkit/property.ts'
import { FormatError } from '../../../src/oci/errors.ts'
import { parseReference } from '../../../src/oci/reference.ts'
import {
  type AuthFileFormat,
  parseAuthFile,
} from '../../../src/registry/credentials/docker-config.ts'
import { findLogin, registryLogins } from '../../../src/registry/credentials/credential-chain.ts'
import { outcomeOf, thrownBy } from '../../oci/thrown-by.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

function read(configuration: unknown, format: AuthFileFormat = 'docker') {
  const warnings: string[] = []
  const text = typeof configuration === 'string' ? configuration : JSON.stringify(configuration)
  const file = parseAuthFile(text, format, (message) => warnings.push(message))
  return { ...file, warnings }
}

/** Whose login a file has for a repository. */
async function userFor(configuration: unknown, reference: string, format?: AuthFileFormat) {
  const source = registryLogins(read(configuration, format).logins, 'a file')
  const { credentials } = await findLogin([source], 'source', parseReference(reference))
  return credentials?.username
}

const entry = { auth: base64('user:pass') }
const user = { username: 'user', password: 'pass' }
const entryOf = (name: string) => ({ auth: base64(`${name}:pass`) })

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
    ['with members that are null', { ...entry, identitytoken: null }, user],
    [
      'with an identity token',
      { identitytoken: 'refresh' },
      { username: '', password: 'refresh', kind: 'identity-token' },
    ],
    [
      'with an identity token and a user',
      { auth: base64('user:'), identitytoken: 'refresh' },
      { username: 'user', password: 'refresh', kind: 'identity-token' },
    ],
    [
      'with a user name that announces an identity token',
      { auth: base64('<token>:refresh') },
      { username: '', password: 'refresh', kind: 'identity-token' },
    ],
    [
      'with an identity token and a broken auth',
      { auth: '%%%', identitytoken: 'refresh' },
      { username: '', password: 'refresh', kind: 'identity-token' },
    ],
    [
      'with a registry token, which counts before all else',
      { ...entry, identitytoken: 'refresh', registrytoken: 'access' },
      { username: 'user', password: 'access', kind: 'registry-token' },
    ],
  ])('%s is a login', (_what, value, credentials) => {
    expect(read({ auths: { 'ghcr.io': value } })).toMatchObject({
      logins: [{ registry: 'ghcr.io', ...credentials }],
      warnings: [],
    })
  })

  test.each([
    ['that is empty, as credential stores leave them', {}],
    ['with an empty auth', { auth: '' }],
    ['with a user name alone', { username: 'user' }],
    ['with a user name alone in its auth', { auth: base64('user:') }],
  ])('%s is none', (_what, value) => {
    expect(read({ auths: { 'ghcr.io': value } })).toMatchObject({ logins: [], warnings: [] })
  })

  test.each([
    ['whose auth is no base64', { auth: '%%%' }],
    ['whose auth has no colon', { auth: base64('hunter2') }],
    ['whose auth has no user', { auth: base64(':hunter2') }],
    ['whose auth is a number', { auth: 7 }],
    ['whose user name has a colon', { username: 'a:hunter2', password: 'hunter2' }],
    ['whose registry token has a line break', { registrytoken: 'hunter2\r\nx: y' }],
    ['that is null', null],
    ['that is text', 'hunter2'],
  ])('%s is told of, and breaks no other', (_what, broken) => {
    const { logins, warnings } = read({ auths: { 'broken.test': broken, 'ghcr.io': entry } })
    expect(logins).toEqual([{ registry: 'ghcr.io', ...user }])
    expect(warnings).toEqual(['the entry of auths for broken.test cannot be read and is not used'])
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
    expect(read({ auths: { [key]: entry } }, 'podman').logins).toEqual([{ ...place, ...user }])
  })

  test.each([
    '',
    'https://',
    'user:hunter2@ghcr.io',
    'https://user:hunter2@ghcr.io',
    'a b',
    'ghcr.io:port',
    'ghcr.io.',
    '*.hunter2.example',
    'ghcŗ.io',
    '-',
  ])('%j is told of, not repeated, and breaks no other', (key) => {
    const { logins, warnings } = read({ auths: { [key]: entry, 'ghcr.io': entry } })
    expect(logins).toEqual([{ registry: 'ghcr.io', ...user }])
    expect(warnings).toEqual(['entry 1 of auths is not named after a registry and is not used'])
  })

  test.each([
    'docker.io.evil.example/a',
    'evil.docker.io/a',
    'docker.io:5000/a',
    'xn--dcker-jua.io/a',
    'index.docker.io.evil.example/a',
    'docker-io:443/a',
    'dockerxio:443/a',
  ])('of Docker Hub is not found for its look-alike %s', async (reference) => {
    const auths = { 'https://index.docker.io/v1/': entry, 'docker.io': entry }
    expect(await userFor({ auths }, reference)).toBeUndefined()
  })

  test('is found for its own host alone, however much another looks like it', async () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,3}[a-z0-9])?$/)
    const change = fc.constantFrom<(host: string, part: string) => string>(
      (host, part) => `${host}.${part}`,
      (host, part) => `${part}.${host}`,
      (host, part) => `${host}${part}`,
      (host, part) => `${part}${host}`,
      (host) => `${host}:5000`,
      (host) => `${host.replace('.', '-')}:443`,
    )
    await fc.assert(
      fc.asyncProperty(label, label, change, async (name, part, lookAlike) => {
        const host = `${name}.example`
        const auths = { [host.toUpperCase()]: entry }
        expect(await userFor({ auths }, `${host}/a`)).toBe('user')
        expect(await userFor({ auths }, `${host}:443/a`)).toBe('user')
        expect(await userFor({ auths }, `${lookAlike(host, part)}/a`)).toBeUndefined()
      }),
    )
  })
})

describe('of several keys for a host', () => {
  test.each([
    ['ghcr.io', ['https://ghcr.io/v1/', 'ghcr.io']],
    ['docker.io', ['docker.io', 'index.docker.io', 'https://index.docker.io/v1/']],
    ['docker.io', ['https://index.docker.io/v1/refresh-token', 'https://index.docker.io/v1/']],
  ])('the one that Docker writes itself counts for %s', async (host, keys) => {
    const auths = Object.fromEntries(keys.map((key) => [key, entryOf(key.replace(/:/g, ''))]))
    expect(await userFor({ auths }, `${host}/acme/app`)).toBe(keys.at(-1)?.replace(/:/g, ''))
  })

  const auths = {
    'quay.io/acme': entryOf('acme'),
    'quay.io': entryOf('host'),
    'quay.io/acme/app': entryOf('app'),
  }

  test.each<AuthFileFormat>(['docker', 'podman'])(
    'the longest path counts for what is beneath it (%s)',
    async (format) => {
      expect(await userFor({ auths }, 'quay.io/acme/app', format)).toBe('app')
      expect(await userFor({ auths }, 'quay.io/acme/app2', format)).toBe('acme')
      expect(await userFor({ auths }, 'quay.io/acme2/app', format)).toBe('host')
    },
  )

  test('one with a path is for the whole host to Docker, where there is no other', async () => {
    const paths = { auths: { 'quay.io/acme': entryOf('acme'), 'quay.io/b': entryOf('b') } }
    expect(await userFor(paths, 'quay.io/b/app', 'docker')).toBe('b')
    expect(await userFor(paths, 'quay.io/else/app', 'docker')).toBe('acme')
    expect(await userFor(paths, 'quay.io/else/app', 'podman')).toBeUndefined()
  })
})

describe('the credential helpers', () => {
  test('are found by registry, and the store is for the others', () => {
    const { helpers, store } = read({
      credHelpers: { 'https://GHCR.io/': 'ghcr', 'index.docker.io': 'hub', 'quay.io': '' },
      credsStore: 'desktop',
    })
    expect(Object.fromEntries(helpers)).toEqual({
      'ghcr.io': 'ghcr',
      'docker.io': 'hub',
      'quay.io': '',
    })
    expect(store).toBe('desktop')
  })

  test('of Podman are for single registries alone', () => {
    const { helpers, store } = read({ credHelpers: { 'ghcr.io': 'a' }, credsStore: 'b' }, 'podman')
    expect(Object.fromEntries(helpers)).toEqual({ 'ghcr.io': 'a' })
    expect(store).toBeUndefined()
  })

  test.each([
    ['a path', { 'quay.io/acme': 'hunter2' }],
    ['no host', { 'a@hunter2': 'hunter2' }],
    ['a number', { 'quay.io': 7 }],
  ])('with %s are told of, and break no other', (_what, broken) => {
    const { helpers, warnings } = read({ credHelpers: { ...broken, 'ghcr.io': 'a' } })
    expect(Object.fromEntries(helpers)).toEqual({ 'ghcr.io': 'a' })
    expect(warnings).toEqual(["entry 1 of credHelpers is not a registry with a program's name"])
  })
})

describe('the HttpHeaders', () => {
  test('go with every login of the file, in lower case', () => {
    const { logins, headers } = read({ auths: { 'ghcr.io': entry }, HttpHeaders: { 'X-Key': 'k' } })
    expect(headers).toEqual({ 'x-key': 'k' })
    expect(logins).toEqual([{ registry: 'ghcr.io', ...user, headers }])
  })

  test('of Podman do not exist', () => {
    const file = read({ auths: { 'ghcr.io': entry }, HttpHeaders: { 'X-Key': 'k' } }, 'podman')
    expect(file.headers).toBeUndefined()
    expect(file.logins).toEqual([{ registry: 'ghcr.io', ...user }])
  })

  test.each([
    'Authorization',
    'host',
    'Content-Length',
    'content-type',
    'Transfer-Encoding',
    'Connection',
    'Range',
    'Accept',
    'accept-encoding',
    'User-Agent',
    'Cookie',
    'Proxy-Authorization',
    'If-None-Match',
    'Expect',
    'X-HTTP-Method-Override',
  ])('may not be %s, and the others may', (name) => {
    const { headers, warnings } = read({ HttpHeaders: { [name]: 'hunter2', 'X-Key': 'k' } })
    expect(headers).toEqual({ 'x-key': 'k' })
    expect(warnings).toEqual([
      `HttpHeaders that cannot be sent are left out: ${name.toLowerCase()}`,
    ])
  })

  test.each([
    ['a line break', 'hunter2\r\nauthorization: x'],
    ['letters beyond ASCII', 'hünter2'],
    ['a zero', 'hunter2\0'],
    ['no text', 7],
  ])('may not have %s in them', (_what, value) => {
    const { headers, warnings } = read({ HttpHeaders: { 'X-Key': value } })
    expect(headers).toBeUndefined()
    expect(warnings).toEqual(['HttpHeaders that cannot be sent are left out: x-key'])
  })

  test('are told of once, and what is no name is not repeated', () => {
    const { warnings } = read({ HttpHeaders: { 'Authorization: hunter2': '', Host: 'a', TE: 'b' } })
    expect(warnings).toEqual([
      'HttpHeaders that cannot be sent are left out: one without a valid name, host, te',
    ])
  })

  test('that old clients of Docker wrote by themselves are left out without a word', () => {
    const { headers, warnings } = read({ HttpHeaders: { 'User-Agent': 'Docker-Client/19.03.1' } })
    expect([headers, warnings]).toEqual([undefined, []])
  })
})

describe('a configuration', () => {
  test.each([
    ['without auths', { credsStore: 'desktop' }],
    ['with null for auths', { auths: null }],
    ['with no entry', { auths: {} }],
  ])('%s has no logins', (_what, configuration) => {
    expect(read(configuration)).toMatchObject({ logins: [], warnings: [] })
  })

  test('that Windows has written, with a mark of byte order, is read', () => {
    const text = `\uFEFF${JSON.stringify({ auths: { 'ghcr.io': entry } })}`
    const { logins } = parseAuthFile(text, 'docker', () => undefined)
    expect(logins).toEqual([{ registry: 'ghcr.io', ...user }])
  })

  test.each(['', 'hunter2', '{"hunter2', 'null', '7', '"hunter2"'])('%j cannot be read', (text) => {
    const error = thrownBy(() => read(text), FormatError)
    expect(error.kind).toBe('json')
    expect(error.message).not.toContain('hunter2')
  })

  test.each(['auths', 'credHelpers', 'HttpHeaders'])(
    'with something else for %s is told of, and the rest of it counts',
    (name) => {
      const file = { auths: { 'ghcr.io': entry }, credHelpers: { 'a.io': 'b' }, credsStore: 'c' }
      const { warnings, store } = read({ ...file, [name]: 'hunter2' })
      expect(warnings).toEqual([`${name} is not an object and is not used`])
      expect(store).toBe('c')
    },
  )

  test('with something else for credsStore is told of, and the rest of it counts', () => {
    const { logins, store, warnings } = read({ auths: { 'ghcr.io': entry }, credsStore: ['x'] })
    expect(logins).toHaveLength(1)
    expect(store).toBeUndefined()
    expect(warnings).toEqual(["credsStore is not a program's name and is not used"])
  })

  test('of any form is read or refused, and never anything else', () => {
    const value = fc.object({
      key: fc.constantFrom(
        'auths',
        'auth',
        'ghcr.io',
        'username',
        'credHelpers',
        'credsStore',
        'HttpHeaders',
        'identitytoken',
        '__proto__',
      ),
    })
    fc.assert(
      fc.property(value, fc.constantFrom<AuthFileFormat>('docker', 'podman'), (file, format) => {
        const { value: result, error } = outcomeOf(() => read(file, format))
        expect(result !== undefined || error instanceof FormatError).toBe(true)
      }),
    )
  })
})
