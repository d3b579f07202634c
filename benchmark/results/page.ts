import type { Counts } from '../proxy/counts.ts'
import type { ShapeName } from '../shapes.ts'
import { blobLimits } from '../tools/tool.ts'
import {
  asked,
  countedRow,
  megabytes,
  MiB,
  OURS,
  perShape,
  rowsOf,
  seconds,
  titleOf,
  toolsIn,
} from './cells.ts'
import { floorFor } from './compare.ts'
import { goalsTable } from './goals.ts'
import { isRight, median, type AllResults, type Results, type Row } from './results.ts'
import { signedTable } from './signed.ts'
import { markdownTable } from './table.ts'
import { connections, far, scale, time } from './time.ts'

/** How the tables are made anew. */
export const UPDATE_COMMAND = 'npm run bench:report'

/** The pages that show results, relative to the project. */
export const pages = ['README.md', 'docs/performance.md'] as const

/** What the pages show of the results, by the name that a page gives the place. */
export function renderBlocks(all: AllResults): ReadonlyMap<string, string> {
  const results = all.distribution2
  if (results === undefined) return new Map()
  return new Map([
    ['machine', machine(results)],
    ['tools', tools(results)],
    ['summary', summary(results)],
    ['goals', goalsTable(all)],
    ['shapes', shapes(results)],
    ['requests', requests(results)],
    ['bytes', uploads(results)],
    ['platforms', platforms(results)],
    ['time', time(results, 'rtt30')],
    ['time-tls', time(results, 'tls-rtt30')],
    ['far', far(results)],
    ['connections', connections(results)],
    ['scale', scale(results)],
    ['big', big(results)],
    ['limits', limits(results)],
    ['flaky', flaky(results)],
    ['auth', auth(results)],
    ['signed', signedTable(all)],
    ['others', others(all)],
  ])
}

/** Puts each block between its marks: `<!-- benchmark: NAME -->` and `<!-- end -->`. */
export function fillBlocks(page: string, blocks: ReadonlyMap<string, string>): string {
  return page.replace(
    /(<!-- benchmark: (\S+) -->\n).*?(<!-- end -->)/gs,
    (whole, start: string, name: string, end: string) => {
      const block = blocks.get(name)
      return block === undefined ? whole : `${start}\n${block}\n\n${end}`
    },
  )
}

function machine({ date, machine: of, server, duration }: Results): string {
  const memory = (of.memory / 2 ** 30).toFixed(0)
  const minutes = Math.round(duration / 60)
  return `Measured on ${date} in ${minutes} minutes: ${of.cores} cores (${of.cpu}), ${memory} GiB, Node ${of.node}, ${server} on both sides.`
}

function tools(results: Results): string {
  return markdownTable(
    ['tool', 'version', 'how'],
    results.tools.map(({ name, version, how }) => [
      titleOf(name),
      version === undefined ? 'not to be had' : version === 'dist' ? 'as committed' : version,
      how,
    ]),
  )
}

const SUMMARY = [
  ['tiny', 'tls-rtt30', 'over TLS, 30 ms away'],
  ['shared', 'tls-rtt30', 'over TLS, 30 ms away'],
  ['fanout', 'tls-rtt30', 'over TLS, 30 ms away'],
  ['noop-200', 'tls-rtt30', 'over TLS, 30 ms away'],
  ['far', 'far100', 'over TLS, 100 ms away'],
  ['big', 'tls', 'over TLS'],
] as const

/** Ours beside the fastest peer. */
function summary(results: Results): string {
  const lines = SUMMARY.flatMap(([shape, profile, where]) => {
    const rows = rowsOf(results, shape, [profile])
    const own = rows.find(({ tool }) => tool === OURS)
    const [best] = rows
      .filter((row) => row.tool !== OURS && isRight(row))
      .sort((one, other) => median(one.walls) - median(other.walls))
    const what = results.shapes.find(({ name }) => name === shape)?.what ?? ''
    if (own === undefined || best === undefined) return []
    const counted = countedRow(results, shape, OURS)
    const floor = floorFor(results, shape, 'all')
    return [
      [
        `${what}, ${where}`,
        `${seconds(own.walls)} s`,
        `${seconds(best.walls)} s (${best.tool})`,
        String(asked(counted?.source) + asked(counted?.destination)),
        String(floor.source + floor.destination),
      ],
    ]
  })
  const head = ['job', 'this action', 'fastest other', 'requests', 'least that it takes']
  return markdownTable(head, lines, [1, 2, 3, 4])
}

function shapes(results: Results): string {
  return markdownTable(
    ['shape', 'what', 'targets', 'least requests', 'for two platforms', 'MB', 'for two platforms'],
    results.shapes.map(({ name, what, targets, floors }) => [
      name,
      what,
      String(targets),
      `${floors.all.source} + ${floors.all.destination}`,
      `${floors.two.source} + ${floors.two.destination}`,
      megabytes(floors.all.up),
      megabytes(floors.two.up),
    ]),
    [2, 3, 4, 5, 6],
  )
}

