import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parseRegistryTls } from '../../src/action/registry-tls.ts'
import { createCertificate, type Certificate } from '../../testkit/registry/certificate.ts'

const shape = 'expected a YAML list of objects with registry, ca, cert, key'

let workspace = ''
let one: Certificate
let two: Certificate

beforeAll(async () => {
  one = await createCertificate()
  two = await createCertificate()
  workspace = mkdtempSync(join(tmpdir(), 'registry-tls-'))
  mkdirSync(join(workspace, 'tls'))
  writeFileSync(join(workspace, 'tls', 'ca.pem'), `an authority of ours\n${one.ca}`)
  writeFileSync(join(workspace, 'tls', 'cert.pem'), one.cert)
  writeFileSync(join(workspace, 'tls', 'key.pem'), one.key)
  writeFileSync(join(workspace, 'tls', 'notes.txt'), 's3cret notes')
})

afterAll(() => {
  rmSync(workspace, { recursive: true })
})

function read(text: string) {
  return parseRegistryTls(text, { workspace, readFile: (path) => readFileSync(path) })
}

/** As YAML that is JSON, which saves the indentation of PEM. */
function readList(...entries: Record<string, string>[]) {
  const result = read(JSON.stringify(entries))
  for (const { key } of [one, two]) {
    for (const line of key.split('\n').slice(1, -2)) {
      expect(result.problems.join('\n')).not.toContain(line)
    }
  }
  return result
}

describe('registry-tls', () => {
  test('is a YAML list of hosts with PEM text', () => {
    const text = `
- registry: Registry.Example.com:5000
  ca: |
${indented(one.ca)}
- registry: quay.io:443
  cert: |
${indented(one.cert)}
  key: |
${indented(one.key)}
`
    const { hosts, problems } = read(text)
    expect(problems).toEqual([])
    expect(Object.fromEntries(hosts)).toEqual({
      'registry.example.com:5000': { ca: one.ca.trim() },
      'quay.io': { cert: one.cert.trim(), key: one.key.trim() },
    })
  })

  test('takes paths, relative to the workspace or absolute', () => {
    const key = join(workspace, 'tls', 'key.pem')
    const entry = { registry: 'r.test', ca: 'tls/ca.pem', cert: './tls/cert.pem', key }
    const { hosts, problems } = readList(entry)
    expect(problems).toEqual([])
    expect(hosts.get('r.test')).toEqual({
      ca: `an authority of ours\n${one.ca}`,
      cert: one.cert,
      key: one.key,
    })
  })

  test('takes PEM whose line breaks have become \\n', () => {
    const flat = { cert: one.cert.replaceAll('\n', '\\n'), key: one.key.replaceAll('\n', '\\n') }
    const { hosts, problems } = readList({ registry: 'r.test', ...flat })
    expect(problems).toEqual([])
    expect(hosts.get('r.test')?.key).toContain('PRIVATE KEY-----\n')
  })

  test.each(['', '  \n', '[]'])('may be empty: %j', (text) => {
    expect(read(text)).toEqual({ hosts: new Map(), problems: [] })
  })

  test('takes every name of Docker Hub for one host', () => {
    const { hosts, problems } = readList(
      { registry: 'index.docker.io', ca: one.ca },
      { registry: 'docker.io', ca: one.ca },
    )
    expect([...hosts.keys()]).toEqual(['docker.io'])
    expect(problems).toEqual(['entry 2: an entry above is for the same host'])
  })

  test.each<[string, () => Record<string, string>, string]>([
    ['no registry', () => ({ ca: one.ca }), 'has no registry'],
    [
      'a URL',
      () => ({ registry: 'https://r.test', ca: one.ca }),
      'registry is not a host, optionally with a port; it has no scheme and no path',
    ],
    [
      'a path behind the host',
      () => ({ registry: 'r.test/acme', ca: one.ca }),
      'registry is not a host, optionally with a port; it has no scheme and no path',
    ],
    [
      'nothing to trust or to show',
      () => ({ registry: 'r.test' }),
      'has neither ca nor cert and key',
    ],
    [
      'an unknown field',
      () => ({ registry: 'r.test', ca: one.ca, passphrase: 's3cret' }),
      'holds a field that is not known; the fields are registry, ca, cert, key',
    ],
    ['a key alone', () => ({ registry: 'r.test', key: one.key }), 'has a key without a cert'],
    [
      'a certificate alone',
      () => ({ registry: 'r.test', cert: one.cert, key: ' ' }),
      'has a cert without a key (secrets are empty in runs started by forks)',
    ],
    [
      'a file that is not there',
      () => ({ registry: 'r.test', ca: 'tls/lost.pem' }),
      'ca: "tls/lost.pem" does not exist; a path starts at the workspace',
    ],
    [
      'a directory',
      () => ({ registry: 'r.test', ca: 'tls' }),
      'ca: "tls" is a directory, not a file',
    ],
    [
      'a file of something else',
      () => ({ registry: 'r.test', ca: 'tls/notes.txt' }),
      'ca: "tls/notes.txt" holds no certificate in PEM',
    ],
    [
      'a key for an authority',
      () => ({ registry: 'r.test', ca: one.key }),
      'ca holds no certificate in PEM',
    ],
    [
      'a certificate for a key',
      () => ({ registry: 'r.test', cert: one.cert, key: 'tls/cert.pem' }),
      'key: "tls/cert.pem" holds no private key in PEM',
    ],
    [
      'a broken certificate',
      () => ({ registry: 'r.test', ca: one.ca.replace(/\n[^-]{20}/, '\nAAAA') }),
      'ca holds a certificate that cannot be read',
    ],
    [
      'a broken certificate among good ones',
      () => ({ registry: 'r.test', ca: one.ca + one.ca.replace(/\n[^-]{20}/, '\nAAAA') }),
      'ca holds certificate 2 that cannot be read',
    ],
    [
      'a key of another certificate',
      () => ({ registry: 'r.test', cert: one.cert, key: two.key }),
      'cert and key do not belong together',
    ],
    [
      'a key behind a passphrase',
      () => ({
        registry: 'r.test',
        cert: one.cert,
        key: one.key.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE'),
      }),
      'key is encrypted; a key without a passphrase is needed',
    ],
    [
      'a key that has lost its first and last line, which it does not repeat',
      () => ({
        registry: 'r.test',
        cert: one.cert,
        key: one.key.split('\n').slice(1, -2).join(''),
      }),
      'key: the file does not exist; a path starts at the workspace',
    ],
  ])('with %s is refused', (_what, entry, problem) => {
    const { problems } = readList({ registry: 'good.test', ca: one.ca }, entry())
    expect(problems).toEqual([`entry 2: ${problem}`])
  })

  test('names the problems of all entries', () => {
    expect(readList({ ca: one.ca }, { registry: 'r.test' }).problems).toEqual([
      'entry 1: has no registry',
      'entry 2: has neither ca nor cert and key',
    ])
  })

  test.each([
    ['text', 's3cret', shape],
    ['an object', 'registry: s3cret', shape],
    ['a list of text', '- s3cret', `entry 1: ${shape}`],
    ['a list in it', '- registry: r.test\n  ca: [s3cret]', `entry 1: ${shape}`],
    ['no YAML', '- registry: r.test\n  key: "s3cret', `line 2 is not valid YAML; ${shape}`],
  ])('that is %s is refused without a word of it', (_what, text, problem) => {
    expect(read(text).problems).toEqual([problem])
  })
})

