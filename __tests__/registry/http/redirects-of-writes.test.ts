import { describe, expect, test } from '@jest/globals'
import { Client } from '../../../src/registry/client.ts'
import { redirectTo, replyWith } from '../../../testkit/registry/faults.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { createCertificate } from '../../../testkit/registry/certificate.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { TestRegistry, type RegistryOptions } from '../../../testkit/registry/registry.ts'
import { dispose, failureOf, RegistryWorld, type WorldOptions } from '../registry-world.ts'

// Too large to be held until the registry is content.
const image = buildImage({ layers: [{ bytes: Buffer.alloc(300_000) }] })
const robot = { username: 'robot', password: 'hunter2' }
const bearer = { auth: { kind: 'bearer', users: { robot: 'hunter2' } } } as const
const pushing = { method: 'PUT', path: '/manifests/' }
const opening = { method: 'POST', path: '/blobs/uploads/' }
const sending = { method: 'PUT', path: '/uploads/' }

/** A world with an image at its source, and a stranger that the destination may lead to. */
async function worldWith(options: WorldOptions & { readonly elsewhere?: RegistryOptions } = {}) {
  const world = await RegistryWorld.start({
    destination: bearer,
    destinationLogin: robot,
    ...options,
  })
  world.give(image)
  const { store } = world.destination
  const elsewhere = await TestRegistry.start({
    store,
    checkReferences: false,
    ...options.elsewhere,
  })
  return { world, elsewhere, [Symbol.asyncDispose]: async () => dispose(elsewhere, world) }
}

function copy({ from, to }: RegistryWorld) {
  return from.copyImage('acme/app:1.0', 'mirror/app:1.0', to)
}

/** Writes the session's location in another way. */
function relocate(change: (location: string) => string): Middleware {
  return async (_request, next) => {
    const answer = await next()
    const location = change(String(answer.headers['location']))
    return { ...answer, headers: { ...answer.headers, location } }
  }
}

/** Where a server on this machine is, by another name of the machine. */
function alias(url: string, name = 'localhost'): string {
  return url.replace('127.0.0.1', name)
}

describe('a redirect of a write', () => {
  test.each([301, 302, 303])('with %i is refused', async (status) => {
    await using held = await worldWith()
    const { world } = held
    world.destination.fault({ method: 'POST' }, redirectTo('/elsewhere', status))
    expect(await failureOf(copy(world))).toMatchObject({
      code: 'REDIRECT',
      status,
      side: 'destination',
    })
    expect(world.destination.count(undefined, '/elsewhere')).toBe(0)
  })

  test.each([307, 308])('with %i sends the whole blob there', async (status) => {
    await using held = await worldWith()
    const { world } = held
    world.destination.fault(
      { ...sending, where: ({ query }) => !query.includes('again') },
      redirectTo(({ path, query }) => `${path}?${query}&again`, status),
    )
    await copy(world)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(image.manifest.digest)
    expect(world.source.count('GET', image.layers[0]?.digest)).toBe(2)
  })
})

