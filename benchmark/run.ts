/**
 * `npm run bench`: what the committed bundle and its peers need for the same jobs, between real registries on this
 * machine. Exits with 1 where a run of ours leaves an image that is not right.
 */
import { parseArgs } from 'node:util'
import { readLayers } from './corpus/layers.ts'
import { measureCell, type Measured } from './measure/cell.ts'
import { profiles, type ProfileName } from './profiles.ts'
import { registryRequests } from './proxy/counts.ts'
import { Proxies } from './proxy/proxies.ts'
import type { ServerName } from './registries/server.ts'
import { sourceStore } from './registries/source-store.ts'
import type { Measurement, Selection } from './results/measurement.ts'
import { shapesOf, type ShapeName } from './shapes.ts'
import { tools } from './tools/tools.ts'

const { values } = parseArgs({
  options: {
    shapes: { type: 'string', default: 'tiny' },
    profiles: { type: 'string', default: 'loopback' },
    tools: { type: 'string', default: tools.map(({ name }) => name).join(',') },
    platforms: { type: 'string', default: 'all' },
    runs: { type: 'string', default: '1' },
    server: { type: 'string', default: 'distribution2' },
    verbose: { type: 'boolean', default: false },
  },
})

const layers = await readLayers()
const shapes = shapesOf(layers)
const server = values.server as ServerName
const store = await sourceStore(server, layers)
const proxies = new Proxies()
let isWrong = false

function line(measurement: Measurement, { floor }: Pick<Measured, 'floor'>) {
  const { shape, profile, selection, tool, wall, cpu, memory, traffic, wrong, targets } =
    measurement
  const words = [
    `${shape} ${profile} ${selection} ${tool}`.padEnd(36),
    `${wall.toFixed(2)} s`.padStart(9),
    `CPU ${cpu.toFixed(2)} s`.padStart(11),
    `${((memory ?? Number.NaN) / 2 ** 20).toFixed(0)} MiB`.padStart(8),
  ]
  if (traffic !== undefined) {
    const { source, destination } = traffic
    const used = registryRequests(source) + registryRequests(destination)
    const least = floor.source + floor.destination
    words.push(
      `requests ${registryRequests(source)}+${registryRequests(destination)} of ${floor.source}+${floor.destination} (×${(used / least).toFixed(2)})`,
      `down ${mb(source.down)}/${mb(floor.down)} up ${mb(destination.up)}/${mb(floor.up)} MB`,
      `mounts ${destination.mounts}/${floor.mounts}`,
      `connections ${source.connections}+${destination.connections}`,
    )
  }
  words.push(wrong === 0 ? 'all right' : `${wrong} of ${targets} WRONG`)
  return words.join('  ')
}

function mb(bytes: number) {
  return (bytes / 1e6).toFixed(1)
}

try {
  for (const shapeName of values.shapes.split(',')) {
    for (const profileName of values.profiles.split(',')) {
      for (const selection of values.platforms.split(',') as Selection[]) {
        const wanted = tools
          .filter(
            ({ name, version }) => values.tools.split(',').includes(name) && version !== undefined,
          )
          .filter(({ selectsPlatforms }) => selection === 'all' || selectsPlatforms)
        const cell = {
          shape: shapes[shapeName as ShapeName],
          server,
          store,
          proxies,
          selection,
          tools: wanted,
        }
        const names: ProfileName[] =
          profileName === 'loopback' ? ['loopback', 'counted'] : [profileName as ProfileName]
        for (const name of names) {
          const runs = name === 'counted' ? 1 : Number(values.runs)
          const outputs: string[] = []
          const measured = await measureCell(
            { ...cell, profile: profiles[name], runs },
            (measurement, output) => {
              isWrong ||= measurement.tool === 'ours' && measurement.wrong > 0
              if (measurement.exitCode !== 0 || values.verbose) outputs.push(output)
            },
          )
          for (const measurement of measured.measurements) console.log(line(measurement, measured))
          for (const output of outputs) console.log(output)
          if (values.verbose) {
            for (const { tool, traffic } of measured.measurements) console.log(tool, traffic)
          }
        }
      }
    }
  }
} finally {
  await proxies.end()
}
process.exitCode = isWrong ? 1 : 0
