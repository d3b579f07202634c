import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { actionlintProblems } from '../.ci/actionlint.ts'
import { actionTable } from '../.ci/public-contract.ts'
import { InputError } from '../src/action/input-reader.ts'
import { readInputs } from '../src/action/inputs.ts'
import { outputsOf } from '../src/action/outputs.ts'
import { reportText } from '../src/action/report-text.ts'
import { readMergeInputs } from '../src/merge/inputs.ts'
import { type Digest, digestOf, parseDigest } from '../src/oci/digest.ts'
import { buildImageIndex } from '../src/oci/image-index.ts'
import { MAX_INDEX_CHILDREN, MAX_LAYERS, MAX_MANIFEST_BYTES } from '../src/oci/manifest.ts'
import { MediaType } from '../src/oci/media-types.ts'
import { formatReference } from '../src/oci/reference.ts'
import { MAX_INDEX_DEPTH, MAX_MANIFESTS } from '../src/registry/learned/manifest-budget.ts'
import { RegistryError } from '../src/registry/errors.ts'
import { MAX_RETRY_AFTER_MS } from '../src/registry/pace/retry.ts'
import { ImageListError, parseImageList } from '../src/sync/image-list.ts'
import { isPair } from '../src/sync/list/pair.ts'
import { rangeOf } from '../src/sync/tags/versions/index.ts'
import { type SyncResult, totalsOf } from '../src/sync/report.ts'
import { createCertificate } from '../testkit/registry/certificate.ts'
import {
  inputProblems,
  MERGE_ACTION,
  ownSteps,
  sampleDigest,
  scriptsOf,
  usedOutputs,
  workflowOf,
} from './example-workflow.ts'
import { anchorsOf, codeSpans, fencesOf, linksOf, prose, tablesOf } from './markdown.ts'

/** Starting a compiler of 9 MB of WebAssembly takes a second, on a busy machine several. */
const SLOW_START = 60_000

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const markdownIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))

/** Pages for users. */
const pages = ['README.md', ...markdownIn('docs')]
const fences = pages.flatMap((page) => fencesOf(read(page)).map((fence) => ({ page, ...fence })))
const inLanguage = (language: string) => fences.filter((fence) => fence.language === language)
const actionYaml = read('action.yml')
const mergeInputs = actionTable(read('merge/action.yml'), 'inputs')

/** The workspace that the examples run in, with the files that the pages show. */
let workspace = ''

beforeAll(async () => {
  workspace = mkdtempSync(join(tmpdir(), 'readme-'))
  mkdirSync(join(workspace, 'certificates'))
  const { ca } = await createCertificate()
  writeFileSync(join(workspace, 'certificates/company-ca.pem'), ca)
  for (const { info, text } of inLanguage('images')) {
    if (info === '') continue
    mkdirSync(dirname(join(workspace, info)), { recursive: true })
    writeFileSync(join(workspace, info), text)
  }
})

afterAll(() => {
  rmSync(workspace, { recursive: true })
})

const problemsOf = (values: Readonly<Record<string, string>>): readonly string[] =>
  inputProblems(values, actionYaml, workspace, (path) => readFileSync(path, 'utf8'))

/** `sha256:…` stands for a digest wherever a whole one would only be in the way. */
const whole = (text: string): string => text.replaceAll('sha256:…', sampleDigest)

const isRange = (text: string): boolean => rangeOf(text) !== undefined

/** What is wrong with a list, where `destination-registry` is not given. */
function listMessages(list: string): readonly string[] {
  try {
    parseImageList(list, { source: { registry: 'docker.io' } }, { isRange })
    return []
  } catch (error) {
    if (!(error instanceof ImageListError)) throw error
    return error.problems.map(({ message }) => message)
  }
}

/** The image of a platform, as an index lists it. */
function image(architecture: string, content: string) {
  return {
    mediaType: MediaType.ociManifest,
    size: content.length,
    digest: digestOf(Buffer.from(content)),
    platform: { os: 'linux', architecture },
  }
}

/** The names of all members, at every depth but that of the platforms. */
function shape(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => shape(item))
  if (typeof value !== 'object' || value === null || name === 'platforms') return name
  return Object.entries(value).map(([key, member]) => [key, shape(member, key)])
}

