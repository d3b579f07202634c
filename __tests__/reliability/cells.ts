import { describe, expect, test } from '@jest/globals'
import { limited } from '../../testkit/registry/faults.ts'
import { expectInvariants } from './invariants.ts'
import { usual } from './matchers.ts'
import { groups, type Cell, type Group, type Row } from './table.ts'
import { FaultWorld, roles, type Role, type RunRecord } from './world.ts'

/** Makes a test of each cell of a group. */
export function testGroup(title: (typeof groups)[number]['title']) {
  const found: readonly Group[] = groups.filter((group) => group.title === title)
  describe.each(found)('$title', ({ rows }) => {
    testRows(rows)
  })
}

function testRows(rows: readonly Row[]) {
  for (const row of rows) {
    for (const role of roles) {
      const cell = row[role]
      if (cell === undefined) continue
      const define = cell.failing === undefined ? test : test.failing
      define(`${row.fault}, as ${role}: ${cell.ends}`, async () => {
        await using world = await FaultWorld.start({ ...row.world, ...cell.world })
        const hits = await inject(world, row, cell, role)
        const run = await world.run()
        if (hits !== undefined) expectHits(hits(), row, cell)
        expectEnd(run, cell, role)
        await expectInvariants(world, run, cell)
        await cell.check?.(world, run)
      })
    }
  }
}

async function inject(world: FaultWorld, row: Row, cell: Cell, role: Role) {
  const injected = await cell.inject?.(world)
  const by = cell.by ?? row.by
  if (by === undefined) return injected ?? undefined
  const options = row.times === undefined ? {} : { times: row.times }
  const { middleware, hits } = limited(cell.at ?? usual[role], by, options)
  world.at(role).use(middleware)
  return hits
}

function expectHits(hits: number, row: Row, cell: Cell) {
  const expected = cell.hits ?? row.times
  if (expected === undefined) expect(hits).toBeGreaterThan(0)
  else expect(hits).toBe(expected)
}

function expectEnd({ report }: RunRecord, cell: Cell, role: Role) {
  const [result] = report.results
  expect(result?.error?.message ?? 'copied').toMatch(
    cell.ends === 'copied' ? /^copied$/ : /^(?!copied$)/,
  )
  expect(result?.error?.code ?? 'copied').toBe(cell.ends)
  const blamed = cell.blames ?? role
  if (cell.ends !== 'copied' && blamed !== 'nobody') {
    expect(result?.error?.message).toContain(` at ${blamed} `)
  }
}
