import { describe, expect, test } from '@jest/globals'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { runAction, startAction } from '../../testkit/runner/action-runner.ts'
import { errorsOf, outputsOf, startRegistry } from './bundle.ts'
import {
  expectTruth,
  imageOf,
  listOf,
  names,
  NEW,
  OLD,
  release,
  requestsTo,
  runRelease,
  shown,
  startRelease,
  tagsIn,
} from './release.ts'

describe('a release as one thing', () => {
  test('moves all tags, and asks for no more than one by one', async () => {
    const [one, other] = [await startRelease(), await startRelease()]
    const result = await runRelease(one)
    expect(result.exitCode).toBe(0)
    expect(tagsIn(result).every(({ tag }) => tag?.state === 'moved')).toBe(true)
    expectTruth(result, one)
    expect(result.log.join('\n')).toContain('everything is there; moving 6 tags')

    await runRelease(other, { 'all-or-nothing': 'false' })
    expect(requestsTo(one)).toEqual(requestsTo(other))
    for (const target of one.targets) {
      expect(shown(target)).toEqual(NEW)
      for (const name of names) await pullAndVerify(target.url, `prod/${name}`, 'v2')
    }
  })

  test('moves no tag before everything is there', async () => {
    const world = await startRelease()
    const events: string[] = []
    for (const target of world.targets) {
      target.fault({ method: 'PUT' }, async ({ path }, next) => {
        const answer = await next()
        events.push(path.endsWith('/manifests/v2') ? 'tag' : 'content')
        return answer
      })
    }
    await runRelease(world)
    expect(events.lastIndexOf('content')).toBeLessThan(events.indexOf('tag'))
    expect(events.filter((event) => event === 'tag')).toHaveLength(6)
  })

  test('moves none where an image is missing', async () => {
    const world = await startRelease()
    const images = `${listOf(world)}\n${world.source.host}/acme/gone:v2 => ${world.targets[0].host}/prod/gone:v2`
    const result = await runRelease(world, { images })
    expect(result.exitCode).toBe(1)
    for (const target of world.targets) {
      expect(shown(target)).toEqual(OLD)
      expect(target.store.tagWrites()).toEqual([])
    }
    const tags = tagsIn(result)
    expect(tags.at(-1)).toMatchObject({
      status: 'failed',
      code: 'NOT_FOUND',
      tag: { state: 'untouched' },
    })
    for (const tag of tags.slice(0, -1)) {
      expect(tag).toMatchObject({ status: 'skipped', code: 'ABORTED', tag: { state: 'untouched' } })
    }
    const { digests, images: listed, counts, changed } = outputsOf(result)
    expect({ digests, listed, counts, changed }).toEqual({
      digests: {},
      listed: [],
      counts: { copied: 0, unchanged: 0, skipped: 6, failed: 1 },
      changed: false,
    })
    expect(errorsOf(result).at(-1)).toBe('1 of 7 images failed. No tag was moved.')
    expect(result.outputs['pinned']).toContain('# skipped (ABORTED)')
  })

  test('gives back what was moved where one tag is refused', async () => {
    const world = await startRelease()
    world.targets[1].fault(
      { method: 'PUT', path: /\/prod\/worker\/manifests\/v2$/ },
      replyWith(403),
    )
    const result = await runRelease(world)
    expect(result.exitCode).toBe(1)
    expect(shown(world.targets[1])).toEqual(OLD)
    const [api, web, worker] = shown(world.targets[0])
    expect([api, web]).toEqual(OLD.slice(0, 2))
    // Nothing is ever deleted: a tag that was not there before may stay.
    expect([undefined, NEW[2]]).toContain(worker)
    expectTruth(result, world)
    const states = tagsIn(result).map(({ tag, status }) => `${status} ${tag?.state}`)
    expect(states.filter((state) => state.startsWith('failed'))).toEqual(['failed untouched'])
    expect(outputsOf(result)).toMatchObject({ digests: {}, changed: worker !== undefined })
    for (const target of world.targets) await pullAndVerify(target.url, 'prod/api', 'v2')
  })

  test('says what it could not give back', async () => {
    const world = await startRelease()
    const [first, second] = world.targets
    let isRefusing = false
    second.fault({ method: 'PUT', path: /\/manifests\/v2$/ }, async () => {
      isRefusing = true
      return replyWith(403)(undefined as never, undefined as never)
    })
    first.fault({ method: 'PUT', path: /\/manifests\/v2$/ }, async (request, next) =>
      isRefusing ? replyWith(403)(request, next) : next(),
    )
    const result = await runRelease(world)
    expect(result.exitCode).toBe(1)
    expectTruth(result, world)
  })

  test('leaves a tag that somebody else has moved since', async () => {
    const world = await startRelease()
    const [first, second] = world.targets
    const theirs = imageOf('api', 'somebody else')
    pushTo(first.store, 'prod/api', undefined, theirs)
    second.fault({ method: 'PUT', path: /\/manifests\/v2$/ }, async (request, next) => {
      first.store.putTag('prod/api', 'v2', theirs.manifest.digest)
      return replyWith(403)(request, next)
    })
    const result = await runRelease(world)
    expect(first.store.tag('prod/api', 'v2')).toBe(theirs.manifest.digest)
    expectTruth(result, world)
  })

  test('is the same with on-existing: fail, and with tags that appear in the meantime', async () => {
    const world = await startRelease()
    const result = await runRelease(world, { 'on-existing': 'fail' })
    expect(result.exitCode).toBe(1)
    for (const target of world.targets) expect(shown(target)).toEqual(OLD)
    expectTruth(result, world)
  })

  test('swaps two tags that are the source of each other', async () => {
    const registry = await startRegistry()
    const [blue, green] = [imageOf('app', 'blue'), imageOf('app', 'green')]
    pushTo(registry.store, 'acme/app', 'blue', blue)
    pushTo(registry.store, 'acme/app', 'green', green)
    const app = `${registry.host}/acme/app`
    const images = `${app}:blue => :green\n${app}:green => :blue`
    const result = await runAction({ inputs: { images, 'all-or-nothing': 'true' } })
    expect(result.exitCode).toBe(0)
    expect(registry.store.tag('acme/app', 'blue')).toBe(green.manifest.digest)
    expect(registry.store.tag('acme/app', 'green')).toBe(blue.manifest.digest)
  })

  test('works with more images than are worked on at a time', async () => {
    const [source, target] = [await startRegistry(), await startRegistry()]
    const images = Array.from({ length: 150 }, (_, index) => {
      pushTo(source.store, 'acme/app', `v${index}`, imageOf('app', String(index)))
      return `${source.host}/acme/app:v${index} => ${target.host}/prod/app:v${index}`
    })
    const inputs = { images: images.join('\n'), 'all-or-nothing': 'true' }
    const result = await runAction({ inputs })
    expect(outputsOf(result).counts.copied).toBe(150)
    expect(target.store.tags('prod/app')).toHaveLength(150)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'that is stopped while tags move goes back, and says what is not: %s',
    async (signal) => {
      const world = await startRelease()
      const running: { kill?: (name: NodeJS.Signals) => void } = {}
      const stopped = Promise.withResolvers<undefined>()
      for (const target of world.targets) {
        target.fault(
          { method: 'PUT', path: /\/prod\/worker\/manifests\/v2$/ },
          async (_request, next) => {
            running.kill?.(signal)
            await stopped.promise
            return next()
          },
        )
      }
      const action = await startAction({
        inputs: { images: listOf(world), 'all-or-nothing': 'true', retries: '0' },
      })
      running.kill = (name) => action.kill(name)
      const result = await action.result
      stopped.resolve(undefined)
      expect(result.exitCode).toBe(1)
      const [first] = world.targets
      expect(shown(first).slice(0, 2)).toEqual(OLD.slice(0, 2))
      const states = tagsIn(result).map(({ tag }) => tag?.state)
      expect(states).not.toContain('moved')
    },
  )
})

describe('a staged release', () => {
  const multi = buildMultiPlatform()
  const child = multi.children[0]?.manifest.digest ?? ''

  /** At a registry that takes a document whether it has what that refers to or not. */
  async function stagedAtLeisure() {
    const source = await startRegistry()
    const target = await startRegistry({ checkReferences: false })
    pushTo(source.store, 'acme/multi', 'v2', multi)
    const images = `${source.host}/acme/multi:v2 => ${target.host}/prod/multi:v2`
    const staged = await runAction({ inputs: { images, platforms: 'all', stage: 'true' } })
    expect(staged.exitCode).toBe(0)
    for (const registry of [source, target]) registry.clearRequests()
    return { source, target, pinned: staged.outputs['pinned'] ?? '' }
  }

  test('brings everything and moves no tag; the run that publishes asks for little', async () => {
    const world = await startRelease()
    pushTo(world.source.store, 'acme/multi', 'v2', multi)
    const images = `${listOf(world)}\n${world.source.host}/acme/multi:v2 => ${world.targets[0].host}/prod/multi:v2`
    const staged = await runRelease(world, { images, 'all-or-nothing': 'false', stage: 'true' })
    expect(staged.exitCode).toBe(0)
    for (const target of world.targets) {
      expect(shown(target)).toEqual(OLD)
      expect(target.store.tagWrites()).toEqual([])
    }
    const { changed, counts, digests } = outputsOf(staged)
    expect({ changed, copied: counts.copied }).toEqual({ changed: false, copied: 7 })
    expect(staged.outputs['rollback']?.trim()).toBe('[]')

    for (const registry of [world.source, ...world.targets]) registry.clearRequests()
    const pinned = staged.outputs['pinned'] ?? ''
    const published = await runAction({ inputs: { images: pinned, 'all-or-nothing': 'true' } })
    expect(published.exitCode).toBe(0)
    expect(outputsOf(published).digests).toEqual(digests)
    for (const target of world.targets) expect(shown(target)).toEqual(NEW)
    const lines = world.targets.flatMap(({ requests }) => requests.map(({ method }) => method))
    // A look at the tag and one at the digest, and the write: for each of seven destinations.
    expect(lines.filter((method) => method === 'PUT')).toHaveLength(7)
    expect(lines.filter((method) => method === 'HEAD')).toHaveLength(14)
    expect(lines).toHaveLength(21 + lines.filter((method) => method === 'GET').length)
    expect(world.source.requests).toHaveLength(4)
  })

  test('brings again what a registry has collected in the meantime', async () => {
    const world = await startRelease()
    const staged = await runRelease(world, { 'all-or-nothing': 'false', stage: 'true' })
    const [first] = world.targets
    const layer = release.api.layers[0]?.digest ?? ''
    first.store.repository('prod/api')?.blobs.delete(layer)
    const published = await runAction({ inputs: { images: staged.outputs['pinned'] ?? '' } })
    expect(published.exitCode).toBe(0)
    await pullAndVerify(first.url, 'prod/api', 'v2')
  })

  test('brings again what a registry that takes everything does not show any more', async () => {
    const { source, target, pinned } = await stagedAtLeisure()
    const held = target.store.repository('prod/multi')
    held?.manifests.clear()
    held?.blobs.clear()
    expect((await runAction({ inputs: { images: pinned } })).exitCode).toBe(0)
    await pullAndVerify(target.url, 'prod/multi', 'v2')
    expect(source.requests.length).toBeGreaterThan(2)
  })

  test('is not taken to be there in another length than it has', async () => {
    const { target, pinned } = await stagedAtLeisure()
    target.fault({ method: 'HEAD', path: multi.manifest.digest }, async (_request, next) => {
      const answer = await next()
      return { ...answer, headers: { ...answer.headers, 'content-length': '2' } }
    })
    target.store.repository('prod/multi')?.manifests.delete(child)
    expect((await runAction({ inputs: { images: pinned } })).exitCode).toBe(0)
    await pullAndVerify(target.url, 'prod/multi', 'v2')
  })

  test.each([
    [400, 'MANIFEST_INVALID'],
    [404, 'NOT_FOUND'],
    [422, 'UNPROCESSABLE'],
  ])(
    'is looked through where the registry refuses it in its own words: HTTP %i',
    async (status, code) => {
      const { target, pinned } = await stagedAtLeisure()
      target.store.repository('prod/multi')?.manifests.delete(child)
      const refused = target.fault(
        { method: 'PUT', path: '/manifests/v2' },
        replyWith(status, { body: JSON.stringify({ errors: [{ code }] }) }),
        { times: 1 },
      )
      expect((await runAction({ inputs: { images: pinned } })).exitCode).toBe(0)
      expect(refused.hits).toBe(1)
      await pullAndVerify(target.url, 'prod/multi', 'v2')
    },
  )

  test('is looked through where the list is not that of a run', async () => {
    const { source, target } = await stagedAtLeisure()
    target.store.repository('prod/multi')?.manifests.delete(child)
    const { digest } = multi.manifest
    const images = `${source.host}/acme/multi@${digest} => ${target.host}/prod/multi:v2`
    const inputs = { images, platforms: 'all' }
    expect((await runAction({ inputs })).exitCode).toBe(0)
    await pullAndVerify(target.url, 'prod/multi', 'v2')
    expect(target.requests.filter(({ path }) => path.endsWith(digest))).toEqual([])
  })

  test('writes nothing in a dry run', async () => {
    const world = await startRelease()
    const inputs = { 'all-or-nothing': 'false', stage: 'true', 'dry-run': 'true' }
    expect((await runRelease(world, inputs)).exitCode).toBe(0)
    for (const { requests } of world.targets) {
      expect(requests.every(({ method }) => method === 'HEAD' || method === 'GET')).toBe(true)
    }
  })
})

describe('parts of a list', () => {
  test('are together the whole, each line once', async () => {
    const world = await startRelease()
    const digests: Record<string, string> = {}
    for (const part of [1, 2, 3]) {
      const inputs = { 'all-or-nothing': 'false', shard: `${part}/3` }
      const result = await runRelease(world, inputs)
      expect(result.exitCode).toBe(0)
      const own = outputsOf(result).digests
      for (const name of Object.keys(own)) expect(digests).not.toHaveProperty([name])
      Object.assign(digests, own)
      expect(result.log.join('\n')).toMatch(
        new RegExp(`^part ${part} of 3: \\d+ of 6 destinations of the list$`, 'm'),
      )
    }
    expect(Object.keys(digests)).toHaveLength(6)
  })
})

describe('what does not go together', () => {
  test.each([
    [{ stage: 'true' }, 'stage moves no tag'],
    [{ shard: '1/2' }, 'a shard does not know of the others'],
    [{ shard: '1/1' }, 'a shard does not know of the others'],
    [{ shard: '0/2', 'all-or-nothing': 'false' }, 'expected K/N with K from 1 to N'],
    [{ shard: '3/2', 'all-or-nothing': 'false' }, 'expected K/N with K from 1 to N'],
    [{ shard: 'half', 'all-or-nothing': 'false' }, 'expected K/N with K from 1 to N'],
  ])('is an error before any request: %j', async (inputs, message) => {
    const world = await startRelease()
    const result = await runRelease(world, inputs)
    expect(result.exitCode).toBe(1)
    expect(errorsOf(result).join('\n')).toContain(message)
    expect(world.source.requests).toEqual([])
  })
})
