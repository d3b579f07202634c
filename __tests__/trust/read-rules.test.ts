import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { readVerifyInput } from '../../src/action/verify-input.ts'
import { readRules } from '../../src/trust/read-rules.ts'
import { ruleFor } from '../../src/trust/rule.ts'
import { fencesOf } from '../markdown.ts'
import { newKey, publicPem } from './signed-image.ts'

const key = publicPem(newKey())
const privatePem = newKey().export({ format: 'pem', type: 'pkcs8' }).toString()
const rsaPem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ format: 'pem', type: 'pkcs1' })
  .toString()
const issuer = 'https://issuer.example.com'

const files = {
  read: (path: string) => {
    if (path === 'cosign.pub') return key
    if (path === 'cosign.key') return privatePem
    throw new Error('does not exist')
  },
}

function problems(value: unknown): readonly string[] {
  return readRules(value, files).problems
}

describe('rules', () => {
  test.each<[string, unknown]>([
    ['one by itself', { key }],
    ['a list', [{ images: 'ghcr.io/acme/**', key: 'cosign.pub' }, { accept: 'true' }]],
    ['several keys', { key: [key, 'cosign.pub'] }],
    ['an identity', { identity: 'dev@example.com', issuer }],
    [
      'a repository',
      {
        github: 'acme/app',
        workflow: '.github/workflows/x.yml',
        ref: 'refs/tags/*',
        runner: 'github-hosted',
      },
    ],
    ['an owner', { github: 'acme/*' }],
    [
      'a managed user',
      { github: 'mona_acme/app', workflow: 'mona_acme/x/.github/workflows/x.yml' },
    ],
    ['alternatives', { any: [{ key }, { github: 'acme/app' }], images: '**' }],
    ['a refusal', { images: 'docker.io/**', reject: 'true' }],
    [
      'what builds state',
      {
        identity: 'x@y',
        issuer,
        predicate: 'https://slsa.dev/provenance/v1',
        builder: 'https://b/*',
        source: 'https://s',
      },
    ],
    ['platforms', { key, platforms: 'true' }],
  ])('may be %s', (_, value) => {
    expect(problems(value)).toEqual([])
  })

  test.each<[unknown, string]>([
    [[], 'holds no rule: that would refuse every image'],
    ['key', 'rule 1 is no object with one of key, identity, github, any, accept, reject'],
    [[{ accept: 'true' }, 7], 'rule 2 is no object'],
    [{}, 'rule 1 says nothing that could be checked'],
    [{ images: '**' }, 'rule 1 says nothing that could be checked'],
    [{ identity: 'dev@example.com' }, 'rule 1 has an identity without its issuer'],
    [{ identity: '*', issuer }, 'rule 1 has an identity that everybody has'],
    [{ identity: '**/*', issuer }, 'rule 1 has an identity that everybody has'],
    [{ identity: 'x@y', issuer: 'https://*' }, 'rule 1 has an issuer with a wildcard'],
    [{ key: privatePem }, 'rule 1 has a key that is a private key: give the public one'],
    [{ key: 'cosign.key' }, 'rule 1 has a key, "cosign.key", that is a private key'],
    [{ key: 'missing.pub' }, 'rule 1 has a key, "missing.pub", that does not exist'],
    [{ key: 'awskms:///alias/x' }, 'is the address of a key service'],
    [{ key: 'hashivault://x' }, 'is the address of a key service'],
    [{ key: [] }, 'rule 1 has key, which takes PEM text'],
    [{ key: key.replaceAll('PUBLIC KEY', 'CERTIFICATE') }, 'is no public key'],
    [
      { key: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----' },
      'is a public key that cannot be read',
    ],
    [
      { key, identity: 'x@y', issuer },
      'rule 1 has both key and identity: for either of them use any',
    ],
    [{ key, accept: 'true' }, 'rule 1 has both key and accept'],
    [{ accept: 'false' }, 'rule 1 has accept, which takes only true'],
    [{ accept: 'yes' }, 'rule 1 has accept, which takes true or false'],
    [{ key, issuer }, 'has a member that is not known here, "issuer"'],
    [{ keys: key }, 'did you mean key?'],
    [{ key, trusted_root: 'x' }, 'did you mean trusted-root?'],
    [{ key, predicat: 'x' }, 'did you mean predicate?'],
    [{ key, image: 'x' }, 'did you mean images?'],
    [{ github: 'acme' }, 'rule 1 has github, which takes owner/repository'],
    [{ github: '*/*' }, 'rule 1 has github, which takes owner/repository'],
    [{ github: 'https://github.com/acme/app' }, 'rule 1 has github, which takes owner/repository'],
    [
      { github: 'acme/app', workflow: 'release.yml' },
      'rule 1 has a workflow that is no path of one',
    ],
    [
      { github: 'acme/app', runner: 'mine' },
      'rule 1 has runner, which takes github-hosted or self-hosted',
    ],
    [{ any: [] }, 'rule 1 has any, which takes a list of alternatives'],
    [{ any: [{ any: [{ key }] }] }, 'has a member that is not known here, "any"'],
    [{ any: [{ key, images: 'x' }] }, 'has a member that is not known here, "images"'],
    [{ key, 'trusted-root': '{}' }, 'rule 1 has a trusted-root that is not one'],
    [
      { key, 'trusted-root': 'missing.json' },
      'rule 1 has a trusted-root, "missing.json", that does not exist',
    ],
    [{ key, 'trusted-root': '{"a":1,"a":2}' }, 'rule 1 has a trusted-root that is not one'],
    [{ key: 'pkcs11:token=x' }, 'is the address of a key service'],
    [{ key: 'AWSKMS:///alias/x' }, 'is the address of a key service'],
    [{ key: `${key}\n${privatePem}` }, 'rule 1 has a key that is a private key'],
    [{ key: `${key}\n${key.slice(0, 60)}` }, 'is a public key that cannot be read'],
    [
      { key: `${key}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----` },
      'is no public key',
    ],
    [{ identity: '*@*', issuer }, 'rule 1 has an identity that everybody has'],
    [{ identity: 'https://**', issuer }, 'rule 1 has an identity that everybody has'],
    [
      { identity: 'x@y', issuer, builder: 'https://b' },
      'rule 1 has builder, which only provenance states',
    ],
    [{ identity: 'x@y', issuer, source: 'https://s' }, 'has source, which only provenance states'],
    [{ github: 'acme/app', ref: 'v1.*' }, 'rule 1 has a ref that is not whole: refs/tags/NAME'],
    [
      { github: 'acme/app', workflow: 'https://github.com/acme/app/.github/workflows/x.yml' },
      'no path',
    ],
    [{ github: 'acme/app', workflow: 'acme/*/.github/workflows/x.yml' }, 'no path of one'],
    [{ key, predicate: 'slsaprovenance1' }, 'did you mean https://slsa.dev/provenance/v1?'],
    [{ github: 'acme/app', predicate: 'CycloneDX' }, 'did you mean https://cyclonedx.org/bom?'],
    [{ accept: 'true', platforms: 'true' }, 'has a member that is not known here, "platforms"'],
  ])('are refused with words for it: %j', (value, problem) => {
    const [first = '', ...others] = problems(value)
    expect(others).toEqual([])
    expect(first).toContain(problem)
  })

  test.each([
    [
      [{ accept: 'true' }, { key }],
      'rule 1 is for all images, so that no rule behind it ever counts',
    ],
    [
      [{ images: 'ghcr.io/**', key }, { images: '*/**', accept: 'true' }, { reject: 'true' }],
      'rule 2 is for all images, so that no rule behind it ever counts',
    ],
  ])('are warned of where some can never count: %j', (rules, warning) => {
    expect(readRules(rules, files)).toMatchObject({ problems: [], warnings: [warning] })
  })

  test.each([
    [[{ images: '**', key }]],
    [[{ images: 'ghcr.io/**', key }, { images: '**/*/app', key }, { accept: 'true' }]],
  ])('may end with one for all images: %j', (rules) => {
    expect(readRules(rules, files).warnings).toEqual([])
  })

  test('are all read, and none of their problems repeats a key', () => {
    const found = problems([{ key: privatePem }, { identity: 'x' }, { key }])
    expect(found.map((problem) => problem.slice(0, 6))).toEqual(['rule 1', 'rule 2'])
    expect(found.join()).not.toContain(privatePem.split('\n')[1])
  })
})

describe('the images of a rule', () => {
  test.each([
    ['alpine', 'docker.io/library/alpine'],
    ['acme/app', 'docker.io/acme/app'],
    ['docker.io/alpine', 'docker.io/library/alpine'],
    ['docker.io/*', 'docker.io/**'],
    ['ghcr.io', 'ghcr.io/**'],
    ['ghcr.io/', 'ghcr.io/**'],
    ['ghcr.io/acme/', 'ghcr.io/acme/**'],
    ['*', '**'],
    ['*.example.com', '*.example.com/**'],
    ['ghcr.io/acme/app:v1', 'ghcr.io/acme/app'],
    ['ghcr.io/acme/app:*', 'ghcr.io/acme/app'],
    [`ghcr.io/acme/app@sha256:${'a'.repeat(64)}`, 'ghcr.io/acme/app'],
    ['docker://ghcr.io/acme/app', 'ghcr.io/acme/app'],
    ['https://ghcr.io/acme/app', 'ghcr.io/acme/app'],
    ['ghcr.io/Acme/app', 'ghcr.io/acme/app'],
    ['**/Alpine', '**/alpine'],
    ['hub.docker.com/r/acme/app', 'docker.io/acme/app'],
    ['https://hub.docker.com/r/acme/*', 'docker.io/acme/*'],
    ['quay.io/repository/acme/app', 'quay.io/acme/app'],
  ])('that could never match are an error, and tell what was meant: %s', (images, meant) => {
    const [problem = ''] = problems([{ images, key }, { accept: 'true' }])
    expect(problem).toMatch(/^rule 1 has images with /)
    expect(problem).toContain(`did you mean "${meant}"?`)
  })

  test.each(['ghcr.io/acme/{a,b}', 'ghcr.io/acme/app?', 'ghcr.io/[a-z]', 'ghcr.io//x', '**/x y'])(
    'have two wildcards and no others: %s',
    (images) => {
      expect(problems({ images, key })).toEqual([
        'rule 1 has images with characters that no repository has; only * and ** are wildcards',
      ])
    },
  )

  test.each(['ghcr.io/acme/../x', 'ghcr.io/.x', 'ghcr.io/a..*', 'ghcr.io/-*/app', '**/app-'])(
    'have dots, underscores and dashes where names have them: %s',
    (images) => {
      expect(problems({ images, key })[0]).toMatch(/^rule 1 has images with dots, underscores/)
    },
  )

  test.each([
    ['ghcr.io/acme/app-*', 'ghcr.io/acme/app-web'],
    ['ghcr.io/acme/*_*.*-app', 'ghcr.io/acme/a_b.c-app'],
    ['ghcr.io/**-app', 'ghcr.io/acme/my-app'],
    ['GHCR.IO/acme/app', 'ghcr.io/acme/app'],
    ['ghcr.io:443/acme/*', 'ghcr.io/acme/app'],
    ['index.docker.io/library/*', 'docker.io/library/alpine'],
    ['*.Example.com/**', 'registry.example.com/a/b'],
    ['localhost:5000/**', 'localhost:5000/app'],
    ['[::1]:5000/app', '[::1]:5000/app'],
    ['**', 'ghcr.io/acme/app'],
    ['**alpine', 'docker.io/library/alpine'],
    ['*/library/*', 'docker.io/library/alpine'],
  ])('may name the registry in any spelling: %s', (images, repository) => {
    const read = readRules({ images, key }, files)
    expect(read.problems).toEqual([])
    expect(ruleFor(read.rules, repository)?.number).toBe(1)
  })

  test('name a registry that could be one', () => {
    expect(problems({ images: 'ghcr.io./acme/app', key })[0]).toMatch(
      /^rule 1 has images of a registry that is none: /,
    )
  })
})

describe('keys', () => {
  const other = publicPem(newKey('ed25519'))

  test.each([
    ['with CRLF', key.replaceAll('\n', '\r\n'), 1],
    ['without a line end', key.trimEnd(), 1],
    ['two in one text', `# old\n${key}\n# new\n${other}`, 2],
    ['of RSA in its own form', rsaPem, 1],
  ])('may be %s', (_, text, count) => {
    const { rules, problems: found } = readRules({ key: text }, files)
    expect(found).toEqual([])
    const [requirement] = rules[0]?.requirements ?? []
    expect(requirement?.kind === 'key' && requirement.keys).toHaveLength(count)
  })

  test.each([
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey],
    ['RSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey],
    ['short RSA', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey],
    ['X25519', generateKeyPairSync('x25519').publicKey],
  ])('of other kinds are refused: %s', (_, publicKey) => {
    const text = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    expect(problems({ key: text })[0]).toMatch(/kind that is not supported|too short/)
  })
})

describe('the rules of docs/trust.md', () => {
  const blocks = fencesOf(readFileSync('docs/trust.md', 'utf8')).filter(
    ({ info }) => info === 'verify',
  )

  test('are ten policies', () => {
    expect(blocks).toHaveLength(10)
  })

  test.each(blocks)('can be used: line $line', ({ text }) => {
    const read = readVerifyInput(text)
    expect('value' in read && readRules(read.value, { read: () => key }).problems).toEqual([])
  })
})

test('rules may share members by "<<", their own first', () => {
  const text = `- &built\n  github: acme/app\n  images: ghcr.io/acme/app\n- <<: *built\n  images: ghcr.io/acme/web\n`
  for (const written of [text, text.replaceAll('\n', '\r')]) {
    expect(readVerifyInput(written)).toEqual({
      value: [
        { github: 'acme/app', images: 'ghcr.io/acme/app' },
        { github: 'acme/app', images: 'ghcr.io/acme/web' },
      ],
    })
  }
})

describe('of several rules', () => {
  const { rules } = readRules(
    [
      { images: 'ghcr.io/acme/*', key },
      { images: 'ghcr.io/**', key },
      { images: 'docker.io/library/alpine', accept: 'true' },
    ],
    files,
  )

  test.each([
    ['ghcr.io/acme/app', 1],
    ['ghcr.io/acme/team/app', 2],
    ['ghcr.io/acmeevil', 2],
    ['docker.io/library/alpine', 3],
    ['docker.io/library/alpine-evil', undefined],
    ['evil.net/ghcr.io/acme/app', undefined],
    ['ghcrxio/acme/app', undefined],
  ])('the first that matches counts: %s', (repository, number) => {
    expect(ruleFor(rules, repository)?.number).toBe(number)
  })
})
