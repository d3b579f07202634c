import { afterEach, describe, expect, test } from '@jest/globals'
import type { BearerAuth } from '../../testkit/registry/bearer.ts'
import { digestOf } from '../../testkit/registry/content.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { TestRegistry, type RegistryOptions } from '../../testkit/registry/registry.ts'
import { formatScopes, parseScopes } from '../../testkit/registry/scope.ts'

const open: TestRegistry[] = []

async function start(options: RegistryOptions) {
  const registry = await TestRegistry.start(options)
  open.push(registry)
  pushTo(registry.store, 'acme/app', 'v1', buildImage())
  return registry
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((registry) => registry.close()))
})

const users = { robot: 'secret:with colon' }
const basic = `Basic ${Buffer.from('robot:secret:with colon').toString('base64')}`
const wrong = `Basic ${Buffer.from('robot:wrong').toString('base64')}`

async function get(url: string, authorization?: string) {
  return fetch(url, authorization === undefined ? {} : { headers: { authorization } })
}

async function post(url: string, authorization: string) {
  return fetch(url, { method: 'POST', headers: { authorization } })
}

const bearer: BearerAuth = { kind: 'bearer', users, service: 'registry.test' }

async function tokenFor(registry: TestRegistry, scope: string, authorization = basic) {
  const query = new URLSearchParams({ service: 'registry.test', scope })
  const response = await get(`${registry.url}/token?${query.toString()}`, authorization)
  return ((await response.json()) as { token: string }).token
}

async function form(registry: TestRegistry, fields: Record<string, string>) {
  const body = new URLSearchParams({ client_id: 'test', service: 'registry.test', ...fields })
  return fetch(`${registry.url}/token`, { method: 'POST', body })
}

function onlyPull(_user: string | undefined, _repository: string, action: string) {
  return action === 'pull'
}

describe('a registry with Basic authentication', () => {
  test('asks for credentials, and takes the right ones only', async () => {
    const registry = await start({ auth: { kind: 'basic', users } })
    const url = `${registry.url}/v2/acme/app/manifests/v1`
    const asked = await get(url)
    expect(asked.status).toBe(401)
    expect(asked.headers.get('www-authenticate')).toBe('Basic realm="test registry"')
    expect((await get(url, wrong)).status).toBe(401)
    expect((await get(url, basic)).status).toBe(200)
  })

  test('lets anybody pull where it is told to, but not push', async () => {
    const registry = await start({ auth: { kind: 'basic', users, anonymousPull: true } })
    expect((await get(`${registry.url}/v2/acme/app/manifests/v1`)).status).toBe(200)
    const uploads = `${registry.url}/v2/acme/app/blobs/uploads/`
    expect((await fetch(uploads, { method: 'POST' })).status).toBe(401)
    expect((await post(uploads, basic)).status).toBe(202)
  })

  test('denies a user what the grants do not hold', async () => {
    const registry = await start({ auth: { kind: 'basic', users, grants: onlyPull } })
    expect((await get(`${registry.url}/v2/acme/app/manifests/v1`, basic)).status).toBe(200)
    expect((await post(`${registry.url}/v2/acme/app/blobs/uploads/`, basic)).status).toBe(403)
  })
})

