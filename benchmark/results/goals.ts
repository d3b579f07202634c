import type { ProfileName } from '../profiles.ts'
import type { ShapeName } from '../shapes.ts'
import { COUNTED } from './cells.ts'
import {
  beside,
  bestPeer,
  costOfImage,
  find,
  floorFor,
  isChecking,
  ofOurs,
  requestsOf,
  seconds,
  wall,
} from './compare.ts'
import { memoryOfImages, memoryOfStreams } from './memory.ts'
import { median, type AllResults, type Results, type Row } from './results.ts'
import { signedGoal } from './signed.ts'
import { markdownTable } from './table.ts'

export interface Goal {
  readonly goal: string
  readonly value: string
  /** Undefined where nothing was measured that answers it. */
  readonly isMet: boolean | undefined
}

/** Above the floor; requests that a busy machine repeats are in it. */
const REQUESTS_OVER_FLOOR = 1.05
/** Of the time of the best peer, where content moves. */
const WORK_SHARE = 0.6
/** Of the time of the best peer, and of curl for the same requests, where nothing is to be done. */
const NOOP_SHARE = { peer: 1.2, limit: 1.6 } as const
const OVER_PIPE = 1.1
const CPU_OVER_PEER = 1.15
const GROWTH = 1.1
const START_MS = 110

/** Without TLS, and with it. */
const PAIRS = [
  ['rtt30', 'tls-rtt30'],
  ['memory', 'memory-tls'],
] as const

/** What the action is to reach, and whether it did. Each is a ratio of one run of the benchmark. */
export function goals({ distribution2: results }: AllResults): readonly Goal[] {
  if (results === undefined) return []
  return [
    requestsOverFloor(results),
    leastBytes(results),
    connections(results),
    ...(['tiny', 'shared', 'fanout'] as const).map((shape) =>
      work(results, shape, 'tls-rtt30', `${shape}, TLS, 30 ms a request`),
    ),
    work(results, 'far', 'far60', 'far, TLS, 60 ms a request'),
    work(results, 'far', 'far100', 'far, TLS, 100 ms a request'),
    ...(['tiny', 'shared', 'fanout'] as const).map((shape) =>
      work(results, shape, 'rtt30', `${shape}, plain, 30 ms a request`),
    ),
    nothingToDo(results, 'rtt30', 'plain'),
    nothingToDo(results, 'tls-rtt30', 'TLS'),
    signedGoal(results),
    besidePipe(results),
    noSlowerThanPeers(results),
    cpuOfBig(results, 'loopback', 'plain'),
    cpuOfBig(results, 'tls', 'TLS'),
    growth(results),
    memoryOfStreams(results),
    memoryOfImages(results),
    start(results),
  ]
}

export function goalsTable(all: AllResults): string {
  return markdownTable(
    ['goal', 'value', 'met'],
    goals(all).map(({ goal, value, isMet }) => [
      goal,
      value,
      isMet === undefined ? 'not measured' : isMet ? 'yes' : '**no**',
    ]),
  )
}

function countedRows(results: Results): readonly Row[] {
  return ofOurs(results).filter(
    ({ shape, source, profile }) =>
      source !== undefined &&
      COUNTED.includes(profile) &&
      results.shapes.some(({ name }) => name === shape),
  )
}

function requestsOverFloor(results: Results): Goal {
  const ratios = countedRows(results)
    .map((row) => {
      const floor = floorFor(results, row.shape, row.selection)
      return { row, ratio: requestsOf(row) / (floor.source + floor.destination) }
    })
    .sort((one, other) => other.ratio - one.ratio)
  const [worst] = ratios
  return {
    goal: 'requests at most 5 % above the floor in every shape',
    value:
      worst === undefined
        ? ''
        : `×${(ratios.at(-1)?.ratio ?? Number.NaN).toFixed(2)} to ×${worst.ratio.toFixed(2)} (${nameOf(worst.row)})`,
    isMet: worst && worst.ratio <= REQUESTS_OVER_FLOOR,
  }
}

