import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { outputsOf } from '../../src/action/outputs.ts'
import { reportText } from '../../src/action/report-text.ts'
import { renderSummary } from '../../src/action/summary.ts'
import { ACTION_VERSION } from '../../src/action/version.ts'
import { joinParts } from '../../src/merge/join-parts.ts'
import { readPartReports } from '../../src/merge/part-report.ts'
import { type Digest, digestOf } from '../../src/oci/digest.ts'
import type { PullsLeft } from '../../src/registry/pace/pull-limit.ts'
import type {
  LostReferrer,
  RunReport,
  SelectionReport,
  SyncResult,
  Verified,
} from '../../src/sync/report.ts'
import { totalsOf } from '../../src/sync/report.ts'

const digest = (name: string): Digest => digestOf(Buffer.from(name))

/** Types say that nothing is left out here: what a result may have, it has. */
const verified: Required<Verified> = {
  rule: 2,
  kind: 'github',
  digest: digest('verified'),
  predicateType: 'https://slsa.dev/provenance/v1',
  from: 'github',
  identity: 'https://github.com/acme/app/.github/workflows/build.yml@refs/heads/main',
  issuer: 'https://token.actions.githubusercontent.com',
  sourceRepository: 'https://github.com/acme/app',
  sourceRef: 'refs/heads/main',
  sourceDigest: '0'.repeat(40),
  time: '2026-01-02T03:04:05.000Z',
}
const lost: Required<LostReferrer> = {
  digest: digest('lost'),
  artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  subject: digest('subject'),
  predicateType: 'https://spdx.dev/Document',
}
const full: Required<SyncResult> = {
  source: 'docker.io/acme/app:1.4',
  destination: 'ghcr.io/acme/app:1.4',
  status: 'skipped',
  digest: digest('app'),
  sourceDigest: digest('source'),
  previousDigest: digest('before'),
  platforms: { 'linux/amd64': digest('amd64'), 'linux/arm/v7': digest('arm') },
  missingPlatforms: ['linux/arm64'],
  notInIndex: 'annotations (org.opencontainers.image.title)',
  bytes: { copied: 1, mounted: 2, existing: 3 },
  tag: { state: 'left', digest: digest('app') },
  referrers: { copied: 1, existing: 2, filtered: 3, lost: [lost] },
  verified,
  durationMs: 12,
  error: { code: 'ABORTED', message: 'because of another', hint: 'look at the other' },
  warnings: ['docker.io/acme/app:1.4: lacks linux/arm64'],
  wanted: {
    platforms: [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm', variant: 'v7' },
    ],
    attestations: 'keep',
    referrers: { types: ['application/spdx+json', 'application/vnd.dev.*'], cosignTags: true },
  },
  place: { file: 'mirror/images.txt', line: 3 },
}
const selection: SelectionReport = {
  source: 'docker.io/acme/app',
  tags: { match: ['1.*'], exclude: ['*-rc'], semver: '>=1 <2', newest: 3, min: 2 },
  destinations: ['ghcr.io/acme/app'],
  listed: 9,
  selected: ['1.4'],
  leftOut: { older: 4, unmatched: 4 },
}
const left: PullsLeft = {
  registry: 'docker.io',
  login: 'user octo from registry-auth',
  remaining: 7,
  limit: 100,
  windowSeconds: 21_600,
}

/** A result with everything, and others of all kinds. */
function resultsOf(name: string): readonly SyncResult[] {
  const { error: _error, tag: _tag, ...fine } = full
  const named = (result: SyncResult, tag: string): SyncResult => ({
    ...result,
    destination: `ghcr.io/acme/${name}:${tag}`,
  })
  return [
    named(full, 'left'),
    named({ ...fine, status: 'copied' }, 'copied'),
    named({ ...fine, status: 'unchanged', wanted: { platforms: 'all' } }, 'unchanged'),
    named({ ...fine, status: 'failed', error: { code: 'DENIED', message: 'no' } }, 'failed'),
  ]
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merge-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** The report of a part, read from a file that was written for it. */
function partOf(report: RunReport, name: string) {
  const path = join(folder, `${name}.json`)
  writeFileSync(path, [...reportText(report)].join(''))
  const { reports, problems } = readPartReports([{ name, path }])
  expect(problems).toEqual([])
  const [part] = reports
  if (part === undefined) throw new Error(`${name} is no report`)
  return part
}

function runOf(
  results: readonly SyncResult[],
  positions: readonly number[],
  part: number,
): RunReport {
  return {
    dryRun: false,
    results,
    totals: totalsOf(results, part),
    selections: part === 1 ? [selection] : [],
    pullsLeft: [{ ...left, remaining: 10 - part }],
    warnings: ['a warning of all', `a warning of part ${part}`],
    shard: {
      part,
      of: 2,
      list: digest('list'),
      actionVersion: ACTION_VERSION,
      lines: 4,
      linesOfAll: 8,
    },
    positions: { results: positions, selections: part === 1 ? [4] : [] },
  }
}

describe('parts', () => {
  test('are together what one run would have been, whatever results can have', () => {
    const [one, other] = [resultsOf('one'), resultsOf('other')]
    const parts = [
      partOf(runOf(other, [1, 3, 5, 7], 2), 'b'),
      partOf(runOf(one, [0, 2, 4, 6], 1), 'a'),
    ] as const
    const joining = joinParts(parts)
    if ('problems' in joining) throw new Error(joining.problems.join())
    const results = one.flatMap((result, index) => [result, other[index] ?? result])
    const whole: RunReport = {
      dryRun: false,
      results,
      totals: totalsOf(results, 2),
      selections: [selection],
      pullsLeft: [{ ...left, remaining: 8 }],
      warnings: ['a warning of all', 'a warning of part 1', 'a warning of part 2'],
    }
    const files = { report: '', checksums: '' }
    expect(outputsOf(joining.report, files)).toEqual(outputsOf(whole, files))
    expect([...reportText(joining.report)].join('')).toBe([...reportText(whole)].join(''))
    expect(renderSummary(joining.report)).toBe(renderSummary(whole))
    expect(joining.report.results).toEqual(whole.results)
  })

  test('of which many are missing are each named', () => {
    const [one] = [resultsOf('one')]
    const part = partOf(runOf(one, [0, 2, 4, 6], 1), 'a')
    const joining = joinParts([{ ...part, shard: { ...part.shard, of: 4 } }])
    if ('problems' in joining) throw new Error(joining.problems.join())
    expect(joining.missing).toEqual([2, 3, 4])
    // They come where the first line is that nobody has done.
    expect(joining.report.results.map(({ destination }) => destination)).toEqual([
      'ghcr.io/acme/one:left',
      'shard 2 of 4',
      'shard 3 of 4',
      'shard 4 of 4',
      'ghcr.io/acme/one:copied',
      'ghcr.io/acme/one:unchanged',
      'ghcr.io/acme/one:failed',
    ])
  })
})
