import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { pairsOf, run } from './run-world.ts'
import { SyncWorld } from './sync-world.ts'

/** Larger than what is held as a whole. */
const LARGE = 300_000
const secret = { bytes: Buffer.alloc(LARGE, 'only a private repository has it') }
const own = buildImage({ layers: [secret], config: { author: 'acme' } })
const other = buildImage({ layers: [secret], config: { author: 'somebody else' } })
const [layer] = own.layers
const digest = layer?.digest ?? ''

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
  world.give('acme/own', 'v1', own)
  world.give('acme/other', 'v1', other)
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

/** Both images, the other one when it is known what the destination has of the first. */
async function syncBoth() {
  const late = world.source.hold({ path: '/acme/other/manifests/' })
  const lines = ['acme/own:v1 => private/own:v1', 'acme/other:v1 => public/other:v1']
  return run(world, pairsOf(world, ...lines), { onDone: () => late.release() })
}

/** At the source of the other image, for the layer that both have. */
function requestsForLayer(method: string) {
  return world.source.count(method, `/acme/other/blobs/${digest}`)
}

function isMount({ query }: { readonly query: string }) {
  return query.includes('from=private')
}

describe('a layer that another repository of the destination was found to have', () => {
  const foundAs: readonly [string, () => void][] = [
    ['an image that is unchanged', () => pushTo(world.destination.store, 'private/own', 'v1', own)],
    [
      'an image that is there without its tag',
      () => pushTo(world.destination.store, 'private/own', undefined, own),
    ],
    [
      'a blob that is there without its image',
      () => world.destination.store.putBlob('private/own', secret.bytes),
    ],
  ]

  test.each(foundAs)('as %s is not given to a source that only names it', async (_, prepare) => {
    prepare()
    const missing = replyWith(404)
    world.source.fault({ path: `/acme/other/blobs/${digest}` }, missing)
    const { results } = await syncBoth()
    expect(results[1]).toMatchObject({ status: 'failed', error: { code: 'NOT_FOUND' } })
    expect(world.destination.store.blob('public/other', digest)).toBeUndefined()
    const asked = world.destination.select('POST', '/v2/public/')
    expect(asked.filter(isMount)).toEqual([])
  })

  test.each(foundAs)(
    'as %s is mounted for a source that shows it, and not read',
    async (_, prepare) => {
      prepare()
      const { results } = await syncBoth()
      expect(results[1]).toMatchObject({ status: 'copied', bytes: { mounted: LARGE } })
      expect([requestsForLayer('HEAD'), requestsForLayer('GET')]).toEqual([1, 0])
      await world.pull('public/other', 'v1')
    },
  )

  test('is asked for once for all that want it from one source', async () => {
    pushTo(world.destination.store, 'private/own', 'v1', own)
    const late = world.source.hold({ path: '/acme/other/manifests/' })
    const lines = [
      'acme/own:v1 => private/own:v1',
      'acme/other:v1 => public/a:v1',
      'acme/other:v1 => public/b:v1',
    ]
    await run(world, pairsOf(world, ...lines), { onDone: () => late.release() })
    expect(requestsForLayer('HEAD')).toBe(1)
  })

  test('is looked at for its length once, for all images that want it at one time', async () => {
    pushTo(world.destination.store, 'private/own', 'v1', own)
    const names = ['a', 'b', 'c', 'd']
    for (const author of names) {
      world.give(`acme/${author}`, 'v1', buildImage({ layers: [secret], config: { author } }))
    }
    const looking = world.destination.hold({ method: 'HEAD', path: `/blobs/${digest}` })
    const first = world.source.hold({ path: '/acme/a/manifests/' })
    const others = world.source.hold({ path: /\/acme\/[bcd]\/manifests\// })
    const lines = names.map((name) => `acme/${name}:v1 => public/${name}:v1`)
    const pairs = pairsOf(world, 'acme/own:v1 => private/own:v1', ...lines)
    const running = run(world, pairs, { onDone: () => first.release() })
    await looking.arrived()
    const answered: Promise<void>[] = []
    world.destination.use(async (request, next) => {
      if (isMount(request)) answered.push(request.closed)
      return next()
    })
    const mounts = world.destination.hold({ method: 'POST', where: isMount })
    others.release()
    await mounts.arrived(3)
    mounts.release()
    await Promise.all(answered)
    looking.release()
    const { results } = await running
    expect(results.map(({ status }) => status)).toEqual(['unchanged', ...names.map(() => 'copied')])
    expect(world.destination.select('HEAD', `/blobs/${digest}`)).toHaveLength(1)
    for (const name of names) await world.pull(`public/${name}`, 'v1')
  })

  test.each([403, 405, 500])(
    'is read and sent where the source answers looks with %i',
    async (status) => {
      pushTo(world.destination.store, 'private/own', 'v1', own)
      world.source.fault({ method: 'HEAD', path: '/blobs/' }, replyWith(status))
      const { results } = await syncBoth()
      expect(results[1]).toMatchObject({ status: 'copied', bytes: { copied: expect.any(Number) } })
      expect(requestsForLayer('GET')).toBe(1)
      await world.pull('public/other', 'v1')
    },
  )
})

test('a layer that the run has brought is mounted without asking the other source for it', async () => {
  const { results } = await syncBoth()
  expect(results[1]).toMatchObject({ status: 'copied', bytes: { mounted: LARGE } })
  expect([requestsForLayer('HEAD'), requestsForLayer('GET')]).toEqual([0, 0])
})
