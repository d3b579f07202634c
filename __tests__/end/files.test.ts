import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { errorsOf, everythingOf } from '../bundle/bundle.ts'

const entry = 'src/index.ts'

/** Far more than an error of a person's making, far less than a file of something else. */
const READABLE = 20_000

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'))
})

afterEach(async () => rm(folder, { recursive: true }))

describe('a file of images that is something else', () => {
  test.each([
    ['zeros in one line', Buffer.alloc(4_000_000)],
    ['zeros of which each is a line', Buffer.from('\0\n'.repeat(500_000))],
    ['text in one line', Buffer.from('x'.repeat(4_000_000))],
    ['a word a line', Buffer.from('Lorem\n'.repeat(300_000))],
    ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0x00])],
    ['more than any list', Buffer.alloc(9_000_000, 'alpine\n')],
    ['a tower of brackets', Buffer.from('['.repeat(200_000))],
  ])('fails with an error that can be read: %s', async (_what, content) => {
    const result = await runAction({
      entry,
      inputs: { 'images-file': 'list', 'destination-registry': '127.0.0.1:9' },
      workspace: { list: content },
    })
    expect(result).toMatchObject({ exitCode: 1, signal: null, stderr: '' })
    const errors = errorsOf(result)
    // One, and beside it one at each of the first lines.
    expect(errors.length).toBeLessThanOrEqual(10)
    expect(errors.at(-1)).toContain('images-file list')
    expect(result.stdout.length).toBeLessThan(READABLE)
    expect(result.stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })

  test('is not followed out of the workspace', async () => {
    const workspace = join(folder, 'workspace')
    await mkdir(workspace)
    await writeFile(join(folder, 'secret'), 'TOP SECRET')
    await symlink(join(folder, 'secret'), join(workspace, 'link'))
    const result = await runAction({
      entry,
      inputs: { 'images-file': 'link' },
      env: { GITHUB_WORKSPACE: workspace },
    })
    expect(errorsOf(result)).toEqual([expect.stringContaining('leads out of the workspace')])
    expect(everythingOf(result)).not.toContain('TOP SECRET')
  })
})

describe('the report', () => {
  test('is written where the system keeps what is temporary, if the runner names no folder', async () => {
    const env = { RUNNER_TEMP: '', TMPDIR: folder, TMP: folder, TEMP: folder }
    const { outputs } = await runAction({ entry, env, cwd: folder })
    const report = outputs['report'] ?? ''
    expect(report.startsWith(folder)).toBe(true)
    expect((await stat(report)).mode & 0o077).toBe(0)
  })

  test('is said to be missing where it cannot be written', async () => {
    const result = await runAction({ entry, env: { RUNNER_TEMP: join(folder, 'lost') } })
    expect(result.outputs['report']).toBe('')
    const warnings = result.annotations.filter(({ level }) => level === 'warning')
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('the report could not be written'),
      expect.stringContaining('the checksums could not be written'),
    ])
  })
})
