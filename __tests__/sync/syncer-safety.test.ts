import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Middleware } from '../../testkit/registry/exchange.ts'
import {
  cutBody,
  dropAfterWork,
  dropBeforeHeaders,
  flipBit,
  removeHeader,
  replyWith,
  truncateBody,
} from '../../testkit/registry/faults.ts'
import { buildImage, buildIndex } from '../../testkit/image/image.ts'
import {
  allImages,
  buildAttestation,
  buildMultiPlatform,
} from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { failureOf, SyncWorld, writesTo } from './sync-world.ts'

const shared = { files: { 'etc/shared': 'in both images' } }
const index = buildMultiPlatform({
  attestations: true,
  layers: (platform) => [shared, { files: { 'etc/platform': platform } }],
})
const image = buildImage()
const nested = buildIndex({
  children: [buildIndex({ children: [image] }), buildAttestation(image)],
})
const previous = buildImage({ config: { author: 'the one before' } })

const ways = [
  ['an image', image, {}],
  ['a filtered index', index, {}],
  ['a whole index', nested, { platforms: 'all' }],
] as const

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

/** Position of each event in the story of a repository, by what it made visible. */
function storyOf(repository: string) {
  return world.destination.store.events.flatMap((event) => {
    if (event.repository !== repository) return []
    if (event.kind === 'tag') return [`tag ${event.tag}`]
    return event.kind === 'blob' || event.kind === 'manifest' ? [event.digest] : []
  })
}

describe('the order', () => {
  test.each(ways)(
    'of %s is blobs, manifests above them, the tag last and once',
    async (_, subject, policy) => {
      world.give('acme/app', 'v1', subject)
      await world.syncer(policy).syncImage('acme/app:v1', 'copy:v1')
      const story = storyOf('copy')
      expect(story.at(-1)).toBe('tag v1')
      expect(story.filter((line) => line.startsWith('tag'))).toHaveLength(1)
      const pushed = allImages(subject).filter((part) => story.includes(part.manifest.digest))
      for (const { manifest, blobs, children } of pushed) {
        const before = story.slice(0, story.indexOf(manifest.digest))
        const below = [...blobs.keys(), ...children.map((child) => child.manifest.digest)]
        expect(below.filter((digest) => !before.includes(digest))).toEqual([])
      }
      expect(new Set(story).size).toBe(story.length)
    },
  )

  test.each(ways)(
    'of %s ends with the tag, and nothing was read there',
    async (_, subject, policy) => {
      world.give('acme/app', 'v1', subject)
      await world.syncer(policy).syncImage('acme/app:v1', 'copy:v1')
      const requests = world.destination.requests.map(({ method, path }) => `${method} ${path}`)
      expect(requests.at(-1)).toBe('PUT /v2/copy/manifests/v1')
      expect(world.destination.count('PUT', '/manifests/v1')).toBe(1)
      expect(world.destination.count('GET')).toBe(0)
    },
  )
})

/** What must hold at every moment: a tag is what it was before, or what it shall be, and whole. */
async function expectSound(repository: string, digest: string) {
  const tagged = world.destination.store.tag(repository, 'v1')
  expect([previous.manifest.digest, digest]).toContain(tagged)
  const pulled = await world.pull(repository, 'v1')
  expect(pulled.digest).toBe(tagged)
  return tagged === digest
}

