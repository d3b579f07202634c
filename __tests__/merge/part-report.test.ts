import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { findReports } from '../../src/merge/find-reports.ts'
import { readPartReports } from '../../src/merge/part-report.ts'

let root = ''
const at = (path: string): string => join(root, path)

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'merge-'))
  for (const folder of ['workspace', 'workspace/reports', 'temp', 'else']) mkdirSync(at(folder))
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

/** A file of so many bytes that takes no room. */
function sparse(path: string, bytes: number) {
  const file = openSync(at(path), 'w')
  ftruncateSync(file, bytes)
  closeSync(file)
}

function find(...lines: readonly string[]) {
  return findReports(lines, { workspace: at('workspace'), temporary: at('temp') })
}

describe('files', () => {
  test('that are larger than a report can be are not read', () => {
    sparse('workspace/reports/a.json', 2 ** 28 + 1)
    const { reports, problems } = readPartReports(find('reports/a.json').files)
    expect(reports).toEqual([])
    expect(problems).toEqual([
      `reports/a.json has ${2 ** 28 + 1} bytes; at most ${2 ** 28} are accepted`,
    ])
  })

  test('that are too large together are not read either', () => {
    sparse('workspace/reports/a.json', 2 ** 20)
    sparse('workspace/reports/b.json', 2 ** 28 - 1)
    const { problems } = readPartReports(find('reports/*.json').files)
    expect(problems).toEqual([
      expect.stringContaining('reports/a.json is no report'),
      expect.stringMatching(/^reports\/b\.json has \d+ bytes; at most \d+ are accepted$/),
    ])
  })

  test('are found in the order of their names, each once', () => {
    for (const name of ['b.json', 'a.json', 'c.txt'])
      writeFileSync(at(`workspace/reports/${name}`), '')
    const { files, unmatched } = find(
      'reports/b.json',
      'reports/*.json',
      './reports/a.json',
      'no/*',
    )
    expect(files.map(({ name }) => name)).toEqual(['reports/a.json', 'reports/b.json'])
    expect(unmatched).toEqual(['no/*'])
  })

  test('are found with the separator of the system', () => {
    writeFileSync(at('workspace/reports/a.json'), '')
    expect(find(['reports', '*.json'].join(sep))).toMatchObject({
      files: [{ name: 'reports/a.json' }],
      unmatched: [],
    })
  })

  test('are found where steps write them, by their absolute paths', () => {
    writeFileSync(at('temp/report.json'), '')
    expect(find(at('temp/report.json'), at('temp/*.json'))).toMatchObject({
      files: [{ path: expect.stringContaining('report.json') }],
      problems: [],
    })
  })

  test('outside of the workspace are refused, also behind a link', () => {
    writeFileSync(at('else/secret.json'), '')
    symlinkSync(at('else/secret.json'), at('workspace/reports/link.json'))
    const { files, problems } = find('../else/*.json', 'reports/*.json')
    expect(files).toEqual([])
    expect(problems).toEqual([
      expect.stringMatching(/else\/secret\.json lies outside of the workspace$/),
      'reports/link.json leads out of the workspace through a symbolic link',
    ])
  })
})
