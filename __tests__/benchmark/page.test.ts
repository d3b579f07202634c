import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { fillBlocks, renderBlocks, UPDATE_COMMAND } from '../../benchmark/results/page.ts'
import { readResults } from '../../benchmark/results/results.ts'

test.each(['README.md', 'docs/performance.md'])('%s shows the results that are kept', (page) => {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
  const isCurrent = fillBlocks(text, renderBlocks(readResults())) === text
  expect(isCurrent ? 'it does' : `it does not: run \`${UPDATE_COMMAND}\``).toBe('it does')
})

test('a block is put between its marks, and nothing else is touched', () => {
  const page =
    'a\n\n<!-- benchmark: x -->\n\nold\n\n<!-- end -->\n\n<!-- benchmark: y -->\n<!-- end -->\nb\n'
  expect(fillBlocks(page, new Map([['x', 'new']]))).toBe(
    'a\n\n<!-- benchmark: x -->\n\nnew\n\n<!-- end -->\n\n<!-- benchmark: y -->\n<!-- end -->\nb\n',
  )
})
