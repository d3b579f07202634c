import type { ProfileName } from '../profiles.ts'
import { registryRequests, type Counts } from '../proxy/counts.ts'
import type { ShapeName } from '../shapes.ts'
import { isLimit, type ToolName } from '../tools/tool.ts'
import { median, type Results, type Row } from './results.ts'
import { markdownTable } from './table.ts'

export const OURS: ToolName = 'ours'
export const MiB = 2 ** 20

/** The rows of a shape, ours first, the limits left out. */
export function rowsOf(
  { rows }: Results,
  shape: ShapeName,
  profiles: readonly ProfileName[],
): readonly Row[] {
  return rows.filter(
    (row) =>
      row.shape === shape &&
      profiles.includes(row.profile) &&
      row.selection === 'all' &&
      !isLimit(row.tool),
  )
}

export function toolsIn(rows: readonly Row[]): readonly ToolName[] {
  return [...new Set(rows.map(({ tool }) => tool))]
}

export function titleOf(tool: ToolName): string {
  return tool === OURS ? 'this action' : tool
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}

export function seconds(values: readonly number[]): string {
  return median(values).toFixed(2)
}

export const asked = (counts: Counts | undefined) =>
  counts === undefined ? Number.NaN : registryRequests(counts)

/** Profiles whose requests are to be compared: nobody was refused, nothing was elsewhere. */
export const COUNTED: readonly ProfileName[] = [
  'counted',
  'rtt30',
  'tls-rtt30',
  'memory',
  'memory-tls',
  'far60',
  'far100',
]

export function countedRow(results: Results, shape: ShapeName, tool: ToolName): Row | undefined {
  return rowsOf(results, shape, COUNTED).find(
    (row) => row.tool === tool && row.source !== undefined,
  )
}

/** One line a shape, one column a tool; `cell` is undefined where a tool was not measured. */
export function perShape(
  results: Results,
  first: readonly [string, (shape: ShapeName) => string],
  cell: (shape: ShapeName, tool: ToolName) => string | undefined,
): string {
  const shown = new Set(results.shapes.map(({ name }) => name))
  const names = toolsIn(
    results.rows.filter(({ shape, tool }) => shown.has(shape) && !isLimit(tool)),
  )
  const lines = results.shapes.flatMap(({ name }) => {
    const cells = names.map((tool) => cell(name, tool))
    return cells.every((text) => text === undefined)
      ? []
      : [[name, first[1](name), ...cells.map((text) => text ?? '–')]]
  })
  const head = ['shape', first[0], ...names.map(titleOf)]
  return markdownTable(head, lines, head.map((_, column) => column).slice(1))
}
