import { foreignText } from '../registry/foreign-text.ts'

/** Characters without a place for a line to break that a table has room for. */
const LONGEST_RUN = 32
/** Of a longer run, so many at most stand before a break, and fewer where a separator offers itself. */
const LONGEST_PART = 28
const SHORTEST_PART: Readonly<Record<string, number>> = { '/': 8, ':': 16, '@': 16, '.': 16, _: 16 }

/** Text that means only itself in Markdown as well as in HTML. */
export function escapeMarkup(text: string): string {
  return text.replace(
    /[^\p{L}\p{M}\p{N}\p{Extended_Pictographic} ./:@_,;=%()?+…→-]/gu,
    (character) => `&#${character.codePointAt(0) ?? 0xfffd};`,
  )
}

/**
 * Escaped text that lets its lines break in the middle of long digests and tags, which would make a
 * table wider than the page otherwise: lines break by themselves only after blanks and hyphens. Copied,
 * it is whole.
 *
 * @param longest characters that may stand on a line without such a place
 */
export function breakable(text: string, longest = LONGEST_RUN): string {
  return text
    .split(/(?<=[ -])/)
    .map((run) =>
      run.length <= longest ? escapeMarkup(run) : broken(run, Math.min(longest, LONGEST_PART)),
    )
    .join('')
}

function broken(run: string, longestPart: number): string {
  const parts: string[] = []
  let part = ''
  for (const character of run) {
    part += character
    const shortest = SHORTEST_PART[character] ?? longestPart
    if (part.length < Math.min(shortest, longestPart)) continue
    parts.push(part)
    part = ''
  }
  return [...parts, part]
    .filter((one) => one !== '')
    .map(escapeMarkup)
    .join('<wbr>')
}

/**
 * A name, or the words of somebody else. The element keeps GitHub from turning `@name` and `#1` into
 * links.
 */
export function code(text: string, maxLength?: number, longest?: number): string {
  return `<code>${breakable(foreignText(text, maxLength), longest)}</code>`
}

/**
 * A sentence with words of somebody else in it. A place for a line to break keeps GitHub from
 * turning `@name` into a mention, which would call people to a comment, and `#1` and addresses into
 * links; it does that after it has read what stands for a character.
 */
export function prose(text: string, longest?: number): string {
  return breakable(text, longest).replaceAll(/@|&#35;|:(?=\/\/)|www(?=\.)/gi, '$&<wbr>')
}

/** A sentence of ours, in which names stand between backticks. */
export function sentence(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? code(part) : breakable(part)))
    .join('')
}

/** Text whose words stay on one line, such as `48.2 MB`. */
export function unbroken(text: string): string {
  return escapeMarkup(text).replaceAll(' ', '&nbsp;')
}

/** The opening of a table. There is no blank line in one, so that Markdown is not interpreted there. */
export function tableHead(titles: readonly string[]): string {
  const cells = titles.map((title) => `<th align="left">${title}</th>`)
  return `<table>\n<tr>${cells.join('')}</tr>`
}

/** @param cells markup */
export function tableRow(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
}
