import { afterAll, beforeAll, expect } from '@jest/globals'
import type { BuiltImage } from '../../testkit/image/image.ts'
import { allImages } from '../../testkit/image/multi-platform.ts'
import type { PulledImage } from '../../testkit/image/pull.ts'
import type { RecordedRequest } from '../../testkit/registry/request-log.ts'
import type { Result } from '../bundle/bundle.ts'
import { cellsOf, type Cell, type Operation } from './table.ts'
import { World, type Pair, type Run, type RunOptions } from './world.ts'

/** A world for the tests of a file. */
export function sharedWorld(): () => World {
  let world: World | undefined
  beforeAll(async () => {
    world = await World.start()
  })
  afterAll(async () => world?.close())
  return () => {
    if (world === undefined) throw new Error('the world has not begun')
    return world
  }
}

/** A cell before the action has run. */
export interface Setting {
  readonly world: World
  readonly cell: Cell
  readonly pair: Pair
  readonly image: BuiltImage
}

export interface End extends Setting {
  readonly run: Run
  readonly result: Result
}

export interface OperationSpec {
  /** Another one for each text, so that no cell finds anything of another. */
  readonly image: (text: string, cell: Cell) => BuiltImage
  readonly pairOf?: (world: World, cell: Cell) => Pair
  /** Makes the registries what the operation wants to find. By default the image is at the source. */
  readonly prepare?: (setting: Setting) => void
  /** Does it for all cells; by default in one run. */
  readonly run?: (world: World, settings: readonly Setting[]) => Promise<readonly End[]>
}

/** What became of an operation. */
export interface Performed {
  readonly cells: readonly Cell[]
  readonly endOf: (cell: Cell) => End
  readonly leaks: () => readonly string[]
}

/** Does an operation for all of its cells before the tests that follow. */
export function performed(
  operation: Operation,
  world: () => World,
  { image, prepare = ready, run = runTogether, pairOf = usualPair(operation) }: OperationSpec,
): Performed {
  const cells = cellsOf(operation)
  let ends: readonly End[] = []
  let leaks: readonly string[] = ['the action did not run']
  beforeAll(async () => {
    const settings = cells.map((cell): Setting => {
      const pair = pairOf(world(), cell)
      return { world: world(), cell, pair, image: image(`${operation} ${cell.title}`, cell) }
    })
    for (const setting of settings) prepare(setting)
    ends = await run(world(), settings)
    leaks = world().takeLeaks()
  })
  return {
    cells,
    endOf: (cell) => {
      const end = ends.find((one) => one.cell === cell)
      if (end === undefined) throw new Error('the action did not run')
      return end
    },
    leaks: () => leaks,
  }
}

/** The image stands at the source, and the destination will take it. */
export function ready({ world, pair, image }: Setting) {
  world.put(pair.source, image)
  allow(pair)
}

/** Creates the destination where a push does not. */
export function allow({ destination: { at, repository } }: Pair) {
  if (!at.profile.createsRepositories) at.createRepository(repository)
}

export async function runTogether(
  world: World,
  settings: readonly Setting[],
  options?: RunOptions,
): Promise<End[]> {
  const pairs = settings.map(({ pair }) => pair)
  const run = await world.run(pairs, options)
  return settings.map((setting) => ({ ...setting, run, result: run.resultOf(setting.pair) }))
}

/** Repositories of the operation's own, the second of which nobody has pushed to so far. */
function usualPair(operation: Operation) {
  return (world: World, { profile, partner, role }: Cell): Pair => {
    const [from, to] = role === 'source' ? [profile, partner] : [partner, profile]
    const tag = `${role}-${profile.id}`
    return {
      source: { at: world.profile(from.id), repository: from.repository(operation), tag },
      destination: { at: world.profile(to.id), repository: to.repository(`${operation}copy`), tag },
    }
  }
}

/** Copied, under this digest, and all of it is there. */
export async function expectCopied(
  { world, pair, result }: End,
  digest: string,
): Promise<PulledImage> {
  expect(result.error).toBeUndefined()
  expect(result).toMatchObject({ status: 'copied', digest })
  const stored = await world.stored(pair.destination)
  expect(stored.digest).toBe(digest)
  return stored
}

/** The manifests of what was pulled, children before parents. */
export function digestsOf(stored: PulledImage): string[] {
  return [...stored.children.flatMap(digestsOf), stored.digest]
}

/** The manifests that a copy of the whole image has. */
export function digestsIn(image: BuiltImage): string[] {
  return allImages(image).map(({ manifest }) => manifest.digest)
}

/** Something other than a look or a login. */
export function isWrite({ method, path }: RecordedRequest): boolean {
  return !['GET', 'HEAD'].includes(method) && /\/(?:blobs|manifests)\//.test(path)
}

/** What the log says of an image that failed: code, message and hint. */
export function failureOf({ run, result, pair }: End): string {
  expect(result.status).toBe('failed')
  expect(run.step.exitCode).toBe(1)
  return run.logOf(pair)
}
