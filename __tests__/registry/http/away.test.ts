import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { blobExists, fetchConfig } from '../../../src/registry/content/blobs.ts'
import { presentDigest, resolveDigest } from '../../../src/registry/content/manifests.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { redirectTo, replyWith, setHeader } from '../../../testkit/registry/faults.ts'
import { TestRegistry, type RegistryOptions } from '../../../testkit/registry/registry.ts'
import { dispose, failureOf, RegistryWorld } from '../registry-world.ts'
import { authorizations } from '../auth/login-world.ts'

const image = buildImage()
const { config } = image
const content = { digest: config?.digest as Digest, size: config?.size ?? 0 }
const robot = { username: 'robot', password: 'hunter2' }
const users = { robot: 'hunter2' }
const bearer = { auth: { kind: 'bearer', users } } as const
const reads = { method: ['GET', 'HEAD'], path: /\/(?:blobs|manifests)\// }
const expired = replyWith(403, {
  headers: { 'content-type': 'application/xml' },
  body: '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
})

/**
 * A source with an image that redirects what is read to another server, which has the same content:
 * to its API, or to paths as a storage has them.
 */
async function worldLeading(to: 'registry' | 'storage', options: RegistryOptions = {}) {
  const world = await RegistryWorld.start({ source: bearer, sourceLogin: robot })
  world.give(image)
  const other = await TestRegistry.start({ store: world.source.store, ...options })
  other.use((request, next) => next({ ...request, path: request.path.replace('/bucket', '') }))
  const prefix = to === 'storage' ? '/bucket' : ''
  let signature = 0
  world.source.fault(
    { ...reads, where: ({ headers }) => headers.authorization !== undefined },
    redirectTo(({ path }) => `${other.url}${prefix}${path}?signature=${++signature}`),
  )
  return { world, other, [Symbol.asyncDispose]: async () => dispose(other, world) }
}

describe('a storage that a registry leads to (Q66)', () => {
  test.each([400, 401, 403, 404, 410])(
    'and that refuses with %i is asked for at another address, twice at most',
    async (status) => {
      await using led = await worldLeading('storage')
      const { world, other } = led
      const refused = other.fault({}, replyWith(status), { times: 2 })
      const bytes = await fetchConfig(world.sourceRepository(), content)
      expect(bytes).toHaveLength(content.size)
      expect(refused.hits).toBe(2)
      expect(new Set(other.requests.map(({ query }) => query)).size).toBe(3)
    },
  )

  test('and that goes on refusing is named, with its words', async () => {
    await using led = await worldLeading('storage')
    const { world, other } = led
    const refused = other.fault({}, expired)
    const error = await failureOf(fetchConfig(world.sourceRepository(), content))
    expect(error).toMatchObject({ code: 'REGISTRY', status: 403, registryCode: 'AccessDenied' })
    expect(error.message).toContain(`the storage ${other.host}`)
    expect(error.message).toContain('AccessDenied: Request has expired')
    expect(error.message).not.toMatch(/asked as|signature/)
    expect(refused.hits).toBe(3)
  })

  test('and that has no manifest does not say that there is none, by HEAD nor by GET', async () => {
    await using led = await worldLeading('storage')
    const { world, other } = led
    other.fault({}, replyWith(404))
    const looking = resolveDigest(world.sourceRepository(), '1.0')
    expect(await failureOf(looking)).toMatchObject({ code: 'REGISTRY', status: 404 })
    const reading = world.from.getImage('acme/app:1.0')
    const error = await failureOf(reading)
    expect(error).toMatchObject({ code: 'REGISTRY', status: 404 })
    expect(error.message).toContain(other.host)
  })

  test('and that does not take HEAD is asked by GET', async () => {
    await using led = await worldLeading('storage')
    const { world, other } = led
    const refused = other.fault({ method: 'HEAD' }, expired)
    expect(await resolveDigest(world.sourceRepository(), '1.0')).toBe(image.manifest.digest)
    expect(refused.hits).toBe(1)
  })

  test.each([403, 404])('at a destination leaves it to the push with %i', async (status) => {
    await using led = await worldLeading('storage')
    const { world, other } = led
    other.fault({}, replyWith(status))
    const destination = world.from.repository('acme/app', 'destination')
    expect(await blobExists(destination, content)).toBe(false)
    expect(await presentDigest(destination, '1.0')).toBeUndefined()
  })
})

describe('another registry that a registry leads to', () => {
  test.each([
    [403, 'DENIED'],
    [404, 'NOT_FOUND'],
    [500, 'REGISTRY'],
  ])('is named where it answers with %i, and its word counts', async (status, code) => {
    await using led = await worldLeading('registry')
    const { world, other } = led
    other.fault({}, replyWith(status))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code, status, registry: world.source.host })
    expect(error.message).toContain(`${other.host} (the registry redirects to it)`)
    expect(error.message).not.toContain('asked as')
    expect(other.requests).toHaveLength(1)
  })

  test('may say that there is nothing', async () => {
    await using led = await worldLeading('registry')
    led.other.fault({}, replyWith(404))
    expect(await resolveDigest(led.world.sourceRepository(), '1.0')).toBeUndefined()
  })

  test('is told no login, and asked for the token that everybody gets (Q67)', async () => {
    await using led = await worldLeading('registry', {
      auth: { kind: 'bearer', users, anonymousPull: true },
    })
    const { world, other } = led
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    await world.from.getDigest('acme/app:1.0')
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(image.manifest.digest)
    expect(other.tokens).toMatchObject([{ user: undefined }])
    const sent = new Set(authorizations(other).map((line) => line.replace(/^.*: /, '')))
    expect([...sent].toSorted()).toEqual(['Bearer', 'nothing'])
    expect(other.requests.filter(({ status }) => status === 401)).toHaveLength(1)
  })

  test('and that gives everybody nothing is named', async () => {
    await using led = await worldLeading('registry', bearer)
    const { world, other } = led
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 401 })
    expect(error.message).toContain(other.host)
    expect(error.message).not.toContain('robot')
    expect(error.login).toBe('anybody')
    expect(authorizations(other).filter((line) => !line.endsWith('nothing'))).toEqual([])
  })

  test('may not send us on to a private token service', async () => {
    await using led = await worldLeading('registry')
    const { world, other } = led
    const challenge = 'Bearer realm="http://169.254.169.254/token"'
    other.fault({}, replyWith(401, { headers: { 'www-authenticate': challenge } }))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error.code).toBe('AUTHENTICATION')
    expect(error.message).toContain(`${other.host} names a token service at a private address`)
  })

  test('is not given a password that it asks for', async () => {
    await using led = await worldLeading('registry', { auth: { kind: 'basic', users } })
    const { world, other } = led
    expect(await failureOf(world.from.getImage('acme/app:1.0'))).toMatchObject({ status: 401 })
    expect(authorizations(other)).toEqual(['1.0: nothing'])
  })
})

