import { describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { FormatError } from '../../src/oci/errors.ts'
import {
  formatReference,
  locate,
  namesRegistry,
  parseReference,
  parseRegistryBase,
  relativePath,
  repositoryName,
} from '../../src/oci/reference.ts'
import { outcomeOf, thrownBy } from './thrown-by.ts'

const HEX = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'
const DIGEST = `sha256:${HEX}` as const

function messageOf(action: () => unknown): string {
  const error = thrownBy(action, FormatError)
  expect(error.kind).toBe('reference')
  expect(error.message.length).toBeLessThan(1000)
  return error.message
}

describe('parseReference', () => {
  test.each([
    ['alpine', 'docker.io/library/alpine'],
    ['alpine:3.20', 'docker.io/library/alpine:3.20'],
    ['acme/app:1', 'docker.io/acme/app:1'],
    ['acme/deep/app', 'docker.io/acme/deep/app'],
    ['docker.io/alpine', 'docker.io/library/alpine'],
    ['docker.io/library/alpine', 'docker.io/library/alpine'],
    ['index.docker.io/alpine', 'docker.io/library/alpine'],
    ['registry-1.docker.io:443/acme/app', 'docker.io/acme/app'],
    ['Docker.IO/acme/app', 'docker.io/acme/app'],
    ['ghcr.io/acme/app:1', 'ghcr.io/acme/app:1'],
    ['ghcr.io/app', 'ghcr.io/app'],
    ['GHCR.io:443/app:Tag', 'ghcr.io/app:Tag'],
    ['localhost/app', 'localhost/app'],
    ['LOCALHOST/app', 'localhost/app'],
    ['localhost:5000/app:1', 'localhost:5000/app:1'],
    ['registry:5000/app', 'registry:5000/app'],
    ['registry:443/app', 'registry:443/app'],
    ['127.0.0.1:5000/app', '127.0.0.1:5000/app'],
    ['[::1]/app', '[::1]/app'],
    ['[::1]:5000/acme/app:1', '[::1]:5000/acme/app:1'],
    ['[2001:DB8:0:0::1]:443/app', '[2001:db8::1]/app'],
    ['localhost', 'docker.io/library/localhost'],
    ['localhost:5000', 'docker.io/library/localhost:5000'],
    ['ghcr.io', 'docker.io/library/ghcr.io'],
    ['acme.example/a.b_c__d---e/f', 'acme.example/a.b_c__d---e/f'],
    [`app@${DIGEST}`, `docker.io/library/app@${DIGEST}`],
    [`ghcr.io/app:1@${DIGEST}`, `ghcr.io/app:1@${DIGEST}`],
    [`app:${'t'.repeat(128)}`, `docker.io/library/app:${'t'.repeat(128)}`],
    ['app:_', 'docker.io/library/app:_'],
    [`${HEX}:1`, `docker.io/library/${HEX}:1`],
    [`ghcr.io/${HEX}`, `ghcr.io/${HEX}`],
  ])('reads %s as %s', (text, full) => {
    expect(formatReference(parseReference(text))).toBe(full)
  })

  test('keeps tag and digest apart, and leaves out what is not there', () => {
    expect(parseReference(`ghcr.io/acme/app:1@${DIGEST}`)).toStrictEqual({
      registry: 'ghcr.io',
      repository: 'acme/app',
      tag: '1',
      digest: DIGEST,
    })
    expect(parseReference('acme/app')).toStrictEqual({
      registry: 'docker.io',
      repository: 'acme/app',
    })
  })

  test.each([
    ['app:1', { registry: 'ghcr.io' }, 'ghcr.io/app:1'],
    ['app:1', { registry: 'ghcr.io', prefix: 'acme/x' }, 'ghcr.io/acme/x/app:1'],
    ['team/app', { registry: 'ghcr.io', prefix: 'acme' }, 'ghcr.io/acme/team/app'],
    ['app', { registry: 'docker.io', prefix: 'acme' }, 'docker.io/acme/app'],
    ['app', { registry: 'docker.io' }, 'docker.io/library/app'],
    ['quay.io/app', { registry: 'ghcr.io', prefix: 'acme' }, 'quay.io/app'],
  ])('reads %s relative to %j', (text, base, full) => {
    expect(formatReference(parseReference(text, base))).toBe(full)
  })

  test.each([
    ['', 'the reference is empty'],
    ['https://ghcr.io/acme/app:1', '"https://" is too much; write "ghcr.io/acme/app:1" without it'],
    ['docker://alpine:3.20', 'write "alpine:3.20" without it'],
    [`docker://app@${DIGEST}`, `write "app@${DIGEST}" without it`],
    [`https://u:p@ghcr.io/app:1@${DIGEST}?x`, `write "ghcr.io/app:1@${DIGEST}" without it`],
    ['HTTP://ghcr.io/app/', 'write "ghcr.io/app" without it'],
    ['https://', 'a reference has no scheme'],
    [' alpine', 'has white space in it'],
    ['alpine 3', 'has white space in it'],
    ['/app', 'has an empty component'],
    ['ghcr.io//app', 'has an empty component'],
    ['ghcr.io/app/', 'has an empty component'],
    ['ghcr.io/', 'names no repository'],
    [':tag', 'names no repository'],
    [`@${DIGEST}`, 'names no repository'],
    ['../app', 'has the component ".."'],
    ['./app', 'has the component "."'],
    ['ghcr.io/acme/../app', 'has the component ".."'],
    ['Acme/App:Tag', 'has upper case in the repository; write "acme/app:Tag"'],
    ['a.io/A:A', 'has upper case in the repository; write "a.io/a:A"'],
    ['A.io/A', 'has upper case in the repository; write "A.io/a"'],
    ['acme/-app', 'has the component "-app"'],
    ['acme/app-', 'has the component "app-"'],
    ['acme/a..b', 'has the component "a..b"'],
    ['acme/a___b', 'has the component "a___b"'],
    ['acme/äpp', 'has the component "äpp"'],
    ['acme/app?x=1', 'has the component "app?x=1"'],
    ['acme/%2e%2e', 'has the component "%2e%2e"'],
    ['app:', 'ends with a colon'],
    ['ghcr.io/acme:1/app', 'has a "/" behind its colon, where a tag has none'],
    ['acme/app:feature/x', 'or a tag such as "feature-x"'],
    ['app:-1', 'has the tag "-1"'],
    ['app:.1', 'has the tag ".1"'],
    ['app:1:2', 'has the tag "1:2"'],
    ['app:ü', 'has the tag "ü"'],
    [`app:${'t'.repeat(129)}`, 'has a tag of 129 characters; 128 are allowed'],
    ['app@sha256:abc', 'exactly 64 lower-case hexadecimal characters, not 3'],
    [`app@blake3:${HEX}`, 'is not supported'],
    [`app@${DIGEST}@${DIGEST}`, 'exactly 64 lower-case'],
    ['app@', 'is malformed'],
    [HEX, 'is a bare digest; write repository@sha256:44136fa355b3…'],
    ['host:0/app', 'has the port "0"'],
    ['app:feature/x', 'has a "/" behind its colon'],
    ['app:refs/heads/main', 'or a tag such as "refs-heads-main"'],
    ['acme/*:1', 'only tags may have wildcards'],
    ['*.example.com/app', 'has a wildcard; each host is written out'],
    ['host:65536/app', 'has the port "65536"'],
    ['host:/app', 'has the port ""'],
    ['ghcr.io./app', 'ends with a dot; write "ghcr.io"'],
    [`ghcr.io/${'a'.repeat(248)}`, 'host and repository may have 255 characters together'],
    ['a'.repeat(1025), 'it has more than 1024 characters'],
  ])('refuses %j', (text, message) => {
    expect(messageOf(() => parseReference(text))).toContain(message)
  })

  test('allows names up to the limit', () => {
    expect(parseReference(`ghcr.io/${'a'.repeat(247)}`).repository).toHaveLength(247)
    const base = { registry: 'ghcr.io', prefix: 'b'.repeat(200) }
    expect(messageOf(() => parseReference('a'.repeat(47), base))).toContain('255 characters')
  })

  test.each([
    'https://user:s3cret@ghcr.io/app',
    'docker://user:s3cret@ghcr.io/app',
    'user:s3cret@ghcr.io/app:1',
    'https://user:s3cret@ghcr.io',
    'https://user:s3cret/x@ghcr.io/app',
    `https://user:s3cret@app@${DIGEST}`,
    'user:s3cret@ghcr.io/app 1',
    `user:s3cret@ghcr.io/${'a'.repeat(1024)}`,
    'https://ghcr.io/app?token=s3cret',
    'https://ghcr.io/app#s3cret',
  ])('does not repeat the secret in %s', (text) => {
    expect(messageOf(() => parseReference(text))).not.toContain('s3cret')
  })

  test('tells where a user name belongs', () => {
    expect(messageOf(() => parseReference('user:pw@ghcr.io/app'))).toContain(
      'user names and passwords have inputs of their own',
    )
  })

  test('writes no control character into a message', () => {
    expect(messageOf(() => parseReference('a\u001B[2Jb\u202E'))).not.toMatch(/\p{C}/u)
  })

  const pieces = fc.constantFrom(
    ...'a B 0 . .. _ __ - / : @ [ ] % 443 ü localhost docker.io ://'.split(' '),
    ' ',
    '\n',
    '\u0000',
    DIGEST,
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
  )

  test('throws nothing but FormatError, and reads back what it writes', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { value = { registry: 'a.io', repository: 'b' }, error } = outcomeOf(() =>
          parseReference(text),
        )
        expect(error === undefined || error instanceof FormatError).toBe(true)
        const written = formatReference(value)
        expect(parseReference(written)).toStrictEqual(value)
        const elsewhere = { registry: 'quay.io', prefix: 'other' }
        expect(parseReference(written, elsewhere)).toStrictEqual(value)
      }),
      { numRuns: 2000 },
    )
  })

  test('reads back every well-formed reference', () => {
    const host = fc.constantFrom('ghcr.io', 'localhost', 'a-b.c:8080', '[::1]:1', '10.0.0.1')
    const path = fc.stringMatching(/^[a-z0-9]{1,3}(?:(?:\.|__?|-{1,3})[a-z0-9]{1,3}){0,2}$/)
    const reference = fc.record(
      {
        registry: host,
        repository: fc.array(path, { minLength: 1, maxLength: 4 }).map((list) => list.join('/')),
        tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/),
        digest: fc.constant(DIGEST),
      },
      { requiredKeys: ['registry', 'repository'] },
    )
    fc.assert(
      fc.property(reference, (value) => {
        expect(parseReference(formatReference(value))).toEqual(value)
      }),
    )
  })

  test.each(['a', '/', ':', '@', '.', '-', 'a-', 'a.', '_', 'a/', '[', ' ', 'A', '%', 'ü', 'a://'])(
    'refuses a megabyte of %j',
    (piece) => {
      const text = piece.repeat(1e6 / piece.length)
      expect(messageOf(() => parseReference(text))).toContain('is too long')
      expect(messageOf(() => parseRegistryBase(text))).toContain('is too long')
      expect(typeof namesRegistry(text)).toBe('boolean')
    },
  )

  test('refuses text at the length limit that would make a careless pattern backtrack', () => {
    for (const piece of ['a-', 'a__', '-', 'a.a', '_a']) {
      const text = `${piece.repeat(1000 / piece.length)}!`
      expect(messageOf(() => parseReference(text))).toContain('component')
    }
  })
})