describe('a registry with bearer tokens', () => {
  test('names realm, service and scope, and takes the token that comes of it', async () => {
    const registry = await start({ auth: bearer })
    const url = `${registry.url}/v2/acme/app/manifests/v1`
    expect((await get(url)).headers.get('www-authenticate')).toBe(
      `Bearer realm="${registry.url}/token",service="registry.test",scope="repository:acme/app:pull"`,
    )
    const token = await tokenFor(registry, 'repository:acme/app:pull')
    expect((await get(url, `Bearer ${token}`)).status).toBe(200)
    expect(registry.tokens).toMatchObject([{ user: 'robot', token, method: 'GET' }])
  })

  test('asks for pull and push on an upload', async () => {
    const registry = await start({ auth: bearer })
    const response = await fetch(`${registry.url}/v2/acme/app/blobs/uploads/`, { method: 'POST' })
    expect(response.headers.get('www-authenticate')).toContain('repository:acme/app:pull,push')
  })

  test('asks for no scope at its base', async () => {
    const registry = await start({ auth: bearer })
    const challenge = (await get(`${registry.url}/v2/`)).headers.get('www-authenticate')
    expect(challenge).not.toContain('scope')
  })

  test('refuses a token for another repository or another action', async () => {
    const registry = await start({ auth: bearer })
    const token = await tokenFor(registry, 'repository:acme/app:pull')
    const uploads = `${registry.url}/v2/acme/app/blobs/uploads/`
    const challenge = (await post(uploads, `Bearer ${token}`)).headers.get('www-authenticate')
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="repository:acme/app:pull,push"')
    const other = `${registry.url}/v2/acme/other/tags/list`
    expect((await get(other, `Bearer ${token}`)).status).toBe(401)
  })

  test('lets tokens die by its own clock', async () => {
    let now = 1_000_000
    const registry = await start({ auth: { ...bearer, expiresIn: 60 }, now: () => now })
    const token = await tokenFor(registry, 'repository:acme/app:pull')
    const url = `${registry.url}/v2/acme/app/manifests/v1`
    now += 59_999
    expect((await get(url, `Bearer ${token}`)).status).toBe(200)
    now += 1
    const late = await get(url, `Bearer ${token}`)
    expect(late.status).toBe(401)
    expect(late.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  test('gives no token for wrong credentials, nor for none unless the public may pull', async () => {
    const closed = await start({ auth: bearer })
    const scope = 'scope=repository:acme/app:pull,push'
    expect((await get(`${closed.url}/token?${scope}`, wrong)).status).toBe(401)
    expect((await get(`${closed.url}/token?${scope}`)).status).toBe(401)
    const openToAll = await start({ auth: { ...bearer, anonymousPull: true } })
    expect((await get(`${openToAll.url}/token?${scope}`)).status).toBe(200)
    expect(openToAll.tokens[0]?.granted).toEqual(parseScopes('repository:acme/app:pull'))
  })

  test('gives no token for another service', async () => {
    const registry = await start({ auth: bearer })
    const query = 'service=other.test&scope=repository:acme/app:pull'
    expect((await get(`${registry.url}/token?${query}`, basic)).status).toBe(400)
  })

  test('reads several scope parameters', async () => {
    const registry = await start({ auth: bearer })
    await get(`${registry.url}/token?scope=repository:a:pull&scope=repository:b:pull,push`, basic)
    expect(formatScopes(registry.tokens[0]?.granted ?? [])).toBe(
      'repository:a:pull repository:b:pull,push',
    )
  })

  describe('and the OAuth form', () => {
    test('gives a token and, when asked, a refresh token that gives the next', async () => {
      const registry = await start({ auth: bearer })
      const scope = 'repository:acme/app:pull repository:acme/base:pull'
      const first = await form(registry, {
        grant_type: 'password',
        username: 'robot',
        password: users.robot,
        access_type: 'offline',
        scope,
      })
      const answer = (await first.json()) as Record<string, string>
      expect(answer).toMatchObject({ scope, expires_in: 300 })
      const second = await form(registry, {
        grant_type: 'refresh_token',
        refresh_token: answer['refresh_token'] ?? '',
        scope,
      })
      const token = ((await second.json()) as Record<string, string>)['access_token'] ?? ''
      const url = `${registry.url}/v2/acme/app/manifests/v1`
      expect((await get(url, `Bearer ${token}`)).status).toBe(200)
    })

    test('knows the identity tokens that it was started with', async () => {
      const registry = await start({ auth: { ...bearer, refreshTokens: { identity: 'robot' } } })
      const fields = { grant_type: 'refresh_token', scope: 'repository:acme/app:pull' }
      expect((await form(registry, { ...fields, refresh_token: 'identity' })).status).toBe(200)
      expect((await form(registry, { ...fields, refresh_token: 'guess' })).status).toBe(401)
      expect(registry.tokens).toMatchObject([{ user: 'robot', method: 'POST' }])
    })

    test.each([
      [{ grant_type: 'password', username: 'robot', password: 'wrong' }, 401],
      [{ grant_type: 'magic' }, 400],
      [{ grant_type: 'refresh_token', refresh_token: 'x', client_id: '' }, 400],
    ])('refuses %j with %i', async (fields, status) => {
      const registry = await start({ auth: bearer })
      expect((await form(registry, fields)).status).toBe(status)
      expect(registry.tokens).toHaveLength(0)
    })
  })

  describe('and a mount', () => {
    const bytes = Buffer.from('base layer')
    const digest = digestOf(bytes)

    async function mount(options: RegistryOptions, scope: string) {
      const registry = await start({ auth: bearer, ...options })
      registry.store.putBlob('acme/base', bytes)
      const token = await tokenFor(registry, scope)
      const url = `${registry.url}/v2/acme/app/blobs/uploads/?mount=${digest}&from=acme/base`
      return post(url, `Bearer ${token}`)
    }

    test('needs pull on the source', async () => {
      const scope = 'repository:acme/app:pull,push repository:acme/base:pull'
      expect((await mount({}, scope)).status).toBe(201)
    })

    test('without it opens an upload', async () => {
      expect((await mount({}, 'repository:acme/app:pull,push')).status).toBe(202)
    })

    test('without it is challenged for both, where the registry does as distribution', async () => {
      const response = await mount({ mountDenied: 'challenge' }, 'repository:acme/app:pull,push')
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain(
        'scope="repository:acme/app:pull,push repository:acme/base:pull"',
      )
    })
  })

  test('names the realm by the host that the client used', async () => {
    const registry = await start({ auth: bearer })
    const host = registry.host.replace('127.0.0.1', 'localhost')
    const challenge = (await get(`http://${host}/v2/`)).headers.get('www-authenticate')
    expect(challenge).toContain(`realm="http://${host}/token"`)
  })

  test('can send clients to another realm', async () => {
    const realm = 'https://auth.test/token'
    const registry = await start({ auth: { ...bearer, realm } })
    const challenge = (await get(`${registry.url}/v2/`)).headers.get('www-authenticate')
    expect(challenge).toContain(`realm="${realm}"`)
  })

  test('can ask for delete before it cancels an upload', async () => {
    const registry = await start({ auth: bearer, cancelAction: 'delete' })
    const token = `Bearer ${await tokenFor(registry, 'repository:acme/app:pull,push')}`
    const begun = await post(`${registry.url}/v2/acme/app/blobs/uploads/`, token)
    const upload = new URL(begun.headers.get('location') ?? '', registry.url)
    const headers = { authorization: token }
    expect((await fetch(upload, { method: 'DELETE', headers })).status).toBe(401)
    expect((await fetch(upload, { headers })).status).toBe(204)
  })
})

describe('scopes', () => {
  test('are split at the outermost colons', () => {
    expect(parseScopes('repository:host:5000/app:pull,push registry:catalog:*')).toEqual([
      { type: 'repository', name: 'host:5000/app', actions: ['pull', 'push'] },
      { type: 'registry', name: 'catalog', actions: ['*'] },
    ])
  })
})
