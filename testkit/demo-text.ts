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

/** The summary without its markup: a table row becomes `name: cell` lines. */
export function summaryLines(summary: string): string[] {
  const rows = [...summary.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd]>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => plain(cell)),
  )
  const [names = [], ...images] = rows
  const around = summary.replace(/<table>.*<\/table>/s, '').split('\n')
  const [title = '', ...others] = around.map(plain).filter((line) => line !== '')
  const column = Math.max(...names.map((name) => name.length))
  return [
    title,
    ...images.flatMap((cells) => [
      '',
      ...cells.map((cell, index) => `${(names[index] ?? '').padEnd(column)}  ${cell}`),
    ]),
    '',
    ...others,
  ]
}

function plain(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, ' ')
    .replace(/^#+ |\*\*/g, '')
    .replace(/&#(\d+);/g, (_entity, code: string) => String.fromCodePoint(Number(code)))
    .replace(/ +/g, ' ')
    .trim()
}