function nameOf({ shape, selection }: Row): string {
  return selection === 'all' ? shape : `${shape}, two platforms`
}

function leastBytes(results: Results): Goal {
  const rows = countedRows(results)
  const over = rows.filter((row) => {
    const floor = floorFor(results, row.shape, row.selection)
    const down = (row.source?.down ?? 0) + (row.destination?.down ?? 0)
    return down !== floor.down || row.destination?.up !== floor.up
  })
  return {
    goal: 'bytes of blobs exactly the least, down and up',
    value:
      over.length === 0
        ? 'in every shape'
        : `others in ${[...new Set(over.map(nameOf))].join(', ')}`,
    isMet: rows.length === 0 ? undefined : over.length === 0,
  }
}

function made({ source, destination }: Row): number {
  return (source?.connections ?? Number.NaN) + (destination?.connections ?? Number.NaN)
}

function connections(results: Results): Goal {
  const compared = PAIRS.flatMap(([plain, tls]) =>
    ofOurs(results).flatMap((row) => {
      if (row.profile !== tls || row.selection !== 'all') return []
      const without = find(results, row.shape, plain).find(({ tool }) => tool === 'ours')
      return without === undefined
        ? []
        : [{ shape: row.shape, over: made(row), plain: made(without) }]
    }),
  )
  const [worst] = compared.toSorted((a, b) => b.over / b.plain - a.over / a.plain)
  return {
    goal: 'connections over TLS no more than plain, in every shape',
    value:
      worst === undefined ? '' : `at the most ${worst.over} and ${worst.plain} (${worst.shape})`,
    isMet: worst && worst.over <= worst.plain,
  }
}

function work(results: Results, shape: ShapeName, profile: ProfileName, what: string): Goal {
  const goal = `${what}: at most ${WORK_SHARE} of the best peer`
  const rows = find(results, shape, profile)
  const own = rows.find(({ tool }) => tool === 'ours')
  const best = bestPeer(rows, wall)
  if (own === undefined || best === undefined) return { goal, value: '', isMet: undefined }
  const { ratio, text } = beside(own, best)
  return {
    goal,
    value: [seconds(wall(own)), text, ...besideNode(own, rows)].join(', '),
    isMet: ratio <= WORK_SHARE,
  }
}

/** What Node has to do with a goal, whatever a program does with it: by limit, what the limit does. */
const NODE_ALONE = {
  node: 'Node and undici alone',
  'node-pipe': 'sockets of Node and sha256 alone',
} as const

function nodeAlone(rows: readonly Row[], limit: keyof typeof NODE_ALONE): Row | undefined {
  return rows.find(({ tool, succeeded }) => tool === limit && succeeded)
}

/** How much of the time is that of Node. */
function besideNode(
  own: Row,
  rows: readonly Row[],
  limit: keyof typeof NODE_ALONE = 'node',
): readonly string[] {
  const node = nodeAlone(rows, limit)
  return node === undefined ? [] : [beside(own, node, NODE_ALONE[limit]).text]
}

function nothingToDo(results: Results, profile: ProfileName, name: string): Goal {
  const { peer, limit } = NOOP_SHARE
  const goal = `200 unchanged images, ${name}, 30 ms a request: at most ${peer} of the best peer, and ${limit} of curl's same requests`
  const rows = find(results, 'noop-200', profile)
  const own = rows.find(({ tool }) => tool === 'ours')
  const best = bestPeer(rows, wall)
  const looks = rows.find(({ tool }) => tool === 'looks')
  if (own === undefined || best === undefined || looks === undefined) {
    return { goal, value: '', isMet: undefined }
  }
  const [byPeer, byLimit] = [beside(own, best), beside(own, looks, 'curl')]
  return {
    goal,
    value: [seconds(wall(own)), byPeer.text, byLimit.text, ...besideNode(own, rows)].join(', '),
    isMet: byPeer.ratio <= peer && byLimit.ratio <= limit,
  }
}

