import type { Platforms } from '../job.ts'
import type { Measurement, Selection } from '../results/measurement.ts'
import type { Tool } from '../tools/tool.ts'
import { Stage, type StageOptions } from './stage.ts'
import { runTimed, type Timed } from './timed.ts'
import { wrongTargets } from './verify.ts'

export const selections: Readonly<Record<Selection, Platforms>> = {
  all: 'all',
  two: ['linux/amd64', 'linux/arm64'],
}

/** A shape under a profile: every tool that is to be compared there. */
export interface Cell extends Omit<StageOptions, 'platforms'> {
  readonly selection: Selection
  readonly tools: readonly Tool[]
  readonly limits: readonly Tool[]
  readonly runs: number
}

/** Peers that run more than once: what is compared is the best of them, and the slow ones take the most time. */
const FINALISTS = 2
/** Of the time of the fastest peer: who took more in the first round is not going to be the best. */
const CLOSE = 1.4

/** Runs the tools in turn, each time with another one first. */
export async function measureCell(
  cell: Cell,
  report: (measurement: Measurement, output: string) => void,
): Promise<readonly Measurement[]> {
  const platforms = selections[cell.selection]
  const stage = await Stage.open({ ...cell, platforms })
  const measurements: Measurement[] = []
  let contenders = [...cell.tools, ...cell.limits]
  try {
    for (let round = 0; round < cell.runs; round++) {
      const first = round % contenders.length
      for (const tool of [...contenders.slice(first), ...contenders.slice(0, first)]) {
        const measured = await measureRun(cell, platforms, stage, tool, measurements.length)
        if (measured === undefined) continue
        measurements.push(measured.measurement)
        report(measured.measurement, measured.output)
      }
      if (round === 0) contenders = finalists(contenders, measurements)
    }
  } finally {
    await stage.close()
  }
  return measurements
}

/** Ours, the limits, and the fastest peers. */
function finalists(tools: readonly Tool[], measurements: readonly Measurement[]): Tool[] {
  const wall = (tool: Tool) =>
    measurements.find((one) => one.tool === tool.name && one.wrong === 0 && one.exitCode === 0)
      ?.wall ?? Number.POSITIVE_INFINITY
  const peers = tools
    .filter(({ role }) => role === 'peer')
    .sort((one, other) => wall(one) - wall(other))
  const [best] = peers
  const most = best === undefined ? 0 : wall(best) * CLOSE
  const fastest = peers.slice(0, FINALISTS).filter((tool) => wall(tool) <= most)
  return tools.filter((tool) => tool.role !== 'peer' || fastest.includes(tool))
}

async function measureRun(
  { shape, profile, selection, server }: Cell,
  platforms: Platforms,
  stage: Stage,
  tool: Tool,
  /** Where the destination is kept, no two runs may have the same targets. */
  number: number,
) {
  const job = shape.job(number)
  await stage.prepare(job)
  let timed: Timed | undefined
  const traffic = await stage.perform(job, profile.name === 'flaky', async (task) => {
    const command = await tool.command(task)
    if (command !== undefined) timed = await runTimed(command)
  })
  if (timed === undefined) return undefined
  const { exitCode, wall, cpu, memory, output } = timed
  const wrong =
    tool.role === 'limit'
      ? []
      : await wrongTargets(job, platforms, stage.destinationOrigins, stage.authority)
  const targets = job.copies.reduce((sum, copy) => sum + copy.targets.length, 0)
  const measurement: Measurement = {
    server,
    shape: shape.name,
    profile: profile.name,
    selection,
    tool: tool.name,
    exitCode,
    wall,
    cpu,
    memory,
    targets,
    wrong: wrong.length,
    traffic,
  }
  return { measurement, output }
}
