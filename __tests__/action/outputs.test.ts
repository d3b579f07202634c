import { describe, expect, test } from '@jest/globals'
import {
  emptyReport,
  MAX_OUTPUTS_LENGTH,
  type OutputFiles,
  outputsOf,
  setOutputs,
} from '../../src/action/outputs.ts'
import { reportText } from '../../src/action/report-text.ts'
import { recordCommands } from './command-recorder.ts'
import { copied, digestA, digestB, digestC, failed, reportOf } from './results.ts'

const noFiles: OutputFiles = { report: '', checksums: '' }
const files: OutputFiles = { report: '/tmp/report.json', checksums: '/tmp/checksums.txt' }

describe('the outputs', () => {
  const mixed = reportOf([
    copied(),
    copied({
      destination: 'registry.example.com:5000/a/b:1',
      digest: digestB,
      status: 'unchanged',
    }),
    failed('ghcr.io/acme/broken:1', 'push manifest: denied'),
    copied({ destination: 'ghcr.io/acme/alpine:latest' }),
  ])

  test('have the digest of the first destination', () => {
    expect(outputsOf(mixed, noFiles).digest).toBe(digestA)
  })

  test('have no digest when the first destination failed, whatever became of the others', () => {
    expect(outputsOf(reportOf([failed('ghcr.io/acme/a:1'), copied()]), noFiles).digest).toBe('')
  })

  test('have the digest of each destination that did not fail', () => {
    expect(JSON.parse(outputsOf(mixed, noFiles).digests)).toEqual({
      'ghcr.io/acme/alpine:3.20': digestA,
      'registry.example.com:5000/a/b:1': digestB,
      'ghcr.io/acme/alpine:latest': digestA,
    })
  })

  test('have each image by digest once, in the order of the list', () => {
    expect(outputsOf(mixed, noFiles).images).toBe(
      `ghcr.io/acme/alpine@${digestA}\nregistry.example.com:5000/a/b@${digestB}`,
    )
  })

  test('name what a skipped destination holds, which is not what the source has', () => {
    const { digest: _, ...rest } = copied({ status: 'skipped', previousDigest: digestC })
    const outputs = outputsOf(reportOf([rest]), noFiles)
    expect(outputs.digest).toBe(digestC)
    expect(JSON.parse(outputs.results)).toMatchObject([{ status: 'skipped', digest: digestC }])
  })

  test('leave out a destination that was not even started', () => {
    const { digest: _, ...rest } = copied({ status: 'skipped' })
    const outputs = outputsOf(reportOf([rest]), noFiles)
    expect([outputs.digest, outputs.digests, outputs.images]).toEqual(['', '{}', ''])
  })

  test('never show a digest of a failed destination', () => {
    const outputs = outputsOf(reportOf([{ ...copied(), status: 'failed' }]), noFiles)
    expect([outputs.digest, outputs.digests, outputs.images]).toEqual(['', '{}', ''])
    expect(outputs.results).not.toContain('"digest"')
  })

  test('have one object a destination, with these fields and no others', () => {
    const result = copied({ previousDigest: digestC })
    const broken = failed('ghcr.io/acme/broken:1', 'denied')
    const error = { code: 'DENIED', message: 'denied', hint: 'Ask for access.' }
    expect(
      JSON.parse(outputsOf(reportOf([result, { ...broken, error }]), noFiles).results),
    ).toEqual([
      {
        source: 'docker.io/library/alpine:3.20',
        destination: 'ghcr.io/acme/alpine:3.20',
        status: 'copied',
        digest: digestA,
        sourceDigest: digestB,
        previousDigest: digestC,
        platforms: { 'linux/amd64': digestC },
        bytes: { copied: 3_400_000, mounted: 0, existing: 0 },
        durationMs: 2300,
      },
      {
        source: 'docker.io/library/alpine:3.20',
        destination: 'ghcr.io/acme/broken:1',
        status: 'failed',
        platforms: {},
        bytes: { copied: 0, mounted: 0, existing: 0 },
        durationMs: 10,
        error: { code: 'DENIED', message: 'denied' },
      },
    ])
  })

  test('count the results, and say whether anything changed', () => {
    expect(outputsOf(mixed, files)).toMatchObject({
      report: '/tmp/report.json',
      checksums: '/tmp/checksums.txt',
      changed: 'true',
      copied: '2',
      unchanged: '1',
      skipped: '0',
      failed: '1',
    })
    const nothingNew = reportOf([copied({ status: 'unchanged' }), copied({ status: 'skipped' })])
    expect(outputsOf(nothingNew, noFiles)).toMatchObject({
      changed: 'false',
      copied: '0',
      unchanged: '1',
      skipped: '1',
      failed: '0',
    })
  })

  test.each([
    { what: 'a tag that is new', result: copied(), changed: true },
    { what: 'a tag that moved', result: copied({ previousDigest: digestB }), changed: true },
    {
      what: 'content that only has a digest',
      result: copied({ destination: 'ghcr.io/acme/a' }),
      changed: false,
    },
    { what: 'a failure', result: failed('ghcr.io/acme/a:1'), changed: false },
    {
      what: 'a failure of a tag that may have moved',
      result: { ...failed('ghcr.io/acme/a:1'), previousDigest: digestB },
      changed: true,
    },
  ])('call $what a change: $changed', ({ result, changed }) => {
    expect(outputsOf(reportOf([result]), noFiles).changed).toBe(String(changed))
  })

  test('of a dry run say whether anything would change', () => {
    expect(outputsOf(reportOf([copied()], true), noFiles).changed).toBe('true')
    expect(outputsOf(reportOf([copied({ status: 'unchanged' })], true), noFiles).changed).toBe(
      'false',
    )
  })

  test('are well-formed when there was no run at all', () => {
    expect(outputsOf(emptyReport, noFiles)).toEqual({
      digest: '',
      digests: '{}',
      images: '',
      results: '[]',
      report: '',
      pinned: '[]',
      rollback: '[]',
      checksums: '',
      changed: 'false',
      copied: '0',
      unchanged: '0',
      skipped: '0',
      failed: '0',
    })
  })

  test('are all set', () => {
    const commands = recordCommands()
    setOutputs(commands, recordCommands(), mixed, files)
    const outputs = outputsOf(mixed, files)
    expect(commands.of('output')).toEqual(
      Object.entries(outputs).map(([name, value]) => `${name}=${value}`),
    )
  })
})

