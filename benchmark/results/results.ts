import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Floor } from '../floor.ts'
import type { ProfileName } from '../profiles.ts'
import { type Counts } from '../proxy/counts.ts'
import type { ServerName } from '../registries/server.ts'
import type { ShapeName } from '../shapes.ts'
import type { ToolName } from '../tools/tool.ts'
import type { Measurement, Selection } from './measurement.ts'

/** The runs of one tool in one cell. */
export interface Row {
  readonly shape: ShapeName
  readonly profile: ProfileName
  readonly selection: Selection
  readonly tool: ToolName
  /** Seconds, in the order of the runs. */
  readonly walls: readonly number[]
  readonly cpus: readonly number[]
  /** Bytes; the most of all runs. */
  readonly memory: number | undefined
  readonly targets: number
  /** The most of all runs. */
  readonly wrong: number
  /** Whether the tool itself called every run a success. */
  readonly succeeded: boolean
  /** Of the first run; undefined where nothing stood in between to count. */
  readonly source: Counts | undefined
  readonly destination: Counts | undefined
}

export interface ShapeFacts {
  readonly name: ShapeName
  readonly what: string
  readonly targets: number
  readonly floors: Readonly<Record<Selection, Floor>>
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  /** Bytes. */
  readonly memory: number
  readonly node: string
}

/** Everything that one call of the benchmark found on one kind of registry. */
export interface Results {
  /** Day, ISO 8601. */
  readonly date: string
  readonly machine: Machine
  readonly server: string
  readonly tools: readonly {
    readonly name: ToolName
    readonly how: string
    /** Undefined where it was not to be had. */
    readonly version: string | undefined
  }[]
  readonly shapes: readonly ShapeFacts[]
  readonly rows: readonly Row[]
  /** Milliseconds from the start of the step to its first connection. */
  readonly starts: readonly number[]
  /** Seconds that all of it took. */
  readonly duration: number
}

export type AllResults = Readonly<Partial<Record<ServerName, Results>>>

const FILE = fileURLToPath(new URL('../results.json', import.meta.url))

export function readResults(): AllResults {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as AllResults
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return {}
  }
}

/** Puts the results of one kind of registry in the place of its earlier ones. */
export async function saveResults(server: ServerName, results: Results): Promise<void> {
  const all = { ...readResults(), [server]: results }
  await writeFile(FILE, `${JSON.stringify(all, undefined, 2)}\n`)
  // As everything else that is committed.
  execFileSync('npx', ['oxfmt', FILE])
}

export function rowsOf(measurements: readonly Measurement[]): readonly Row[] {
  const groups = Map.groupBy(measurements, ({ shape, profile, selection, tool }) =>
    [shape, profile, selection, tool].join(' '),
  )
  return [...groups.values()].flatMap((runs): Row[] => {
    const [first] = runs
    if (first === undefined) return []
    const { shape, profile, selection, tool, targets, traffic } = first
    const memories = runs.flatMap(({ memory }) => memory ?? [])
    return [
      {
        shape,
        profile,
        selection,
        tool,
        walls: runs.map(({ wall }) => round(wall)),
        cpus: runs.map(({ cpu }) => round(cpu)),
        memory: memories.length === 0 ? undefined : Math.max(...memories),
        targets,
        wrong: Math.max(...runs.map(({ wrong }) => wrong)),
        succeeded: runs.every(({ exitCode }) => exitCode === 0),
        source: traffic?.source,
        destination: traffic?.destination,
      },
    ]
  })
}

/** To milliseconds; what comes behind them is noise. */
function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}

/** Whether a row can be compared with others: everything was done, and the tool knew it. */
export function isRight({ wrong, succeeded }: Row): boolean {
  return wrong === 0 && succeeded
}