function requests(results: Results): string {
  const least = (shape: ShapeName) => {
    const { source, destination } = floorFor(results, shape, 'all')
    return `${source} + ${destination}`
  }
  return perShape(results, ['least', least], (shape, tool) => {
    const row = countedRow(results, shape, tool)
    return row && isRight(row) ? `${asked(row.source)} + ${asked(row.destination)}` : undefined
  })
}

function uploads(results: Results): string {
  const least = (shape: ShapeName) => megabytes(floorFor(results, shape, 'all').up)
  return perShape(results, ['least', least], (shape, tool) => {
    const row = countedRow(results, shape, tool)
    return row?.destination && isRight(row) ? megabytes(row.destination.up) : undefined
  })
}

function platforms(results: Results): string {
  const rows = results.rows.filter(({ selection, tool }) => selection === 'two' && tool === OURS)
  return markdownTable(
    ['shape', 'least requests', 'requests', 'least MB', 'MB'],
    rows.map((row) => {
      const floor = floorFor(results, row.shape, 'two')
      return [
        row.shape,
        `${floor.source} + ${floor.destination}`,
        `${asked(row.source)} + ${asked(row.destination)}`,
        megabytes(floor.up),
        megabytes(row.destination?.up ?? Number.NaN),
      ]
    }),
    [1, 2, 3, 4],
  )
}

function big(results: Results): string {
  const gigabytes = floorFor(results, 'big', 'all').up / 1e9
  const [plain, tls] = [rowsOf(results, 'big', ['loopback']), rowsOf(results, 'big', ['tls'])]
  const cells = (row: Row | undefined) =>
    row === undefined ? ['–', '–'] : [seconds(row.walls), (median(row.cpus) / gigabytes).toFixed(2)]
  return markdownTable(
    ['tool', 'seconds', 'CPU s per GB', 'seconds, TLS', 'CPU s per GB, TLS', 'peak MiB'],
    toolsIn([...plain, ...tls]).map((tool) => {
      const of = [plain, tls].map((rows) => rows.find((row) => row.tool === tool))
      const memories = of.flatMap((row) => row?.memory ?? [])
      const memory = memories.length === 0 ? '–' : (Math.max(...memories) / MiB).toFixed(0)
      return [titleOf(tool), ...of.flatMap(cells), memory]
    }),
    [1, 2, 3, 4, 5],
  )
}

const LIMIT_TITLES: Readonly<Record<(typeof blobLimits)[number], string>> = {
  get: 'download to nowhere',
  'get-4': 'download to nowhere, 4 at once',
  put: 'upload from memory',
  'put-4': 'upload from memory, 4 at once',
  pipe: 'download piped into upload',
  'pipe-4': 'download piped into upload, 4 at once',
}

function limits(results: Results): string {
  const megabytesMoved = floorFor(results, 'big', 'all').up / 1e6
  const lines = blobLimits.flatMap((limit) => {
    const row = results.rows.find(({ tool }) => tool === limit)
    if (row === undefined) return []
    const rate = (megabytesMoved / median(row.walls)).toFixed(0)
    return [[LIMIT_TITLES[limit], seconds(row.walls), rate]]
  })
  return markdownTable(['curl', 'seconds', 'MB/s'], lines, [1, 2])
}

function flaky(results: Results): string {
  const rows = results.rows.filter(({ profile }) => profile === 'flaky')
  return markdownTable(
    ['shape', 'tool', 'images lost', 'seconds', 'faults met'],
    rows.map((row) => [
      row.shape,
      titleOf(row.tool),
      `${row.wrong} of ${row.targets}`,
      seconds(row.walls),
      String((row.source?.faults ?? 0) + (row.destination?.faults ?? 0)),
    ]),
    [2, 3, 4],
  )
}

function auth(results: Results): string {
  return markdownTable(
    ['tool', 'seconds', 'requests', 'tokens', 'refused', 'images lost'],
    rowsOf(results, 'tiny', ['auth']).map((row) => [
      titleOf(row.tool),
      seconds(row.walls),
      `${asked(row.source)} + ${asked(row.destination)}`,
      `${ofKind(row.source, /token$/)} + ${ofKind(row.destination, /token$/)}`,
      `${ofKind(row.source, /^refused$/)} + ${ofKind(row.destination, /^refused$/)}`,
      `${row.wrong} of ${row.targets}`,
    ]),
    [1, 2, 3, 4, 5],
  )
}

function ofKind(counts: Counts | undefined, kind: RegExp): number {
  return Object.entries(counts?.requests ?? {})
    .filter(([name]) => kind.test(name))
    .reduce((sum, [, count]) => sum + count, 0)
}

/** Requests on the other kinds of registries. */
function others(all: AllResults): string {
  const tables = Object.entries(all)
    .filter(([server]) => server !== 'distribution2')
    .map(([, results]) => `${results.server}, ${results.date}:\n\n${requests(results)}`)
  return tables.length === 0 ? 'Not measured yet.' : tables.join('\n\n')
}
