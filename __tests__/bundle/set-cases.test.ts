import { describe, expect, test } from '@jest/globals'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { errorsOf, outputsOf } from './bundle.ts'
import {
  before,
  imageOf,
  listOf,
  NEW,
  OLD,
  type Release,
  release,
  runRelease,
  shown,
  startRelease,
  tagsIn,
} from './release.ts'

const GONE = 'acme/gone:v2'

/** The list of a release, and a line more whose image is not there. */
function withGone(world: Release): string {
  const { source, targets } = world
  return `${listOf(world)}\n${source.host}/${GONE} => ${targets[0].host}/prod/gone:v2`
}

function writesTo({ targets }: Release) {
  return targets.flatMap(({ requests }) =>
    requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD'),
  )
}

function expectOld({ targets }: Release) {
  for (const target of targets) expect(shown(target)).toEqual(OLD)
}

describe('all or nothing in a dry run', () => {
  test('tells what would become of everything, and moves nothing', async () => {
    const world = await startRelease()
    const result = await runRelease(world, { 'dry-run': 'true' })
    expect(result.exitCode).toBe(0)
    const { counts, changed, digest } = outputsOf(result)
    expect({ copied: counts.copied, changed, digest }).toEqual({
      copied: 6,
      changed: true,
      digest: NEW[0],
    })
    expect(new Set(tagsIn(result).map(({ tag }) => tag?.state))).toEqual(new Set(['untouched']))
    expect(result.outputs['rollback']?.trim()).toBe('[]')
    expect(writesTo(world)).toEqual([])
  })

  test('holds the others back where one would fail', async () => {
    const world = await startRelease()
    const result = await runRelease(world, { 'dry-run': 'true', images: withGone(world) })
    expect(result.exitCode).toBe(1)
    const { counts, changed, digests } = outputsOf(result)
    expect({ counts, changed, digests }).toEqual({
      counts: { copied: 0, unchanged: 0, skipped: 6, failed: 1 },
      changed: false,
      digests: {},
    })
    expect(result.outputs['pinned']).toContain('# skipped (ABORTED)')
  })
})

