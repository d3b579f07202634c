import { describe, expect, test } from '@jest/globals'
import { listTags } from '../../../src/registry/content/tags.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import type { RegistryOptions } from '../../../testkit/registry/registry.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage()
const list = '/tags/list'

async function worldWithTags(tags: readonly string[], source: RegistryOptions = {}) {
  const world = await RegistryWorld.start({ source })
  for (const tag of tags) world.give(image, tag)
  return world
}

/** Answers for one repository that says what it has in a way of its own. */
async function worldThatSays(...bodies: readonly { body: string; link?: string }[]) {
  const world = await worldWithTags(['a'])
  for (const { body, link } of bodies) {
    const headers = link === undefined ? {} : { link }
    world.source.fault({ path: list }, replyWith(200, { body, headers }), { times: 1 })
  }
  return world
}

const numbered = (count: number, start = 0) =>
  Array.from({ length: count }, (_, index) => `v${String(index + start).padStart(6, '0')}`)

describe('the tags of a repository', () => {
  test('are listed in one request where they are few', async () => {
    await using world = await worldWithTags(['b', 'a', 'c'])
    expect(await listTags(world.sourceRepository())).toEqual(['a', 'b', 'c'])
    expect(world.source.count('GET', list)).toBe(1)
  })

  test('are listed page by page, along the links of the registry', async () => {
    await using world = await worldWithTags(numbered(7), { tagsPageSize: 3 })
    expect(await listTags(world.sourceRepository())).toEqual(numbered(7))
    expect(world.source.count('GET', list)).toBe(3)
  })

  test('are asked for behind the last one where a page is full and names no other', async () => {
    const [first, second] = [numbered(1000), numbered(1000, 1000)]
    await using world = await worldThatSays(
      { body: JSON.stringify({ tags: first }) },
      { body: JSON.stringify({ tags: second }) },
      { body: JSON.stringify({ tags: ['z'] }) },
    )
    expect(await listTags(world.sourceRepository())).toEqual([...first, ...second, 'z'])
    const asked = world.source.requests.filter(({ path }) => path.includes(list))
    expect(asked.map(({ query }) => new URLSearchParams(query).get('last'))).toEqual([
      null,
      'v000999',
      'v001999',
    ])
  })

  test('end where a registry that names no page says the same again', async () => {
    const body = JSON.stringify({ tags: numbered(1000) })
    await using world = await worldThatSays({ body }, { body })
    expect(await listTags(world.sourceRepository())).toHaveLength(1000)
    expect(world.source.count('GET', list)).toBe(2)
  })

  test('are taken all at one time from a registry that does not count them', async () => {
    await using world = await worldThatSays({ body: JSON.stringify({ tags: numbered(1500) }) })
    expect(await listTags(world.sourceRepository())).toHaveLength(1500)
    expect(world.source.count('GET', list)).toBe(1)
  })

  test.each(['{"name": "acme/app", "tags": null}', '{"name": "acme/app"}', '{"tags": []}'])(
    'are none where the registry says %s (Q55)',
    async (body) => {
      await using world = await worldThatSays({ body })
      expect(await listTags(world.sourceRepository())).toEqual([])
    },
  )
})

describe('a list of tags is refused', () => {
  test.each([
    ['a page for people', '<html>', 'what the registry gives is no list of tags'],
    ['another document', '{"tags": [1]}', 'what the registry gives is no list of tags'],
    ['another list', '[]', 'what the registry gives is no list of tags'],
    ['an empty document', '{}', 'what the registry gives is no list of tags'],
    ['an error', '{"errors": [{"code": "DENIED"}]}', 'what the registry gives is no list of tags'],
    ['a list of another form', '{"name": "a", "tags": {}}', 'what the registry gives is no list'],
    ['a tag that is none', '{"tags": ["a", "a/b"]}', 'the list of tags has a/b, which is no tag'],
    ['a line for the runner', '{"tags": ["::add-mask::x"]}', 'the list of tags has : :add-mask::x'],
  ])('where it is %s', async (_what, body, reason) => {
    await using world = await worldThatSays({ body })
    const failure = await failureOf(listTags(world.sourceRepository()))
    expect(failure).toMatchObject({ code: 'REGISTRY', operation: 'list tags', side: 'source' })
    expect(failure.message).toContain(reason)
  })

  test.each([
    ['at another host', '<https://evil.example/v2/acme/app/tags/list?last=a>; rel="next"'],
    ['at another path', '</v2/acme/other/tags/list?last=a>; rel="next"'],
  ])('where it goes on %s', async (_what, link) => {
    await using world = await worldThatSays({ body: '{"tags": ["a"]}', link })
    const failure = await failureOf(listTags(world.sourceRepository()))
    expect(failure).toMatchObject({ code: 'REDIRECT', operation: 'list tags' })
    expect(world.source.count('GET', list)).toBe(1)
  })

  test('where it goes in a circle', async () => {
    const link = '</v2/acme/app/tags/list?last=a>; rel="next"'
    const page = { body: '{"tags": ["a"]}', link }
    await using world = await worldThatSays(page, page, page)
    const failure = await failureOf(listTags(world.sourceRepository()))
    expect(failure).toMatchObject({ code: 'REGISTRY' })
    expect(failure.message).toContain('the list of tags goes in a circle')
    expect(world.source.count('GET', list)).toBe(2)
  })

  test('where it has no end', async () => {
    await using world = await worldWithTags(numbered(1001), { tagsPageSize: 1 })
    const failure = await failureOf(listTags(world.sourceRepository()))
    expect(failure.message).toContain('the list of tags has more than 1000 pages')
    expect(world.source.count('GET', list)).toBe(1000)
  })

  test('where it has more tags than anybody selects from', async () => {
    await using world = await worldThatSays({ body: JSON.stringify({ tags: numbered(200_001) }) })
    const failure = await failureOf(listTags(world.sourceRepository()))
    expect(failure.message).toContain('the repository has more than 200000 tags')
  })

  test.each([
    [401, 'AUTHENTICATION'],
    [403, 'DENIED'],
    [404, 'NOT_FOUND'],
    [405, 'REGISTRY'],
  ])('where the registry answers with %d', async (status, code) => {
    await using world = await worldWithTags(['a'])
    world.source.fault({ path: list }, replyWith(status))
    const failure = await failureOf(listTags(world.sourceRepository()))
    expect(failure).toMatchObject({ code, status, operation: 'list tags' })
  })
})

test('a client lists the tags of a repository that it is given by name', async () => {
  await using world = await worldWithTags(['a', 'b'])
  expect(await world.from.listTags('acme/app')).toEqual(['a', 'b'])
})
