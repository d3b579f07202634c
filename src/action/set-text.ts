import type { RunReport } from '../sync/report.ts'
import { isAborted } from '../sync/undone-image.ts'
import { count } from './format-bytes.ts'

/** Whether tags were not moved, or went back, although no image failed: the run was ended. */
export function isHeldBack({ dryRun, results }: RunReport): boolean {
  return !dryRun && results.some(isAborted)
}

/** What became of the tags of a set that did not go through, in one sentence; none for any other run. */
export function setText(report: RunReport): string | undefined {
  const states = report.results.flatMap(({ tag }) => tag?.state ?? [])
  if (states.length === 0 || (report.totals.failed === 0 && !isHeldBack(report))) return undefined
  const left = states.filter((state) => state === 'left').length
  const back = states.filter((state) => state === 'rolledBack').length
  if (left > 0) return `${count(left, 'tag')} did not go back, ${back} did: see results.`
  return back > 0 ? `${count(back, 'tag')} had moved and went back.` : 'No tag was moved.'
}
