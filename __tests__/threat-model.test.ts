import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { tablesOf } from './markdown.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(join(root, 'docs/threat-model.md'), 'utf8')
const rows = tablesOf(page)[0]?.rows ?? []

test('the page about threats has a defence and a test for each', () => {
  expect(rows.length).toBeGreaterThan(25)
  for (const row of rows) expect(row.every((cell) => cell !== '')).toBe(true)
})

test.each(rows.map(([threat = '', , , named = '']) => [threat, named]))(
  '%s: the test is there',
  (_threat, named) => {
    const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(named) ?? []
    const path = join(root, '__tests__', file)
    expect(existsSync(path)).toBe(true)
    expect(readFileSync(path, 'utf8')).toContain(title)
  },
)
