import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { renderCharts } from '../../benchmark/results/chart.ts'
import { fillBlocks, pages, renderBlocks, UPDATE_COMMAND } from '../../benchmark/results/page.ts'
import { readResults } from '../../benchmark/results/results.ts'

const root = new URL('../../', import.meta.url)
const charts = [...renderCharts(readResults())]

test.each(pages)('%s shows the results that are kept', (page) => {
  const text = readFileSync(new URL(page, root), 'utf8')
  const isCurrent = fillBlocks(text, renderBlocks(readResults())) === text
  expect(isCurrent ? 'it does' : `it does not: run \`${UPDATE_COMMAND}\``).toBe('it does')
})

describe('the chart', () => {
  test.each(charts)('%s shows the results that are kept, and needs nothing else', (path, svg) => {
    const isCurrent = readFileSync(new URL(path, root), 'utf8') === svg
    expect(isCurrent ? 'it does' : `it does not: run \`${UPDATE_COMMAND}\``).toBe('it does')
    expect(svg).not.toMatch(/<script|href=|url\(/)
  })

  test.each(pages)('is shown by %s on light and on dark pages', (page) => {
    const text = readFileSync(new URL(page, root), 'utf8')
    for (const [path] of charts) {
      expect(text).toContain(page.startsWith('docs/') ? path.slice('docs/'.length) : path)
    }
  })

  test('has a bar for this action and for each tool that did the work', () => {
    for (const [, svg] of charts) {
      for (const tool of ['this action', 'crane', 'regctl', 'regsync', 'skopeo']) {
        expect(svg).toContain(`>${tool}</text>`)
      }
    }
  })
})

test('a block is put between its marks, and nothing else is touched', () => {
  const page =
    'a\n\n<!-- benchmark: x -->\n\nold\n\n<!-- end -->\n\n<!-- benchmark: y -->\n<!-- end -->\nb\n'
  expect(fillBlocks(page, new Map([['x', 'new']]))).toBe(
    'a\n\n<!-- benchmark: x -->\n\nnew\n\n<!-- end -->\n\n<!-- benchmark: y -->\n<!-- end -->\nb\n',
  )
})
