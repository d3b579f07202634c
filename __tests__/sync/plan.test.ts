import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { parseReference } from '../../src/oci/reference.ts'
import type { ImagePair } from '../../src/sync/image-list.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { pairsOf, run } from './run-world.ts'
import { SyncWorld, type WorldOptions, writesTo } from './sync-world.ts'

const base = { bytes: randomBytes(300_000) }
const app = buildImage({ layers: [base, { files: { app: 'app' } }] })
const tool = buildImage({ config: { author: 'tool' }, layers: [base, { files: { tool: 'tool' } }] })
const multi = buildMultiPlatform({
  platforms: ['linux/amd64', 'linux/arm64', 'linux/s390x'],
  layers: (platform) => [base, { files: { platform } }],
})

interface Situation {
  readonly lines: readonly string[]
  readonly options?: WorldOptions
  /** What the destination has before. */
  readonly before?: (world: SyncWorld) => void
}

const situations: Readonly<Record<string, Situation>> = {
  'an image that is new': { lines: ['acme/app:v1 => copy:v1'] },
  'the wanted platforms of an index': { lines: ['acme/multi:v1 => copy:v1'] },
  'an image of which a layer is there': {
    lines: ['acme/app:v1 => copy:v1'],
    before: ({ destination }) => destination.store.putBlob('copy', base.bytes),
  },
  'an image that is there under another tag': {
    lines: ['acme/app:v1 => copy:v1'],
    before: ({ destination }) => pushTo(destination.store, 'copy', 'v0', app),
  },
  'an image beside one that is unchanged, and has its layer': {
    lines: ['acme/tool:v1 => there:v1', 'acme/app:v1 => copy:v1'],
    before: ({ destination }) => pushTo(destination.store, 'there', 'v1', tool),
  },
  'images that share a layer, in several repositories': {
    lines: ['acme/app:v1 => copy:v1', 'acme/tool:v1 => tool:v1', 'acme/multi:v1 => multi:v1'],
  },
  'images that share a layer, in one repository': {
    lines: ['acme/app:v1 => copy:v1', 'acme/tool:v1 => copy:v2'],
  },
  'an image from another repository of one registry': {
    lines: ['acme/app:v1 => copy:v1'],
    options: { oneRegistry: true },
  },
  'another tag in one repository': {
    lines: ['acme/app:v1 => acme/app:v2'],
    options: { oneRegistry: true },
  },
  'an image that replaces another one': {
    lines: ['acme/app:v1 => copy:v1'],
    before: ({ destination }) => pushTo(destination.store, 'copy', 'v1', tool),
  },
  'an image that is unchanged': {
    lines: ['acme/app:v1 => copy:v1'],
    before: ({ destination }) => pushTo(destination.store, 'copy', 'v1', app),
  },
}

async function start({ options = {}, before }: Situation): Promise<SyncWorld> {
  const world = await SyncWorld.start(options)
  world.give('acme/app', 'v1', app)
  world.give('acme/tool', 'v1', tool)
  world.give('acme/multi', 'v1', multi)
  before?.(world)
  return world
}

async function runOver(
  world: SyncWorld,
  pairs: readonly ImagePair[],
  settings: { readonly dryRun: boolean; readonly all?: boolean },
) {
  const { dryRun, all = false } = settings
  world.clearRequests()
  const { results } = await run(world, pairs, {
    settings: {
      platforms: all ? 'all' : [{ os: 'linux', architecture: 'amd64' }],
      onMissingPlatform: 'warn',
      onExisting: 'overwrite',
      dryRun,
    },
  })
  const requests = world.source.count() + world.destination.count()
  const writes = [...writesTo(world.source), ...writesTo(world.destination)]
  const outcomes = results.map(({ durationMs: _time, ...outcome }) => outcome)
  return { outcomes, requests, writes }
}

describe('a dry run foresees what a run does, writes nothing, and asks no more than the run, for', () => {
  const cases = Object.entries(situations).flatMap(([what, situation]) =>
    [false, true].map((all) => ({ what, how: all ? 'whole' : 'filtered', situation, all })),
  )

  test.each(cases)('$what, $how', async ({ situation, all }) => {
    await using world = await start(situation)
    const pairs = pairsOf(world, ...situation.lines)
    const planned = await runOver(world, pairs, { dryRun: true, all })
    expect(planned.writes).toEqual([])
    const done = await runOver(world, pairs, { dryRun: false, all })
    expect(planned.outcomes).toEqual(done.outcomes)
    expect(planned.requests).toBeLessThanOrEqual(done.requests)
  })

  test('destinations in several registries', async () => {
    await using world = await start({ lines: [] })
    await using other = await TestRegistry.start()
    pushTo(other.store, 'copy', 'v0', app)
    const clients = [world.source, world.destination, other].map((one) => world.client(one))
    const [pair] = pairsOf(world, 'acme/app:v1 => copy:v1')
    if (pair === undefined) throw new Error('there is a pair')
    const second = { ...pair, destination: parseReference(`${other.host}/copy:v1`) }
    const { results } = await run(world, [pair, second], {
      settings: {
        platforms: 'all',
        onMissingPlatform: 'warn',
        onExisting: 'overwrite',
        dryRun: true,
      },
      clientFor: (_side, { registry }) => {
        const client = clients.find((one) => one.registry === registry)
        if (client === undefined) throw new Error(`no client for ${registry}`)
        return client
      },
    })
    const size = [app.config, ...app.layers].reduce((sum, blob) => sum + (blob?.size ?? 0), 0)
    expect(results.map(({ bytes }) => bytes)).toEqual([
      { copied: size, mounted: 0, existing: 0 },
      { copied: 0, mounted: 0, existing: size },
    ])
    expect(world.source.count(undefined, '/blobs/')).toBe(0)
  })
})
