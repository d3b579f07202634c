import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { renderPage, UPDATE_COMMAND } from './page.ts'
import { groups, type Group } from './table.ts'

const page = new URL('../../docs/reliability.md', import.meta.url)

test('docs/reliability.md shows what the tests of this folder hold', () => {
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, renderPage())
  const isCurrent = readFileSync(page, 'utf8') === renderPage()
  expect(isCurrent ? 'it does' : `it does not: run \`${UPDATE_COMMAND}\``).toBe('it does')
})

test.each(groups)('the rows of "$title" have tests behind them', ({ title }) => {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const tests = readdirSync(folder).filter((file) => file.endsWith('.test.ts'))
  const texts = tests.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n')
  expect(texts).toContain(`testGroup('${title}')`)
})

test.each<Group>(groups)('each row of "$title" is one of its own, with a cell', ({ rows }) => {
  const names = rows.map(({ fault, times, often }) => `${fault}, ${often ?? times}`)
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  for (const { source, destination } of rows) expect(source ?? destination).toBeDefined()
})
