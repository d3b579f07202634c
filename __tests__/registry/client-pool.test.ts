import { describe, expect, test } from '@jest/globals'
import { parseReference } from '../../src/oci/reference.ts'
import { ClientPool } from '../../src/registry/client-pool.ts'
import {
  type CredentialSource,
  type RegistryLogin,
  registryLogins,
} from '../../src/registry/credentials/chain.ts'
import type { Side } from '../../src/registry/errors.ts'
import { Network } from '../../src/registry/network/network.ts'
import { LogLines } from './registry-world.ts'

function poolOf(...sources: readonly CredentialSource[]) {
  const log = new LogLines()
  const pool = new ClientPool(sources, new Network(), log)
  const client = async (side: Side, reference: string) =>
    pool.client(side, parseReference(reference))
  return { client, log }
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