function indented(pem: string): string {
  return pem.trim().replace(/^/gm, '    ')
}

describe('the path of a file', () => {
  let elsewhere = ''

  beforeAll(() => {
    elsewhere = mkdtempSync(join(tmpdir(), 'registry-tls-elsewhere-'))
    writeFileSync(join(elsewhere, 'ca.pem'), one.ca)
    symlinkSync(join(elsewhere, 'ca.pem'), join(workspace, 'tls', 'link.pem'))
    symlinkSync(join(workspace, 'tls', 'ca.pem'), join(workspace, 'tls', 'inside.pem'))
  })

  afterAll(() => {
    rmSync(elsewhere, { recursive: true })
  })

  test('may be absolute, as that of an authority of the machine is', () => {
    const ca = join(elsewhere, 'ca.pem')
    expect(readList({ registry: 'r.example', ca })).toMatchObject({ problems: [] })
  })

  test('may be a link inside of the workspace', () => {
    expect(readList({ registry: 'r.example', ca: 'tls/inside.pem' }).problems).toEqual([])
  })

  test.each([
    [() => join('..', basename(elsewhere), 'ca.pem'), 'lies outside of the workspace'],
    [() => '../../etc/ssl/certs', 'lies outside of the workspace'],
    [() => 'tls/link.pem', 'leads out of the workspace through a symbolic link'],
  ])('does not leave the workspace where it is relative to it', (path, problem) => {
    const { problems } = readList({ registry: 'r.example', ca: path() })
    expect(problems).toEqual([`entry 1: ca: ${JSON.stringify(path())} ${problem}`])
  })

  test('leads to a file, and nothing that has no end', () => {
    const problems = ['/dev/zero', 'tls'].map(
      (ca) => readList({ registry: 'r.example', ca }).problems[0],
    )
    expect(problems).toEqual([
      'entry 1: ca: "/dev/zero" is not a regular file',
      'entry 1: ca: "tls" is a directory, not a file',
    ])
  })
})

test('PEM is gone through once, however many of its beginnings have no end', () => {
  for (const begin of ['-----BEGIN CERTIFICATE-----\n', '-----BEGIN PRIVATE KEY-----\n']) {
    const text = `${begin}a`.repeat(100_000)
    const { problems } = readList({ registry: 'r.example', cert: text, key: text })
    expect(problems).toHaveLength(1)
  }
})