describe('all or nothing, and what else is asked for', () => {
  test('fail-fast: what has not begun is not begun, and nothing moves', async () => {
    const world = await startRelease()
    const lines = withGone(world).split('\n').toReversed().join('\n')
    const result = await runRelease(world, { images: lines, 'fail-fast': 'true' })
    expect(result.exitCode).toBe(1)
    expectOld(world)
    const codes = outputsOf(result).results.map(({ error }) => error?.code)
    expect(codes.filter((code) => code === 'NOT_FOUND')).toHaveLength(1)
    expect(new Set(codes)).not.toContain(undefined)
  })

  test('a line that is there twice counts once', async () => {
    const world = await startRelease()
    const result = await runRelease(world, { images: `${listOf(world)}\n${listOf(world)}` })
    expect(result.exitCode).toBe(0)
    expect(outputsOf(result).counts.copied).toBe(6)
  })

  test('two lines for one tag are an error before any request', async () => {
    const world = await startRelease()
    const { source, targets } = world
    const images = `${listOf(world)}\n${source.host}/acme/web:v2 => ${targets[0].host}/prod/api:v2`
    const result = await runRelease(world, { images })
    expect(errorsOf(result)[0]).toContain('is the destination of line 1 already')
    expect(source.requests).toEqual([])
  })

  test('several tags of one image in one repository move together', async () => {
    const world = await startRelease()
    const { source, targets } = world
    const to = ['v2', 'v2.0', 'latest'].map((tag) => `${targets[0].host}/prod/api:${tag}`)
    const images = `${source.host}/acme/api:v2 => ${to.join(' ')}`
    targets[0].fault({ method: 'PUT', path: /\/manifests\/latest$/ }, replyWith(403))
    const result = await runRelease(world, { images })
    expect(result.exitCode).toBe(1)
    expect(targets[0].store.tag('prod/api', 'v2')).toBe(before.api.manifest.digest)
  })

  test('what goes to its digest alone has no tag to be moved, and stays', async () => {
    const world = await startRelease()
    const { source, targets } = world
    const { digest } = release.worker.manifest
    const byDigest = `${source.host}/acme/worker@${digest} => ${targets[0].host}/prod/worker`
    const well = await runRelease(world, { images: byDigest })
    expect(well.exitCode).toBe(0)
    expect(tagsIn(well)).toEqual([{ status: 'copied', tag: undefined }])
    const badly = await runRelease(world, { images: `${byDigest}\n${withGone(world)}` })
    expect(badly.exitCode).toBe(1)
    expect(tagsIn(badly)[0]).toEqual({ status: 'unchanged', tag: undefined })
    expectOld(world)
  })

  test('on-existing: skip leaves tags alone, and the others move', async () => {
    const world = await startRelease()
    const result = await runRelease(world, { 'on-existing': 'skip' })
    expect(result.exitCode).toBe(0)
    for (const target of world.targets) expect(shown(target)).toEqual([...OLD.slice(0, 2), NEW[2]])
    const states = tagsIn(result).map(({ status, tag }) => `${status} ${tag?.state}`)
    expect(states.filter((state) => state === 'skipped untouched')).toHaveLength(4)
    expect(states.filter((state) => state === 'copied moved')).toHaveLength(2)
  })

  test.each(['skip', 'fail'])(
    'on-existing: %s sees a tag that somebody else has made since',
    async (policy) => {
      const world = await startRelease()
      const [first, second] = world.targets
      for (const { store } of world.targets) store.repository('prod/api')?.tags.delete('v2')
      for (const { store } of world.targets) store.repository('prod/web')?.tags.delete('v2')
      const theirs = imageOf('api', 'theirs')
      // When the last of the content is brought, phase one ends.
      second.fault({ method: 'PUT', path: /\/blobs\/uploads\// }, async (_request, next) => {
        pushTo(first.store, 'prod/api', 'v2', theirs)
        return next()
      })
      const result = await runRelease(world, { 'on-existing': policy })
      expect(first.store.tag('prod/api', 'v2')).toBe(theirs.manifest.digest)
      const [api] = tagsIn(result)
      expect(api?.tag).toEqual({ state: 'untouched', digest: theirs.manifest.digest })
      expect(result.exitCode).toBe(policy === 'skip' ? 0 : 1)
      expect(api?.code).toBe(policy === 'skip' ? undefined : 'EXISTS')
    },
  )

  test('a tag that is immutable is to blame, and the others go back', async () => {
    const world = await startRelease()
    const message = 'The tag is immutable'
    const body = JSON.stringify({ errors: [{ code: 'TAG_IMMUTABLE', message }] })
    const path = /\/prod\/web\/manifests\/v2$/
    world.targets[1].fault({ method: 'PUT', path }, replyWith(400, { body }))
    const result = await runRelease(world)
    const blamed = tagsIn(result).filter(({ status }) => status === 'failed')
    expect(blamed).toMatchObject([{ code: 'EXISTS', tag: { state: 'untouched', digest: OLD[1] } }])
    // Nothing is ever deleted: a tag that was not there before may stay.
    expect(shown(world.targets[1]).slice(0, 2)).toEqual(OLD.slice(0, 2))
  })

  test('a pattern that finds no tag counts as a failed image', async () => {
    const world = await startRelease()
    const { source, targets } = world
    const images = `${listOf(world)}\n${source.host}/acme/api:v9.* => ${targets[0].host}/prod/api`
    const result = await runRelease(world, { images })
    expect(result.exitCode).toBe(1)
    expectOld(world)
    expect(tagsIn(result).at(-1)).toMatchObject({ status: 'failed', code: 'NO_TAGS' })
  })

  test('a deadline while images are brought moves nothing, and is named', async () => {
    const world = await startRelease()
    const hold = world.targets[1].hold({ method: 'POST' })
    const result = await runRelease(world, { deadline: '1' })
    hold.release()
    expect(result.exitCode).toBe(1)
    expectOld(world)
    expect(errorsOf(result).join('\n')).toContain('the deadline of 1 s has passed')
    expect(new Set(tagsIn(result).map(({ tag }) => tag?.state))).not.toContain('moved')
  })

  test.each([
    ['an empty list', '[]', 0],
    ['one whose tags all show it already', undefined, 6],
  ])('%s has nothing to do', async (_what, images, unchanged) => {
    const world = await startRelease()
    if (images === undefined) await runRelease(world)
    const result = await runRelease(world, images === undefined ? {} : { images })
    expect(result.exitCode).toBe(0)
    expect(outputsOf(result).counts).toMatchObject({ copied: 0, unchanged })
    expect(result.log.join('\n')).not.toContain('moving 0')
  })
})

