import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { replyWith } from '../../testkit/registry/faults.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { errorsOf, everythingOf, outputsOf, type Result, warningsOf } from './bundle.ts'
import {
  actionVersion,
  comparable,
  type MergeWorld,
  reportOf,
  runMerge,
  runShards,
  startMergeWorld,
} from './merge-world.ts'

/** What the tests change of a report file. */
interface Report {
  version: number
  dryRun: boolean
  stage?: boolean
  shard: {
    part: number
    of: number
    list: string
    actionVersion: string
    lines: number
    linesOfAll: number
  }
  warnings: string[]
  results: Changeable<Result>[]
  details: { results: { position: number; wanted?: { platforms: string }; warnings?: string[] }[] }
}

type Changeable<T> = { -readonly [K in keyof T]: T[K] extends object ? Changeable<T[K]> : T[K] }

function firstOf<T>([first]: readonly T[]): T {
  if (first === undefined) throw new Error('there is none')
  return first
}

/** The report of a part that has so many results like the only one that there is, at lines of its own. */
function enlarged(
  text: string,
  { part, of, lines }: { part: number; of: number; lines: number },
): string {
  const report = JSON.parse(text) as Report
  const [result, details] = [firstOf(report.results), firstOf(report.details.results)]
  const positions = Array.from({ length: lines }, (_, index) => index * of + part - 1)
  report.results = positions.map((position) => ({
    ...result,
    destination: result.destination.replace(/:v2$/, `-${position}:v2`),
  }))
  report.details.results = positions.map((position) => ({ ...details, position }))
  report.shard = { ...report.shard, part, of, lines, linesOfAll: lines * of }
  return JSON.stringify(report)
}

interface Case {
  readonly what: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly of?: readonly number[]
  /** What is done to the registries and the list before. */
  readonly prepare?: (world: MergeWorld) => string
}

