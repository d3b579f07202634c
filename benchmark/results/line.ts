import type { Floor } from '../floor.ts'
import { registryRequests } from '../proxy/counts.ts'
import type { Measurement } from './measurement.ts'

/** One run in one line, for who watches. */
export function lineOf(measurement: Measurement, floor: Floor | undefined): string {
  const { shape, profile, selection, tool, wall, cpu, memory } = measurement
  return [
    `${shape} ${profile} ${selection} ${tool}`.padEnd(36),
    `${wall.toFixed(2)} s`.padStart(9),
    `CPU ${cpu.toFixed(2)} s`.padStart(11),
    memory === undefined ? '' : `${(memory / 2 ** 20).toFixed(0)} MiB`.padStart(8),
    ...traffic(measurement, floor),
    verdict(measurement),
  ].join('  ')
}

function traffic({ traffic: counted }: Measurement, floor: Floor | undefined): readonly string[] {
  if (counted === undefined) return []
  const { source, destination } = counted
  const [atSource, atDestination] = [registryRequests(source), registryRequests(destination)]
  const connections = `connections ${source.connections}+${destination.connections}`
  if (floor === undefined) return [`requests ${atSource}+${atDestination}`, connections]
  const ratio = (atSource + atDestination) / (floor.source + floor.destination)
  return [
    `requests ${atSource}+${atDestination} of ${floor.source}+${floor.destination} (×${ratio.toFixed(2)})`,
    `down ${megabytes(source.down + destination.down)}/${megabytes(floor.down)}`,
    `up ${megabytes(destination.up)}/${megabytes(floor.up)} MB`,
    `mounts ${destination.mounts}/${floor.mounts}`,
    connections,
  ]
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}

function verdict({ wrong, targets, exitCode }: Measurement): string {
  if (wrong > 0) return `${wrong} of ${targets} WRONG`
  return exitCode === 0 ? 'all right' : `all right, but it says ${exitCode}`
}
