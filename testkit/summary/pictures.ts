/**
 * Makes pictures of job summaries as GitHub shows them, to look at: `npm run pictures`. Arguments are
 * the folder that they go to, and the names of cases; all of them, and a new folder, by default.
 * Needs Chromium.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Chromium } from '../servers/chromium.ts'
import { summaryCases, summaryOf } from './summary-cases.ts'
import { layOut, summaryPage } from './summary-page.ts'

/** CSS pixels: the least that a summary has to fit into, and a window of today. */
export const WIDTHS = [900, 1200] as const

const [folder = mkdtempSync(join(tmpdir(), 'summaries-')), ...wanted] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
await using chromium = await Chromium.start()
for (const name of Object.keys(summaryCases) as (keyof typeof summaryCases)[]) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const summary = await summaryOf(name)
  writeFileSync(join(folder, `${name}.md`), summary)
  for (const width of WIDTHS) {
    const { height, room, tables } = await layOut(chromium, summary, width)
    const file = join(folder, `${name}-${width}.png`)
    await chromium.picture(summaryPage(summary), width, height, file)
    const widest = Math.max(0, ...tables)
    console.log(
      `${file}: ${Buffer.byteLength(summary)} bytes, tables up to ${widest} of ${room} px`,
    )
  }
}
