import { describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { errorsOf, outputsOf, startPair, warningsOf } from './bundle.ts'

const image = buildImage()
const SECRET = 'Tr0ub4dor&3'

describe('a list of another program', () => {
  test('is read, and the log says how', async () => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', image)
    const text = `version: 1
creds:
  - registry: ${source.host}
    pass: ${SECRET}
sync:
  - {source: ${source.host}/acme/app:v1, target: ${destination.host}/prod/app:v1, type: image}
`
    const result = await runAction({
      inputs: { 'images-file': './mirror/regsync.yml' },
      workspace: { 'mirror/regsync.yml': text },
    })
    expect(result).toMatchObject({ exitCode: 0, annotations: [] })
    expect(result.log).toContain(
      'images-file mirror/regsync.yml: read as a regsync file; not read: "creds"',
    )
    expect(destination.store.tag('prod/app', 'v1')).toBe(image.manifest.digest)
    expect(result.stdout).not.toContain(SECRET)
  })

  test('is one error where it is not, and no value of it is told', async () => {
    const images = `quay.io:\n  images:\n    a: []\n  credentials:\n    password: ${SECRET}\n`
    const result = await runAction({ inputs: { images } })
    expect(errorsOf(result)).toEqual([
      'Input images, line 1: this is a skopeo sync file, which is not read; write a list of objects: {source: …, destination: …, tags: …}',
    ])
    expect(result.stdout).not.toContain(SECRET)
  })

  test('tells what it does not read beside what is wrong in it', async () => {
    const images = `creds: []\nsync:\n- {source: a, target: x.io/a, type: registry}\n`
    const result = await runAction({ inputs: { images } })
    expect(result.exitCode).toBe(1)
    expect(result.log).toContain('images: read as a regsync file; not read: "creds"')
  })
})

describe('a problem of images-file', () => {
  test('is annotated at its line', async () => {
    const result = await runAction({
      inputs: { 'images-file': 'mirror/images.txt', 'destination-registry': 'ghcr.io/acme' },
      workspace: { 'mirror/images.txt': 'alpine\n\npython 3.12\nA\n' },
    })
    const problems = result.annotations.filter(({ properties }) => 'file' in properties)
    expect(problems).toMatchObject([
      {
        level: 'error',
        message: expect.stringContaining('"3.12" looks like a tag'),
        properties: { file: 'mirror/images.txt', line: '3' },
      },
      { level: 'error', properties: { file: 'mirror/images.txt', line: '4' } },
    ])
    expect(result.annotations).toHaveLength(3)
  })

  test('is an image that is not to be had, too, and its selection', async () => {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', image)
    const result = await runAction({
      inputs: { 'images-file': 'images.txt', 'dry-run': 'true' },
      workspace: {
        'images.txt': `# two\n${source.host}/acme/app:v2 => ${destination.host}/a\n${source.host}/acme/app:w* => ${destination.host}/b\n`,
      },
    })
    const lines = result.annotations.flatMap(({ properties }) => properties['line'] ?? [])
    expect(lines).toEqual(['2', '3'])
  })

  test('is the message of the step where it is the only one', async () => {
    const result = await runAction({
      inputs: { 'images-file': 'images.txt' },
      workspace: { 'images.txt': '# one\nA => ghcr.io/acme/a\n' },
    })
    expect(result.annotations).toMatchObject([
      {
        message: expect.stringMatching(
          /^Input images-file images.txt, line 2: source: .*upper case/,
        ),
        properties: { file: 'images.txt', line: '2' },
      },
    ])
  })

  test('in the input itself has no file', async () => {
    const result = await runAction({ inputs: { images: 'A' } })
    expect(result.annotations).toMatchObject([{ properties: {} }])
  })
})

test('an empty list is a run with nothing to do', async () => {
  const result = await runAction({
    inputs: { images: '[]', 'source-username': 'a', 'source-password': 'b' },
  })
  expect(result).toMatchObject({ exitCode: 0, annotations: [] })
  expect(outputsOf(result)).toMatchObject({ results: [], changed: false, digest: '' })
})

test('a byte order mark before a list is taken off', async () => {
  const { source, destination } = await startPair()
  pushTo(source.store, 'acme/app', 'v1', image)
  const line = `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`
  for (const images of [`\uFEFF${line}`, `\uFEFF- ${line}`, `\uFEFF["${line}"]`]) {
    const result = await runAction({ inputs: { images } })
    expect(errorsOf(result)).toEqual([])
  }
})

test('placeholders keep the images of two hosts apart', async () => {
  const { source, destination } = await startPair()
  const other = await startPair()
  pushTo(source.store, 'acme/app', 'v1', image)
  pushTo(other.source.store, 'acme/app', 'v1', image)
  const images = `${source.host}/acme/app:v1\n${other.source.host}/acme/app:v1`
  const base = `${destination.host}/mirror`
  const met = await runAction({ inputs: { images, 'destination-registry': base } })
  expect(errorsOf(met).join()).toContain('{registry} in destination-registry')
  const apart = await runAction({
    inputs: { images, 'destination-registry': `${base}/{registry}` },
  })
  expect(errorsOf(apart)).toEqual([])
  expect(outputsOf(apart).results.map(({ destination: to }) => to)).toEqual(
    [source, other.source].map(({ host }) => `${base}/${host.replace(':', '-')}/acme/app:v1`),
  )
})

describe('a source that is pinned by a digest alone', () => {
  const multi = buildMultiPlatform({ platforms: ['linux/amd64', 'linux/arm64', 'linux/s390x'] })

  async function copy(inputs: Record<string, string>, tag = '') {
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', multi)
    const name = `${source.host}/acme/app@${multi.manifest.digest}`
    const places = [`${destination.host}/a${tag}`, `${destination.host}/b${tag}`].join(' ')
    const result = await runAction({ inputs: { images: `${name} => ${places}`, ...inputs } })
    expect(result.exitCode).toBe(0)
    return { name, warnings: warningsOf(result) }
  }

  test('gets a warning, once, where its copy has another digest and no tag', async () => {
    const { name, warnings } = await copy({})
    expect(warnings).toEqual([
      `${name}: platforms are selected, so the copy is a new index with another digest than the pinned one, and without a tag; write platforms: all to keep the digest, or give the destination a tag`,
    ])
  })

  test('gets none where the digest is kept, or the copy has a tag', async () => {
    expect((await copy({ platforms: 'all' })).warnings).toEqual([])
    expect((await copy({}, ':v1')).warnings).toEqual([])
  })
})
