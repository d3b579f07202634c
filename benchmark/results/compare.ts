import type { ProfileName } from '../profiles.ts'
import { registryRequests } from '../proxy/counts.ts'
import type { ShapeName } from '../shapes.ts'
import { isLimit, UNCHECKING } from '../tools/tool.ts'
import type { Selection } from './measurement.ts'
import { isRight, median, type Results, type Row } from './results.ts'

export function requestsOf({ source, destination }: Row): number {
  if (source === undefined || destination === undefined) return Number.NaN
  return registryRequests(source) + registryRequests(destination)
}

export function floorFor(results: Results, shape: ShapeName, selection: Selection) {
  const facts = results.shapes.find(({ name }) => name === shape)
  if (facts === undefined) throw new Error(`the results know no floor of ${shape}`)
  return facts.floors[selection]
}

export function find({ rows }: Results, shape: ShapeName, profile: ProfileName): readonly Row[] {
  return rows.filter(
    (row) => row.shape === shape && row.profile === profile && row.selection === 'all',
  )
}

export function ofOurs({ rows }: Results): readonly Row[] {
  return rows.filter(({ tool }) => tool === 'ours')
}

export function isPeer({ tool }: Row): boolean {
  return tool !== 'ours' && !isLimit(tool)
}

/** Who checks what it moves, as the action does. */
export function isChecking({ tool }: Row): boolean {
  return !UNCHECKING.has(tool)
}

/** The one with the least of it that left every image right. */
export function bestPeer(rows: readonly Row[], by: (row: Row) => number): Row | undefined {
  return rows
    .filter((row) => isPeer(row) && isRight(row))
    .sort((one, other) => by(one) - by(other))[0]
}

/** Seconds. */
export const wall = ({ walls }: Row) => median(walls)
export const seconds = (value: number) => `${value.toFixed(2)} s`

/** Ours beside another row, as text and ratio. */
export function beside(own: Row, other: Row, name: string = other.tool) {
  const ratio = wall(own) / wall(other)
  return { ratio, text: `${name} ${seconds(wall(other))} (×${ratio.toFixed(2)})` }
}

/** CPU for each image, in milliseconds. */
export function costOfImage({ cpus, targets }: Row): number {
  return (median(cpus) * 1000) / targets
}
