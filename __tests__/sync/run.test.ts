import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parsePlatformFilter } from '../../src/oci/platform.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { nameOf, pairsOf, run } from './run-world.ts'
import { fakeClock, linesOf, SyncWorld, writesTo } from './sync-world.ts'

const image = buildImage()
const index = buildMultiPlatform({ platforms: ['linux/amd64', 'linux/arm64', 'linux/s390x'] })

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
  world.give('acme/app', 'v1', image)
  world.give('acme/multi', 'v1', index)
  world.give('acme/lacking', 'v1', buildMultiPlatform({ platforms: ['linux/amd64'] }))
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

describe('a run', () => {
  test('reports every image in list order', async () => {
    pushTo(world.destination.store, 'there', 'v1', image)
    const { results, totals, dryRun } = await run(
      world,
      pairsOf(
        world,
        'acme/app:v1 => a:v1',
        'acme/none:v1 => b:v1',
        'acme/multi:v1 => c:v1',
        'acme/app:v1 => there:v1',
      ),
    )
    expect(results.map((result) => [nameOf(result), result.status])).toEqual([
      ['a:v1', 'copied'],
      ['b:v1', 'failed'],
      ['c:v1', 'copied'],
      ['there:v1', 'unchanged'],
    ])
    expect(results[0]).toEqual({
      source: world.from('acme/app:v1'),
      destination: world.to('a:v1'),
      status: 'copied',
      digest: image.manifest.digest,
      sourceDigest: image.manifest.digest,
      platforms: { 'linux/amd64': image.manifest.digest },
      bytes: { copied: expect.any(Number), mounted: 0, existing: 0 },
      durationMs: expect.any(Number),
      // A single image goes as a whole, whatever it is for.
      wanted: { platforms: 'all', attestations: 'drop', referrers: 'none' },
    })
    const copied = (results[0]?.bytes.copied ?? 0) + (results[2]?.bytes.copied ?? 0)
    expect(totals).toEqual({
      images: 4,
      copied: 2,
      unchanged: 1,
      skipped: 0,
      failed: 1,
      // What the two have in common was sent once.
      bytes: { copied, mounted: results[2]?.bytes.mounted, existing: 0 },
      durationMs: expect.any(Number),
    })
    expect(totals.bytes.mounted).toBeGreaterThan(0)
    expect(dryRun).toBe(false)
  })

  test('warns once of a source, and says at each of its destinations what of', async () => {
    const lines = ['acme/multi:v1 => a:v1', 'acme/multi:v1 => b:v1', 'acme/app:v1 => c:v1']
    const warned: string[] = []
    const { results } = await run(world, pairsOf(world, ...lines), {
      settings: {
        platforms: parsePlatformFilter('linux/amd64,linux/arm/v7'),
        onMissingPlatform: 'warn',
        onExisting: 'overwrite',
        dryRun: false,
      },
      onDone: (_result, log) => {
        warned.push(...log.lines.filter((line) => line.startsWith('warning: ')))
      },
    })
    const message = `${world.from('acme/multi:v1')}: the image lacks linux/arm/v7`
    expect(warned).toEqual([`warning: ${message}`])
    expect(results.map(({ warnings }) => warnings)).toEqual([[message], [message], undefined])
  })

  test('keeps the warnings of an image that fails then', async () => {
    world.destination.fault({ method: 'PUT', path: '/manifests/v1' }, replyWith(403))
    const { results } = await run(world, pairsOf(world, 'acme/lacking:v1 => a:v1'))
    expect(results).toMatchObject([
      { status: 'failed', warnings: [expect.stringContaining('lacks linux/arm64')] },
    ])
  })

  test('of no image is a report of none', async () => {
    expect(await run(world, [])).toMatchObject({ results: [], totals: { images: 0 } })
  })

  test('tells of images in the order in which they are done', async () => {
    const slow = world.source.hold({ path: 'acme/multi/manifests/sha256' })
    const { results, done } = await run(
      world,
      pairsOf(world, 'acme/multi:v1 => slow:v1', 'acme/app:v1 => quick:v1'),
      { onDone: () => slow.release() },
    )
    expect(done).toEqual(['quick:v1', 'slow:v1'])
    expect(results.map(nameOf)).toEqual(['slow:v1', 'quick:v1'])
  })

  test('gives each image a log of its own', async () => {
    const { logs } = await run(
      world,
      pairsOf(world, 'acme/multi:v1 => a:v1', 'acme/app:v1 => b:v1'),
    )
    expect(logs.get('a:v1')).toEqual(['info: left out: linux/s390x'])
    expect(logs.get('b:v1')).toEqual([])
  })

  test('asks for a client for both sides of each image', async () => {
    const pairs = pairsOf(world, 'acme/app:v1 => a:v1', 'acme/multi:v1 => b:v1')
    const { asked } = await run(world, pairs)
    const wanted = pairs.flatMap(({ source, destination }) => [
      ['source', source],
      ['destination', destination],
    ])
    expect(asked).toHaveLength(4)
    expect(asked).toEqual(expect.arrayContaining(wanted))
  })

  test('takes the platforms of the image before those of the settings', async () => {
    const [first, second] = pairsOf(world, 'acme/multi:v1 => a:v1', 'acme/multi:v1 => b:v1')
    if (first === undefined || second === undefined) throw new Error('two were read')
    const pairs = [{ ...first, platforms: parsePlatformFilter('linux/s390x') }, second]
    const { results } = await run(world, pairs)
    expect(results.map(({ platforms }) => Object.keys(platforms))).toEqual([
      ['linux/s390x'],
      ['linux/amd64', 'linux/arm64'],
    ])
  })

  test('in which one image wants all platforms leaves the others alone', async () => {
    const [first, second] = pairsOf(world, 'acme/multi:v1 => a:v1', 'acme/multi:v1 => b:v1')
    if (first === undefined || second === undefined) throw new Error('two were read')
    const { results } = await run(world, [{ ...first, platforms: 'all' }, second])
    expect(results[0]?.digest).toBe(index.manifest.digest)
    expect((await world.pull('b', 'v1')).children).toHaveLength(2)
  })

  test('that is dry writes nothing and says so', async () => {
    const pairs = pairsOf(world, 'acme/app:v1 => a:v1', 'acme/multi:v1 => b:v1')
    const dry = await run(world, pairs, { settings: settings({ dryRun: true }) })
    expect(dry.dryRun).toBe(true)
    expect(writesTo(world.destination)).toEqual([])
    const real = await run(world, pairs)
    expect(dry.totals).toMatchObject({ copied: 2, bytes: real.totals.bytes })
    expect(dry.results.map(({ digest }) => digest)).toEqual(
      real.results.map(({ digest }) => digest),
    )
  })

  test('counts what it skipped', async () => {
    pushTo(world.destination.store, 'a', 'v1', index)
    const { results, totals } = await run(world, pairsOf(world, 'acme/app:v1 => a:v1'), {
      settings: settings({ onExisting: 'skip' }),
    })
    expect(results[0]).toMatchObject({ status: 'skipped', previousDigest: index.manifest.digest })
    expect(results[0]).not.toHaveProperty('error')
    expect(totals).toMatchObject({ skipped: 1, copied: 0 })
  })

  test('measures its images and itself by the clock that it is given', async () => {
    const clock = fakeClock()
    world.source.fault({ path: 'acme/app' }, async (_request, next) => {
      await clock.sleep(1500)
      return next()
    })
    world.destination.fault({ method: 'PUT', path: '/manifests/v1' }, replyWith(400))
    const { results, totals } = await run(world, pairsOf(world, 'acme/app:v1 => a:v1'), { clock })
    // The manifest, its config to look at, and its layer; then it fails.
    expect(results[0]).toMatchObject({ status: 'failed', durationMs: 4500 })
    expect(totals.durationMs).toBe(4500)
  })
})

