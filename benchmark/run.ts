/**
 * `npm run bench`: what the committed bundle and its peers need for the same jobs, between real registries on this
 * machine. Exits with 1 where a run of ours leaves an image that is not right.
 */
import { cpus, totalmem } from 'node:os'
import { performance } from 'node:perf_hooks'
import { readLayers } from './corpus/layers.ts'
import { floorOf, hasFloor } from './floor.ts'
import { measureCell, selections } from './measure/cell.ts'
import { interrupt } from './measure/timed.ts'
import { measureStarts } from './measure/start.ts'
import { parseOptions, usage, type Options } from './options.ts'
import { profiles } from './profiles.ts'
import { Proxies } from './proxy/proxies.ts'
import { isInstalled, versionOfServer } from './registries/server.ts'
import { sourceStore } from './registries/source-store.ts'
import { goalsTable } from './results/goals.ts'
import type { Measurement } from './results/measurement.ts'
import { lineOf } from './results/line.ts'
import { rowsOf, saveResults, type Results } from './results/results.ts'
import { shapesOf } from './shapes.ts'
import { findTools } from './tools/tools.ts'

/** Seconds after which a tool runs once in each cell: on a machine that is busy with something else. */
const LATE = 16 * 60

async function main(options: Options): Promise<boolean> {
  const startedAt = performance.now()
  const all = findTools()
  if (!isInstalled(options.server)) throw new Error(`${options.server} is not installed`)
  const layers = await readLayers()
  const shapes = shapesOf(layers)
  const store = await sourceStore(options.server, layers)
  const wanted = [all.ours, ...all.peers].filter(({ name }) => options.tools.includes(name))
  for (const { name, version } of wanted) {
    if (version === undefined) console.log(`${name} is not to be had here`)
  }
  const tools = wanted.filter(({ version }) => version !== undefined)
  const measurements: Measurement[] = []
  const proxies = new Proxies()
  try {
    for (const { shape: shapeName, profile, selection, runs, limits = [] } of options.steps) {
      const shape = shapes[shapeName]
      const job = shape.job(0)
      const floor = hasFloor(job) ? floorOf(job, selections[selection]) : undefined
      const cell = {
        shape,
        profile: profiles[profile],
        selection,
        runs: performance.now() - startedAt > LATE * 1000 ? 1 : runs,
        server: options.server,
        store,
        proxies,
        tools: tools.filter(
          (tool) =>
            (selection === 'all' || tool.selectsPlatforms) &&
            (tool.takesLists || shape.isOfNumber !== true),
        ),
        limits: all.limits.filter(({ name }) => limits.some((limit) => limit === name)),
      }
      const measured = await measureCell(cell, (measurement, output) => {
        console.log(lineOf(measurement, floor))
        if (options.isVerbose) console.log(output, measurement.traffic)
      })
      measurements.push(...measured)
    }
    const starts = options.isWhole ? await measureStarts() : []
    const results: Results = {
      date: new Date().toISOString().slice(0, 10),
      machine: {
        cpu: cpus()[0]?.model ?? 'unknown',
        cores: cpus().length,
        memory: totalmem(),
        node: process.versions.node,
      },
      server: versionOfServer(options.server),
      tools: wanted.map(({ name, how, version }) => ({ name, how, version })),
      shapes: Object.values(shapes)
        .filter(({ job }) => hasFloor(job(0)))
        .map(({ name, what, job }) => ({
          name,
          what,
          targets: job(0).copies.reduce((sum, { targets }) => sum + targets.length, 0),
          floors: { all: floorOf(job(0), selections.all), two: floorOf(job(0), selections.two) },
        })),
      rows: rowsOf(measurements),
      starts,
      duration: Math.round((performance.now() - startedAt) / 1000),
    }
    console.log(`\n${goalsTable({ [options.server]: results })}\n\n${results.duration} s`)
    if (options.isWhole) await saveResults(options.server, results)
  } finally {
    await proxies.end()
  }
  return measurements.every(({ tool, wrong }) => tool !== 'ours' || wrong === 0)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)

if (process.argv.includes('--help')) {
  console.log(usage)
} else {
  process.exitCode = (await main(parseOptions(process.argv.slice(2)))) ? 0 : 1
}
