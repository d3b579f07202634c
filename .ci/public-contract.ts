import { parse } from 'yaml'

/** Names of inputs or outputs, each with its default ('' where there is none). */
export type Table = ReadonlyMap<string, string>

interface ActionField {
  readonly description?: string
  readonly default?: string
}

/**
 * The inputs or outputs of action.yml. An input whose default is applied by the code, because it
 * matters whether the input was given, states it at the end of its description.
 */
export function actionTable(actionYaml: string, section: 'inputs' | 'outputs'): Table {
  const action: Record<string, Record<string, ActionField>> = parse(actionYaml)
  return new Map(
    Object.entries(action[section] ?? {}).map(([name, field]) => [
      name,
      field.default ?? /When not given: `([^`]+)`\.?\s*$/.exec(field.description ?? '')?.[1] ?? '',
    ]),
  )
}

/**
 * The rows of every table of a Markdown text whose first column is headed "input" or "output" (or
 * the plural). A first cell may name several; names and defaults stand in backticks.
 */
export function readmeTable(markdown: string, section: 'inputs' | 'outputs'): Table {
  const table = new Map<string, string>()
  let header: readonly string[] | undefined
  for (const line of markdown.split('\n')) {
    if (!line.trimStart().startsWith('|')) {
      header = undefined
      continue
    }
    const cells = cellsOf(line)
    if (header === undefined) {
      header = cells.map((cell) => cell.replaceAll(/[*`]/g, '').toLowerCase())
      continue
    }
    if (`${header[0]?.replace(/s$/, '')}s` !== section) continue
    const fallback = cells[header.indexOf('default')] ?? ''
    for (const name of codeSpans(cells[0] ?? '')) table.set(name, codeSpans(fallback)[0] ?? '')
  }
  return table
}

function cellsOf(row: string): readonly string[] {
  return row
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll(String.raw`\|`, '|'))
}

function codeSpans(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].flatMap((match) => match[1] ?? [])
}

/** One sentence for each name that only one of the two has, and for each default that differs. */
export function tableDifferences(
  left: { readonly name: string; readonly table: Table },
  right: { readonly name: string; readonly table: Table },
): readonly string[] {
  const missing = (from: typeof left, to: typeof left): readonly string[] =>
    [...from.table.keys()]
      .filter((name) => !to.table.has(name))
      .map((name) => `${to.name} lacks ${name}, which ${from.name} has`)
  const differing = [...left.table].flatMap(([name, value]) => {
    const other = right.table.get(name)
    return other === undefined || other === value
      ? []
      : [`default of ${name}: '${value}' in ${left.name}, '${other}' in ${right.name}`]
  })
  return [...missing(left, right), ...missing(right, left), ...differing]
}

/** The same for a plain list of names. */
export function nameDifferences(
  left: { readonly name: string; readonly names: readonly string[] },
  right: { readonly name: string; readonly names: readonly string[] },
): readonly string[] {
  return tableDifferences(
    { name: left.name, table: asTable(left.names) },
    { name: right.name, table: asTable(right.names) },
  )
}

function asTable(names: readonly string[]): Table {
  return new Map(names.map((name) => [name, '']))
}
