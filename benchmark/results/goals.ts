import type { ProfileName } from '../profiles.ts'
import { registryRequests } from '../proxy/counts.ts'
import type { ShapeName } from '../shapes.ts'
import { isLimit } from '../tools/tool.ts'
import type { Selection } from './measurement.ts'
import { signedGoal } from './signed.ts'
import { isRight, median, type AllResults, type Results, type Row } from './results.ts'
import { markdownTable } from './table.ts'

export interface Goal {
  readonly goal: string
  readonly value: string
  /** Undefined where nothing was measured that answers it. */
  readonly isMet: boolean | undefined
}

const MiB = 2 ** 20

/** Above the floor; requests that a busy machine repeats are in it. */
const REQUESTS_OVER_FLOOR = 1.05
const NOOP_SHARE = 1 / 3
const COLD_SHARE = 1 / 2
const OVER_PIPE = 1.15
const CPU_PER_GB = { loopback: 2, tls: 4.5 } as const
const MEMORY_MIB = 120
const START_MS = 150

/** What the action is to reach, and whether it did. */
export function goals(all: AllResults): readonly Goal[] {
  const results = all.distribution2
  return [
    ...(results === undefined ? [] : [requestsOverFloor(results)]),
    ...Object.values(all).map(fewerRequests),
    ...(results === undefined ? [] : goalsOf(results)),
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

function goalsOf(results: Results): readonly Goal[] {
  return [
    leastBytes(results),
    share(
      results,
      'noop-200',
      '200 unchanged images, 30 ms a request: ≤ 1/3 of the best peer',
      NOOP_SHARE,
    ),
    ...(['tiny', 'shared', 'fanout'] as const).map((shape) =>
      share(results, shape, `${shape}, 30 ms a request: ≤ 1/2 of the best peer`, COLD_SHARE),
    ),
    besidePipe(results),
    noSlowerThanPeers(results),
    halfFilled(results),
    flaky(results),
    signedGoal(results),
    cpuPerGigabyte(results, 'loopback', 'plain'),
    cpuPerGigabyte(results, 'tls', 'TLS'),
    peakMemory(results),
    start(results),
  ]
}

function ofOurs({ rows }: Results, profiles?: readonly ProfileName[]): readonly Row[] {
  return rows.filter(
    ({ tool, profile }) => tool === 'ours' && profiles?.includes(profile) !== false,
  )
}

/** Rows whose requests are to be compared with the floor: nobody was refused, nothing was elsewhere. */
function countedRows(results: Results): readonly Row[] {
  return results.rows.filter(
    ({ shape, source, profile }) =>
      source !== undefined &&
      (profile === 'counted' || profile === 'rtt30') &&
      results.shapes.some(({ name }) => name === shape),
  )
}

function requestsOf({ source, destination }: Row): number {
  if (source === undefined || destination === undefined) return Number.NaN
  return registryRequests(source) + registryRequests(destination)
}

export function floorFor(results: Results, shape: ShapeName, selection: Selection) {
  const facts = results.shapes.find(({ name }) => name === shape)
  if (facts === undefined) throw new Error(`the results know no floor of ${shape}`)
  return facts.floors[selection]
}

function requestsOverFloor(results: Results): Goal {
  const ratios = countedRows(results)
    .filter(({ tool }) => tool === 'ours')
    .map((row) => {
      const floor = floorFor(results, row.shape, row.selection)
      return { row, ratio: requestsOf(row) / (floor.source + floor.destination) }
    })
    .sort((one, other) => other.ratio - one.ratio)
  const [worst] = ratios
  return {
    goal: 'requests within 5 % of the floor in every shape',
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

/** A peer that is at the floor cannot be undercut. */
function fewerRequests(results: Results): Goal {
  const counted = countedRows(results).filter(({ selection }) => selection === 'all')
  const compared = counted
    .filter(({ tool }) => tool === 'ours')
    .flatMap((row) => {
      const floor = floorFor(results, row.shape, row.selection)
      const [best] = counted
        .filter((one) => isPeer(one) && one.shape === row.shape && isRight(one))
        .sort((one, other) => requestsOf(one) - requestsOf(other))
      if (best === undefined) return []
      const [own, theirs] = [requestsOf(row), requestsOf(best)]
      const isFewer = own < theirs || own === floor.source + floor.destination
      return [{ text: `${row.shape} ${own} (${best.tool} ${theirs})`, isFewer }]
    })
  return {
    goal: `fewer requests than every peer in every shape, ${results.server}`,
    value: compared.map(({ text }) => text).join(', '),
    isMet: compared.length === 0 ? undefined : compared.every(({ isFewer }) => isFewer),
  }
}

function leastBytes(results: Results): Goal {
  const rows = countedRows(results).filter(({ tool }) => tool === 'ours')
  const over = rows.filter((row) => {
    const floor = floorFor(results, row.shape, row.selection)
    const down = (row.source?.down ?? 0) + (row.destination?.down ?? 0)
    return down !== floor.down || row.destination?.up !== floor.up
  })
  return {
    goal: 'bytes of blobs: exactly the minimum, down and up',
    value: over.length === 0 ? 'in every shape' : `more in ${over.map(nameOf).join(', ')}`,
    isMet: rows.length === 0 ? undefined : over.length === 0,
  }
}

function find({ rows }: Results, shape: ShapeName, profile: ProfileName): readonly Row[] {
  return rows.filter(
    (row) => row.shape === shape && row.profile === profile && row.selection === 'all',
  )
}

function isPeer({ tool }: Row): boolean {
  return tool !== 'ours' && !isLimit(tool)
}

/** The fastest that left every image right. */
function bestPeer(rows: readonly Row[], by: (row: Row) => number): Row | undefined {
  return rows
    .filter((row) => isPeer(row) && isRight(row))
    .sort((one, other) => by(one) - by(other))[0]
}

const wall = ({ walls }: Row) => median(walls)

function share(results: Results, shape: ShapeName, goal: string, most: number): Goal {
  const rows = find(results, shape, 'rtt30')
  const own = rows.find(({ tool }) => tool === 'ours')
  const best = bestPeer(rows, wall)
  if (own === undefined || best === undefined) return { goal, value: '', isMet: undefined }
  const ratio = wall(own) / wall(best)
  const looks = rows.find(({ tool }) => tool === 'looks')
  const least = looks === undefined ? '' : `; the same requests by curl ${wall(looks).toFixed(2)} s`
  const value = `${wall(own).toFixed(2)} s, ${best.tool} ${wall(best).toFixed(2)} s (×${ratio.toFixed(2)})${least}`
  return { goal, value, isMet: ratio <= most }
}

function besidePipe(results: Results): Goal {
  const goal = 'big on loopback: ≤ 1.15 × curl into curl'
  const rows = find(results, 'big', 'loopback')
  const own = rows.find(({ tool }) => tool === 'ours')
  const [pipe] = rows
    .filter(({ tool }) => tool === 'pipe' || tool === 'pipe-4')
    .sort((one, other) => wall(one) - wall(other))
  if (own === undefined || pipe === undefined) return { goal, value: '', isMet: undefined }
  const ratio = wall(own) / wall(pipe)
  const value = `${wall(own).toFixed(2)} s, curl ${wall(pipe).toFixed(2)} s (×${ratio.toFixed(2)})`
  return { goal, value, isMet: ratio <= OVER_PIPE }
}

function noSlowerThanPeers(results: Results): Goal {
  const goal = 'big on loopback: no slower than the best peer'
  const rows = find(results, 'big', 'loopback')
  const own = rows.find(({ tool }) => tool === 'ours')
  const best = bestPeer(rows, wall)
  if (own === undefined || best === undefined) return { goal, value: '', isMet: undefined }
  const value = `${wall(own).toFixed(2)} s, ${best.tool} ${wall(best).toFixed(2)} s`
  return { goal, value, isMet: wall(own) <= wall(best) }
}

function halfFilled(results: Results): Goal {
  const goal = 'half: no byte sent that the registry already has'
  const own = find(results, 'half', 'counted').find(({ tool }) => tool === 'ours')
  if (own?.destination === undefined) return { goal, value: '', isMet: undefined }
  const floor = floorFor(results, 'half', 'all')
  const value = `${megabytes(own.destination.up)} MB sent, ${megabytes(floor.up)} MB missing`
  return { goal, value, isMet: own.destination.up <= floor.up }
}

function flaky(results: Results): Goal {
  const rows = results.rows.filter(({ profile }) => profile === 'flaky')
  const own = rows.filter(({ tool }) => tool === 'ours')
  const others = Map.groupBy(rows.filter(isPeer), ({ tool }) => tool)
  const total = own.reduce((sum, { targets }) => sum + targets, 0)
  const peers = [...others].map(([tool, of]) => `${tool} ${lost(of)}`).join(', ')
  const everyPeerLoses = [...others.values()].every((of) => lost(of) > 0)
  return {
    goal: 'flaky: every image right, where every peer loses some',
    value: own.length === 0 ? '' : `lost of ${total}: ours ${lost(own)}, ${peers}`,
    isMet: own.length === 0 ? undefined : lost(own) === 0 && everyPeerLoses,
  }
}

const lost = (rows: readonly Row[]) => rows.reduce((sum, { wrong }) => sum + wrong, 0)

function cpuPerGigabyte(results: Results, profile: 'loopback' | 'tls', name: string): Goal {
  const most = CPU_PER_GB[profile]
  const goal = `CPU per GB of big, ${name}: ≤ ${most} s, and no more than the best peer`
  const rows = find(results, 'big', profile)
  const own = rows.find(({ tool }) => tool === 'ours')
  const gigabytes = floorFor(results, 'big', 'all').up / 1e9
  const perGigabyte = ({ cpus }: Row) => median(cpus) / gigabytes
  const best = bestPeer(rows, perGigabyte)
  if (own === undefined) return { goal, value: '', isMet: undefined }
  const theirs = best === undefined ? '' : `, ${best.tool} ${perGigabyte(best).toFixed(2)} s`
  const isLess = best === undefined || perGigabyte(own) <= perGigabyte(best)
  return {
    goal,
    value: `${perGigabyte(own).toFixed(2)} s${theirs}`,
    isMet: perGigabyte(own) <= most && isLess,
  }
}

function peakMemory(results: Results): Goal {
  const goal = `peak memory: ≤ ${MEMORY_MIB} MiB whatever the sizes`
  const [most] = ofOurs(results)
    .filter(({ memory }) => memory !== undefined)
    .sort((one, other) => (other.memory ?? 0) - (one.memory ?? 0))
  if (most?.memory === undefined) return { goal, value: '', isMet: undefined }
  const mebibytes = most.memory / MiB
  return {
    goal,
    value: `${mebibytes.toFixed(0)} MiB at most (${most.shape}, ${most.profile})`,
    isMet: mebibytes <= MEMORY_MIB,
  }
}

function start({ starts }: Results): Goal {
  const goal = `start to first connection: ≤ ${START_MS} ms`
  if (starts.length === 0) return { goal, value: '', isMet: undefined }
  return { goal, value: `${median(starts).toFixed(0)} ms`, isMet: median(starts) <= START_MS }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
