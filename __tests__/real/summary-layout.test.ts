import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Chromium, findChromium } from '../../testkit/servers/chromium.ts'
import { realRegistryRequired } from '../../testkit/servers/required.ts'
import { summaryCases, summaryOf } from '../../testkit/summary/summary-cases.ts'
import { layOut } from '../../testkit/summary/summary-page.ts'

const isThere = findChromium() !== undefined || realRegistryRequired()
const describeReal = isThere ? describe : describe.skip

const names = Object.keys(summaryCases) as (keyof typeof summaryCases)[]

describeReal('a summary as GitHub shows it', () => {
  let chromium: Chromium
  beforeAll(async () => {
    chromium = await Chromium.start()
  })
  afterAll(async () => {
    await (chromium as Chromium | undefined)?.[Symbol.asyncDispose]()
  })

  test.each(names)('has no table that is wider than its page: %s', async (name) => {
    const summary = await summaryOf(name)
    expect(Buffer.byteLength(summary)).toBeLessThan(600 * 1024)
    for (const width of [900, 1200]) {
      const { room, tables } = await layOut(chromium, summary, width)
      expect(room).toBeGreaterThan(width - 100)
      expect(tables.length).toBeGreaterThan(0)
      for (const table of tables) expect(table).toBeLessThanOrEqual(room)
    }
  })

  test('is measured so closely that a table which is too wide is found', async () => {
    const wide = `<table><tr><td>${'x'.repeat(200)}</td></tr></table>`
    const folded = `<details><summary>more</summary>\n\n${wide}\n</details>\n`
    for (const summary of [wide, folded]) {
      const { room, tables } = await layOut(chromium, summary, 900)
      expect(tables).toHaveLength(1)
      expect(tables[0]).toBeGreaterThan(room)
    }
  })
})
