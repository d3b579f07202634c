import { isDigest, shortDigest } from '../oci/digest.ts'
import { parseReference } from '../oci/reference.ts'
import { packagePage } from '../registry/families/lookup.ts'
import { foreignText } from '../registry/foreign-text.ts'
import type { SyncResult } from '../sync/report.ts'
import { formatBytes, formatDuration } from './format-bytes.ts'
import { breakable, code, prose, tableRow, unbroken } from './markup.ts'
import { signerName } from './result-lines.ts'

/** The annotation and the report have all of a message; nobody reads that much of one in a table. */
const MAX_REASON = 800

/** Characters of a name that fit on a line of the page; a digest of sha256 is shorter. */
export const LONGEST_LINE = 80

/** `Image, from | Reason`. `hint` is the number of one that stands below. */
export function failureRow(result: SyncResult, hint: number | undefined): string {
  const { error } = result
  const reference = hint === undefined ? '' : ` <sup>${hint}</sup>`
  const reason =
    error === undefined
      ? 'failed'
      : `<b>${breakable(error.code)}</b>${reference}<br>${code(error.message, MAX_REASON)}`
  return tableRow([imageCell(result), reason])
}

/** As much of a name stands on a line where many columns share the page. */
const LONGEST_NARROW_RUN = 16

/** Columns that are there only where a run has something for them. */
export interface Columns {
  readonly referrers: boolean
  readonly verified: boolean
}

/**
 * `Status | Image, from | Digest | Moved | Referrers | Verified | Time`; the status, which is the same
 * in all rows, makes room for who has signed.
 */
export function copiedRow(result: SyncResult, columns: Columns): string {
  return tableRow([
    ...(columns.verified ? [] : [unbroken('✅ copied')]),
    imageCell(result, columns),
    digestCell(result.digest, columns),
    movedLines(result, ['', ' mounted', ' there']),
    ...referrersCells(result, columns, ' copied'),
    ...verifiedCells(result, columns),
    unbroken(formatDuration(result.durationMs)),
  ])
}

/** `Plan | Image, from | To move | Referrers | Verified | Platforms` */
export function plannedRow(result: SyncResult, columns: Columns): string {
  return tableRow([
    planOf(result, columns),
    imageCell(result, columns),
    movedLines(result, ['', ' to mount', ' there']),
    ...referrersCells(result, columns, ' to copy'),
    ...verifiedCells(result, columns),
    platformsOf(result),
  ])
}

/** `Image, from | Digest | Referrers | Verified`, for those that are left as they are. */
export function untouchedRow(result: SyncResult, columns: Columns): string {
  const { error, digest, previousDigest } = result
  const held = digestCell(digest ?? previousDigest, columns)
  const reason = error === undefined ? '' : `<small>${prose(foreignText(error.message))}</small>`
  return tableRow([
    imageCell(result, columns),
    [held, reason].filter((part) => part !== '').join('<br>'),
    ...referrersCells(result, columns, ''),
    ...verifiedCells(result, columns),
  ])
}

/** An item of a list: all that it takes to get exactly that image, in one piece to copy. */
export function digestItem({
  destination,
  digest,
}: {
  destination: string
  digest: string
}): string {
  const [name, whole] = [destination, digest].map((text) => breakable(text, LONGEST_LINE))
  return `<li><code>${name}@<wbr>${whole}</code></li>`
}

/** `new`, or what the tag shows and what it would show. */
function planOf({ digest, previousDigest }: SyncResult, columns: Columns): string {
  const planned = digestCell(digest, columns)
  if (previousDigest === undefined) return `🆕&nbsp;new<br>${planned}`
  return `${digestCell(previousDigest, columns)}<br>→&nbsp;${planned}`
}

/** The destination, marked where something is said of it elsewhere, and in small where it comes from. */
function imageCell(
  { source, destination, error, warnings = [], notInIndex }: SyncResult,
  columns?: Columns,
): string {
  const page = pageOf(destination)
  const longest = columns?.verified === true ? LONGEST_NARROW_RUN : undefined
  const name = code(destination, undefined, longest)
  const linked = page === undefined ? name : `<a href="${page}">${name}</a>`
  const marks = [
    ...(warnings.length === 0 ? [] : ['&nbsp;⚠️']),
    ...(notInIndex === undefined ? [] : ['&nbsp;ℹ️']),
  ]
  const title = `${linked}${marks.join('')}`
  // Of a shard without a report nothing is known but its number.
  if (error?.code === 'NO_REPORT') return title
  return `${title}<br><small>from ${code(source, undefined, longest)}</small>`
}

function pageOf(destination: string): string | undefined {
  try {
    return packagePage(parseReference(destination))
  } catch {
    // A secret was taken out of the name.
    return undefined
  }
}

function digestCell(digest: string | undefined, { verified }: Columns): string {
  if (digest === undefined) return ''
  if (!isDigest(digest)) return code(digest)
  const short = shortDigest(digest)
  // Beside who has signed there is no room for it in one piece, where fonts are wide.
  return `<code>${verified ? short.replace(':', ':<wbr>') : short}</code>`
}

/** Bytes that are not none, each with its word. */
function movedLines(
  { bytes: { copied, mounted, existing } }: SyncResult,
  words: readonly [string, string, string],
): string {
  const sizes = [copied, mounted, existing].flatMap((size, index) =>
    index > 0 && size === 0 ? [] : [`${formatBytes(size)}${words[index] ?? ''}`],
  )
  return sizes.map(unbroken).join('<br>')
}

/** What belongs to the image: a cell where there is the column. */
function referrersCells({ referrers }: SyncResult, columns: Columns, word: string): string[] {
  if (!columns.referrers) return []
  if (referrers === undefined) return ['']
  const { copied, existing, filtered, lost } = referrers
  const counts = [
    ...(copied > 0 ? [`${copied}${word}`] : []),
    ...(existing > 0 ? [`${existing} there`] : []),
    ...(filtered > 0 ? [`${filtered} not wanted`] : []),
    ...(lost.length > 0 ? [`${lost.length} lost`] : []),
  ]
  return [(counts.length === 0 ? ['none'] : counts).map(unbroken).join('<br>')]
}

/** Names in certificates are long: the log has all of it. */
const MAX_SIGNER = 160

/** Who has vouched for the image: a cell where there is the column, empty where nobody had to. */
function verifiedCells({ verified }: SyncResult, columns: Columns): string[] {
  if (!columns.verified) return []
  if (verified === undefined) return ['']
  const name = signerName(verified)
  const who = verified.kind === 'key' ? unbroken(name) : code(name, MAX_SIGNER, LONGEST_NARROW_RUN)
  const ref = verified.kind === 'github' ? verified.sourceRef : undefined
  const details = [
    ...(ref === undefined ? [] : [code(ref, MAX_SIGNER, LONGEST_NARROW_RUN)]),
    `rule ${verified.rule}`,
  ]
  return [`${who}<br><small>${details.join('<br>')}</small>`]
}

function platformsOf({ platforms, missingPlatforms = [] }: SyncResult): string {
  const found = Object.keys(platforms).map((name) => breakable(foreignText(name)))
  const missing = missingPlatforms.map((name) => `lacks ${breakable(foreignText(name))}`)
  return [found.join(', '), ...missing].filter((part) => part !== '').join('<br>')
}
