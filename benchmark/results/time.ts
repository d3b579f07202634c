import type { ProfileName } from '../profiles.ts'
import type { ShapeName } from '../shapes.ts'
import type { ToolName } from '../tools/tool.ts'
import { MiB, OURS, perShape, rowsOf, seconds, titleOf, toolsIn } from './cells.ts'
import { costOfImage } from './compare.ts'
import { isRight, type Results, type Row } from './results.ts'
import { markdownTable } from './table.ts'

/** Seconds of each tool, one line a shape. */
export function time(results: Results, profile: ProfileName): string {
  const runs = (shape: ShapeName) =>
    String(rowsOf(results, shape, [profile]).find(({ tool }) => tool === OURS)?.walls.length ?? '')
  return perShape(results, ['runs', runs], (shape, tool) => {
    return took(rowsOf(results, shape, [profile]), tool)
  })
}

function took(rows: readonly Row[] | undefined, tool: ToolName): string | undefined {
  const row = rows?.find((one) => one.tool === tool)
  return row && (isRight(row) ? seconds(row.walls) : 'failed')
}

/** Far away: one line a tool. */
export function far(results: Results): string {
  const [near, further] = (['far60', 'far100'] as const).map((profile) =>
    rowsOf(results, 'far', [profile]),
  )
  return markdownTable(
    ['tool', 'seconds, 60 ms', 'seconds, 100 ms'],
    toolsIn([...(near ?? []), ...(further ?? [])]).map((tool) => [
      titleOf(tool),
      took(near, tool) ?? '–',
      took(further, tool) ?? '–',
    ]),
    [1, 2],
  )
}

/** Connections of the action at source and destination, without TLS and with it. */
export function connections(results: Results): string {
  const made = (shape: ShapeName, profile: ProfileName) => {
    const row = rowsOf(results, shape, [profile]).find(({ tool }) => tool === OURS)
    const { source, destination } = row ?? {}
    if (source === undefined || destination === undefined) return undefined
    return `${source.connections} + ${destination.connections}`
  }
  const lines = results.shapes.flatMap(({ name }) => {
    const plain = made(name, 'rtt30') ?? made(name, 'memory')
    const tls = made(name, 'tls-rtt30') ?? made(name, 'memory-tls')
    return tls === undefined ? [] : [[name, plain ?? '–', tls]]
  })
  return markdownTable(['shape', 'plain', 'TLS'], lines, [1, 2])
}

const KINDS = ['unchanged', 'copied'] as const
const COUNTS = [200, 2_000, 10_000] as const

/** What each image costs of many, one line for each number of them and tool. */
export function scale(results: Results): string {
  const lines = KINDS.flatMap((kind) =>
    COUNTS.flatMap((count) => {
      const shape = `${kind}-${count}` as const
      const [plain, tls] = (['memory', 'memory-tls'] as const).map((profile) =>
        rowsOf(results, shape, [profile]),
      )
      return toolsIn([...(plain ?? []), ...(tls ?? [])]).map((tool) => [
        shape,
        titleOf(tool),
        ...costs((plain ?? []).find((row) => row.tool === tool)),
        ...costs((tls ?? []).find((row) => row.tool === tool)),
      ])
    }),
  )
  const columns = ['seconds', 'CPU ms an image', 'MiB', 'connections']
  const head = ['shape', 'tool', ...columns, ...columns.map((column) => `${column}, TLS`)]
  return markdownTable(head, lines, head.map((_, column) => column).slice(2))
}

function costs(row: Row | undefined): readonly string[] {
  if (row === undefined) return ['–', '–', '–', '–']
  if (!isRight(row)) return ['failed', '–', '–', '–']
  const { source, destination, memory } = row
  return [
    seconds(row.walls),
    costOfImage(row).toFixed(2),
    memory === undefined ? '–' : (memory / MiB).toFixed(0),
    `${source?.connections ?? '–'} + ${destination?.connections ?? '–'}`,
  ]
}
