import { describe, expect, test } from '@jest/globals'
import { parseReference, type Reference } from '../../../src/oci/reference.ts'
import type { Side } from '../../../src/registry/errors.ts'
import {
  type CredentialSource,
  findLogin,
  ofOtherRole,
  registryLogins,
} from '../../../src/registry/credentials/credential-chain.ts'
import {
  basicAuthorization,
  type Login,
  loginText,
} from '../../../src/registry/credentials/login.ts'

const login = (username: string, registry: string, prefix?: string) => ({
  registry,
  username,
  password: 'x',
  ...(prefix === undefined ? {} : { prefix }),
})

async function userFor(logins: readonly ReturnType<typeof login>[], reference: string) {
  const source = registryLogins(logins, 'registry-auth')
  const found = await findLogin([source], 'source', parseReference(reference))
  return found.credentials?.username
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
  ])('the longest prefix of whole components decides for %s: %s', async (reference, user) => {
    expect(await userFor(logins, reference)).toBe(user)
  })

  test('the first decides where two are for the same', async () => {
    const two = [login('first', 'ghcr.io'), login('second', 'ghcr.io')]
    expect(await userFor(two, 'ghcr.io/a')).toBe('first')
  })
})

function one(username: string, sides: readonly Side[] | undefined, prefix?: string) {
  return { ...login(username, 'ghcr.io', prefix), ...(sides === undefined ? {} : { sides }) }
}

function isRetagged({ repository }: Reference) {
  return repository === 'acme/app'
}

describe('among logins for roles', () => {
  const logins = [
    one('any', undefined),
    one('both', ['source', 'destination'], 'acme'),
    one('reader', ['source'], 'acme'),
    one('writer', ['destination'], 'acme/app'),
  ]

  test.each([
    ['source', 'ghcr.io/acme/app', 'reader'],
    ['destination', 'ghcr.io/acme/app', 'writer'],
    ['destination', 'ghcr.io/acme/other', 'both'],
    ['source', 'ghcr.io/else/app', 'any'],
    ['destination', 'ghcr.io/else/app', 'any'],
  ] as const)('the narrowest decides for the %s %s: %s', async (side, reference, user) => {
    const source = registryLogins(logins, 'registry-auth')
    const found = await findLogin([source], side, parseReference(reference))
    expect(found.credentials?.username).toBe(user)
  })
})

describe('where source and destination are one repository', () => {
  const known = [only('destination', 'writer')]

  test.each([
    ['source', 'ghcr.io/acme/app', 'writer'],
    ['destination', 'ghcr.io/acme/app', 'writer'],
    ['source', 'ghcr.io/acme/other', undefined],
  ] as const)('the other role is asked last: %s %s', async (side, reference, user) => {
    const sources = [...known, ofOtherRole(known, isRetagged)]
    const found = await findLogin(sources, side, parseReference(reference))
    expect(found.credentials?.username).toBe(user)
  })

  test('nobody is asked for a role that has a login of its own', async () => {
    const own = [...known, only('source', 'reader')]
    const sources = [...own, ofOtherRole(own, isRetagged)]
    const found = await findLogin(sources, 'source', parseReference('ghcr.io/acme/app'))
    expect(found.credentials?.username).toBe('reader')
  })
})

function only(role: string, username: string): CredentialSource {
  const found = { credentials: { username, password: 'x' }, origin: username }
  return (side) => (side === role ? found : undefined)
}

describe('among several sources', () => {
  test('the first that knows the repository in the role decides', async () => {
    const sources = [only('destination', 'a'), only('source', 'b'), only('source', 'c')]
    const reference = parseReference('ghcr.io/acme/app')
    expect((await findLogin(sources, 'source', reference)).origin).toBe('b')
    expect((await findLogin(sources, 'destination', reference)).origin).toBe('a')
  })

  test('those behind the one that decides are not asked', async () => {
    const asked: string[] = []
    const source =
      (name: string, answer?: Login): CredentialSource =>
      () => {
        asked.push(name)
        return Promise.resolve(answer)
      }
    const found = { credentials: { username: 'b', password: 'x' }, origin: 'b' }
    const sources = [source('a'), source('b', found), source('c', found)]
    expect(await findLogin(sources, 'source', parseReference('ghcr.io/a'))).toBe(found)
    expect(asked).toEqual(['a', 'b'])
  })

  test('one may say that access is to be anonymous', async () => {
    const rule = { credentials: undefined, origin: 'a rule' }
    const sources: CredentialSource[] = [() => rule, only('source', 'b')]
    expect(await findLogin(sources, 'source', parseReference('a/b'))).toBe(rule)
  })

  test('none means that access is anonymous', async () => {
    expect((await findLogin([], 'source', parseReference('a/b'))).credentials).toBeUndefined()
  })
})

test('a Basic header holds user and password in UTF-8', () => {
  expect(basicAuthorization({ username: 'robot$ci+x', password: 'pä:ss' })).toBe(
    `Basic ${Buffer.from('robot$ci+x:pä:ss', 'utf8').toString('base64')}`,
  )
})

test.each<[string, Login['credentials']]>([
  ['anonymous', undefined],
  ['user octo from a file', { username: 'octo', password: 'x' }],
  ['a password without a user name from a file', { username: '', password: 'x' }],
  ['an identity token from a file', { username: '', password: 'x', kind: 'identity-token' }],
  ['user octo from a file', { username: 'octo', password: 'x', kind: 'identity-token' }],
  ['a registry token from a file', { username: '', password: 'x', kind: 'registry-token' }],
])('people read %s, and never the secret', (text, credentials) => {
  expect(loginText({ credentials, origin: 'a file' })).toBe(text)
})
