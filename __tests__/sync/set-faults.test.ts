import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { Middleware } from '../../testkit/registry/exchange.ts'
import {
  afterWork,
  dropAfterWork,
  dropBeforeHeaders,
  redirectTo,
  replyWith,
} from '../../testkit/registry/faults.ts'
import { ociManifest } from '../../testkit/registry/media-types.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { rollbackList } from '../../src/sync/pinned.ts'
import { imageOf, names, SetWorld } from './set-world.ts'

const faults: Readonly<Record<string, Middleware>> = {
  'says 500': replyWith(500),
  'does it and says 500': afterWork(replyWith(500)),
  'does it and says 401': afterWork(replyWith(401)),
  'does it and says 403': afterWork(replyWith(403)),
  'does it and leads to a page': afterWork(redirectTo('/sign-in', 302)),
  'loses its answer': dropAfterWork(),
  'cuts the connection': dropBeforeHeaders(),
  'says 429': replyWith(429),
  'says 403': replyWith(403),
}

/** More than there are of a registry in phase two and on the way back. */
const MOST_REQUESTS = 12

/** Strikes at the nth request since tags have begun to move, and where wanted at all after it. */
function strike(world: SetWorld, target: TestRegistry | undefined, at: Strike) {
  let count: number | undefined
  world.onMoving(() => (count = 0))
  const seen = { requests: 0 }
  target?.use((request, next) => {
    if (count === undefined) return next()
    count += 1
    seen.requests = count
    const isHit = at.goesOn ? count >= at.nth : count === at.nth
    return isHit ? at.fault(request, next) : next()
  })
  return seen
}

interface Strike {
  readonly nth: number
  readonly goesOn: boolean
  readonly fault: Middleware
}

describe.each(Object.entries(faults))('a registry that %s while tags move', (_name, fault) => {
  test.each([
    { goesOn: false, when: 'once' },
    { goesOn: true, when: 'from then on' },
  ])('$when, at any of its requests: what is reported is what it shows', async ({ goesOn }) => {
    const lies: string[] = []
    const outcomes = new Set<string>()
    for (const index of [0, 1]) {
      for (let nth = 1; nth <= MOST_REQUESTS; nth++) {
        await using world = await SetWorld.start()
        const seen = strike(world, world.targets[index], { nth, goesOn, fault })
        const report = await world.run()
        const where = `request ${nth} of target ${index}`
        lies.push(...world.lies(report).map((lie) => `${where}: ${lie}`))
        outcomes.add(report.totals.failed === 0 ? 'went through' : 'went back')
        if (seen.requests < nth) break
      }
    }
    expect(lies).toEqual([])
    expect(outcomes).toContain('went through')
  })
})

describe('a run that is ended while tags move', () => {
  test.each([
    { what: 'before the registry has done it', isDone: false },
    { what: 'after the registry has done it', isDone: true },
  ])('at any request, $what, says what the registries show', async ({ isDone }) => {
    const lies: string[] = []
    for (const index of [0, 1]) {
      for (let nth = 1; nth <= MOST_REQUESTS; nth++) {
        await using world = await SetWorld.start()
        const fault: Middleware = async (_request, next) => {
          if (!isDone) world.end.abort()
          const answer = await next()
          world.end.abort()
          return answer
        }
        strike(world, world.targets[index], { nth, goesOn: false, fault })
        const report = await world.run()
        lies.push(...world.lies(report).map((lie) => `request ${nth} of ${index}: ${lie}`))
        const states = new Set(report.results.map(({ tag }) => tag?.state))
        if (states.has('moved') && states.size > 1) lies.push(`request ${nth}: half a release`)
      }
    }
    expect(lies).toEqual([])
  })
})

test('a run that is ended on the way back goes all of it', async () => {
  for (let nth = 1; nth <= MOST_REQUESTS; nth++) {
    await using world = await SetWorld.start()
    const [first, second] = world.targets
    let isBack = false
    let count = 0
    second?.fault({ method: 'PUT', path: /\/worker\/manifests\/v2$/ }, async (request, next) => {
      isBack = true
      return replyWith(403)(request, next)
    })
    first?.use(async (_request, next) => {
      if (isBack && ++count === nth) world.end.abort()
      return next()
    })
    const report = await world.run()
    expect([nth, world.lies(report)]).toEqual([nth, []])
    // What was not there before stays.
    const states = report.results.slice(0, 4).map(({ tag }) => tag?.state)
    expect([nth, new Set(states)]).toEqual([nth, new Set(['rolledBack'])])
    if (count < nth) break
  }
})

