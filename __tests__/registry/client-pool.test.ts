import { describe, expect, test } from '@jest/globals'
import { parseReference } from '../../src/oci/reference.ts'
import { ClientPool } from '../../src/registry/client-pool.ts'
import {
  type CredentialSource,
  type RegistryLogin,
  registryLogins,
} from '../../src/registry/credentials/credential-chain.ts'
import type { Side } from '../../src/registry/errors.ts'
import { resolveDigest } from '../../src/registry/content/manifests.ts'
import { Network } from '../../src/registry/network/network.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { LogLines } from './registry-world.ts'

function poolOf(...sources: readonly CredentialSource[]) {
  const log = new LogLines()
  const network = new Network()
  const pool = new ClientPool(sources, network, log)
  const client = async (side: Side, reference: string) =>
    pool.client(side, parseReference(reference))
  return { client, pool, network, log }
}

const poolWith = (logins: readonly RegistryLogin[]) =>
  poolOf(registryLogins(logins, 'registry-auth'))

const acme = { registry: 'ghcr.io', prefix: 'acme', username: 'robot', password: 'hunter2' }

describe('the clients of a run', () => {
  test('are one for each registry and login', async () => {
    const { client } = poolWith([acme])
    const one = await client('source', 'ghcr.io/acme/app:1')
    expect(await client('source', 'ghcr.io/acme/other:2')).toBe(one)
    expect(await client('destination', 'ghcr.io/acme/app')).toBe(one)
    expect(await client('source', 'ghcr.io/elsewhere/app')).not.toBe(one)
    expect(await client('source', 'quay.io/acme/app')).not.toBe(one)
  })

  test('are one for the same credentials, wherever they are given', async () => {
    const { client } = poolWith([acme, { ...acme, prefix: 'other' }])
    const one = await client('source', 'ghcr.io/acme/app')
    expect(await client('source', 'ghcr.io/other/app')).toBe(one)
  })

  test.each<[string, Partial<RegistryLogin>]>([
    ['another user', { username: 'other' }],
    ['another password', { password: 'other' }],
    ['another kind', { kind: 'identity-token' }],
    ['another token service', { authHost: 'auth.example' }],
    ['other headers', { headers: { 'x-tenant': 'other' } }],
  ])('are not one for two logins that differ in %s', async (_what, change) => {
    const { client } = poolWith([acme, { ...acme, prefix: 'other', ...change }])
    const one = await client('source', 'ghcr.io/acme/app')
    expect(await client('source', 'ghcr.io/other/app')).not.toBe(one)
  })

  test('are known to the network before the first of them is there', () => {
    const { pool, network } = poolOf(async () => new Promise(() => undefined))
    void pool.expect([
      {
        source: parseReference('quay.io/acme/app:1'),
        destination: parseReference('ghcr.io/acme/app:1'),
      },
    ])
    expect(network.registries.isAnother('https://quay.io', 'ghcr.io')).toBe(true)
    expect(network.registries.isAnother('https://ghcr.io', 'quay.io')).toBe(true)
  })

  test('are one for many that are asked for at once', async () => {
    const login = { credentials: acme, origin: 'a slow place' }
    const { client, log } = poolOf(() => Promise.resolve(login))
    const clients = await Promise.all(
      ['app', 'app', 'other'].map(async (name) => client('source', `ghcr.io/acme/${name}`)),
    )
    expect(new Set(clients).size).toBe(1)
    expect(log.lines).toEqual(['info: ghcr.io (source): user robot from a slow place'])
  })

  test('tell once whose login they use, and never which password', async () => {
    const { client, log } = poolWith([acme])
    await client('source', 'ghcr.io/acme/app:1')
    await client('source', 'ghcr.io/acme/app:2')
    await client('destination', 'quay.io/acme/app')
    expect(log.lines).toEqual([
      'info: ghcr.io (source): user robot from registry-auth',
      'info: quay.io (destination): anonymous',
    ])
  })
})

test('logins by another network are told no second time', async () => {
  const { client, pool, log } = poolWith([acme])
  const one = await client('destination', 'ghcr.io/acme/app:1')
  const other = pool.over(new Network())
  expect(await other.client('destination', parseReference('ghcr.io/acme/app:1'))).not.toBe(one)
  await other.client('source', parseReference('quay.io/acme/app:1'))
  expect(log.lines).toEqual([
    'info: ghcr.io (destination): user robot from registry-auth',
    'info: quay.io (source): anonymous',
  ])
})

describe('a pool that is told of a run', () => {
  const auth = { kind: 'bearer', users: { robot: 'hunter2' } } as const

  test('has one token for all repositories of a registry', async () => {
    await using registry = await TestRegistry.start({ auth })
    const { pool, network } = poolOf(
      registryLogins([{ ...acme, registry: registry.host, prefix: 'acme' }], 'registry-auth'),
    )
    const pairs = ['one', 'two', 'three'].map((name) => ({
      source: parseReference(`${registry.host}/acme/${name}:1`),
      destination: parseReference(`${registry.host}/acme/copies/${name}:1`),
    }))
    for (const { source } of pairs) pushTo(registry.store, source.repository, '1', buildImage())
    void pool.expect(pairs)
    for (const { source, destination } of pairs) {
      const target = await pool.client('destination', destination)
      const { repository } = target.target(destination, 'PARSE_DESTINATION_REFERENCE')
      expect(await resolveDigest(repository, '1')).toBeUndefined()
      expect(await (await pool.client('source', source)).checkExists(source)).toBe(true)
    }
    await network.close()
    expect(registry.tokens.map(({ requested }) => requested.length)).toEqual([6])
    expect(registry.requests.filter(({ status }) => status === 401)).toHaveLength(1)
  })

  test('asks for no more than each login is for', async () => {
    await using registry = await TestRegistry.start({ auth: { ...auth, anonymousPull: true } })
    const { pool, network } = poolOf(
      registryLogins([{ ...acme, registry: registry.host, prefix: 'acme' }], 'registry-auth'),
    )
    const source = parseReference(`${registry.host}/public/app:1`)
    const destination = parseReference(`${registry.host}/acme/app:1`)
    await pool.expect([{ source, destination }])
    await (await pool.client('source', source)).checkExists(source)
    const target = await pool.client('destination', destination)
    const { repository } = target.target(destination, 'PARSE_DESTINATION_REFERENCE')
    await resolveDigest(repository, '1')
    await network.close()
    expect(registry.tokens.map(({ user, requested }) => [user, requested])).toEqual([
      [undefined, [{ type: 'repository', name: 'public/app', actions: ['pull'] }]],
      ['robot', [{ type: 'repository', name: 'acme/app', actions: ['pull', 'push'] }]],
    ])
  })

  test('leaves logins that cannot be had to those who need them', async () => {
    const { pool } = poolOf(() => Promise.reject(new Error('no login')))
    const source = parseReference('registry.example/app:1')
    await pool.expect([{ source, destination: source }])
    await expect(pool.client('source', source)).rejects.toThrow('no login')
  })
})
