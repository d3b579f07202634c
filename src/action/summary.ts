import { appendFileSync } from 'node:fs'
import { type RunReport, type Status, type SyncResult, totalsByRegistry } from '../sync/report.ts'
import { count, formatBytes, formatDuration } from './format-bytes.ts'
import { code, escapeMarkup, prose, sentence, tableHead, tableRow, unbroken } from './markup.ts'
import { bytesText, pullsLine } from './result-lines.ts'
import { setText } from './set-text.ts'
import {
  type Columns,
  copiedRow,
  digestItem,
  failureRow,
  LONGEST_LINE,
  plannedRow,
  untouchedRow,
} from './summary-rows.ts'

/**
 * GitHub refuses a summary of more than 1 MiB as a whole. A page of half of that is already more
 * than anyone reads, and the report file has everything.
 */
const MAX_SUMMARY_BYTES = 512 * 1024

/** So few digests are shown without a click. */
const OPEN_DIGESTS = 3
/** More warnings than that are folded. */
const OPEN_WARNINGS = 10

/** Hints that stand below the failures. */
const MAX_HINTS = 20

/** Room for the tags of a section, and for the line that says what is missing from it. */
const FRAME_BYTES = 512

/**
 * The job summary: the totals, failures with their reasons, warnings, what was copied, and folded
 * what was not. All text is escaped, for Markdown and for HTML. What does not fit is left out from
 * the end, so that failures are the last to go.
 */
export function renderSummary(report: RunReport, maxBytes: number = MAX_SUMMARY_BYTES): string {
  const page = new Page(maxBytes)
  const of = (status: Status): readonly SyncResult[] =>
    report.results.filter((result) => result.status === status)
  page.add(headline(report))
  addFailures(page, of('failed'))
  addWarnings(page, report.warnings ?? [])
  const columns = {
    referrers: report.totals.referrers !== undefined,
    verified: report.totals.verified !== undefined,
  }
  if (report.dryRun) addPlan(page, of('copied'), report, columns)
  else addCopied(page, of('copied'), columns)
  addLosses(page, report.results)
  addUntouched(page, of('skipped'), 'skipped', columns)
  addUntouched(page, of('unchanged'), 'unchanged', columns)
  addDigests(page, report.results)
  return page.text()
}

/**
 * Appends the summary to the runner's file, if it can: the file is missing outside of GitHub Actions
 * and in some emulators, and that is no reason to fail a run.
 */
export function writeSummary(summary: string, file = ''): void {
  if (file === '') return
  try {
    appendFileSync(file, summary)
  } catch {
    // The log and the outputs have it all.
  }
}

/** A page that grows as long as there is room. */
class Page {
  readonly #parts: string[] = []
  #room: number

  constructor(maxBytes: number) {
    this.#room = maxBytes
  }

  add(part: string): void {
    this.#parts.push(part)
    this.#room -= Buffer.byteLength(part)
  }

  /**
   * As many lines as there is room for, between what stands before and behind them. Those that there
   * is no room for are not made either.
   */
  addLines<T>(
    before: string,
    items: readonly T[],
    line: (item: T) => string,
    behind: string,
  ): void {
    if (items.length === 0) return
    let room = this.#room - Buffer.byteLength(before + behind) - FRAME_BYTES
    const kept: string[] = []
    for (const item of items) {
      const text = line(item)
      room -= Buffer.byteLength(text) + 1
      if (room < 0) break
      kept.push(text)
    }
    const left = items.length - kept.length
    if (kept.length > 0) this.add(`${before}${kept.join('\n')}\n${behind}`)
    if (left > 0) {
      this.add(`${left} more left out here; the file of the output \`report\` has them all.\n\n`)
    }
  }

  text(): string {
    return this.#parts.join('')
  }
}

function headline(report: RunReport): string {
  const { totals, dryRun, pullsLeft = [] } = report
  const counts = (['failed', 'copied', 'skipped', 'unchanged'] as const)
    .filter((status) => totals[status] > 0)
    .map((status) => `${totals[status]} ${dryRun && status === 'copied' ? 'to copy' : status}`)
  const isIdle = totals.unchanged === totals.images
  const what = isIdle ? 'all of them unchanged' : bytesText(totals.bytes, dryRun)
  const sums = `${count(totals.images, 'image')} in ${formatDuration(totals.durationMs)}${totals.images === 0 ? '' : `: ${what}`}.`
  const ofSet = dryRun ? undefined : setText(report)
  const lines = [
    `## Image sync${dryRun ? ' plan' : ''}: ${isIdle ? 'nothing to do' : counts.join(', ')}`,
    `${saidFirst(report)}${sums}`,
    ...(ofSet === undefined ? [] : [`**${ofSet}**`]),
    ...pullsLeft.map((left) => escapeMarkup(pullsLine(left))),
  ]
  return `${lines.join('\n\n')}\n\n`
}

/** What a run did not do that its words would let think of. */
function saidFirst({ dryRun, isStage }: RunReport): string {
  if (dryRun) return 'Dry run: nothing was written. '
  return isStage === true ? 'Staged by digest: no tag was moved. ' : ''
}

