/** `npm run bench:report`: writes the tables and the charts of the pages anew from benchmark/results.json. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { renderCharts } from './results/chart.ts'
import { fillBlocks, pages, renderBlocks } from './results/page.ts'
import { readResults } from './results/results.ts'

const root = new URL('../', import.meta.url)
const results = readResults()
const blocks = renderBlocks(results)
for (const page of pages) {
  const file = new URL(page, root)
  writeFileSync(file, fillBlocks(readFileSync(file, 'utf8'), blocks))
}
for (const [path, svg] of renderCharts(results)) {
  const file = new URL(path, root)
  mkdirSync(new URL('./', file), { recursive: true })
  writeFileSync(file, svg)
}