describe('a manifest', () => {
  test.each([307, 308])('is not pushed to another host after %i', async (status) => {
    await using held = await worldWith()
    const { world, elsewhere } = held
    world.destination.fault(
      pushing,
      redirectTo(({ path }) => `${elsewhere.url}${path}`, status),
    )
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({ code: 'REDIRECT', operation: 'push manifest', status })
    expect(error.message).toContain('leaves the registry')
    expect(elsewhere.requests).toEqual([])
    expect(world.destination.store.tagWrites()).toEqual([])
  })

  test.each([
    ['the same host under another name', ({ url }: TestRegistry) => alias(url)],
    ['the same host with TLS', ({ host }: TestRegistry) => `https://${host}`],
  ])('is not pushed to %s either', async (_what, where) => {
    await using held = await worldWith({ destination: {} })
    const { world } = held
    const origin = where(world.destination)
    const redirect = redirectTo(({ path }) => `${origin}${path}?x`)
    world.destination.fault({ ...pushing, where: ({ query }) => query === '' }, redirect)
    expect((await failureOf(copy(world))).code).toBe('REDIRECT')
    expect(world.destination.store.tagWrites()).toEqual([])
  })

  test.each([
    ['another tag', '/v2/mirror/app/manifests/other'],
    ['the tag of another repository', '/v2/acme/other/manifests/1.0'],
    ['something that is no manifest', '/v2/mirror/app/blobs/uploads/x'],
  ])('is not pushed to %s of the registry', async (_what, path) => {
    await using held = await worldWith()
    const { world } = held
    world.destination.fault({ ...pushing, path: '/v2/mirror/app/manifests/1.0' }, redirectTo(path))
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({ code: 'REDIRECT', operation: 'push manifest' })
    expect(error.message).toContain('something else to write to')
    expect(world.destination.count(undefined, path)).toBe(0)
    expect(world.destination.store.tagWrites()).toEqual([])
  })

  test('that was pushed below another path of the registry is looked for where it belongs', async () => {
    await using held = await worldWith()
    const { world } = held
    world.destination.use((request, next) => {
      const path = request.path.replace(/^\/behind\/v2\/.*/, '/v2/mirror/app/manifests/other')
      return next({ ...request, path })
    })
    world.destination.fault(
      { ...pushing, path: '/v2/mirror/app/manifests/1.0' },
      redirectTo(({ path }) => `/behind${path}`),
    )
    const error = await failureOf(copy(world))
    expect(error.code).toBe('VERIFICATION')
    expect(error.message).toContain('nothing is there')
  })

  test('that is there after a redirect is fine', async () => {
    await using held = await worldWith()
    const { world } = held
    world.destination.fault(
      { ...pushing, where: ({ query }) => query === '' },
      redirectTo(({ path }) => `${path}?again`),
    )
    await copy(world)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(image.manifest.digest)
    expect(world.destination.count('HEAD', '/manifests/1.0')).toBe(1)
  })

  test('is not believed to be there because another host says so', async () => {
    await using held = await worldWith()
    const { world, elsewhere } = held
    const digest = { 'docker-content-digest': image.manifest.digest }
    elsewhere.use(replyWith(200, { headers: digest }))
    world.destination.fault(pushing, replyWith(201))
    world.destination.fault(
      { method: ['GET', 'HEAD'], path: '/manifests/' },
      redirectTo(({ path }) => `${elsewhere.url}${path}`),
    )
    expect((await failureOf(copy(world))).code).toBe('REDIRECT')
    expect(elsewhere.requests).toEqual([])
  })
})

