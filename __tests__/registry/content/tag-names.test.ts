import { describe, expect, test } from '@jest/globals'
import { listsTag } from '../../../src/registry/content/tag-names.ts'
import { fetchTagPage } from '../../../src/registry/content/tags.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import type { RegistryOptions } from '../../../testkit/registry/registry.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage()

const withoutLink: Middleware = async (_request, next) => {
  const reply = await next()
  const { link: _, ...headers } = reply.headers
  return { ...reply, headers }
}
const list = '/tags/list'

async function worldWithTags(tags: readonly string[], source: RegistryOptions = {}) {
  const world = await RegistryWorld.start({ source })
  for (const tag of tags) world.give(image, tag)
  return world
}

async function ask(world: RegistryWorld, tags: readonly string[]) {
  const repository = world.sourceRepository()
  return Promise.all(tags.map(async (tag) => listsTag(repository, tag)))
}

describe('whether a repository has a tag', () => {
  test('is read once for all who ask', async () => {
    await using world = await worldWithTags(['1.0', '1.1'])
    expect(await ask(world, ['1.0', '1.2'])).toEqual([true, false])
    expect(await ask(world, ['1.1'])).toEqual([true])
    expect(world.source.count('GET', list)).toBe(1)
  })

  test('is read page by page', async () => {
    await using world = await worldWithTags(['a', 'b', 'c'], { tagsPageSize: 1 })
    expect(await ask(world, ['a', 'c', 'd'])).toEqual([true, true, false])
    expect(world.source.count('GET', list)).toBe(3)
  })

  test('is read on behind a page that is full and names no next one', async () => {
    const tags = Array.from({ length: 1001 }, (_, n) => `v${String(n).padStart(4, '0')}`)
    await using world = await worldWithTags(tags)
    world.source.fault({ path: list }, withoutLink)
    expect(await ask(world, ['v1000', 'v2000'])).toEqual([true, false])
    expect(world.source.count('GET', list)).toBe(2)
  })

  test('is not known where the page behind a full one is the same', async () => {
    const tags = Array.from({ length: 1000 }, (_, n) => `v${String(n).padStart(4, '0')}`)
    await using world = await worldWithTags(tags)
    const page = replyWith(200, { body: JSON.stringify({ name: 'acme/app', tags }) })
    world.source.fault({ path: list }, page)
    expect(await ask(world, ['v0999', 'v1000', 'v1001'])).toEqual([true, undefined, undefined])
    expect(world.source.count('GET', list)).toBe(2)
  })

  test('is not known where reading on costs more than to look at each tag', async () => {
    await using world = await worldWithTags(['a', 'b', 'c', 'd'], { tagsPageSize: 1 })
    expect(await ask(world, ['a', 'z'])).toEqual([true, undefined])
    expect(world.source.count('GET', list)).toBe(2)
    // Two more that ask pay for the rest of the list.
    expect(await ask(world, ['d', 'z'])).toEqual([true, false])
    expect(world.source.count('GET', list)).toBe(4)
  })

  test.each([400, 401, 403, 404, 405, 406, 501])(
    'is not known where the list is answered with %d',
    async (status) => {
      await using world = await worldWithTags(['a'])
      world.source.fault({ path: list }, replyWith(status))
      expect(await ask(world, ['a', 'b'])).toEqual([undefined, undefined])
      expect(world.source.count('GET', list)).toBe(1)
    },
  )

  test.each([
    ['a page for people', '<html>'],
    ['another document', '{"tags": [1]}'],
  ])('is not known where the list is %s', async (_what, body) => {
    await using world = await worldWithTags(['a'])
    world.source.fault({ path: list }, replyWith(200, { body }))
    expect(await ask(world, ['a'])).toEqual([undefined])
  })

  test('is not known where the list goes in a circle', async () => {
    await using world = await worldWithTags(['a'])
    const headers = { link: `</v2/acme/app/tags/list?last=a>; rel="next"` }
    world.source.fault({ path: list }, replyWith(200, { headers, body: '{"tags": ["a"]}' }))
    expect(await ask(world, ['a', 'x', 'y', 'z'])).toEqual([true, ...Array(3).fill(undefined)])
    expect(world.source.count('GET', list)).toBe(2)
  })

  test('is "no" where the list is null (Q55)', async () => {
    await using world = await worldWithTags(['a'])
    world.source.fault({ path: list }, replyWith(200, { body: '{"tags": null}' }))
    expect(await ask(world, ['a'])).toEqual([false])
  })

  test('is an error where the list fails, and asked again then', async () => {
    await using world = await worldWithTags(['a'])
    world.source.fault({ path: list }, replyWith(500), { times: 1 })
    const failure = await failureOf(fetchTagPage(world.sourceRepository()))
    expect(failure).toMatchObject({ code: 'REGISTRY', operation: 'list tags', side: 'source' })
    expect(await ask(world, ['a'])).toEqual([true])
  })
})
