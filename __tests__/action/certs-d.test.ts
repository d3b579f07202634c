import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { readCertsD } from '../../src/action/certs-d.ts'
import { createCertificate, type Certificate } from '../../testkit/registry/certificate.ts'
import { LogLines } from '../registry/registry-world.ts'

let one: Certificate
let two: Certificate
let folder: string

beforeAll(async () => {
  one = await createCertificate()
  two = await createCertificate({ selfSigned: true })
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certs-d-'))
})

afterEach(async () => rm(folder, { recursive: true }))

async function put(path: string, content: string) {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}

function read(...folders: readonly string[]) {
  const log = new LogLines()
  const found = readCertsD(log, folders.length === 0 ? [folder] : folders)
  return { found: Object.fromEntries(found), warnings: log.lines }
}

describe('the certificates of the machine', () => {
  test('are authorities and a client certificate for each host, by its normal name', async () => {
    await put('registry.example.com:5000/ca.crt', one.ca)
    await put('Registry.example.com/client.cert', one.cert)
    await put('Registry.example.com/client.key', one.key)
    await put('registry-1.docker.io/ca.crt', one.ca)
    expect(read()).toEqual({
      found: {
        'registry.example.com:5000': { ca: one.ca },
        'registry.example.com': { cert: one.cert, key: one.key },
        'docker.io': { ca: one.ca },
      },
      warnings: [],
    })
  })

  test('may have a mark of byte order', async () => {
    await put('r.example/ca.crt', `\uFEFF${one.ca}`)
    expect(read()).toEqual({ found: { 'r.example': { ca: one.ca } }, warnings: [] })
  })

  test('may be several authorities, and of client certificates the first by name', async () => {
    await put('r.example/a.crt', one.ca)
    await put('r.example/b.crt', two.cert)
    await put('r.example/a.cert', one.cert)
    await put('r.example/a.key', one.key)
    await put('r.example/b.cert', two.cert)
    await put('r.example/b.key', two.key)
    const { found } = read()
    expect(found['r.example']).toEqual({
      ca: `${one.ca}\n${two.cert}`,
      cert: one.cert,
      key: one.key,
    })
  })

  test('come from all folders, the client certificate from the first that has one', async () => {
    await put('podman/r.example/ca.crt', one.ca)
    await put('podman/r.example/c.cert', one.cert)
    await put('podman/r.example/c.key', one.key)
    await put('docker/r.example/ca.crt', two.cert)
    await put('docker/r.example/c.cert', two.cert)
    await put('docker/r.example/c.key', two.key)
    const { found } = read(join(folder, 'podman'), join(folder, 'docker'))
    expect(found['r.example']).toEqual({
      ca: `${one.ca}\n${two.cert}`,
      cert: one.cert,
      key: one.key,
    })
  })

  test('are none where there is no folder, nor anything else that is named after a host', async () => {
    expect(read(join(folder, 'missing'))).toEqual({ found: {}, warnings: [] })
    await put('notes.txt', 'no certificate')
    await put('no_host/ca.crt', 'no certificate')
    await put('r.example/readme.md', 'no certificate')
    expect(read()).toEqual({ found: {}, warnings: [] })
  })

  test.each([
    ['an authority that is none', { 'ca.crt': 's3cret' }, 'ca.crt holds no certificate in PEM'],
    ['a certificate without a key', { 'c.cert': 'one' }, 'c.key cannot be read (ENOENT)'],
    ['a key that is none', { 'c.cert': 'one', 'c.key': 's3cret' }, 'c.key holds no private key'],
    ['a key of another one', { 'c.cert': 'one', 'c.key': 'two' }, 'do not belong together'],
  ])('are told to be broken, and do not touch the others: %s', async (_what, files, words) => {
    const texts: Record<string, Record<string, string>> = {
      one: { 'c.cert': one.cert },
      two: { 'c.key': two.key },
    }
    for (const [name, content] of Object.entries(files)) {
      await put(`r.example/${name}`, texts[content]?.[name] ?? content)
    }
    await put('r.example/good.crt', one.ca)
    const { found, warnings } = read()
    expect(found).toEqual({ 'r.example': { ca: one.ca } })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(words)
    expect(warnings[0]).toContain(join(folder, 'r.example'))
    expect(warnings[0]).not.toContain('s3cret')
  })
})
