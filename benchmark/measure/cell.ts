import { floorOf, type Floor } from '../floor.ts'
import type { Platforms } from '../job.ts'
import type { Measurement, Selection } from '../results/measurement.ts'
import type { Tool } from '../tools/tool.ts'
import { Stage, type StageOptions } from './stage.ts'
import { runTimed } from './timed.ts'
import { wrongTargets } from './verify.ts'

export const selections: Readonly<Record<Selection, Platforms>> = {
  all: 'all',
  two: ['linux/amd64', 'linux/arm64'],
}

/** A shape under a profile: every tool that is to be compared there. */
export interface Cell extends Omit<StageOptions, 'platforms'> {
  readonly selection: Selection
  readonly tools: readonly Tool[]
  readonly runs: number
}

export interface Measured {
  readonly floor: Floor
  readonly measurements: readonly Measurement[]
}

/** Runs the tools in turn, each time with another one first. */
export async function measureCell(
  cell: Cell,
  report: (measurement: Measurement, output: string) => void,
): Promise<Measured> {
  const platforms = selections[cell.selection]
  const stage = await Stage.open({ ...cell, platforms })
  const measurements: Measurement[] = []
  try {
    for (let round = 0; round < cell.runs; round++) {
      for (const index of cell.tools.keys()) {
        const tool = cell.tools[(index + round) % cell.tools.length]
        if (tool === undefined) continue
        // Where the destination is kept, no two runs may have the same targets.
        const number = round * cell.tools.length + index
        const { measurement, output } = await measureRun(cell, platforms, stage, tool, number)
        measurements.push(measurement)
        report(measurement, output)
      }
    }
  } finally {
    await stage.close()
  }
  return { floor: floorOf(cell.shape.job(0), platforms), measurements }
}

async function measureRun(
  { shape, profile, selection, server }: Cell,
  platforms: Platforms,
  stage: Stage,
  tool: Tool,
  number: number,
) {
  const job = shape.job(number)
  await stage.prepare(job)
  let timed: Awaited<ReturnType<typeof runTimed>> | undefined
  const traffic = await stage.perform(job, profile.name === 'flaky', async (task) => {
    timed = await runTimed(await tool.command(task))
  })
  if (timed === undefined) throw new Error(`${tool.name} was not run`)
  const wrong = await wrongTargets(job, platforms, stage.destinationOrigins, stage.authority)
  const { exitCode, wall, cpu, memory, output } = timed
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
