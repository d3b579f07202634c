import { appendFileSync } from 'node:fs'
import { isDigest, shortDigest } from '../oci/digest.ts'
import { foreignText } from '../registry/foreign-text.ts'
import type { BytesMoved, RunReport, Status, SyncResult } from '../sync/report.ts'
import { pullsLine } from './result-lines.ts'
import { count, formatBytes, formatDuration } from './format-bytes.ts'

/**
 * GitHub refuses a summary of more than 1 MiB as a whole. A page of half of that is already more
 * than anyone reads, and the report file has everything.
 */
const MAX_SUMMARY_BYTES = 512 * 1024

/** The message of a failure is in the annotation and the report too; a table cell shows the start. */
const MAX_ERROR = 400

const COLUMNS = ['Source', 'Destination', 'Digest', 'Platforms', 'Moved', 'Status', 'Time']

const STATUS: Readonly<Record<Status, { readonly done: string; readonly planned: string }>> = {
  copied: { done: '✅ copied', planned: '✅ would be copied' },
  unchanged: { done: '☑️ unchanged', planned: '☑️ unchanged' },
  skipped: { done: '⏭️ skipped', planned: '⏭️ would be skipped' },
  failed: { done: '❌ failed', planned: '❌ failed' },
}

/**
 * The job summary: one HTML table, failures first, and the totals. There is no blank line inside of
 * the table, so that Markdown is not interpreted there (CommonMark, HTML blocks), and all text is
 * escaped for both languages.
 */
export function renderSummary(report: RunReport, maxBytes: number = MAX_SUMMARY_BYTES): string {
  const failed = report.results.filter((result) => result.status === 'failed')
  const others = report.results.filter((result) => result.status !== 'failed')
  const rows = [...failed, ...others].map((result) => row(result, report.dryRun))

  const head = `## Image sync\n\n${report.dryRun ? 'Dry run: nothing was written.\n\n' : ''}`
  const pulls = (report.pullsLeft ?? []).map((left) => `\n${escapeMarkup(pullsLine(left))}\n`)
  const warnings = (report.warnings ?? []).map((text) => `\n⚠️ ${escapeMarkup(text)}\n`)
  const foot = `${totalsLine(report)}\n${[...pulls, ...warnings].join('')}`
  const { kept, left } = fit(rows, maxBytes - bytesOf(head) - bytesOf(foot) - FRAME_BYTES)
  const table = kept.length === 0 ? '' : `${TABLE_OPEN}\n${kept.join('\n')}\n</table>\n\n`
  const rest =
    left === 0 ? '' : `${count(left, 'row')} left out here; the \`report\` output has them all.\n\n`
  return `${head}${table}${rest}${foot}`
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

/** Text that means only itself in Markdown as well as in HTML. */
export function escapeMarkup(text: string): string {
  return text.replace(
    /[^\p{L}\p{M}\p{N}\p{Extended_Pictographic} ./:@_,;=%()?+…-]/gu,
    (character) => `&#${character.codePointAt(0) ?? 0xfffd};`,
  )
}

const TABLE_OPEN = `<table>\n<tr>${COLUMNS.map((name) => `<th>${name}</th>`).join('')}</tr>`

/** Room for the table's own tags and for the line that says how many rows are missing. */
const FRAME_BYTES = 512

function row(result: SyncResult, dryRun: boolean): string {
  const cells = [
    code(result.source),
    code(result.destination),
    result.digest === undefined ? '' : code(short(result.digest)),
    Object.keys(result.platforms).map(code).join(' '),
    moved(result.bytes),
    statusCell(result, dryRun),
    formatDuration(result.durationMs),
  ]
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
}

function short(digest: string): string {
  return isDigest(digest) ? shortDigest(digest) : digest
}

function moved(bytes: BytesMoved): string {
  const parts = [
    formatBytes(bytes.copied),
    ...(bytes.mounted > 0 ? [`${formatBytes(bytes.mounted)} mounted`] : []),
    ...(bytes.existing > 0 ? [`${formatBytes(bytes.existing)} already there`] : []),
  ]
  return parts.join(', ')
}

function statusCell({ status, error }: SyncResult, dryRun: boolean): string {
  const { done, planned } = STATUS[status]
  const text = dryRun ? planned : done
  if (error === undefined) return text
  const hint = error.hint === undefined ? '' : `<br>${escapeMarkup(foreignText(error.hint))}`
  return `${text}<br>${code(foreignText(error.message, MAX_ERROR))}${hint}`
}

function totalsLine({ totals, dryRun }: RunReport): string {
  const { images, copied, unchanged, skipped, failed, bytes, durationMs } = totals
  return (
    `**${count(images, 'image')}**: ${failed} failed, ${copied} ${dryRun ? 'would be ' : ''}copied, ` +
    `${unchanged} unchanged, ${skipped} skipped. Moved: ${moved(bytes)}. ` +
    `Time: ${formatDuration(durationMs)}.`
  )
}

/** The element keeps GitHub from turning `@name` and `#1` into links. */
function code(text: string): string {
  return `<code>${escapeMarkup(foreignText(text))}</code>`
}

function fit(rows: readonly string[], room: number): { kept: readonly string[]; left: number } {
  let used = 0
  const end = rows.findIndex((text) => {
    used += bytesOf(text) + 1
    return used > room
  })
  const kept = end === -1 ? rows : rows.slice(0, end)
  return { kept, left: rows.length - kept.length }
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text)
}
