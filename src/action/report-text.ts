import { pinnedList, rollbackList } from '../sync/pinned.ts'
import type { RunReport } from '../sync/report.ts'
import { publicResult } from './outputs.ts'
import { detailsOf } from './result-details.ts'
import { renderSummary } from './summary.ts'

/** GitHub takes 65,536 characters as a comment, and who posts a plan may want to add to it. */
const MAX_PLAN_BYTES = 60_000

/** Of the report's form; raised where a reader of the one before would be wrong. */
export const REPORT_VERSION = 1

/**
 * The text of the report file, indented JSON, in pieces that belong behind one another: a string has
 * no room for the results of a long list with many platforms each. That of a dry run has the plan as
 * Markdown, for a comment.
 */
export function* reportText(report: RunReport): Generator<string> {
  const { dryRun, totals, selections = [], pullsLeft = [], warnings = [], results } = report
  const plan = dryRun ? { plan: renderSummary(report, MAX_PLAN_BYTES) } : {}
  const { isStage = false, shard } = report
  const kind = { ...(isStage && { stage: true }), ...(shard !== undefined && { shard }) }
  const about = { version: REPORT_VERSION, dryRun, ...kind }
  const head = indented({ ...about, totals, selections, pullsLeft, warnings, ...plan }, 0)
  yield `${head.slice(0, head.lastIndexOf('\n'))},\n  "results": [`
  for (const [index, result] of results.entries()) {
    yield `${index === 0 ? '' : ','}\n    ${indented(publicResult(result), 4)}`
  }
  yield results.length === 0 ? '],\n' : '\n  ],\n'
  yield `  "pinned": ${JSON.stringify(pinnedList(report))},\n`
  yield `  "rollback": ${JSON.stringify(rollbackList(report))}`
  yield* detailsText(report)
  yield '\n}\n'
}

/** What a part of a list has for those who put it together with the others. */
function* detailsText({ results, positions }: RunReport): Generator<string> {
  if (positions === undefined) return
  yield `,\n  "details": {\n    "selections": ${JSON.stringify(positions.selections)},\n    "results": [`
  for (const [index, result] of results.entries()) {
    const position = positions.results[index] ?? 0
    yield `${index === 0 ? '' : ','}\n      ${JSON.stringify(detailsOf(result, position))}`
  }
  yield results.length === 0 ? ']\n  }' : '\n    ]\n  }'
}

function indented(value: unknown, blanks: number): string {
  return JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${' '.repeat(blanks)}`)
}
