import { describe, expect, test } from '@jest/globals'
import { parseReference } from '../../../src/oci/reference.ts'
import {
  type CredentialSource,
  findLogin,
  registryLogins,
} from '../../../src/registry/credentials/chain.ts'
import { basicAuthorization } from '../../../src/registry/credentials/credentials.ts'

const login = (username: string, registry: string, prefix?: string) => ({
  registry,
  username,
  password: 'x',
  ...(prefix === undefined ? {} : { prefix }),
})

function userFor(logins: readonly ReturnType<typeof login>[], reference: string) {
  const source = registryLogins(logins, 'registry-auth')
  return findLogin([source], 'source', parseReference(reference)).credentials?.username
}

describe('among the logins of a list', () => {
  const logins = [
    login('host', 'ghcr.io'),
    login('team', 'ghcr.io', 'acme/team'),
    login('owner', 'ghcr.io', 'acme'),
    login('other', 'quay.io', 'acme'),
  ]

  test.each([
    ['ghcr.io/acme/team/app', 'team'],
    ['ghcr.io/acme/team', 'team'],
    ['ghcr.io/acme/team2/app', 'owner'],
    ['ghcr.io/acme/app', 'owner'],
    ['ghcr.io/acme2/app', 'host'],
    ['ghcr.io/team/acme', 'host'],
    ['quay.io/acme/app', 'other'],
    ['quay.io/acme2/app', undefined],
    ['sub.ghcr.io/acme/app', undefined],
    ['ghcr.io:5000/acme/app', undefined],
    ['acme/app', undefined],
  ])('the longest prefix of whole components decides for %s: %s', (reference, user) => {
    expect(userFor(logins, reference)).toBe(user)
  })

  test('the first decides where two are for the same', () => {
    expect(userFor([login('first', 'ghcr.io'), login('second', 'ghcr.io')], 'ghcr.io/a')).toBe(
      'first',
    )
  })
})

function only(role: string, username: string): CredentialSource {
  const found = { credentials: { username, password: 'x' }, origin: username }
  return (side) => (side === role ? found : undefined)
}

describe('among several sources', () => {
  test('the first that knows the repository in the role decides', () => {
    const sources = [only('destination', 'a'), only('source', 'b'), only('source', 'c')]
    const reference = parseReference('ghcr.io/acme/app')
    expect(findLogin(sources, 'source', reference).origin).toBe('b')
    expect(findLogin(sources, 'destination', reference).origin).toBe('a')
  })

  test('one may say that access is to be anonymous', () => {
    const rule = { credentials: undefined, origin: 'a rule' }
    const sources: CredentialSource[] = [() => rule, only('source', 'b')]
    expect(findLogin(sources, 'source', parseReference('a/b'))).toBe(rule)
  })

  test('none means that access is anonymous', () => {
    expect(findLogin([], 'source', parseReference('a/b')).credentials).toBeUndefined()
  })
})

test('a Basic header holds user and password in UTF-8', () => {
  expect(basicAuthorization({ username: 'robot$ci+x', password: 'pä:ss' })).toBe(
    `Basic ${Buffer.from('robot$ci+x:pä:ss', 'utf8').toString('base64')}`,
  )
})