describe('parseRegistryBase', () => {
  test.each([
    ['docker.io', { registry: 'docker.io' }],
    ['Index.Docker.io', { registry: 'docker.io' }],
    ['ghcr.io/acme', { registry: 'ghcr.io', prefix: 'acme' }],
    ['GHCR.IO:443/acme/team', { registry: 'ghcr.io', prefix: 'acme/team' }],
    ['localhost', { registry: 'localhost' }],
    ['localhost:5000/x', { registry: 'localhost:5000', prefix: 'x' }],
    ['[::1]:5000', { registry: '[::1]:5000' }],
    ['registry:443', { registry: 'registry:443' }],
  ])('reads %s', (text, base) => {
    expect(parseRegistryBase(text)).toStrictEqual(base)
  })

  test.each([
    ['', 'is empty'],
    ['acme', 'write "docker.io/acme" for a namespace of Docker Hub, or "acme:443" for a host'],
    ['acme/team', 'does not start with a registry host'],
    ['https://ghcr.io/acme', 'write "ghcr.io/acme" without it'],
    ['ghcr.io/', 'names no repository'],
    ['ghcr.io/acme/', 'has an empty component'],
    ['ghcr.io/Acme', 'has upper case in the repository; write "ghcr.io/acme"'],
    ['ghcr.io/acme:1', 'has a tag or digest'],
    [`ghcr.io/acme@${DIGEST}`, 'has a tag or digest'],
    ['ghcr.io/..', 'has the component ".."'],
    ['ghcr.io:99999', 'has the port "99999"'],
    ['ghcr.io, quay.io', 'names more than one registry'],
    ['https://ghcr.io/acme\nquay.io', 'names more than one registry'],
    ['ghcr.io /acme', 'has white space in it'],
    ['*.example.com', 'has a wildcard'],
  ])('refuses %j', (text, message) => {
    expect(messageOf(() => parseRegistryBase(text))).toContain(message)
  })
})

