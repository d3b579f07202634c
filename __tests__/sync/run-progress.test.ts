import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parseReference } from '../../src/oci/reference.ts'
import type { ImagePair } from '../../src/sync/image-list.ts'
import { RunProgress } from '../../src/sync/run-progress.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import type { RegistryRequest } from '../../testkit/registry/exchange.ts'
import { cutBody, replyWith } from '../../testkit/registry/faults.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { pairsOf, run } from './run-world.ts'
import { SyncWorld } from './sync-world.ts'

const layer = randomBytes(1_000_000)
const half = layer.length / 2
const image = buildImage({ layers: [{ bytes: layer }] })
/** All that is sent of it. */
const size = (image.config?.size ?? 0) + layer.length

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
  world.give('acme/app', 'v1', image)
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

/** Lets the source answer with half of the layer, and with the rest when it is released. */
function holdHalfway(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  async function* chunks() {
    yield layer.subarray(0, half)
    await promise
    yield layer.subarray(half)
  }
  world.source.use(async (request, next) => {
    const answer = await next()
    const isLayer = request.method === 'GET' && answer.body?.size === layer.length
    return isLayer ? { ...answer, body: { size: layer.length, chunks: chunks() } } : answer
  })
  return resolve
}

/** Waits for the network, and for nothing else. */
async function until(isSo: () => boolean) {
  while (!isSo()) await new Promise(setImmediate)
}

function sizeOf({ headers }: RegistryRequest): number {
  return Number(headers['content-length'])
}

function start(pairs: readonly ImagePair[], options: Parameters<typeof run>[2] = {}) {
  const progress = new RunProgress(pairs.length)
  const running = run(world, pairs, { progress, ...options })
  return { state: () => progress.state(3), running }
}

describe('how far a run has come', () => {
  test('counts the bytes of a blob as they flow', async () => {
    const release = holdHalfway()
    const { state, running } = start(pairsOf(world, 'acme/app:v1 => copy:v1'))
    await until(() => state().sent >= size - half)
    const known = { total: 1, needed: size, isComplete: true }
    expect(state()).toEqual({
      ...known,
      done: 0,
      sent: size - half,
      flowed: size - half,
      underWay: [{ name: world.to('copy:v1'), left: half }],
    })
    release()
    const { totals } = await running
    expect(totals.bytes.copied).toBe(size)
    expect(state()).toEqual({ ...known, done: 1, sent: size, flowed: size, underWay: [] })
  })

  test('counts those of a blob that goes in chunks', async () => {
    const release = holdHalfway()
    world.destination.fault(
      { method: ['PUT', 'PATCH'], where: (request) => sizeOf(request) > half },
      replyWith(413),
    )
    const { state, running } = start(pairsOf(world, 'acme/app:v1 => copy:v1'))
    await until(() => state().underWay[0]?.left === half)
    release()
    await running
    expect(world.destination.count('PATCH')).toBeGreaterThan(0)
    expect(state()).toMatchObject({ needed: size, sent: size })
  })

  test('counts those of each registry that shares a download', async () => {
    await using other = await TestRegistry.start()
    const clients = [world.source, world.destination, other].map((one) => world.client(one))
    const release = holdHalfway()
    const [pair] = pairsOf(world, 'acme/app:v1 => copy:v1')
    if (pair === undefined) throw new Error('there is a pair')
    const second = { ...pair, destination: parseReference(`${other.host}/copy:v1`) }
    const { state, running } = start([pair, second], {
      clientFor: (_side, { registry }) => {
        const client = clients.find((one) => one.registry === registry)
        if (client === undefined) throw new Error(`no client for ${registry}`)
        return client
      },
    })
    await until(() => state().sent >= 2 * (size - half))
    expect(state().underWay.map(({ left }) => left)).toEqual([half, half])
    release()
    await running
    const blobs = world.source.select('GET', '/blobs/')
    expect(new Set(blobs.map(({ path }) => path)).size).toBe(blobs.length)
    expect(state()).toMatchObject({ sent: 2 * size, flowed: 2 * size })
  })

  test('counts what was sent in vain as flow alone', async () => {
    await using patient = await SyncWorld.start({ network: { retries: 3 } })
    patient.give('acme/app', 'v1', image)
    const busy = replyWith(503)
    patient.destination.fault({ method: 'PUT', where: (request) => sizeOf(request) > half }, busy, {
      times: 2,
    })
    const progress = new RunProgress(1)
    const { totals } = await run(patient, pairsOf(patient, 'acme/app:v1 => copy:v1'), { progress })
    expect(totals.copied).toBe(1)
    const { needed, sent, flowed } = progress.state(3)
    expect({ needed, sent }).toEqual({ needed: size, sent: size })
    expect(flowed).toBeGreaterThan(size)
  })

  test('needs nothing for what is there, or is mounted', async () => {
    world.give(
      'acme/other',
      'v1',
      buildImage({ config: { author: 'x' }, layers: [{ bytes: layer }] }),
    )
    const lines = ['acme/app:v1 => copy:v1', 'acme/app:v1 => copy:v2', 'acme/other:v1 => other:v1']
    const { state, running } = start(pairsOf(world, ...lines))
    const { totals } = await running
    expect(totals.bytes.mounted + totals.bytes.existing).toBeGreaterThan(layer.length)
    const { copied } = totals.bytes
    expect(state()).toMatchObject({ needed: copied, sent: copied, done: 3, isComplete: true })
  })

  test('needs no more of an image that has failed', async () => {
    world.source.fault({ method: 'GET', path: '/blobs/' }, cutBody(10))
    const { state, running } = start(pairsOf(world, 'acme/app:v1 => copy:v1'))
    expect((await running).totals.failed).toBe(1)
    const { needed, sent, done } = state()
    expect({ needed, done }).toEqual({ needed: sent, done: 1 })
  })

  test.each([
    { what: 'an image that is still resolved', path: '/manifests/v1' },
    { what: 'an entry of an index', path: /manifests\/sha256/ },
  ])('may need more as long as it waits for $what', async ({ path }) => {
    const multi = buildMultiPlatform()
    world.give('acme/multi', 'v1', multi)
    const hold = world.source.hold({ path })
    const { state, running } = start(pairsOf(world, 'acme/multi:v1 => copy:v1'), {
      settings: {
        platforms: 'all',
        onMissingPlatform: 'warn',
        onExisting: 'overwrite',
        dryRun: false,
      },
    })
    await hold.arrived()
    expect(state().isComplete).toBe(false)
    hold.release()
    await running
    expect(state().isComplete).toBe(true)
  })
})