const cases: readonly Case[] = [
  { what: 'that goes well', of: [1, 3, 16] },
  { what: 'that is a dry run', inputs: { 'dry-run': 'true' } },
  { what: 'that is staged', inputs: { stage: 'true' } },
  { what: 'with images that are there', inputs: { 'on-existing': 'skip' } },
  { what: 'with images that may not be there', inputs: { 'on-existing': 'fail' } },
  { what: 'with everything as it is', inputs: { platforms: 'all', referrers: 'all' } },
  {
    what: 'with images that are missing',
    prepare: ({ images, source, destination }) =>
      `${source.host}/acme/gone:v1 => ${destination.host}/prod/gone\n${images}\n${source.host}/acme/api:v9 => ${destination.host}/prod/api`,
  },
  {
    what: 'with a registry that refuses some',
    prepare: ({ images, destination }) => {
      destination.fault({ method: 'PUT', path: /\/prod\/(?:db|hub)\/manifests\// }, replyWith(403))
      return images
    },
  },
  {
    what: 'with tags by pattern, some of them of none',
    prepare: ({ images, source, destination }) =>
      `${source.host}/acme/edge:v* => ${destination.host}/all/edge\n${images}\n` +
      `${source.host}/acme/api:x* => ${destination.host}/all/api\n` +
      `${source.host}/acme/db:v* => ${destination.host}/all/db`,
  },
]

describe('what is merged of shards is what one run would be', () => {
  test.each(
    cases.flatMap(({ of = [3], ...rest }) => of.map((number) => ({ ...rest, of: number }))),
  )('of a list $what, over $of', async ({ inputs, of, prepare }) => {
    const [one, other] = [await startMergeWorld(), await startMergeWorld()]
    const images = [one, other].map((world) => prepare?.(world) ?? world.images)
    const common = { retries: '0', ...inputs }
    const whole = await runAction({ inputs: { ...common, images: images[0] ?? '' } })
    const parts = await runShards(of, { ...common, images: images[1] ?? '', summary: 'false' })
    const merged = await runMerge(parts)
    expect(comparable(merged, other)).toEqual(comparable(whole, one))
    outputsOf(merged)
  })
})

describe('reports of shards', () => {
  /** Those of three shards, and the host of their destination. */
  let parts: readonly string[] = []
  const changed = (index: number, change: (report: Report) => void): string => {
    const report = JSON.parse(parts[index] ?? '') as Report
    change(report)
    return JSON.stringify(report)
  }
  const withChange = (change: (report: Report) => void) => [changed(0, change), ...parts.slice(1)]

  // Which shard does a repository depends on its name, and so on the port: one may be left without.
  beforeAll(async () => {
    do {
      const world = await startMergeWorld()
      parts = await runShards(3, { images: world.images, summary: 'false' })
      await world.source.close()
      await world.destination.close()
    } while (parts.some((text) => (JSON.parse(text) as Report).results.length === 0))
  })

  test('of which one is missing are a failure that names its number, and have all the others', async () => {
    const result = await runMerge({ '1.json': parts[0] ?? '', '3.json': parts[2] ?? '' })
    expect(result.exitCode).toBe(1)
    const { counts, results } = outputsOf(result)
    const there = [parts[0], parts[2]].flatMap((text) => (JSON.parse(text ?? '') as Report).results)
    expect(counts).toMatchObject({ failed: 1 })
    expect(results.filter(({ status }) => status !== 'failed')).toHaveLength(there.length)
    expect(errorsOf(result)).toEqual([
      expect.stringContaining('shard 2 of 3: there is no report of what it did'),
      `1 of ${there.length + 1} images failed. No report of shard 2 of 3.`,
    ])
    expect(result.groups.map(({ name }) => name)).toContain('failed shard 2 of 3')
    expect(result.summary).toContain('<code>shard 2 of 3</code></td>')
    expect(result.outputs['pinned']).toContain('# failed (NO_REPORT): shard 2 of 3')
  })

  test('of which one ended at its inputs are as those of which one is missing', async () => {
    const early = reportOf(await runAction({ inputs: { images: 'x.io/a:1', shard: '2/3' } }))
    const [first = '', , third = ''] = parts
    const result = await runMerge([first, early, third])
    expect(errorsOf(result).at(-1)).toMatch(
      /^1 of \d+ images failed\. No report of shard 2 of 3\.$/,
    )
    expect(warningsOf(result)).toEqual([
      'reports/report-2.json is of a run that ended before its first image',
    ])
    // Nothing is missing that it could stand for.
    const more = await runMerge([...parts, early])
    expect(errorsOf(more)).toEqual([
      'Input reports: reports/report-4.json is of a run that ended before its first image',
    ])
  })

  test('that are missing where the list begins leave the output digest empty', async () => {
    const first = parts.findIndex((text) =>
      (JSON.parse(text) as Report).details.results.some(({ position }) => position === 0),
    )
    const result = await runMerge(parts.filter((_, index) => index !== first))
    expect(result.outputs['digest']).toBe('')
    expect(result.outputs['digests']).not.toBe('{}')
  })

  test('are found by paths, by globs in folders, and once where both name them', async () => {
    const [one = '', two = '', three = ''] = parts
    const result = await runMerge(
      { 'a[1].json': one, 'deep/er/two.json': two, 'deep/three.json': three, 'notes.txt': 'no' },
      { reports: '  reports/a[1].json \r\n\nreports/**/t*.json\nreports/deep/three.json\n' },
    )
    expect(errorsOf(result)).toEqual([])
    expect(result.exitCode).toBe(0)
  })

  test('may lie where the steps of the job have written them', async () => {
    const [one = '', ...others] = parts
    const result = await runMerge(
      others,
      { reports: '../temp/one.json\nreports/*.json' },
      { '../temp/one.json': one },
    )
    expect(errorsOf(result)).toEqual([])
  })

  test('write no summary where none is wanted', async () => {
    expect((await runMerge(parts)).summary).toContain('## Image sync')
    expect((await runMerge(parts, { summary: 'false' })).summary).toBe('')
  })

  test('are text of others, whatever they say', async () => {
    const text =
      '::set-output name=digest::x\n::error::boo \u001b[31m https://a.b/c?token=t0ken <img src=x>'
    const reports = withChange((report) => {
      report.warnings.push(text)
      const result = firstOf(report.results)
      result.status = 'failed'
      Reflect.deleteProperty(result, 'digest')
      result.error = { code: 'DENIED', message: text }
      firstOf(report.details.results).warnings = [text]
    })
    const result = await runMerge(
      reports,
      {},
      {},
      { https_proxy: 'http://me:pr0xypass@proxy.test:1' },
    )
    const all = everythingOf(result)
    for (const foreign of ['token=t0ken', '\u001b']) expect(all).not.toContain(foreign)
    expect(result.summary).not.toContain('<img')
    expect(result.unmaskedLog.filter((line) => line.startsWith('::set-output'))).toEqual([])
    expect(result.masks).toContain('pr0xypass')
    outputsOf(result)
  })

  test.each<[string, (report: Report) => void, string]>([
    [
      'of another list',
      (it) => void (it.shard.list = `sha256:${'0'.repeat(64)}`),
      'are of different lists',
    ],
    [
      'of another number of shards',
      (it) => void (it.shard.of = 4),
      'are of different numbers of shards',
    ],
    ['of a dry run', (it) => void (it.dryRun = true), 'are of a dry run and of another run'],
    [
      'of a run with stage',
      (it) => void (it.stage = true),
      'are of a run with stage and of one without',
    ],
    ['of a part that comes twice', (it) => void (it.shard.part = 2), 'are of shard 2'],
    ['of a part that there is not', (it) => void (it.shard.part = 4), 'shard: has no such part'],
    ['of another form', (it) => void (it.version = 2), 'version: is 2, and this step reads 1'],
    [
      'of another version of the action',
      (it) => void (it.shard.actionVersion = '0.9.0'),
      `shard.actionVersion: is "0.9.0", and this step is ${actionVersion}`,
    ],
    [
      'of a run of all of the list',
      (it) => void Reflect.deleteProperty(it, 'shard'),
      'shard: is missing: the run was not given a shard',
    ],
    [
      'without what merging needs',
      (it) => void Reflect.deleteProperty(it, 'details'),
      'details: is missing',
    ],
    [
      'that has lost a result',
      (it) => void it.results.pop(),
      'does not say where its results belong',
    ],
    [
      'with results of no line',
      (it) => {
        for (const one of it.details.results) one.position += 999
      },
      'results of no line of the list',
    ],
    [
      'with lines of another',
      (it) => {
        for (const [at, one] of it.details.results.entries()) one.position = at
      },
      'have results of the same lines',
    ],
    ['with fewer lines', (it) => void (it.shard.lines -= 1), 'lines, and the list has 16'],
    [
      'without its results',
      (it) => {
        it.results = []
        it.details.results = []
      },
      'has 0 results of 0 of its',
    ],
    [
      'with two results of a line, and none of another',
      (it) => {
        const [first, ...others] = it.details.results
        for (const one of others) one.position = first?.position ?? 0
      },
      ' results of 1 of its ',
    ],
    [
      'with an image that was copied, and no digest of it',
      (it) => void Reflect.deleteProperty(firstOf(it.results), 'digest'),
      'results.0: does not go with its status',
    ],
    [
      'with a failure without an error',
      (it) => void (firstOf(it.results).status = 'failed'),
      'results.0: does not go with its status',
    ],
    [
      'with a name that is none',
      (it) => void (firstOf(it.results).destination = 'x.io/A'),
      'names no image',
    ],
    [
      'with a name that is not written out',
      (it) => void (firstOf(it.results).destination = 'alpine'),
      'names no image',
    ],
    [
      'with a digest that is none',
      (it) => void (firstOf(it.results).digest = 'sha256:0'),
      'is no digest',
    ],
    [
      'with platforms that are none',
      (it) => void (firstOf(it.details.results).wanted = { platforms: 'a b/c/d/e' }),
      'platform',
    ],
    [
      'with a status that there is not',
      (it) => void (firstOf(it.results).status = 'done' as 'copied'),
      'status',
    ],
    [
      'with a code that is none',
      (it) => void (firstOf(it.results).error = { code: '::x', message: '' }),
      'error.code',
    ],
    [
      'with a count that is none',
      (it) => void (firstOf(it.results).bytes.copied = -1),
      'bytes.copied',
    ],
  ])('%s are refused, and all outputs set', async (_, change, message) => {
    const result = await runMerge(withChange(change))
    expect(result.exitCode).toBe(1)
    expect(errorsOf(result).join('\n')).toContain(message)
    expect(outputsOf(result)).toMatchObject({ results: [], digests: {}, changed: false })
    expect(result.summary).toBe('')
  })
})

describe('a staged list of several shards', () => {
  test('is published by one run, from what merge has pinned, with a look, a look and a write', async () => {
    const { source, destination, images } = await startMergeWorld()
    const staged = await runMerge(await runShards(3, { images, stage: 'true', summary: 'false' }))
    expect(staged.exitCode).toBe(0)
    expect(destination.store.tagWrites()).toEqual([])
    const { digests, counts } = outputsOf(staged)
    expect(counts).toMatchObject({ copied: 15, unchanged: 1 })

    for (const registry of [source, destination]) registry.clearRequests()
    const inputs = { images: staged.outputs['pinned'] ?? '', 'all-or-nothing': 'true' }
    const published = await runAction({ inputs })
    expect(published.exitCode).toBe(0)
    expect(outputsOf(published).digests).toEqual(digests)
    const methods = destination.requests.map(({ method }) => method)
    expect(methods.filter((method) => method === 'PUT')).toHaveLength(15)
    expect(methods.filter((method) => method === 'HEAD').length).toBeLessThanOrEqual(31)
  })
})

describe('a list whose outputs are more than GitHub keeps', () => {
  test('has them in the report, as that of one run', async () => {
    const { source, destination, images } = await startMergeWorld()
    const [line = ''] = images.split('\n')
    const [text = ''] = await runShards(1, { images: line })
    const reports = [1, 2].map((part) => enlarged(text, { part, of: 2, lines: 1500 }))
    const result = await runMerge(reports)
    expect(result.exitCode).toBe(0)
    expect(result.outputs).toMatchObject({ results: '[]', pinned: '', copied: '3000' })
    expect(warningsOf(result)).toEqual([
      expect.stringMatching(/^the outputs of 3000 images are more than GitHub keeps of a job/),
    ])
    const report = JSON.parse(reportOf(result)) as Report
    expect(report.results).toHaveLength(3000)
    expect(report.results.map(({ destination: name }) => name)).toEqual(
      Array.from({ length: 3000 }, (_, index) => `${destination.host}/prod/db-${index}:v2`),
    )
    expect(Buffer.byteLength(result.summary)).toBeLessThan(2 ** 20)
    expect(source.requests.length).toBeGreaterThan(0)
  })
})

test('a run of a whole list writes nothing for merge into its report', async () => {
  const { images } = await startMergeWorld()
  const report = JSON.parse(reportOf(await runAction({ inputs: { images } })))
  expect(report).not.toHaveProperty('details')
  expect(report).not.toHaveProperty('shard')
})

test('the bundle that merges has no network in it', () => {
  const bundle = readFileSync(new URL('../../dist/merge/index.js', import.meta.url), 'utf8')
  expect(bundle).toContain('NO_REPORT')
  expect(bundle).not.toMatch(/undici|node:https?|fetch\(/)
})

describe('files that are no reports', () => {
  const sound = JSON.stringify({ version: 1 })

  test.each<[string, Readonly<Record<string, string | Uint8Array>>, string]>([
    ['that were cut off', { 'a.json': sound.slice(0, -3) }, 'it is no JSON, or was cut off'],
    ['that are empty', { 'a.json': '' }, 'it is no JSON, or was cut off'],
    ['that are no UTF-8', { 'a.json': Buffer.from('{"version":"\xff"}', 'latin1') }, 'no JSON'],
    ['that are other JSON', { 'a.json': '[]' }, 'is no report of a shard'],
    ['that are folders', { 'a.json/b.txt': '' }, 'is a directory, not a file'],
    ['of a step that is not this', { 'a.json': sound }, 'reports/a.json is no report of a shard'],
    ['that are not there', { 'a.txt': sound }, 'reports/a.json: no report is found'],
  ])('%s are refused by name', async (_, files, message) => {
    const result = await runMerge(files, { reports: 'reports/a.json' })
    expect(result.exitCode).toBe(1)
    expect(errorsOf(result).join()).toContain(message)
    outputsOf(result)
  })

  test('outside of the workspace are not read', async () => {
    const result = await runMerge([], { reports: '../*/event.json\n../event.json' })
    expect(errorsOf(result)).toEqual([
      expect.stringMatching(/event\.json lies outside of the workspace/),
    ])
  })

  test('are all named, with the others', async () => {
    const result = await runMerge({ 'a.json': '{', 'b.json': '[]' })
    expect(errorsOf(result)).toEqual([
      expect.stringMatching(
        /^2 problems with the inputs:\n- reports: reports\/a\.json .*\n- reports: reports\/b\.json /,
      ),
    ])
  })
})

describe('the inputs of merge', () => {
  test.each([
    [{ reports: ' ' }, 'Input reports: no report is named; give paths or globs, one a line'],
    [{ summary: 'maybe' }, 'Input summary: "maybe" is not accepted; expected true or false'],
    [{ report: 'a.json' }, 'Input report: there is no such input; it is called reports'],
  ])('are looked at first: %j', async (inputs, message) => {
    const result = await runMerge([], inputs)
    expect(result.exitCode).toBe(1)
    expect(errorsOf(result)).toEqual([message])
    outputsOf(result)
  })
})
