import { describe, expect, test } from '@jest/globals'
import { Client } from '../../../src/registry/client.ts'
import type { Credentials } from '../../../src/registry/credentials/login.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'
import { authorizations, image, sourceWith, users } from './login-world.ts'

const identity: Credentials = {
  username: '',
  password: 'refresh-me',
  kind: 'identity-token',
}
const auth = { kind: 'bearer', users, refreshTokens: { 'refresh-me': 'robot' } } as const

function clientOf(world: RegistryWorld, credentials: Credentials) {
  const { network, log: logger, source } = world
  return new Client({
    host: source.host,
    login: { credentials, origin: 'a test' },
    network,
    logger,
  })
}

describe('an identity token', () => {
  test('is exchanged for an access token by POST, and never sent to the registry', async () => {
    await using world = await sourceWith({ auth })
    await clientOf(world, identity).getImage('acme/app:1.0')
    expect(world.source.tokens).toMatchObject([
      {
        user: 'robot',
        method: 'POST',
        service: 'test-registry',
        requested: [{ name: 'acme/app', actions: ['pull'] }],
      },
    ])
    expect(authorizations(world.source)).toEqual(['1.0: nothing', 'token: nothing', '1.0: Bearer'])
    const [post] = world.source.select('POST', '/token')
    expect(post?.query).toBe('')
    expect(JSON.stringify(world.source.requests.map(({ headers }) => headers))).not.toContain(
      'refresh-me',
    )
  })

  test.each<[number, string]>([
    [404, 'Google'],
    [405, 'Harbor'],
    [401, 'Artifactory'],
    [400, 'Azure'],
    [415, 'Katello'],
    [500, 'MSR'],
  ])('is tried by GET where POST is answered with %i, as by %s (Q54)', async (status) => {
    await using world = await sourceWith({ auth: { kind: 'bearer', users: { u: 'refresh-me' } } })
    const refused = world.source.fault({ method: 'POST', path: '/token' }, replyWith(status))
    await clientOf(world, { ...identity, username: 'u' }).getImage('acme/app:1.0')
    expect(refused.hits).toBe(1)
    expect(world.source.tokens).toMatchObject([{ user: 'u', method: 'GET' }])
  })

  test('is tried by GET where POST is answered with a page (Q54)', async () => {
    await using world = await sourceWith({ auth: { kind: 'bearer', users: { u: 'refresh-me' } } })
    world.source.fault({ method: 'POST', path: '/token' }, replyWith(200, { body: '<html>' }))
    await clientOf(world, { ...identity, username: 'u' }).getImage('acme/app:1.0')
    expect(world.source.tokens).toMatchObject([{ user: 'u', method: 'GET' }])
  })

  test('is tried again by POST where that failed for a moment', async () => {
    await using world = await sourceWith({ auth }, { network: { retries: 2 } })
    world.source.fault({ method: 'POST', path: '/token' }, replyWith(503), { times: 1 })
    await clientOf(world, identity).getImage('acme/app:1.0')
    expect(authorizations(world.source)).toEqual([
      '1.0: nothing',
      'token: nothing',
      'token: Basic',
      'token: nothing',
      '1.0: Bearer',
    ])
  })

  test('that is over is refused once by each way, and not repeated in the error', async () => {
    await using world = await sourceWith({ auth })
    const client = clientOf(world, { ...identity, password: 'worn-out' })
    const error = await failureOf(client.getImage('acme/app:1.0'))
    expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 401 })
    expect(error.message).toContain('asked as an identity token from a test')
    expect(error.message).not.toContain('worn-out')
    expect(world.source.count('POST', '/token')).toBe(1)
    expect(world.source.count('GET', '/token')).toBe(1)
  })
})

describe('a registry token', () => {
  const token: Credentials = { username: '', password: 'ready-made', kind: 'registry-token' }

  test('is sent as it is, once the registry asks', async () => {
    await using world = await sourceWith({})
    const challenge = `Bearer realm="${world.source.url}/token"`
    const refusal = replyWith(401, { headers: { 'www-authenticate': challenge } })
    world.source.fault(
      { where: ({ headers }) => headers.authorization !== 'Bearer ready-made' },
      refusal,
    )
    await clientOf(world, token).getImage('acme/app:1.0')
    expect(authorizations(world.source)).toEqual(['1.0: nothing', '1.0: Bearer'])
  })

  test('that is not accepted is not tried again', async () => {
    await using world = await sourceWith({ auth })
    const error = await failureOf(clientOf(world, token).getImage('acme/app:1.0'))
    expect(error.code).toBe('AUTHENTICATION')
    expect(authorizations(world.source)).toEqual(['1.0: nothing', '1.0: Bearer'])
  })
})

describe('headers of a login', () => {
  const headers = { 'x-meta-team': 'blue-team-key' }

  test('go to the registry with every request, and nowhere else', async () => {
    await using storage = await RegistryWorld.start()
    storage.give(image)
    await using world = await sourceWith({ auth })
    const digest = image.config?.digest ?? ''
    world.source.fault(
      { path: '/blobs/' },
      replyWith(307, {
        headers: { location: `${storage.source.url}/v2/acme/app/blobs/${digest}` },
      }),
    )
    const client = clientOf(world, { username: 'robot', password: 'hunter2', headers })
    const handle = await client.getImageHandle('acme/app:1.0')
    await handle.readConfig()
    const seen = world.source.requests.map(({ path, headers: sent }) => [
      path.split('/').at(-2),
      sent['x-meta-team'],
    ])
    expect(seen).toContainEqual(['manifests', 'blue-team-key'])
    expect(seen).toContainEqual(['blobs', 'blue-team-key'])
    expect(seen.find(([path]) => path === '')).toEqual(['', undefined])
    expect(storage.source.requests).toHaveLength(1)
    expect(storage.source.requests[0]?.headers).not.toHaveProperty('x-meta-team')
  })
})