const page = replyWith(200, {
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html><title>Sign in to ACME</title>',
})

describe('a page for people (Q68)', () => {
  test('in place of a manifest is told as such, with its host', async () => {
    await using world = await RegistryWorld.start()
    world.source.fault({}, page)
    for (const asking of [
      world.from.getImage('acme/app:1.0'),
      world.from.getDigest('acme/app:1.0'),
      world.from.getImage(`acme/app@${image.manifest.digest}`),
    ]) {
      const error = await failureOf(asking)
      expect(error).toMatchObject({ code: 'REGISTRY', side: 'source', status: 200 })
      expect(error.message).toContain(`${world.source.host} answered with a page for people`)
      expect(error.message).toContain('sign-in page')
    }
  })

  test('that a redirect leads to is told with the host that showed it', async () => {
    await using world = await RegistryWorld.start()
    await using other = await TestRegistry.start()
    other.intercept(() => new Response('<html>', { headers: { 'content-type': 'text/html' } }))
    world.source.fault({}, redirectTo(`${other.url}/sign-in`, 302))
    const error = await failureOf(world.from.getImage('acme/app:1.0'))
    expect(error.message).toContain(`${other.host} answered with a page for people`)
  })

  test('in place of a blob is told as such', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    world.source.fault({ path: '/blobs/' }, page)
    const copied = world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect((await failureOf(copied)).message).toContain('answered with a page for people')
    expect(world.destination.store.completedBlobs()).toEqual([])
  })

  test('in place of an upload is told as such', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    world.destination.fault({ method: 'POST' }, page)
    const copied = world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect(await failureOf(copied)).toMatchObject({ code: 'REGISTRY', side: 'destination' })
    expect((await failureOf(copied)).message).toContain(
      `${world.destination.host} answered with a page for people`,
    )
  })

  test.each([
    ['the bytes of a blob', '/uploads/'],
    ['a manifest', '/manifests/'],
  ])('in place of the answer to %s is told as such', async (_what, path) => {
    await using world = await RegistryWorld.start()
    world.give(image)
    world.destination.fault({ method: 'PUT', path }, page)
    const copied = world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect((await failureOf(copied)).message).toContain(
      `${world.destination.host} answered with a page for people`,
    )
  })

  test('is not seen in an answer without a body that is called HTML', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    world.destination.use(setHeader('content-type', 'text/html; charset=utf-8'))
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(image.manifest.digest)
  })

  test('that an upload leads to is told with its host', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    world.destination.fault(
      { method: 'POST' },
      redirectTo('https://sso.example.com/login?to=x', 302),
    )
    const copied = world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    const error = await failureOf(copied)
    expect(error).toMatchObject({ code: 'REDIRECT', side: 'destination' })
    expect(error.message).toContain(
      'to sso.example.com, as a proxy does that wants people to sign in',
    )
  })

  test('in place of every answer to a push is no success', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    world.destination.fault({ path: '/manifests/' }, page)
    const copied = world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect((await failureOf(copied)).message).toContain('answered with a page for people')
  })
})