function settings(changes: object) {
  return {
    platforms: parsePlatformFilter('linux/amd64,linux/arm64'),
    onMissingPlatform: 'warn',
    onExisting: 'overwrite',
    dryRun: false,
    ...changes,
  } as const
}

describe('two destinations of one source', () => {
  const twice = ['acme/multi:v1 => a:v1', 'acme/multi:v1 => b:v1']

  test('get the same although the tag moves meanwhile', async () => {
    // Fewer than a host is asked for at once in the beginning: the first has to get by.
    const others = Array.from({ length: 6 }, (_, number) => `acme/app:v1 => other-${number}:v1`)
    const held = world.destination.hold({ path: '/other-' })
    const [first = '', last = ''] = twice
    const { results, done } = await run(world, pairsOf(world, first, ...others, last), {
      onDone: () => {
        world.give('acme/multi', 'v1', image)
        held.release()
      },
    })
    expect(done[0]).toBe('a:v1')
    expect(results[0]).toMatchObject({ status: 'copied', sourceDigest: index.manifest.digest })
    expect(results.at(-1)?.digest).toBe(results[0]?.digest)
    expect(world.source.count('GET', '/acme/multi/manifests/v1')).toBe(1)
    await world.pull('b', 'v1')
  })

  test('cost the source each manifest once', async () => {
    await run(world, pairsOf(world, ...twice))
    const fetched = world.source.select('GET', '/manifests/').map(({ path }) => path)
    expect(fetched).toHaveLength(3)
    expect(new Set(fetched).size).toBe(3)
  })

  test('fail together with it', async () => {
    const { results } = await run(
      world,
      pairsOf(world, 'acme/none:v1 => a:v1', 'acme/none:v1 => b:v1'),
    )
    expect(results.map(({ error }) => error?.code)).toEqual(['NOT_FOUND', 'NOT_FOUND'])
    expect(world.source.count('GET', 'acme/none')).toBe(1)
  })

  test('do not fail together with one of them', async () => {
    world.destination.fault({ path: '/a/' }, replyWith(500))
    const { results } = await run(world, pairsOf(world, ...twice))
    expect(results.map(({ status }) => status)).toEqual(['failed', 'copied'])
    await world.pull('b', 'v1')
  })
})

test('looking at an image and its tag is all that an unchanged one costs', async () => {
  const pairs = pairsOf(world, 'acme/app:v1 => a:v1', 'acme/multi:v1 => b:v1')
  await run(world, pairs)
  world.clearRequests()
  expect((await run(world, pairs)).totals.unchanged).toBe(2)
  expect(linesOf(world.source)).toEqual(['GET manifests/v1', 'GET manifests/v1'])
  expect(linesOf(world.destination)).toEqual(['HEAD manifests/v1', 'HEAD manifests/v1'])
})
