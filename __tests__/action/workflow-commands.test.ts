import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { appendOutput, formatCommand, inputVariable } from '../../src/action/workflow-commands.ts'
import { parseWorkflowCommand } from '../../testkit/runner/workflow-command.ts'

const HOSTILE = 'a%0Ab\r\n::error title=x,y::50%: c'

describe('a command', () => {
  test('is one line, whatever is in it', () => {
    const line = formatCommand('warning', HOSTILE, { title: HOSTILE })
    expect(line).not.toMatch(/[\r\n]/)
    expect(parseWorkflowCommand(line)).toMatchObject({
      name: 'warning',
      data: HOSTILE,
      properties: { title: HOSTILE },
    })
  })

  test('leaves out what has no value', () => {
    expect(formatCommand('error', 'text', { title: '', file: undefined })).toBe('::error::text')
    expect(formatCommand('endgroup', '')).toBe('::endgroup::')
  })
})

describe('an output', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'output-'))
  })
  afterEach(async () => {
    await rm(folder, { recursive: true })
  })

  test('stands between two lines that differ from one to the next', async () => {
    const file = join(folder, 'output')
    await writeFile(file, '')
    appendOutput(file, 'one', 'a\nb')
    appendOutput(file, 'two', '')
    const blocks = /^one<<(\S+)\r?\na\nb\r?\n\1\r?\ntwo<<(\S+)\r?\n\r?\n\2\r?\n$/
    const [, first, second] = blocks.exec(await readFile(file, 'utf8')) ?? []
    expect(first).toMatch(/^ghadelimiter_/)
    expect(second).not.toBe(first)
  })

  test('is not written to a file that is not there', () => {
    const file = join(folder, 'missing')
    expect(() => {
      appendOutput(file, 'one', 'a')
    }).toThrow(file)
    expect(existsSync(file)).toBe(false)
  })
})

test('an input has the name that the runner gives it', () => {
  expect(inputVariable('images-file')).toBe('INPUT_IMAGES-FILE')
  expect(inputVariable('two words')).toBe('INPUT_TWO_WORDS')
})