/** As set for this many images, and what the log was told. */
function setFor(count: number, { paths = files, platforms = 1 } = {}) {
  const results = Array.from({ length: count }, (_, number) =>
    copied({
      destination: `ghcr.io/acme/alpine:${number}`,
      platforms: Object.fromEntries(
        Array.from({ length: platforms }, (__, index) => [`linux/${index}`, digestC]),
      ),
    }),
  )
  const commands = recordCommands()
  setOutputs(commands, commands, reportOf(results), paths)
  const values = commands.of('output').map((line) => {
    const end = line.indexOf('=')
    return [line.slice(0, end), line.slice(end + 1)] as const
  })
  return { outputs: new Map(values), warnings: commands.of('warning') }
}

function lengthOf(outputs: ReadonlyMap<string, string>) {
  return [...outputs.values()].reduce((sum, { length }) => sum + length, 0)
}

describe('the outputs of a long list', () => {
  test('are whole as long as they fit into a job', () => {
    const { outputs, warnings } = setFor(500)
    expect(JSON.parse(outputs.get('results') ?? '')).toHaveLength(500)
    expect(warnings).toEqual([])
  })

  test('are without the results when only these are too much', () => {
    const { outputs, warnings } = setFor(1000)
    expect(outputs.get('results')).toBe('[]')
    expect(outputs.get('pinned')?.match(/^- source/gm)).toHaveLength(1000)
    expect(lengthOf(outputs)).toBeLessThanOrEqual(MAX_OUTPUTS_LENGTH)
    expect(warnings).toEqual([
      'the outputs of 1000 images are more than GitHub keeps of a job, so these are left empty: ' +
        'results; the file that the output report names has everything',
    ])
  })

  test('are counts and one digest at last, when they would be 64 MiB', () => {
    const { outputs, warnings } = setFor(20_000, { platforms: 40 })
    expect(Object.fromEntries(outputs)).toEqual({
      digest: digestA,
      digests: '{}',
      images: `ghcr.io/acme/alpine@${digestA}`,
      results: '[]',
      report: '/tmp/report.json',
      pinned: '',
      rollback: '',
      checksums: '/tmp/checksums.txt',
      changed: 'true',
      copied: '20000',
      unchanged: '0',
      skipped: '0',
      failed: '0',
    })
    expect(warnings).toEqual([
      expect.stringContaining('left empty: results, pinned, rollback, digests;'),
    ])
  })

  test('are those that can be put together, when one has no room in a string', () => {
    const names = Array.from({ length: 1000 }, (_, index) => [`linux/${index}`, digestC])
    const platforms = Object.fromEntries(names) as Record<string, typeof digestC>
    const results = Array.from({ length: 20_000 }, (_, number) =>
      copied({ destination: `ghcr.io/acme/alpine:${number}`, platforms }),
    )
    const commands = recordCommands()
    setOutputs(commands, commands, reportOf(results), files)
    expect(commands.of('output')).toEqual(
      expect.arrayContaining([`digest=${digestA}`, 'results=[]', 'changed=true', 'copied=20000']),
    )
    expect(commands.of('warning')).toEqual([expect.stringContaining('left empty: results')])
  })

  test('are all but one that is longer than a string can be', () => {
    const tooLong = {
      ...copied(),
      get wanted(): never {
        throw new RangeError('Invalid string length')
      },
    }
    const commands = recordCommands()
    setOutputs(commands, commands, reportOf([tooLong]), files)
    expect(commands.of('output')).toEqual(
      expect.arrayContaining([`digest=${digestA}`, 'pinned=', 'changed=true', 'copied=1']),
    )
    expect(commands.of('warning')).toEqual([expect.stringContaining('left empty: pinned')])
  })

  test('are put together no further than they have room', () => {
    let written = 0
    const platforms = {
      toJSON: () => {
        written += 1
        return 'x'.repeat(10_000)
      },
    }
    const results = Array.from({ length: 1000 }, () => ({
      ...copied(),
      platforms: { ...platforms },
    }))
    const commands = recordCommands()
    setOutputs(commands, commands, reportOf(results as never), noFiles)
    expect(commands.of('output')).toContain('results=[]')
    expect(written).toBeLessThan(50)
  })

  test('keep the rollback of a run that has moved nothing, which is a list that is empty', () => {
    const results = Array.from({ length: 5000 }, (_, number) =>
      copied({ destination: `ghcr.io/acme/alpine-${number}:1` }),
    )
    const commands = recordCommands()
    setOutputs(commands, commands, { ...reportOf(results), dryRun: true }, files)
    expect(commands.of('output').map((line) => line.trimEnd())).toContain('rollback=[]')
    expect(commands.of('warning')).toEqual([
      expect.stringContaining('left empty: results, pinned, digests, images;'),
    ])
  })

  test('point to no report where there is none', () => {
    const { warnings } = setFor(1000, { paths: noFiles })
    expect(warnings).toEqual([expect.stringMatching(/left empty: results$/)])
  })

  test('are without the images too when these are too much', () => {
    const results = Array.from({ length: 5000 }, (_, number) =>
      copied({ destination: `ghcr.io/acme/alpine-${number}:1` }),
    )
    const commands = recordCommands()
    setOutputs(commands, commands, reportOf(results), noFiles)
    expect(commands.of('output')).toEqual(
      expect.arrayContaining(['digests={}', 'images=', 'results=[]', 'pinned=', 'copied=5000']),
    )
    expect(commands.of('warning')).toEqual([
      expect.stringMatching(/left empty: results, pinned, rollback, digests, images$/),
    ])
  })
})