describe('an upload that is led to another host', () => {
  test('goes there without any part of the login', async () => {
    await using held = await worldWith()
    const { world, elsewhere } = held
    const to = new Client({
      host: world.destination.host,
      network: world.network,
      login: {
        credentials: { ...robot, headers: { 'x-gateway-key': 'of the configuration' } },
        origin: 'a test',
      },
    })
    world.destination.fault(
      opening,
      relocate((location) => `${elsewhere.url}${location}`),
    )
    await world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', to)
    expect(world.destination.requests.at(-1)?.headers['x-gateway-key']).toBe('of the configuration')
    expect(elsewhere.select('PUT')).toHaveLength(2)
    for (const { headers } of elsewhere.requests) {
      expect(headers.authorization).toBeUndefined()
      expect(headers['x-gateway-key']).toBeUndefined()
    }
  })

  test('names that one where nobody answers there, and no other', async () => {
    await using held = await worldWith()
    const { world, elsewhere } = held
    const { host, url } = elsewhere
    await elsewhere.close()
    world.destination.fault(
      opening,
      relocate((location) => `${url}${location}`),
    )
    const copied = world.from.copyImage('acme/app:1.0', 'mirror/app:1.0', world.to)
    expect(await failureOf(copied)).toMatchObject({ code: 'NETWORK', elsewhere: host })
    await world.destination.close()
    const looked = await failureOf(world.to.getImage('mirror/app:1.0'))
    expect(looked.code).toBe('NETWORK')
    expect(looked.elsewhere).toBeUndefined()
  })

  test.each([
    ['its location', opening, relocate],
    [
      'a redirect',
      sending,
      (change: (location: string) => string) =>
        redirectTo(({ path, query }) => change(`${path}?${query}`)),
    ],
  ])('by %s shows no client certificate there', async (_what, at, lead) => {
    await using elsewhere = await TestRegistry.start({ tls: { clientCertificate: true } })
    const { cert, key, ca } = await createCertificate()
    await using world = await RegistryWorld.start({
      network: { tls: new Map([[elsewhere.host, { ca, cert, key }]]) },
    })
    world.give(image)
    world.destination.fault(
      at,
      lead((location) => `${elsewhere.url}${location}`),
    )
    expect(await failureOf(copy(world))).toMatchObject({ code: 'TLS', side: 'destination' })
    expect(elsewhere.requests).toEqual([])
    // It is for the host as a registry.
    const registry = new Client({ host: elsewhere.host, network: world.network })
    expect(await registry.checkExists('mirror/app:none')).toBe(false)
  })

  const waysBack: readonly (readonly [
    string,
    (held: { home: string; path: string }) => Middleware,
  ])[] = [
    ['a redirect', ({ home, path }) => redirectTo(`${home}${path}`)],
    ['a redirect to another name of it', ({ home, path }) => redirectTo(`${alias(home)}${path}`)],
  ]

  test.each(waysBack)('does not come back to the registry by %s', async (_what, back) => {
    await using held = await worldWith()
    const { world, elsewhere } = held
    const home = world.destination.url
    const path = '/v2/mirror/app/blobs/uploads/none'
    world.destination.fault(
      opening,
      relocate((location) => `${elsewhere.url}${location}`),
    )
    elsewhere.use(back({ home, path }))
    const error = await failureOf(copy(world))
    expect(error.code).toBe('REDIRECT')
    expect(error.message).toContain('leads back to the registry')
    expect(world.destination.count(undefined, path)).toBe(0)
  })

  test('does not come back by the location that the other host answers with', async () => {
    await using held = await worldWith()
    const { world, elsewhere } = held
    const location = `${world.destination.url}/v2/mirror/app/manifests/1.0`
    world.destination.fault(
      opening,
      redirectTo(({ path, query }) => `${elsewhere.url}${path}?${query}`),
    )
    elsewhere.use(replyWith(202, { headers: { location } }))
    expect((await failureOf(copy(world))).code).toBe('REDIRECT')
    expect(world.destination.count(undefined, '/manifests/')).toBe(0)
    expect(world.destination.count('DELETE')).toBe(0)
  })
})

describe('another registry of the run', () => {
  const names: readonly (readonly [string, (url: string) => string])[] = [
    ['its name', (url) => url],
    ['another name of this machine', (url) => alias(url)],
    ['another address of this machine', (url) => alias(url, '127.1.2.3')],
    ['a name below localhost', (url) => alias(url, 'any.localhost')],
  ]

  test.each(names)('is not where an upload goes on, by %s', async (_what, name) => {
    await using held = await worldWith()
    const { world, elsewhere } = held
    world.client(elsewhere)
    const origin = name(elsewhere.url)
    world.destination.fault(
      opening,
      relocate(() => `${origin}/v2/secret/app/manifests/1.0`),
    )
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({ code: 'REDIRECT', side: 'destination' })
    expect(error.message).toContain('another registry of this run')
    expect(elsewhere.requests).toEqual([])
  })

  test.each([
    ['an upload is opened', 'POST'],
    ['an upload is sent', 'PUT'],
    ['a chunk is sent', 'PATCH'],
  ])('is not where a redirect leads to when %s', async (_what, method) => {
    await using held = await worldWith()
    const { world, elsewhere } = held
    world.client(elsewhere)
    if (method === 'PATCH') world.destination.fault(sending, replyWith(413), { times: 1 })
    world.destination.fault(
      { method, path: '/uploads/' },
      redirectTo(({ path, query }) => `${elsewhere.url}${path}?${query}`),
    )
    const error = await failureOf(copy(world))
    expect(error.code).toBe('REDIRECT')
    expect(error.message).toContain('another registry of this run')
    expect(elsewhere.requests).toEqual([])
  })

  test('is not where the next chunk goes', async () => {
    await using held = await worldWith()
    const { world, elsewhere } = held
    world.client(elsewhere)
    world.destination.fault(sending, replyWith(413), { times: 1 })
    world.destination.fault(
      { method: 'PATCH' },
      relocate((location) => `${elsewhere.url}${location}`),
    )
    expect((await failureOf(copy(world))).code).toBe('REDIRECT')
    expect(elsewhere.requests).toEqual([])
  })

  test('is not where a storage leads to', async () => {
    await using held = await worldWith()
    const { world, elsewhere } = held
    await using storage = await TestRegistry.start()
    world.client(elsewhere)
    world.destination.fault(
      sending,
      redirectTo(({ path, query }) => `${storage.url}${path}?${query}`),
    )
    storage.use(redirectTo(`${elsewhere.url}/v2/secret/app/manifests/1.0`))
    expect((await failureOf(copy(world))).code).toBe('REDIRECT')
    expect(storage.requests).not.toEqual([])
    expect(elsewhere.requests).toEqual([])
  })

  test('may be where a read goes, without a login', async () => {
    await using held = await worldWith({ source: bearer, sourceLogin: robot })
    const { world } = held
    await using mirror = await TestRegistry.start({ store: world.source.store })
    world.client(mirror, robot)
    world.source.fault(
      { method: 'GET', path: '/blobs/' },
      redirectTo(({ path }) => `${mirror.url}${path}`),
    )
    await copy(world)
    expect(mirror.requests).toHaveLength(2)
    for (const { headers } of mirror.requests) expect(headers.authorization).toBeUndefined()
  })
})