function besidePipe(results: Results): Goal {
  const goal = `big on loopback: at most ${OVER_PIPE} of curl into curl`
  const rows = find(results, 'big', 'loopback')
  const own = rows.find(({ tool }) => tool === 'ours')
  const [pipe] = rows
    .filter(({ tool }) => tool === 'pipe' || tool === 'pipe-4')
    .sort((one, other) => wall(one) - wall(other))
  if (own === undefined || pipe === undefined) return { goal, value: '', isMet: undefined }
  const { ratio, text } = beside(own, pipe, 'curl')
  return { goal, value: `${seconds(wall(own))}, ${text}`, isMet: ratio <= OVER_PIPE }
}

function noSlowerThanPeers(results: Results): Goal {
  const goal = 'big on loopback: no slower than the best peer that checks what it moves'
  const rows = find(results, 'big', 'loopback').filter(isChecking)
  const own = rows.find(({ tool }) => tool === 'ours')
  const best = bestPeer(rows, wall)
  if (own === undefined || best === undefined) return { goal, value: '', isMet: undefined }
  const { ratio, text } = beside(own, best)
  return {
    goal,
    value: [seconds(wall(own)), text, ...besideNode(own, rows, 'node-pipe')].join(', '),
    isMet: ratio <= 1,
  }
}

/** Seconds of CPU. */
const cpu = ({ cpus }: Row) => median(cpus)

function cpuOfBig(results: Results, profile: 'loopback' | 'tls', name: string): Goal {
  const goal = `CPU for a GB of big, ${name}: at most ${CPU_OVER_PEER} of the best peer that checks`
  const rows = find(results, 'big', profile).filter(isChecking)
  const own = rows.find(({ tool }) => tool === 'ours')
  const best = bestPeer(rows, cpu)
  if (own === undefined || best === undefined) return { goal, value: '', isMet: undefined }
  const gigabytes = floorFor(results, 'big', 'all').up / 1e9
  const text = (row: Row, who: string) =>
    `${who} ${seconds(cpu(row) / gigabytes)} (×${(cpu(own) / cpu(row)).toFixed(2)})`
  const node = nodeAlone(rows, 'node-pipe')
  const others = [text(best, best.tool), ...(node ? [text(node, NODE_ALONE['node-pipe'])] : [])]
  return {
    goal,
    value: [seconds(cpu(own) / gigabytes), ...others].join(', '),
    isMet: cpu(own) / cpu(best) <= CPU_OVER_PEER,
  }
}

function growth(results: Results): Goal {
  const goal = `CPU for each of 10,000 images: at most ${GROWTH} of that for each of 200`
  const compared = PAIRS.flat().flatMap((profile) =>
    (['unchanged', 'copied'] as const).flatMap((kind) => {
      const [few, many] = ([200, 10000] as const).map((count) =>
        find(results, `${kind}-${count}`, profile).find(({ tool }) => tool === 'ours'),
      )
      if (few === undefined || many === undefined) return []
      return [{ kind, profile, few: costOfImage(few), many: costOfImage(many) }]
    }),
  )
  const [worst] = compared.toSorted((a, b) => b.many / b.few - a.many / a.few)
  return {
    goal,
    value:
      worst === undefined
        ? ''
        : `at the most ${worst.many.toFixed(2)} and ${worst.few.toFixed(2)} ms (${worst.kind}, ${worst.profile})`,
    isMet: worst && worst.many <= worst.few * GROWTH,
  }
}

function start({ starts }: Results): Goal {
  const goal = `start to the first connection: at most ${START_MS} ms`
  if (starts.length === 0) return { goal, value: '', isMet: undefined }
  return { goal, value: `${median(starts).toFixed(0)} ms`, isMet: median(starts) <= START_MS }
}
