import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { declareArtifacts } from '../../src/action/declared-artifacts.ts'
import { digestOf } from '../../src/oci/digest.ts'
import type { SyncResult } from '../../src/sync/report.ts'
import { recordCommands } from './command-recorder.ts'
import { copied, digestA, digestB, failed, reportOf } from './results.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'artifacts-'))
  writeFileSync(join(folder, 'artifacts'), '')
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

interface Before {
  readonly name: string
  readonly digest: string
  readonly kind?: string
}

/** The text that the runner writes of what was declared in a job before. */
function listOf(subjects: readonly Before[]): string {
  return JSON.stringify({ version: 1, subjects })
}

/** Declares, and gives back what the runner was told, and the log. */
function declare(results: readonly SyncResult[], { list = '', dryRun = false } = {}) {
  const [file, listFile] = [join(folder, 'artifacts'), join(folder, 'list')]
  writeFileSync(listFile, list)
  const commands = recordCommands()
  const environment = { GITHUB_ARTIFACTS: file, GITHUB_ARTIFACTS_LIST: listFile }
  declareArtifacts(reportOf(results, dryRun), environment, commands)
  const lines = readFileSync(file, 'utf8').split('\n')
  expect(lines.pop()).toBe('')
  return { lines, warnings: commands.of('warning') }
}

function imagesOf(count: number): readonly SyncResult[] {
  return Array.from({ length: count }, (_, number) =>
    copied({ destination: `ghcr.io/acme/app:${number}` }),
  )
}

describe('the declaration', () => {
  test('is a line for each destination that was copied or is unchanged', () => {
    const { lines, warnings } = declare([
      copied(),
      copied({ destination: 'registry.lan:5000/a/b:1', status: 'unchanged', digest: digestB }),
      copied({ destination: 'ghcr.io/acme/by-digest' }),
      copied({ destination: 'ghcr.io/acme/left:1', status: 'skipped' }),
      failed('ghcr.io/acme/broken:1'),
    ])
    expect(lines).toEqual([
      `oci://ghcr.io/acme/alpine:3.20@${digestA}`,
      `oci://registry.lan:5000/a/b:1@${digestB}`,
      `oci://ghcr.io/acme/by-digest@${digestA}`,
    ])
    expect(warnings).toEqual([])
  })

  test('of a dry run is not about what would be copied', () => {
    expect(declare([copied()], { dryRun: true })).toEqual({ lines: [], warnings: [] })
  })

  test('is the same where nothing was declared in the job before', () => {
    expect(declare([copied()], { list: listOf([]) }).lines).toHaveLength(1)
  })

  test('says nothing again that was declared before', () => {
    const list = listOf([{ name: 'ghcr.io/acme/alpine:3.20', digest: digestA, kind: 'oci' }])
    expect(declare([copied()], { list })).toEqual({ lines: [], warnings: [] })
  })

  test.each([
    {
      what: 'has another digest already',
      results: [copied(), copied({ destination: 'ghcr.io/acme/b:1' })],
      before: [{ name: 'ghcr.io/acme/alpine:3.20', digest: digestB, kind: 'oci' }],
      lines: [`oci://ghcr.io/acme/b:1@${digestA}`],
      says: `ghcr.io/acme/alpine:3.20 (the job has declared it with ${digestB} already)`,
    },
    {
      what: 'goes by one name with two digests',
      results: ['a', 'b', 'c'].map((text) =>
        copied({ destination: 'ghcr.io/acme/app', digest: digestOf(Buffer.from(text)) }),
      ),
      before: [],
      lines: [`oci://ghcr.io/acme/app@${digestA}`],
      says: `ghcr.io/acme/app (the job has declared it with ${digestA} already), and 1 more`,
    },
    {
      what: 'has a digest that actions/attest does not take',
      results: [copied({ digest: digestOf(Buffer.from('a'), 'sha512') })],
      before: [],
      lines: [],
      says: 'ghcr.io/acme/alpine:3.20 (only sha256 digests can be declared)',
    },
  ])('leaves out what $what, with one warning', ({ results, before, lines, says }) => {
    const told = declare(results, { list: listOf(before) })
    expect(told.lines).toEqual(lines)
    expect(told.warnings).toEqual([expect.stringContaining(says)])
  })

  test.each([0, 450])('stays within the 500 artifacts of a job, with %d before', (count) => {
    const before = Array.from({ length: count }, (_, number) => ({
      name: `file-${number}`,
      digest: digestA,
      kind: 'file',
    }))
    const { lines, warnings } = declare(imagesOf(600), { list: listOf(before) })
    expect(lines).toHaveLength(500 - count)
    expect(warnings).toEqual([
      `${100 + count} destinations left out of the declared artifacts: ghcr.io/acme/app:${500 - count} ` +
        `(a job may declare at most 500 artifacts), and ${99 + count} more`,
    ])
  })

  test.each([
    ['another version', JSON.stringify({ version: 2, subjects: [] })],
    ['no JSON', 'subjects'],
    ['no list', JSON.stringify({ version: 1 })],
  ])('is none where what was declared before cannot be told: %s', (_, list) => {
    const { lines, warnings } = declare([copied()], { list })
    expect(lines).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('form that is not known')])
  })

  test('is a warning where the runner takes none, and never a failure', () => {
    const commands = recordCommands()
    const report = reportOf([copied()])
    declareArtifacts(report, {}, commands)
    declareArtifacts(report, { GITHUB_ARTIFACTS: folder }, commands)
    expect(commands.of('warning')).toEqual([
      'nothing was declared: this runner takes no declarations of artifacts',
      expect.stringContaining('EISDIR'),
    ])
    declareArtifacts(reportOf([]), {}, commands)
    expect(commands.of('warning')).toHaveLength(2)
  })
})