describe('the report', () => {
  test.each([0, 1, 3])('is JSON with an indentation, for %i images', (count) => {
    const results = Array.from({ length: count }, () => copied())
    const text = [...reportText({ ...reportOf(results), warnings: ['one\ntwo'] })].join('')
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), undefined, 2)}\n`)
  })

  test('has the results and the totals', () => {
    const report = reportOf([copied(), failed('ghcr.io/acme/a:1')])
    expect(JSON.parse([...reportText(report)].join(''))).toEqual({
      version: 1,
      dryRun: false,
      totals: report.totals,
      selections: [],
      pullsLeft: [],
      warnings: [],
      results: JSON.parse(outputsOf(report, noFiles).results),
      pinned: outputsOf(report, noFiles).pinned,
      rollback: outputsOf(report, noFiles).rollback,
    })
  })

  test('of a dry run has the plan, short enough for a comment', () => {
    const results = Array.from({ length: 500 }, (_, index) =>
      copied({ destination: `ghcr.io/acme/app-${index}:1` }),
    )
    const { plan } = JSON.parse([...reportText(reportOf(results, true))].join(''))
    expect(plan).toContain('## Image sync plan: 500 to copy')
    expect(plan).toContain('more left out here')
    expect(plan.length).toBeLessThan(65_536)
  })
})
