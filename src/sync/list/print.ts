import { formatPlatform } from '../../oci/platform.ts'
import { formatReferrerFilter, type ReferrerFilter } from '../../oci/referrer-filter.ts'
import { foreignText } from '../../registry/foreign-text.ts'
import type { Wanted } from '../report.ts'

/** One image of a list, complete in itself. */
export interface PrintedEntry extends Wanted {
  /** Both written out in full. */
  readonly source: string
  readonly destination: string
}

/** What stands at a place of a printed list. */
export type PrintedLine = PrintedEntry | { readonly comment: string }

/**
 * Writes a list in the YAML notation, each entry with everything that is asked for, so that no input
 * changes what it means. One without entries is `[]` behind its comments.
 */
export function printList(lines: readonly PrintedLine[]): string {
  const isEmpty = lines.every((line) => 'comment' in line)
  const texts = lines.map((line) =>
    'comment' in line ? printComment(line.comment) : printEntry(line),
  )
  return [...texts, ...(isEmpty ? ['[]'] : [])].join('\n')
}

function printEntry(entry: PrintedEntry): string {
  const { source, destination, platforms, attestations, referrers } = entry
  const filter =
    platforms === 'all' ? platforms : `[${platforms.map((one) => formatPlatform(one)).join(', ')}]`
  return [
    `- source: ${scalar(source)}`,
    `  destination: ${scalar(destination)}`,
    `  platforms: ${filter}`,
    ...(attestations === undefined ? [] : [`  attestations: ${attestations}`]),
    ...(referrers === undefined ? [] : [`  referrers: ${printReferrers(referrers)}`]),
  ].join('\n')
}

/** A type may have a character that means something in YAML, such as the `*` at its end. */
function printReferrers(filter: ReferrerFilter): string {
  return typeof filter === 'string'
    ? filter
    : JSON.stringify(formatReferrerFilter(filter).split(','))
}

function printComment(text: string): string {
  return `# ${foreignText(text)}`
}

/** A reference as YAML takes it: only the address of an IPv6 host begins with what is not a letter or digit. */
function scalar(reference: string): string {
  return /^[a-z0-9]/i.test(reference) ? reference : JSON.stringify(reference)
}
