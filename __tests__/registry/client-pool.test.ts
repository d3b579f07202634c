import { describe, expect, test } from '@jest/globals'
import { parseReference } from '../../src/oci/reference.ts'
import { ClientPool } from '../../src/registry/client-pool.ts'
import { type RegistryLogin, registryLogins } from '../../src/registry/credentials/chain.ts'
import type { Side } from '../../src/registry/errors.ts'
import { Network } from '../../src/registry/network.ts'
import { LogLines } from './registry-world.ts'

function poolWith(logins: readonly RegistryLogin[]) {
  const log = new LogLines()
  const pool = new ClientPool([registryLogins(logins, 'registry-auth')], new Network(), log)
  const client = (side: Side, reference: string) => pool.client(side, parseReference(reference))
  return { client, log }
}

const acme = { registry: 'ghcr.io', prefix: 'acme', username: 'robot', password: 'hunter2' }

describe('the clients of a run', () => {
  test('are one for each registry and login', () => {
    const { client } = poolWith([acme])
    const one = client('source', 'ghcr.io/acme/app:1')
    expect(client('source', 'ghcr.io/acme/other:2')).toBe(one)
    expect(client('destination', 'ghcr.io/acme/app')).toBe(one)
    expect(client('source', 'ghcr.io/elsewhere/app')).not.toBe(one)
    expect(client('source', 'quay.io/acme/app')).not.toBe(one)
  })

  test('are not one for two logins with the same user', () => {
    const { client } = poolWith([acme, { ...acme, prefix: 'other', password: 'another' }])
    expect(client('source', 'ghcr.io/acme/app')).not.toBe(client('source', 'ghcr.io/other/app'))
  })

  test('tell once whose login they use, and never which password', () => {
    const { client, log } = poolWith([acme])
    client('source', 'ghcr.io/acme/app:1')
    client('source', 'ghcr.io/acme/app:2')
    client('destination', 'quay.io/acme/app')
    expect(log.lines).toEqual([
      'info: ghcr.io (source): user robot from registry-auth',
      'info: quay.io (destination): anonymous',
    ])
  })
})
