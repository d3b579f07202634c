import { describe, expect, test } from '@jest/globals'
import { listTags } from '../../../src/registry/content/tags.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { compress, replyWith, setHeader } from '../../../testkit/registry/faults.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import type { RegistryOptions } from '../../../testkit/registry/registry.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage()
const robot = { username: 'robot', password: 'secret-word' }
const bearer: RegistryOptions = {
  auth: { kind: 'bearer', users: { robot: 'secret-word' } },
}

async function worldWithImage(source: RegistryOptions = {}) {
  const world = await RegistryWorld.start({ source, sourceLogin: robot, destinationLogin: robot })
  world.give(image)
  return world
}

const texts = [
  ['a list of tags', '/tags/list'],
  ['a token', '/token'],
] as const

/** Puts the mark before a text that some servers and editors do. */
const markBytes: Middleware = async (_request, next) => {
  const answer = await next()
  const { size, chunks } = answer.body ?? { size: 0, chunks: [] }
  const marked = (async function* () {
    yield Buffer.from('\u{feff}')
    yield* chunks
  })()
  return { ...answer, body: { size: (size ?? 0) + 3, chunks: marked } }
}

/** Both at once: the list is behind a token. */
async function tagsOf(world: RegistryWorld) {
  return listTags(world.sourceRepository())
}

describe('what a gateway compresses on the way (Q47)', () => {
  test.each(
    texts.flatMap(([what, path]) =>
      (['gzip', 'deflate', 'br', 'zstd'] as const).map(
        (encoding) => [what, encoding, path] as const,
      ),
    ),
  )('is read: %s as %s', async (_what, encoding, path) => {
    await using world = await worldWithImage(bearer)
    world.source.fault({ path }, compress(encoding))
    expect(await tagsOf(world)).toEqual(['1.0'])
  })

  test.each(texts)('is read as it is where only the header says so: %s', async (_what, path) => {
    await using world = await worldWithImage(bearer)
    world.source.fault({ path }, setHeader('content-encoding', 'GZIP'))
    expect(await tagsOf(world)).toEqual(['1.0'])
  })

  test.each(texts)('is refused where nobody knows its form: %s', async (_what, path) => {
    await using world = await worldWithImage(bearer)
    world.source.fault({ path }, setHeader('content-encoding', 'x-unknown'))
    world.source.fault({ path }, compress())
    const error = await failureOf(tagsOf(world))
    expect(error).toMatchObject({ code: 'UNSUPPORTED' })
  })

  test.each(texts)('is not unpacked without end: %s', async (_what, path) => {
    await using world = await worldWithImage(bearer)
    world.source.fault({ path }, compress())
    world.source.fault({ path }, replyWith(200, { body: ' '.repeat(64 * 1024 * 1024) }))
    const error = await failureOf(tagsOf(world))
    expect(error).toMatchObject({ code: 'UNSUPPORTED' })
  })

  test.each(texts)('is read behind a byte order mark: %s', async (_what, path) => {
    await using world = await worldWithImage(bearer)
    world.source.fault({ path }, markBytes)
    expect(await tagsOf(world)).toEqual(['1.0'])
  })

  test.each(['gzip', 'br'] as const)('is read of a refusal, too: %s', async (encoding) => {
    await using world = await worldWithImage()
    const body = JSON.stringify({
      errors: [{ code: 'DENIED', message: 'the project is archived' }],
    })
    world.source.fault({ path: '/manifests/' }, compress(encoding))
    world.source.fault({ path: '/manifests/' }, replyWith(403, { body }))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({
      registryCode: 'DENIED',
      registryMessage: 'the project is archived',
    })
  })

  test('is not shown of a refusal that cannot be read', async () => {
    await using world = await worldWithImage()
    world.source.fault({ path: '/manifests/' }, compress())
    world.source.fault(
      { path: '/manifests/' },
      replyWith(403, { body: ' '.repeat(4 * 1024 * 1024) }),
    )
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error.message).toMatch(/access denied.*\(HTTP 403\)$/)
  })
})