/** The message about a tag that the source does not have. */
function notFound(registry: string, repository: string, reference: string): string {
  return new RegistryError('NOT_FOUND', 'not found', {
    operation: 'get manifest',
    side: 'source',
    registry,
    repository,
    reference,
    status: 404,
    registryCode: 'MANIFEST_UNKNOWN',
    registryMessage: 'manifest unknown',
  }).message
}

/** Relative links of a page that lead nowhere. */
function deadLinks(page: string, markdown: string): readonly string[] {
  return linksOf(markdown).flatMap(({ line, target }) => {
    if (/^[a-z]+:/.test(target)) return []
    const [path = '', anchor] = target.split('#')
    const file = path === '' ? page : join(dirname(page), path)
    const dead = `${page}:${line}: ${target}`
    if (!existsSync(join(root, file))) return [dead]
    if (anchor === undefined) return []
    return anchorsOf(path === '' ? markdown : read(file)).has(anchor) ? [] : [dead]
  })
}

describe('every example', () => {
  // Rules are read by the tests of trust.
  const examples = inLanguage('yaml').filter(({ info }) => info !== 'verify')

  test.each(examples)(
    '$page:$line is a workflow, or steps of one, that GitHub takes',
    async ({ page, text }) => {
      expect(await actionlintProblems(page, workflowOf(text))).toEqual([])
    },
    SLOW_START,
  )

  test.each(examples)('$page:$line gives this action what it takes', ({ text }) => {
    const steps = ownSteps(text)
    expect(steps).not.toEqual([])
    expect(steps.flatMap(problemsOf)).toEqual([])
  })

  const merging = examples.filter(({ text }) => text.includes(MERGE_ACTION))

  test.each(merging)('$page:$line gives the action that merges what it takes', ({ text }) => {
    for (const values of ownSteps(text, MERGE_ACTION)) {
      const environment = Object.entries(values).map(([name, value]) => [
        `INPUT_${name.toUpperCase()}`,
        value,
      ])
      expect(Object.keys(values).filter((name) => !mergeInputs.has(name))).toEqual([])
      expect(readMergeInputs(Object.fromEntries(environment)).reports).not.toEqual([])
    }
  })

  test.each(examples)('$page:$line uses outputs that there are', ({ text }) => {
    const outputs = [...actionTable(actionYaml, 'outputs').keys()]
    for (const name of usedOutputs(text)) expect(outputs).toContain(name)
  })

  const scripts = examples.flatMap(({ page, line, text }) =>
    scriptsOf(text).map((script) => ({ page, line, script })),
  )

  test.each(scripts)('$page:$line has a script that a shell takes', ({ script }) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('that hands on what a registry says takes out what calls people and makes links', () => {
    const handingOn = scripts.filter(({ script }) => script.includes('.error.message'))
    expect(handingOn).not.toEqual([])
    for (const { script } of handingOn) {
      for (const [, behind] of script.matchAll(/\.error\.message(.*)/g)) {
        expect(behind).toMatch(/^ \| gsub\("(?:`|&"; "&amp;"\) \| gsub\("<)"/)
      }
    }
  })

  test('is read so closely that an output which there is not is found', () => {
    const example = `- uses: OWNER/image-sync-action@v1\n  id: a\n- run: echo "\${{ steps.a.outputs.digets }}"\n`
    expect(usedOutputs(example)).toEqual(['digets'])
  })

  test(
    'is linted so closely that an output of no step is found',
    async () => {
      const example =
        '- run: echo "$DIGEST"\n  env:\n    DIGEST: ${{ steps.sync.outputs.digest }}\n'
      const problems = await actionlintProblems('example', workflowOf(example))
      expect(problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([
        expect.stringMatching(/^8: property "sync" is not defined/),
      ])
    },
    SLOW_START,
  )

  test('is looked at so closely that a slip is found', () => {
    const step = { images: 'alpine:3.20 => ghcr.io/acme/alpine:3.20' }
    expect(problemsOf(step)).toEqual([])
    expect(problemsOf({ ...step, image: 'alpine' })).toEqual(['there is no input image'])
    expect(problemsOf({ ...step, platforms: 'arm64' }).join()).toContain('platform "arm64"')
    expect(problemsOf({ images: 'alpine:3.20' }).join()).toContain('images, line 1: destination:')
    expect(problemsOf({ ...step, 'images-file': 'lists/none.txt' }).join()).toContain('images-file')
    expect(
      problemsOf({ ...step, 'registry-auth': '[{registry: quay.io, username: a, password: b}]' }),
    ).toEqual(['credentials for quay.io, which the list does not name'])
    expect(() => ownSteps('- uses: acme/image-sync-action@v1')).toThrow('should be OWNER/')
  })
})

describe('every image list', () => {
  const bases = {
    source: { registry: 'docker.io' },
    destination: { registry: 'ghcr.io', prefix: 'acme' },
  }

  test.each(inLanguage('images'))('$page:$line can be read', ({ text }) => {
    expect(parseImageList(whole(text), bases)).not.toEqual([])
  })

  const meanings = tablesOf(read('docs/image-list.md'))
    .filter(({ header }) => header.join() === 'Line,Source,Destination')
    .flatMap(({ rows }) => rows)
    .map((row) => ({ cells: row.map((cell) => whole(codeSpans(cell)[0] ?? '')) }))

  test.each(meanings)('line means what the page says: $cells', ({ cells }) => {
    const [line, source, destination] = cells
    const pairs = parseImageList(line ?? '', bases).filter(isPair)
    expect(pairs.map((pair) => formatReference(pair.source))).toEqual([source])
    expect(pairs.map((pair) => formatReference(pair.destination))).toEqual([destination])
  })

  const mistakes = tablesOf(read('docs/image-list.md'))
    .filter(({ header }) => ['Line,Message', 'List,Message'].includes(header.join()))
    .flatMap(({ rows }) => rows)
    .map(([list = '', message = '']) => ({
      list: whole(codeSpans(list).join('\n')),
      message: whole(codeSpans(message)[0] ?? ''),
    }))
    .filter(({ list }) => list !== '')

  test.each(mistakes)('mistake gets the message that the page shows: $list', (mistake) => {
    expect(listMessages(mistake.list)).toContain(mistake.message)
  })

  const large = Array.from({ length: 100_001 }, (_, index) => `a x.io/a:${index}`).join('\n')
  test.each([
    { what: 'neither', values: {} },
    { what: 'too many destinations', values: { images: large } },
    { what: 'too much text', values: { images: `a x.io/a # ${'a'.repeat(2 ** 25)}` } },
    { what: 'no file', values: { 'images-file': 'none.txt' } },
    { what: 'leads out', values: { 'images-file': join('..', 'images.txt') } },
    { what: 'no text file', values: { 'images-file': 'mirror' } },
    {
      what: 'in both lists',
      values: {
        images: 'alpine => ghcr.io/acme/base:1',
        'images-file': 'mirror/other.txt',
        'destination-registry': 'ghcr.io/acme',
      },
    },
  ])('of which the page says "$what" gets one of the messages there', ({ what, values }) => {
    writeFileSync(join(workspace, 'mirror/other.txt'), 'debian => ghcr.io/acme/base:1\n')
    const row = tablesOf(read('docs/image-list.md'))
      .filter(({ header }) => header[0] === 'What is wrong')
      .flatMap(({ rows }) => rows)
      .find(([cell]) => cell?.includes(what))
    const problems = problemsOf(values).join('\n')
    expect(
      codeSpans(row?.at(-1) ?? '').filter((message) => problems.includes(message)),
    ).toHaveLength(1)
  })

  test('message about several mistakes looks as the page shows it', () => {
    const shown = inLanguage('text').find(({ text }) => text.includes('problems with the inputs'))
    const images = '\n\nghcr.io/Acme/App:1 => :2\n\n\n\nalpine:3.20 =>\n'
    const getInput = (name: string) => (name === 'images' ? images : '')
    const reading = () => readInputs({ getInput, readFile: read, workspace })
    expect(reading).toThrow(InputError)
    expect(reading).toThrow(shown?.text.trim() ?? 'no such block')
  })
})

describe('the tables of the README', () => {
  test.each(['inputs', 'outputs'] as const)('describe all %s', (section) => {
    const described = tablesOf(read('README.md'))
      .filter(
        ({ header }) =>
          header[0]?.toLowerCase() === section.slice(0, -1) || header[0]?.toLowerCase() === section,
      )
      .flatMap(({ rows }) => rows)
      .filter((row) => (row.at(-1) ?? '').length > 20)
      .flatMap(([names = '']) => codeSpans(names))
    expect(described).toEqual([...actionTable(actionYaml, section).keys()])
  })

  test.each(['concurrency', 'retries', 'timeout'])('give the bounds of %s', (input) => {
    const row = tablesOf(read('README.md'))
      .flatMap(({ rows }) => rows)
      .find(([name]) => name === `\`${input}\``)
    const bounds = /\d+ to \d+/.exec(row?.at(-1) ?? '')?.[0] ?? 'no bounds'
    expect(problemsOf({ images: 'a ghcr.io/a/a', [input]: 'x' }).join()).toContain(`from ${bounds}`)
  })

  test('and of the results name all outputs', () => {
    const [table] = tablesOf(read('docs/outputs.md'))
    expect(table?.rows.flatMap(([name = '']) => codeSpans(name))).toEqual([
      ...actionTable(actionYaml, 'outputs').keys(),
    ])
  })
})

describe('the page about digests', () => {
  test('shows an index whose digest is the one it says', () => {
    const page = read('docs/digests.md')
    const index = fencesOf(page).find(({ language }) => language === 'text')?.text ?? ''
    const bytes = Buffer.from(index.replaceAll('\n', ''))
    const { manifests } = JSON.parse(bytes.toString())
    const built = buildImageIndex(
      manifests.map((child: object) => ({ ...child, configMediaType: MediaType.ociConfig })),
    )
    expect(bytes.equals(built.bytes)).toBe(true)
    expect(page).toContain(`Its digest is \`${built.digest}\`.`)
  })

  test('has a program that computes the digest of a copy', () => {
    const program = inLanguage('js').find(({ page }) => page === join('docs', 'digests.md'))
    const file = join(workspace, 'copied-digest.mjs')
    writeFileSync(file, program?.text ?? '')
    const [amd64, arm64, s390x] = ['amd64', 'arm64', 's390x'].map((name) => image(name, name))
    const arm = image('arm', 'arm')
    const source = {
      schemaVersion: 2,
      annotations: { 'org.opencontainers.image.title': 'a source in a form of its own' },
      manifests: [
        { ...arm64, platform: { ...arm64?.platform, variant: 'v8' }, annotations: { a: 'b' } },
        {
          ...image('unknown', 'attestation'),
          platform: { os: 'unknown', architecture: 'unknown' },
        },
        arm,
        amd64,
        image('amd64', 'a second one for the same platform'),
        s390x,
      ],
    }
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [file, 'linux/arm64', 'linux/arm/v7', 'linux/amd64', 'linux/riscv64'],
      { input: JSON.stringify(source), encoding: 'utf8' },
    )
    const copied = [arm64, arm, amd64].flatMap((child) =>
      child === undefined ? [] : [{ ...child, configMediaType: MediaType.ociConfig }],
    )
    expect({ stdout, stderr }).toEqual({
      stdout: `${buildImageIndex(copied).digest}\n`,
      stderr: '',
    })
  })
})

describe('the page about results', () => {
  const digest: Digest = parseDigest(sampleDigest)
  const bytes = { copied: 1, mounted: 2, existing: 3 }
  const error = { code: 'NOT_FOUND', message: 'not found', hint: 'look again' }
  const common = {
    source: 'a.io/a:1',
    destination: 'b.io/a:1',
    platforms: {},
    bytes,
    durationMs: 1,
  }
  const results: readonly SyncResult[] = [
    { ...common, status: 'copied', digest, sourceDigest: digest, previousDigest: digest },
    { ...common, status: 'failed', error },
  ]
  const selection = {
    source: '',
    tags: { match: [''], exclude: [], min: 1 },
    destinations: [''],
    listed: 0,
    selected: ['', ''],
    leftOut: { unmatched: 1, artifacts: 1 },
  }
  const report = {
    dryRun: false,
    results,
    totals: totalsOf(results, 1),
    selections: [selection],
  }
  const [shownResults, shownReport] = inLanguage('json')
    .filter(({ page }) => page === join('docs', 'outputs.md'))
    .map(({ text }) => JSON.parse(text))

  test('shows results with the members that they have', () => {
    expect(shape(shownResults)).toEqual(
      shape(JSON.parse(outputsOf(report, { report: '', checksums: '' }).results)),
    )
  })

  test('shows a report with the members that it has', () => {
    const left = { registry: '', login: '', remaining: 1, limit: 1, windowSeconds: 1 }
    const counted = { ...report, pullsLeft: [left], warnings: [''] }
    const written = JSON.parse([...reportText(counted)].join(''))
    expect(shape(shownReport)).toEqual(shape({ ...written, results: [] }))
  })

  test('and the README show messages as the program writes them', () => {
    expect(shownResults[1].error.message).toBe(notFound('docker.io', 'library/alpine', '3.99'))
    expect(read('README.md')).toContain(`NOT_FOUND: ${notFound('ghcr.io', 'acme/app', '1.4')}\n`)
  })
})

test('the page about security gives the bounds that hold', () => {
  const bounds = tablesOf(read('docs/security.md')).find(({ header }) => header.includes('Bound'))
  expect(bounds?.rows.map(([, bound]) => bound)).toEqual(
    expect.arrayContaining([
      `${MAX_MANIFEST_BYTES / 2 ** 20} MiB`,
      `${MAX_INDEX_DEPTH} levels, and ${MAX_MANIFESTS} manifests in all`,
      `${MAX_RETRY_AFTER_MS / 60_000} minutes`,
    ]),
  )
  expect(MAX_LAYERS).toBe(MAX_INDEX_CHILDREN)
  expect(bounds?.rows.map(([, bound]) => bound)).toContain(`${MAX_LAYERS} each`)
})

describe('links', () => {
  const everyPage = [...markdownIn('.'), ...markdownIn('docs'), ...markdownIn('.github')]

  test.each(everyPage)('of %s lead somewhere', (page) => {
    expect(deadLinks(page, read(page))).toEqual([])
  })

  test('that lead nowhere are found', () => {
    const markdown =
      '# A b\n[a](#a-b) [b](#b) [c](LICENSE)\n[d](docs/none.md) [e](SECURITY.md#none)\n'
    expect(deadLinks('README.md', markdown)).toEqual([
      'README.md:2: #b',
      'README.md:3: docs/none.md',
      'README.md:3: SECURITY.md#none',
    ])
  })
})

describe('the error codes', () => {
  /** Words in capitals that are no codes. */
  const OTHER_WORDS = [
    'OWNER',
    'SOURCE',
    'AWS',
    'PUT',
    'NODE_EXTRA_CA_CERTS',
    'NODE_USE_SYSTEM_CA',
    'DOCKER_AUTH_CONFIG',
    'ALL_PROXY',
    'NAME_UNKNOWN',
  ]

  const errors = read('src/registry/errors.ts')
  const union = /export type ErrorCode =[^]*?\n\n/.exec(errors)?.[0] ?? ''
  const declared = [...union.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code ?? '')

  const sources = ['registry', 'sync', 'action'].flatMap((layer) =>
    readdirSync(join(root, 'src', layer), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(join('src', layer, name)).replace(union, '')),
  )
  /** Codes of results that are no failure of a registry. */
  const ofResults = sources.flatMap((source) =>
    [...source.matchAll(/\bcode: '([A-Z_]+)'/g)].map(([, code]) => code ?? ''),
  )
  const inUse = declared.filter((code) => sources.some((source) => source.includes(`'${code}'`)))

  const mentioned = pages.flatMap((page) =>
    codeSpans(prose(read(page)).join('\n')).filter((span) => /^[A-Z][A-Z_]+$/.test(span)),
  )
  const explained = tablesOf(read('docs/outputs.md'))
    .filter(({ header }) => header[0] === 'Code')
    .flatMap(({ rows }) => rows)
    .flatMap(([codes = '']) => codeSpans(codes))

  test('that the pages mention exist', () => {
    const known = [...declared, ...ofResults, ...OTHER_WORDS]
    expect(mentioned).toContain('RATE_LIMITED')
    expect(mentioned.filter((code) => !known.includes(code))).toEqual([])
  })

  test('that the program uses are mentioned', () => {
    expect(inUse).toContain('VERIFICATION')
    expect([...inUse, ...ofResults].filter((code) => !mentioned.includes(code))).toEqual([])
  })

  test('of the README are explained among all of them', () => {
    const troubleshooting = tablesOf(read('README.md')).find(({ header }) => header[0] === 'Code')
    const codes = troubleshooting?.rows.flatMap(([names = '']) => codeSpans(names)) ?? []
    expect(codes).toContain('PLATFORM')
    expect(explained).toEqual(expect.arrayContaining(codes))
  })
})