/**
 * Hints are about registries and logins, so that many failures share one. Some name a repository:
 * a list of those is shown as far as somebody may read it.
 */
function addFailures(page: Page, failed: readonly SyncResult[]): void {
  const hints = [...new Set(failed.flatMap(({ error }) => error?.hint ?? []))]
  const numbers = new Map(hints.slice(0, MAX_HINTS).map((hint, index) => [hint, index + 1]))
  const row = (result: SyncResult): string =>
    failureRow(result, numbers.get(result.error?.hint ?? ''))
  const advice = [...numbers].map(([hint, number]) => `${number}. ${sentence(hint)}\n`)
  const more = hints.length - numbers.size
  const rest = more > 0 ? `\nThe log has ${count(more, 'hint')} more.\n` : ''
  const what = advice.length === 0 ? '' : `What may help:\n\n${advice.join('')}${rest}\n`
  const title = `### ❌ ${failed.length} failed\n\n${tableHead(['Image, from', 'Reason'])}\n`
  page.addLines(title, failed, row, `</table>\n\n${what}`)
}

function addWarnings(page: Page, warnings: readonly string[]): void {
  const title = `### ⚠️ ${count(warnings.length, 'warning')}\n\n`
  if (warnings.length <= OPEN_WARNINGS) page.addLines(title, warnings, warningLine, '\n')
  else page.addLines(`${title}${foldStart('Show them', false)}`, warnings, warningLine, foldEnd)
}

/** A warning, which names what it is about. */
function warningLine(text: string): string {
  const [, name, rest = text] = /^(\S*[/:]\S*): (.*)$/s.exec(text) ?? []
  return `- ${name === undefined ? '' : `${code(name)}: `}${prose(rest, LONGEST_LINE)}`
}

function addCopied(page: Page, copied: readonly SyncResult[], columns: Columns): void {
  const status = columns.verified ? [] : ['Status']
  const titles = [...status, 'Image, from', 'Digest', 'Moved', ...titlesOf(columns), 'Time']
  const title = `### ✅ ${copied.length} copied\n\n${tableHead(titles)}\n`
  page.addLines(title, copied, (result) => copiedRow(result, columns), '</table>\n\n')
}

function addPlan(
  page: Page,
  planned: readonly SyncResult[],
  { results }: RunReport,
  columns: Columns,
): void {
  const head = tableHead(['Plan', 'Image, from', 'To move', ...titlesOf(columns), 'Platforms'])
  const row = (result: SyncResult): string => plannedRow(result, columns)
  page.addLines(`### ${planned.length} to copy\n\n${head}\n`, planned, row, '</table>\n\n')
  const rows = totalsByRegistry(results).map(({ registry, copied, bytes }) =>
    tableRow([
      code(registry),
      String(copied),
      ...[bytes.copied, bytes.mounted, bytes.existing].map((sum) => unbroken(formatBytes(sum))),
    ]),
  )
  const titles = ['Registry', 'Images', 'To copy', 'To mount', 'There already']
  if (planned.length > 0)
    page.addLines(`${tableHead(titles)}\n`, rows, (text) => text, '</table>\n\n')
}

/** Hardly anybody needs what a new index does not have of the source's, and most images lose the same. */
function addLosses(page: Page, results: readonly SyncResult[]): void {
  const byText = Map.groupBy(
    results.filter(({ notInIndex }) => notInIndex !== undefined),
    ({ notInIndex }) => notInIndex ?? '',
  )
  const title = 'ℹ️ What new indexes do not have of the sources’'
  page.addLines(foldStart(title, false), [...byText], lossLine, `\n${foldEnd}`)
}

function lossLine([text, some]: readonly [string, readonly SyncResult[]]): string {
  return `- ${prose(text, LONGEST_LINE)}: ${count(some.length, 'image')}`
}

function addUntouched(
  page: Page,
  results: readonly SyncResult[],
  what: string,
  columns: Columns,
): void {
  const head = tableHead(['Image, from', 'Digest', ...titlesOf(columns)])
  const start = `${foldStart(`${results.length} ${what}`, false)}${head}\n`
  const row = (result: SyncResult): string => untouchedRow(result, columns)
  page.addLines(start, results, row, `</table>\n\n${foldEnd}`)
}

function titlesOf({ referrers, verified }: Columns): readonly string[] {
  return [...(referrers ? ['Referrers'] : []), ...(verified ? ['Verified'] : [])]
}

function addDigests(page: Page, results: readonly SyncResult[]): void {
  const held = results.flatMap(({ status, destination, digest }) =>
    status === 'failed' || digest === undefined ? [] : [{ destination, digest }],
  )
  const start = foldStart('Digests in full', held.length <= OPEN_DIGESTS)
  page.addLines(`${start}<ul>\n`, held, digestItem, `</ul>\n\n${foldEnd}`)
}

function foldStart(title: string, isOpen: boolean): string {
  return `<details${isOpen ? ' open' : ''}><summary>${title}</summary>\n\n`
}

const foldEnd = '</details>\n\n'
