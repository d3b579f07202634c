import { describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { pullAllReferrers } from '../../testkit/image/pull-referrers.ts'
import { pushTo } from '../../testkit/image/push.ts'
import {
  buildBundle,
  buildReferrersIndex,
  buildSbom,
  giveReferrers,
  tagOf,
} from '../../testkit/image/referrers.ts'
import { parseObject } from '../../testkit/registry/manifest-check.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import type { RecordedRequest } from '../../testkit/registry/request-log.ts'
import { copy, digestOf, digestsOf } from './referrers-world.ts'
import { SyncWorld } from './sync-world.ts'

const image = buildImage()
const ours = [buildBundle(image), buildSbom(image)]
const theirs = buildBundle(image, { signer: 'somebody else' })
const list = /\/manifests\/sha256-[0-9a-f]{64}$/

/** A source with signatures, and a destination without the API, which lists are written to. */
async function startWorld() {
  const world = await SyncWorld.start({ destination: { referrers: false } })
  world.give('acme/app', 'v1', image)
  giveReferrers(world.source.store, 'acme/app', image, ours)
  return world
}

async function listed({ url }: TestRegistry) {
  return pullAllReferrers(url, 'mirror/app', [digestOf(image)])
}

/** Another program, which keeps to the rules: it adds to the list what is missing there. */
function addTheirs({ store }: TestRegistry) {
  pushTo(store, 'mirror/app', undefined, theirs)
  const shown = store.manifest('mirror/app', tagOf(image))
  const { manifests = [] } = parseObject(shown?.bytes ?? Buffer.from('{}')) ?? {}
  const entries = manifests as { digest: string }[]
  if (entries.some(({ digest }) => digest === digestOf(theirs))) return
  const held = [...ours, theirs].filter(
    (one) => one === theirs || entries.some(({ digest }) => digest === digestOf(one)),
  )
  store.putManifest('mirror/app', buildReferrersIndex(held).manifest, tagOf(image))
}

/** As many requests as a copy sends about the list. */
const REQUESTS = 3

describe('another program that writes the list of referrers', () => {
  test.each(Array.from({ length: REQUESTS }, (_, at) => at))(
    'before request %i of ours about it, and looks again after the next one, keeps its entry',
    async (at) => {
      await using world = await startWorld()
      let requests = 0
      world.destination.fault({ path: list }, async (_request, next) => {
        const number = requests++
        if (number === at || number === at + 1) addTheirs(world.destination)
        return next()
      })
      const outcome = await copy(world, 'all')
      addTheirs(world.destination)
      expect(outcome.referrers?.copied).toBe(2)
      expect(requests).toBeGreaterThanOrEqual(REQUESTS)
      expect(await listed(world.destination)).toEqual(digestsOf([...ours, theirs]))
    },
  )
})

/** Lets requests of one kind in only when so many of them have come, all of them together then. */
function inStep(registry: TestRegistry, method: RecordedRequest['method'], count: number) {
  let waiting: (() => void)[] = []
  let rounds = 0
  registry.fault({ method, path: list }, async (_request, next) => {
    // Whoever has to write once more has nobody to wait for.
    if (rounds > 0) return next()
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      if (waiting.length < count) return
      rounds += 1
      for (const go of waiting) go()
      waiting = []
    })
    return next()
  })
}

describe('two runs at once', () => {
  test('that write one list in the same moment both have their signatures in it', async () => {
    await using world = await startWorld()
    await using other = await SyncWorld.start()
    other.give('acme/app', 'v1', image)
    giveReferrers(other.source.store, 'acme/app', image, [theirs])
    inStep(world.destination, 'GET', 2)
    inStep(world.destination, 'PUT', 2)
    const destination = other.client(world.destination)
    const outcomes = await Promise.all([
      copy(world, 'all'),
      copy(other, 'all', { destination }, 'mirror/app:v2'),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['copied', 'copied'])
    expect(await listed(world.destination)).toEqual(digestsOf([...ours, theirs]))
  })
})
