import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { renderPage, UPDATE_COMMAND } from './page.ts'
import { operations } from './table.ts'

const page = new URL('../../docs/compatibility.md', import.meta.url)

test('docs/compatibility.md shows what the tests of this folder hold', () => {
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, renderPage())
  const isCurrent = readFileSync(page, 'utf8') === renderPage()
  expect(isCurrent ? 'it does' : `it does not: run \`${UPDATE_COMMAND}\``).toBe('it does')
})

test.each(Object.keys(operations))('the column of "%s" has tests behind it', (operation) => {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const tests = readdirSync(folder).filter((file) => file.endsWith('.test.ts'))
  const texts = tests.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n')
  expect(texts).toContain(`performed('${operation}',`)
})
