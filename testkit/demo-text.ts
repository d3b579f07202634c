import { styleText } from 'node:util'

/** Bold where the terminal can and wants to. */
export function heading(text: string) {
  console.log(`\n${styleText('bold', text)}\n`)
}

export function say(...lines: readonly string[]) {
  for (const line of lines) console.log(line)
}

/** Lines that somebody else wrote, set off from ours. */
export function quoteLines(lines: readonly string[]) {
  for (const line of lines) console.log(`  | ${line}`.trimEnd())
}

/** A log with its groups as the job's page shows them: the title, and the lines below it. */
export function logLines(log: readonly string[]): string[] {
  let isInside = false
  return log.flatMap((line) => {
    const title = /^##\[group\](.*)$/.exec(line)?.[1]
    if (title !== undefined) isInside = true
    if (line === '##[endgroup]') isInside = false
    if (title !== undefined) return [`v ${title}`]
    if (line === '##[endgroup]') return []
    return [isInside ? `    ${line}` : line]
  })
}

/** `name = value`, cut to a line; the values of several lines too. */
export function outputLines(outputs: Readonly<Record<string, string>>, width = 108): string[] {
  const names = Object.keys(outputs)
  const column = Math.max(...names.map((name) => name.length))
  return names.map((name) => {
    const line = `${name.padEnd(column)} = ${(outputs[name] ?? '').replaceAll('\n', ' ')}`
    return line.length <= width ? line : `${line.slice(0, width - 1)}…`
  })
}

/** The summary without its markup: a cell of a table becomes a line behind the name of its column. */
export function summaryLines(summary: string): string[] {
  let names: string[] = []
  return summary.split('\n').flatMap((line) => {
    const cells = [...line.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) =>
      plain(cell),
    )
    const isHead = line.includes('<th')
    if (isHead) names = cells
    if (cells.length === 0 || isHead) return plain(line) === '' || isHead ? [] : ['', plain(line)]
    const column = Math.max(...names.map((name) => name.length))
    return ['', ...cells.map((cell, index) => `${(names[index] ?? '').padEnd(column)}  ${cell}`)]
  })
}

function plain(markup: string): string {
  return markup
    .replace(/<wbr>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/^#+ /, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/&#(\d+);/g, (_entity, code: string) => String.fromCodePoint(Number(code)))
    .replace(/ +/g, ' ')
    .trim()
}