test('a tag that somebody else moves on the way back is left to them', async () => {
  await using world = await SetWorld.start()
  const [first, second] = world.targets
  const theirs = imageOf('api', 'theirs')
  let hasMoved = false
  first?.use(async (request, next) => {
    // Between the look at what it shows and the write that gives it back.
    const isLook = request.method === 'GET' && request.path.includes('/prod/api/manifests/sha256:')
    const answer = await next()
    if (isLook && hasMoved) {
      const { bytes, mediaType } = theirs.manifest
      first.store.putManifest('prod/api', { bytes, mediaType }, 'v2')
    }
    return answer
  })
  second?.fault({ method: 'PUT', path: /\/manifests\/v2$/ }, async (request, next) => {
    hasMoved = true
    return replyWith(403)(request, next)
  })
  const { results } = await world.run()
  expect(first?.store.tag('prod/api', 'v2')).toBe(theirs.manifest.digest)
  expect(results[0]?.tag).toEqual({ state: 'left', digest: theirs.manifest.digest })
  expect(results[0]?.error?.message).toContain('somebody else has moved it since')
})

const oldBlob = { mediaType: 'application/x-blob', digest: `sha256:${'a'.repeat(64)}`, size: 1 }

test.each([
  ['of a media type that nobody knows', { mediaType: 'application/vnd.acme.thing+json' }],
  ['that lists one blob with two sizes', { config: { ...oldBlob, size: 2 } }],
])('a tag is given back a document %s, as it was', async (_what, members) => {
  await using world = await SetWorld.start({
    checkReferences: false,
    manifestTypes: [ociManifest, 'application/vnd.acme.thing+json'],
  })
  const [first, second] = world.targets
  const mediaType = ociManifest
  const document = { schemaVersion: 2, mediaType, config: oldBlob, layers: [oldBlob], ...members }
  const bytes = Buffer.from(JSON.stringify(document))
  const old = first?.store.putManifest('prod/api', { bytes, mediaType: document.mediaType }, 'v2')
  second?.fault({ method: 'PUT', path: /\/web\/manifests\/v2$/ }, replyWith(403))
  const { results } = await world.run()
  expect(results[0]?.tag).toEqual({ state: 'rolledBack', digest: old })
  expect(first?.store.tag('prod/api', 'v2')).toBe(old)
})

test('a tag that showed a digest of sha512 is said to show what the registry calls it now', async () => {
  await using world = await SetWorld.start()
  const [first, second] = world.targets
  const { bytes, mediaType, digest } = imageOf('api', 'old').manifest
  const sha512 = `sha512:${createHash('sha512').update(bytes).digest('hex')}`
  first?.store.putManifest('prod/api', { bytes, mediaType, digest: sha512 }, 'v2')
  second?.fault({ method: 'PUT', path: /\/web\/manifests\/v2$/ }, replyWith(403))
  const { results } = await world.run()
  expect(results[0]?.tag).toEqual({ state: 'rolledBack', digest })
  expect(first?.store.tag('prod/api', 'v2')).toBe(digest)
})

test.each([401, 403])(
  'a destination that does not let tags be looked at is none for a set: HTTP %i',
  async (status) => {
    await using world = await SetWorld.start()
    const [first, second] = world.targets
    second?.fault({ method: ['HEAD', 'GET'], path: /\/api\/manifests\/v2$/ }, replyWith(status))
    const report = await world.run()
    expect(report.totals).toMatchObject({ copied: 0, failed: 1 })
    expect([first, second].flatMap((target) => target?.store.tagWrites())).toEqual([])
  },
)

test('a new tag that a registry has taken and does not show is told as one that may have moved', async () => {
  await using world = await SetWorld.start()
  const [first, second] = world.targets
  first?.fault({ method: 'HEAD', path: '/prod/worker/manifests/v2' }, replyWith(404))
  second?.fault({ method: 'PUT', path: /\/web\/manifests\/v2$/ }, replyWith(403))
  const report = await world.run()
  expect(report.results[4]?.tag).toEqual({ state: 'left' })
  expect(rollbackList(report)).toContain(`# was not there before: ${first?.host}/prod/worker:v2`)
})

test('a tag that is gone on the way back is not made again, and can be by the list of rollback', async () => {
  await using world = await SetWorld.start()
  const [first, second] = world.targets
  second?.fault({ method: 'PUT', path: /\/web\/manifests\/v2$/ }, replyWith(403))
  // What it showed before is fetched when all writes have ended.
  const path = `/prod/api/manifests/${imageOf('api', 'old').manifest.digest}`
  first?.fault({ method: 'GET', path }, async (_request, next) => {
    first.store.repository('prod/api')?.tags.delete('v2')
    return next()
  })
  const report = await world.run()
  expect(first?.store.tag('prod/api', 'v2')).toBeUndefined()
  expect(report.results[0]?.tag).toEqual({ state: 'left' })
  expect(report.results[0]?.error?.message).toContain('its write was taken, and it shows nothing')
  expect(rollbackList(report)).toContain(`destination: ${first?.host}/prod/api:v2`)
})

test('all of it goes through where nothing is in the way', async () => {
  await using world = await SetWorld.start()
  const report = await world.run()
  expect(report.totals).toMatchObject({ copied: names.length * 2, failed: 0 })
  expect(world.lies(report)).toEqual([])
})
