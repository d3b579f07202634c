import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { EOL, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { writeOutputFile, writeOutputFiles } from '../../src/action/output-files.ts'
import { reportText } from '../../src/action/report-text.ts'
import { recordCommands } from './command-recorder.ts'
import { copied, digestA, failed, reportOf } from './results.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('the files that outputs name', () => {
  const report = reportOf([copied(), failed('ghcr.io/acme/a:1')])

  test('are the report and the checksums', () => {
    const commands = recordCommands()
    const files = writeOutputFiles(report, folder, commands)
    expect(readFileSync(files.report, 'utf8')).toBe([...reportText(report)].join(''))
    expect(readFileSync(files.checksums, 'utf8')).toBe(
      `${digestA.replace('sha256:', '')}  ghcr.io/acme/alpine:3.20${EOL}`,
    )
    expect(commands.lines).toEqual([])
  })

  test('are empty paths and warnings where they cannot be written', () => {
    const commands = recordCommands()
    const files = writeOutputFiles(report, join(folder, 'missing'), commands)
    expect(files).toEqual({ report: '', checksums: '' })
    expect(commands.of('warning')).toEqual([
      expect.stringMatching(/^the report could not be written: .*ENOENT/),
      expect.stringMatching(/^the checksums could not be written: .*ENOENT/),
    ])
  })

  test('are without a report that no disk has room for, and no part of it stays', () => {
    const names = Array.from({ length: 1000 }, (_, index) => [`linux/${index}`, digestA])
    const platforms = Object.fromEntries(names) as Record<string, typeof digestA>
    const many = Array.from({ length: 20_000 }, (_, number) =>
      copied({ destination: `ghcr.io/acme/app:${number}`, platforms }),
    )
    const place = join(folder, 'large')
    mkdirSync(place)
    const commands = recordCommands()
    const files = writeOutputFiles(reportOf(many), place, commands)
    expect(files).toMatchObject({ report: '', checksums: expect.stringContaining('checksums') })
    expect(readdirSync(place)).toEqual([basename(files.checksums)])
    expect(commands.of('warning')).toContainEqual(
      expect.stringMatching(/^the report could not be written: .*more than 268435456 bytes/),
    )
  })

  test('are without the checksums that actions/attest would not take, and the log says so', () => {
    const commands = recordCommands()
    const many = Array.from({ length: 1030 }, (_, number) =>
      copied({ destination: `ghcr.io/acme/app:${number}` }),
    )
    const { checksums } = writeOutputFiles(reportOf(many), folder, commands)
    expect(readFileSync(checksums, 'utf8').trimEnd().split(EOL)).toHaveLength(1024)
    expect(commands.lines).toEqual([expect.stringMatching(/^info: .*without 6 destinations/)])
  })
})

describe('a file that an output names', () => {
  test('has a new name every time, in the folder that was asked for', () => {
    const paths = ['', ''].map((text) => writeOutputFile('report', 'json', text, folder))
    expect(new Set(paths).size).toBe(2)
    for (const path of paths) {
      expect(path.startsWith(join(folder, 'image-sync-report-'))).toBe(true)
      expect(path.endsWith('.json')).toBe(true)
    }
  })

  test('is for the user of the runner only', () => {
    const { mode } = statSync(writeOutputFile('report', 'json', '', folder))
    expect(mode & 0o077).toBe(0)
  })

  test('is never written over or through what is there already', () => {
    const secret = join(folder, 'elsewhere')
    symlinkSync(secret, join(folder, 'image-sync-report-guessed.json'))
    expect(() => writeOutputFile('report', 'json', '', folder, 'guessed')).toThrow(/EEXIST/)
    expect(existsSync(secret)).toBe(false)
    const taken = join(folder, 'image-sync-report-taken.json')
    writeFileSync(taken, 'mine')
    expect(() => writeOutputFile('report', 'json', '', folder, 'taken')).toThrow(/EEXIST/)
    expect(readFileSync(taken, 'utf8')).toBe('mine')
  })
})