describe.each(ways)('whatever request of %s fails', (_, subject, policy) => {
  const broken: [string, Middleware][] = [
    ['without an answer', dropBeforeHeaders()],
    ['without an answer, but done', dropAfterWork()],
    ['with a refusal', replyWith(403, { body: '{"errors":[{"code":"DENIED"}]}' })],
    ['with an error', replyWith(500)],
  ]

  async function countRequests() {
    world.give('acme/app', 'v1', subject)
    pushTo(world.destination.store, 'rehearsal', 'v1', previous)
    const digest = await world.syncer(policy).syncImage('acme/app:v1', 'rehearsal:v1')
    const counts = {
      source: world.source.requests.length,
      destination: world.destination.requests.length,
    }
    return { digest, counts }
  }

  test.each(broken)('at the destination %s, the tag is sound', async (_way, behaviour) => {
    const { digest, counts } = await countRequests()
    const outcomes = new Set<string>()
    for (let nth = 1; nth <= counts.destination; nth++) {
      const repository = `copy-${nth}`
      pushTo(world.destination.store, repository, 'v1', previous)
      const fault = world.destination.fault({ nth }, behaviour)
      const sync = world.syncer(policy).syncImage('acme/app:v1', `${repository}:v1`)
      const [result] = await Promise.allSettled([sync])
      fault.remove()
      expect(fault.hits).toBe(1)
      const isThere = await expectSound(repository, digest)
      expect(isThere || result.status === 'rejected').toBe(true)
      outcomes.add(result.status)
      expect(world.destination.store.tagWrites(repository).length).toBeLessThanOrEqual(1)
    }
    expect(outcomes).toContain('rejected')
  })

  test.each([
    ['without an answer', dropBeforeHeaders()],
    ['in the middle', cutBody(10)],
    ['as if it were shorter', truncateBody(10)],
    ['with one bit turned', flipBit(0)],
    ['with a refusal', replyWith(404)],
  ])('at the source %s, the tag stays as it is', async (_way, behaviour) => {
    const { counts } = await countRequests()
    for (let nth = 1; nth <= counts.source; nth++) {
      const repository = `copy-${nth}`
      pushTo(world.destination.store, repository, 'v1', previous)
      const fault = world.source.fault({ nth }, behaviour)
      await failureOf(world.syncer(policy).syncImage('acme/app:v1', `${repository}:v1`))
      fault.remove()
      expect(world.destination.store.tagWrites(repository)).toEqual([])
      expect(await expectSound(repository, 'nothing')).toBe(false)
    }
  })

  test('an upload of wrong bytes is never completed', async () => {
    world.give('acme/app', 'v1', subject)
    world.source.fault({ path: '/blobs/' }, flipBit(3))
    await failureOf(
      world.syncer({ ...policy, platforms: 'all' }).syncImage('acme/app:v1', 'copy:v1'),
    )
    expect(world.destination.store.completedBlobs('copy')).toEqual([])
  })

  test('the next run completes what one left unfinished', async () => {
    world.give('acme/app', 'v1', subject)
    const fault = world.destination.fault({ method: 'PUT', path: '/manifests/' }, replyWith(500))
    await failureOf(world.syncer(policy).syncImage('acme/app:v1', 'copy:v1'))
    fault.remove()
    const uploaded = world.destination.store.completedBlobs('copy')
    const outcome = await world.syncer(policy).sync('acme/app:v1', 'copy:v1')
    expect(outcome.status).toBe('copied')
    expect(outcome.bytes.existing).toBeGreaterThan(0)
    const after = world.destination.store.completedBlobs('copy')
    expect(after.slice(0, uploaded.length)).toEqual(uploaded)
    expect(new Set(after).size).toBe(after.length)
    await world.pull('copy', 'v1')
  })
})

describe('a destination that shows something else', () => {
  const lie = previous.manifest.digest

  test.each(ways)('in its answer to the tag of %s is a failure', async (_, subject, policy) => {
    world.give('acme/app', 'v1', subject)
    world.destination.fault({ method: 'PUT', path: '/manifests/v1' }, async (request, next) => {
      const answer = await next()
      expect(request.method).toBe('PUT')
      return { ...answer, headers: { ...answer.headers, 'docker-content-digest': lie } }
    })
    const failure = await failureOf(world.syncer(policy).syncImage('acme/app:v1', 'copy:v1'))
    expect(failure).toMatchObject({ code: 'VERIFICATION', side: 'destination', reference: 'v1' })
    expect(failure.message).toContain(lie)
  })

  test.each(ways)('under the tag of %s afterwards is a failure', async (_, subject, policy) => {
    world.give('acme/app', 'v1', subject)
    pushTo(world.destination.store, 'copy', undefined, previous)
    const pushing = { method: 'PUT', path: '/manifests/v1' }
    world.destination.fault(pushing, removeHeader('docker-content-digest'))
    world.destination.fault(pushing, async (_request, next) => {
      const answer = await next()
      world.destination.store.putTag('copy', 'v1', lie)
      return answer
    })
    const failure = await failureOf(world.syncer(policy).syncImage('acme/app:v1', 'copy:v1'))
    expect(failure).toMatchObject({ code: 'VERIFICATION', side: 'destination', reference: 'v1' })
    expect(failure.message).toContain(lie)
  })

  test('by having nothing under the tag is a failure', async () => {
    world.give('acme/app', 'v1', buildImage())
    world.destination.fault({ method: 'PUT', path: '/manifests/v1' }, replyWith(201))
    const failure = await failureOf(world.syncer().syncImage('acme/app:v1', 'copy:v1'))
    expect(failure.code).toBe('VERIFICATION')
  })

  test('for an image of a list fails before the list is there', async () => {
    world.give('acme/app', 'v1', index)
    world.destination.fault(
      { method: 'PUT', path: '/manifests/sha256' },
      async (_request, next) => {
        const answer = await next()
        return { ...answer, headers: { ...answer.headers, 'docker-content-digest': lie } }
      },
    )
    const failure = await failureOf(world.syncer().syncImage('acme/app:v1', 'copy:v1'))
    expect(failure.code).toBe('VERIFICATION')
    expect(world.destination.store.tags('copy')).toEqual([])
  })

  test('is believed when it says that nothing is there', async () => {
    world.give('acme/app', 'v1', index)
    pushTo(world.destination.store, 'copy', 'v1', previous)
    world.destination.fault({ method: 'HEAD' }, replyWith(404), { times: 1 })
    expect((await world.syncer().sync('acme/app:v1', 'copy:v1')).status).toBe('copied')
    expect(writesTo(world.destination).at(-1)).toBe('PUT manifests/v1')
  })
})