describe('the parts of a reference', () => {
  test('repositoryName leaves tag and digest out', () => {
    expect(repositoryName(parseReference(`app:1@${DIGEST}`))).toBe('docker.io/library/app')
  })

  test.each([
    ['ghcr.io/app', true],
    ['localhost/app', true],
    ['host:1/app', true],
    ['[::1]/app', true],
    ['acme/app', false],
    ['app:1', false],
    ['ghcr.io', false],
    ['../app', false],
    ['', false],
  ])('namesRegistry(%j) is %s', (text, expected) => {
    expect(namesRegistry(text)).toBe(expected)
  })

  test.each([
    ['docker.io/library/alpine', 'docker.io', 'alpine'],
    ['docker.io/library/alpine', 'quay.io', 'alpine'],
    ['docker.io/acme/app', 'docker.io', 'acme/app'],
    ['docker.io/acme/app', 'docker.io/acme', 'app'],
    ['ghcr.io/acme/team/app', 'ghcr.io/acme', 'team/app'],
    ['ghcr.io/acme/team/app', 'quay.io/acme', 'acme/team/app'],
    ['ghcr.io/acmes/app', 'ghcr.io/acme', 'acmes/app'],
    ['ghcr.io/library/app', 'docker.io', 'library/app'],
  ])('the path of %s, as a user of %s writes it, is %s', (reference, base, path) => {
    const relative = relativePath(parseReference(reference), parseRegistryBase(base))
    expect(relative).toBe(path)
  })

  test('locate does not take a path for a host', () => {
    expect(locate('my.org/app', { registry: 'ghcr.io', prefix: 'acme' })).toEqual({
      registry: 'ghcr.io',
      repository: 'acme/my.org/app',
    })
  })
})
