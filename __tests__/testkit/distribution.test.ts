import { existsSync } from 'node:fs'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Agent, request } from 'undici'
import { createCertificate } from '../../testkit/registry/certificate.ts'
import {
  findDistribution,
  htpasswdUser,
  startDistribution,
  type DistributionOptions,
} from '../../testkit/servers/distribution.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushOverHttp } from '../../testkit/image/push.ts'
import { realRegistryRequired } from '../../testkit/servers/required.ts'
import { TokenServer, type TokenServerOptions } from '../../testkit/servers/token-server.ts'

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource.close()
})

async function start(options: DistributionOptions = {}) {
  const distribution = await startDistribution(options)
  open.push(distribution)
  return distribution
}

/** Where the registry is not installed there is nothing to ask; where it must be, starting it fails. */
const isThere = findDistribution() !== undefined || realRegistryRequired()
const describeReal = isThere ? describe : describe.skip

describeReal('a real registry', () => {
  const image = buildMultiPlatform({ format: 'docker' })

  test('takes an image and gives it back', async () => {
    const { url } = await start()
    await pushOverHttp(url, 'acme/app', 'v1', image)
    const pulled = await pullAndVerify(url, 'acme/app', 'v1')
    expect(pulled.digest).toBe(image.manifest.digest)
    expect(pulled.children).toHaveLength(2)
  })

  test('leaves nothing behind', async () => {
    const distribution = await startDistribution()
    await pushOverHttp(distribution.url, 'acme/app', 'v1', image)
    expect(existsSync(distribution.folder)).toBe(true)
    await distribution.close()
    expect(existsSync(distribution.folder)).toBe(false)
    await expect(fetch(`${distribution.url}/v2/`)).rejects.toThrow('fetch failed')
  })

  test('knows the user of its password file, and nobody else', async () => {
    const { url } = await start({ auth: 'htpasswd' })
    const status = async (password: string) => {
      const credentials = Buffer.from(`${htpasswdUser.name}:${password}`).toString('base64')
      const headers = { authorization: `Basic ${credentials}` }
      return (await fetch(`${url}/v2/`, { headers })).status
    }
    expect(await status(htpasswdUser.password)).toBe(200)
    expect(await status('wrong')).toBe(401)
  })

  test('speaks TLS with our certificate', async () => {
    const tls = await createCertificate()
    const { url } = await start({ tls })
    const dispatcher = new Agent({ connect: { ca: tls.ca } })
    open.push(dispatcher)
    const { statusCode, body } = await request(`${url}/v2/`, { dispatcher })
    await body.dump()
    expect(statusCode).toBe(200)
  })

  test('says why it did not start', async () => {
    const trust = { realm: 'x', service: 'x', issuer: 'x', certificate: 'no certificate' }
    await expect(startDistribution({ auth: { token: trust } })).rejects.toThrow('did not start')
  })

  describe('with a token server', () => {
    const users = { robot: 'secret' }
    const basic = `Basic ${Buffer.from('robot:secret').toString('base64')}`

    async function startBoth(options: Partial<TokenServerOptions> = {}) {
      const tokens = await TokenServer.start({ users, ...options })
      open.push(tokens)
      const registry = await start({ auth: { token: tokens.trust } })
      return { tokens, registry }
    }

    async function tokenFor(tokens: TokenServer, scope: string) {
      const query = new URLSearchParams({ service: tokens.trust.service, scope })
      const url = `${tokens.trust.realm}?${query.toString()}`
      const response = await fetch(url, { headers: { authorization: basic } })
      return `Bearer ${((await response.json()) as { token: string }).token}`
    }

    test('sends clients there', async () => {
      const { tokens, registry } = await startBoth()
      const response = await fetch(`${registry.url}/v2/acme/app/manifests/v1`)
      expect(response.headers.get('www-authenticate')).toBe(
        `Bearer realm="${tokens.url}/token",service="test-registry",scope="repository:acme/app:pull"`,
      )
    })

    test.each(['kid', 'x5c'] as const)('takes its tokens by %s', async (keyHint) => {
      const { tokens, registry } = await startBoth({ keyHint })
      const token = await tokenFor(tokens, 'repository:acme/app:pull,push')
      await pushOverHttp(registry.url, 'acme/app', 'v1', image, token)
      await pullAndVerify(registry.url, 'acme/app', 'v1', token)
      expect(tokens.grants).toMatchObject([{ user: 'robot', method: 'GET' }])
    })

    test('takes none that another server signed', async () => {
      const { registry } = await startBoth()
      const stranger = await TokenServer.start({ users })
      open.push(stranger)
      const token = await tokenFor(stranger, 'repository:acme/app:pull')
      await expect(pullAndVerify(registry.url, 'acme/app', 'v1', token)).rejects.toThrow('401')
    })

    test('takes none that is too old', async () => {
      const anHourAgo = Date.now() - 3_600_000
      const { tokens, registry } = await startBoth({ now: () => anHourAgo })
      const token = await tokenFor(tokens, 'repository:acme/app:pull')
      await expect(pullAndVerify(registry.url, 'acme/app', 'v1', token)).rejects.toThrow('401')
    })

    test('lets nobody do more than the token says', async () => {
      const { tokens, registry } = await startBoth({
        grants: (_user, _name, action) => action === 'pull',
      })
      const token = await tokenFor(tokens, 'repository:acme/app:pull,push')
      const uploads = `${registry.url}/v2/acme/app/blobs/uploads/`
      const headers = { authorization: token }
      expect((await fetch(uploads, { method: 'POST', headers })).status).toBe(401)
      const blob = `${registry.url}/v2/acme/app/blobs/${image.manifest.digest}`
      expect((await fetch(blob, { headers })).status).toBe(404)
    })
  })
})
