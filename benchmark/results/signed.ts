import { registryRequests } from '../proxy/counts.ts'
import { isLimit } from '../tools/tool.ts'
import { OURS, seconds, titleOf, toolsIn } from './cells.ts'
import { requestsOf } from './compare.ts'
import type { Goal } from './goals.ts'
import { type AllResults, isRight, median, type Results, type Row } from './results.ts'
import { markdownTable } from './table.ts'

/** Images with what belongs to them: the first copy, and the same once more. */
const shapes = ['signed', 'signed-again'] as const

const HEAD = [
  'registry',
  'tool',
  'requests',
  'seconds',
  'requests, all there',
  'seconds, all there',
  'images that lack something',
]

/** One line a tool, on each kind of registry on which it was measured. */
export function signedTable(all: AllResults): string {
  const lines = Object.values(all).flatMap((results) =>
    toolsOf(results).map((tool) => {
      const rows = shapes.map((shape) => rowOf(results, shape, tool))
      const [first] = rows
      const lacking = first === undefined ? '–' : `${first.wrong} of ${first.targets}`
      return [results.server, titleOf(tool), ...rows.flatMap(cells), lacking]
    }),
  )
  return lines.length === 0 ? 'Not measured yet.' : markdownTable(HEAD, lines, [2, 3, 4, 5, 6])
}

/** With everything there in the end, which tools that bring less can hardly be compared with. */
export function signedGoal(results: Results): Goal {
  const compared = shapes.flatMap((shape) => {
    const own = rowOf(results, shape, OURS)
    const peers = toolsOf(results)
      .filter((tool) => tool !== OURS)
      .flatMap((tool) => rowOf(results, shape, tool) ?? [])
      .filter((row) => isRight(row) && rowOf(results, 'signed', row.tool)?.wrong === 0)
    const [fewest] = peers.toSorted((one, other) => requestsOf(one) - requestsOf(other))
    const [fastest] = peers.toSorted((one, other) => median(one.walls) - median(other.walls))
    if (own === undefined || fewest === undefined || fastest === undefined) return []
    return [
      {
        text:
          `${shape} ${requestsOf(own)} requests (${fewest.tool} ${requestsOf(fewest)}), ` +
          `${seconds(own.walls)} s (${fastest.tool} ${seconds(fastest.walls)} s)`,
        isAhead:
          isRight(own) &&
          requestsOf(own) < requestsOf(fewest) &&
          median(own.walls) < median(fastest.walls),
      },
    ]
  })
  return {
    goal: 'signed, 30 ms a request: ahead of all that bring everything',
    value: compared.map(({ text }) => text).join(', '),
    isMet: compared.length < shapes.length ? undefined : compared.every(({ isAhead }) => isAhead),
  }
}

function toolsOf({ rows }: Results): readonly Row['tool'][] {
  const signed = rows.filter(({ shape, tool }) => shape === 'signed' && !isLimit(tool))
  return toolsIn(signed)
}

function rowOf(
  { rows }: Results,
  shape: (typeof shapes)[number],
  tool: Row['tool'],
): Row | undefined {
  return rows.find((row) => row.shape === shape && row.tool === tool && row.source !== undefined)
}

function cells(row: Row | undefined): readonly string[] {
  if (row?.source === undefined || row.destination === undefined) return ['–', '–']
  const requests = `${registryRequests(row.source)} + ${registryRequests(row.destination)}`
  return [requests, row.profile === 'rtt30' ? seconds(row.walls) : '–']
}