describe('stage', () => {
  const multi = buildMultiPlatform({ platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'] })

  test('keeps the platforms of each line for the run that publishes', async () => {
    const world = await startRelease()
    const { source, targets } = world
    pushTo(source.store, 'acme/multi', 'v2', multi)
    const entry = (platforms: string) => ({
      source: `${source.host}/acme/multi:v2`,
      destination: `${targets[0].host}/prod/${platforms.replaceAll('/', '-')}:v2`,
      platforms,
    })
    const images = JSON.stringify(['all', 'linux/arm64', 'linux/arm/v7'].map(entry))
    const staged = await runRelease(world, { images, stage: 'true', 'all-or-nothing': 'false' })
    expect(staged.exitCode).toBe(0)
    // Whatever the inputs of the run that publishes say.
    const pinned = staged.outputs['pinned'] ?? ''
    const published = await runRelease(world, { images: pinned, platforms: 'linux/amd64' })
    expect(published.exitCode).toBe(0)
    expect(outputsOf(published).digests).toEqual(outputsOf(staged).digests)
    for (const name of ['all', 'linux-arm64', 'linux-arm-v7']) {
      await pullAndVerify(targets[0].url, `prod/${name}`, 'v2')
    }
  })

  test('judges what on-existing: fail would refuse', async () => {
    const world = await startRelease()
    const inputs = { stage: 'true', 'all-or-nothing': 'false', 'on-existing': 'fail' }
    const result = await runRelease(world, inputs)
    expect(result.exitCode).toBe(1)
    expect(outputsOf(result).counts).toMatchObject({ failed: 4, copied: 2 })
  })

  test('in every shard, and one run that publishes what all of them have pinned', async () => {
    const world = await startRelease()
    const pinned: string[] = []
    for (const part of [1, 2, 3]) {
      const inputs = { stage: 'true', shard: `${part}/3`, 'all-or-nothing': 'false' }
      const result = await runRelease(world, inputs)
      expect(result.exitCode).toBe(0)
      pinned.push(result.outputs['pinned'] ?? '')
    }
    expectOld(world)
    const images = pinned.filter((list) => list.trim() !== '[]').join('\n')
    const published = await runRelease(world, { images })
    expect(published.exitCode).toBe(0)
    for (const target of world.targets) expect(shown(target)).toEqual(NEW)
  })
})

describe('shard', () => {
  test.each(['1/1', ' 1/1 ', ' 1 / 1 '])('%j is the whole list', async (shard) => {
    const world = await startRelease()
    const result = await runRelease(world, { shard, 'all-or-nothing': 'false' })
    expect(result.exitCode).toBe(0)
    expect(outputsOf(result).counts.copied).toBe(6)
  })

  test('a part without lines succeeds, and has nothing to do', async () => {
    const world = await startRelease()
    const counts: number[] = []
    const lists: (string | undefined)[] = []
    for (let part = 1; part <= 5; part++) {
      const images = `${world.source.host}/acme/api:v2 => ${world.targets[0].host}/prod/api:v2`
      const inputs = { images, shard: `${part}/5`, 'all-or-nothing': 'false' }
      const result = await runRelease(world, inputs)
      expect(result.exitCode).toBe(0)
      counts.push(outputsOf(result).results.length)
      lists.push(result.outputs['pinned']?.trim())
    }
    expect(counts.filter((count) => count === 0)).toHaveLength(4)
    expect(lists.filter((list) => list === '[]')).toHaveLength(4)
  })

  test('the whole list is checked in each part', async () => {
    const world = await startRelease()
    for (const part of [1, 2]) {
      const images = `${listOf(world)}\nNot an image`
      const result = await runAction({ inputs: { images, shard: `${part}/2` } })
      expect(errorsOf(result).join('\n')).toContain('line 7')
    }
    expect(world.source.requests).toEqual([])
  })

  test.each([
    '0/4',
    '5/4',
    '1/0',
    '1/257',
    '-1/4',
    '1',
    '1/',
    '/4',
    '1/4/2',
    'a/b',
    '1.5/4',
    '1-4',
  ])('%j is an error that says what was given and what is accepted', async (shard) => {
    const world = await startRelease()
    const result = await runRelease(world, { shard, 'all-or-nothing': 'false' })
    expect(result.exitCode).toBe(1)
    const text = errorsOf(result).join('\n')
    expect(text).toContain(`"${shard}"`)
    expect(text).toContain('expected K/N with K from 1 to N')
    expect(world.source.requests).toEqual([])
  })

  test('with stage and all-or-nothing it is an error that names the way', async () => {
    const world = await startRelease()
    const result = await runRelease(world, { shard: '1/2', stage: 'true' })
    const text = errorsOf(result).join('\n')
    expect(text).toContain('stage moves no tag')
    expect(text).toContain('a shard does not know of the others')
    expect(world.source.requests).toEqual([])
  })
})