describe('a session', () => {
  test.each([
    '/v2/acme/other/manifests/latest',
    '/v2/mirror/app/manifests/1.0/',
    '/v2/mirror/app/%6danifests/1.0',
    '/v2/mirror/app/blobs/uploads/..%2f..%2fmanifests%2f1.0',
  ])('is not what a registry gives the address %s for', async (location) => {
    await using held = await worldWith()
    const { world } = held
    world.destination.fault(
      opening,
      relocate(() => location),
    )
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({ code: 'REDIRECT', operation: 'start upload' })
    expect(error.message).toContain('at a manifest')
    expect(world.destination.count('PUT')).toBe(0)
    expect(world.destination.count('DELETE')).toBe(0)
  })

  test('may be in a repository that is called like manifests', async () => {
    await using world = await RegistryWorld.start()
    world.give(image)
    await world.from.copyImage('acme/app:1.0', 'k8s/manifests:1.0', world.to)
    expect(world.destination.store.tag('k8s/manifests', '1.0')).toBe(image.manifest.digest)
  })

  test.each([
    [
      'elsewhere',
      (held: { elsewhere: TestRegistry }) => `${held.elsewhere.url}/v2/mirror/app/blobs/uploads/x`,
    ],
    ['at the place of a blob', () => `/v2/mirror/app/blobs/${image.layers[0]?.digest}`],
    ['in another repository', () => '/v2/acme/other/blobs/uploads/x'],
    ['above the sessions of its repository', () => '/v2/mirror/app/blobs/uploads/%2e%2e%2fx'],
  ])('is not given back %s', async (_what, where) => {
    await using held = await worldWith()
    const { world, elsewhere } = held
    const location = where({ elsewhere })
    world.destination.fault(
      opening,
      relocate(() => location),
    )
    world.destination.fault({ method: 'PUT' }, replyWith(400))
    elsewhere.fault({ method: 'PUT' }, replyWith(400))
    await failureOf(copy(world))
    expect(world.destination.count('PUT') + elsewhere.count('PUT')).toBe(1)
    expect(world.destination.count('DELETE')).toBe(0)
    expect(elsewhere.count('DELETE')).toBe(0)
  })

  test('is not given back where a redirect leads to', async () => {
    await using held = await worldWith()
    const { world, elsewhere } = held
    world.destination.fault(sending, replyWith(400))
    world.destination.fault(
      { method: 'DELETE' },
      redirectTo(({ path, query }) => `${elsewhere.url}${path}?${query}`),
    )
    expect((await failureOf(copy(world))).status).toBe(400)
    expect(world.destination.count('DELETE')).toBe(1)
    expect(elsewhere.requests).toEqual([])
  })
})
