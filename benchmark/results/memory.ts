import type { ShapeName } from '../shapes.ts'
import type { ToolName } from '../tools/tool.ts'
import { MiB } from './cells.ts'
import { find, ofOurs } from './compare.ts'
import type { Goal } from './goals.ts'
import type { Results, Row } from './results.ts'

const MEMORY_MIB = { streams: 120, images: 256 } as const

/** Mean bytes of a blob from which on it is their size that could decide on the memory, and not their number. */
const LARGE_BLOB_BYTES = 1e6

/** Whether most of what it moves is in large blobs. */
function isOfLargeBlobs(results: Results, shape: ShapeName): boolean {
  const counted = results.rows.find(
    (row) => row.shape === shape && row.tool === 'ours' && row.source !== undefined,
  )
  const { down = 0, requests = {} } = counted?.source ?? {}
  return down > LARGE_BLOB_BYTES * (requests['GET blob'] ?? Number.POSITIVE_INFINITY)
}

export function memoryOfStreams(results: Results): Goal {
  const goal = `peak memory below ${MEMORY_MIB.streams} MiB whatever the sizes of layers`
  const rows = ofOurs(results).filter(({ shape }) => isOfLargeBlobs(results, shape))
  return withLimits(peak(goal, rows, MEMORY_MIB.streams), [
    {
      what: 'Node and undici alone, for looks at tags over TLS',
      row: find(results, 'noop-200', 'tls-rtt30').find(({ tool }) => tool === 'node'),
    },
  ])
}

export function memoryOfImages(results: Results): Goal {
  const goal = `peak memory below ${MEMORY_MIB.images} MiB for up to 10,000 images`
  const rows = ofOurs(results).filter(({ shape }) => !isOfLargeBlobs(results, shape))
  const limit = (name: ToolName): Row | undefined => results.rows.find(({ tool }) => tool === name)
  return withLimits(peak(goal, rows, MEMORY_MIB.images), [
    { what: 'the same in an engine that is told to be sparing', row: limit('held') },
    { what: 'Node for as many objects of which nothing is kept', row: limit('churn') },
  ])
}

/** Beside what it took, what it takes at the least. */
function withLimits(
  goal: Goal,
  limits: readonly { readonly what: string; readonly row: Row | undefined }[],
): Goal {
  const texts = limits.flatMap(({ what, row }) =>
    row?.memory === undefined || goal.value === ''
      ? []
      : [`${what}: ${(row.memory / MiB).toFixed(0)} MiB`],
  )
  return { ...goal, value: [goal.value, ...texts].join('; ') }
}

function peak(goal: string, rows: readonly Row[], bound: number): Goal {
  const [most] = rows
    .filter(({ memory }) => memory !== undefined)
    .sort((one, other) => (other.memory ?? 0) - (one.memory ?? 0))
  if (most?.memory === undefined) return { goal, value: '', isMet: undefined }
  const mebibytes = most.memory / MiB
  return {
    goal,
    value: `${mebibytes.toFixed(0)} MiB at most (${most.shape}, ${most.profile})`,
    isMet: mebibytes < bound,
  }
}
