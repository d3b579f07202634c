/** `npm run bench:report`: writes the tables of the pages anew from benchmark/results.json. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fillBlocks, renderBlocks } from './results/page.ts'
import { readResults } from './results/results.ts'

/** Pages that show results, relative to the project. */
export const pages = ['README.md', 'docs/performance.md']

const blocks = renderBlocks(readResults())
for (const page of pages) {
  const file = fileURLToPath(new URL(`../${page}`, import.meta.url))
  writeFileSync(file, fillBlocks(readFileSync(file, 'utf8'), blocks))
}
