import { beforeAll, describe, expect, test } from '@jest/globals'
import { compress } from 'snappyjs'
import type { WebAnswer } from '../../src/trust/web.ts'
import {
  keyBundle,
  keylessBundle,
  statementOf,
  type StatementSpec,
} from '../../testkit/signing/bundles.ts'
import { type Claims, PrivateSigstore } from '../../testkit/signing/sigstore.ts'
import { judge, type JudgeOptions, newKey, SignedImage } from './signed-image.ts'

const ISSUER = 'https://token.actions.githubusercontent.com'
const PROVENANCE = 'https://slsa.dev/provenance/v1'
const HOME = 'https://github.com/acme/app'
const WORKFLOW = `${HOME}/.github/workflows/release.yml@refs/tags/v1.0`

/** What Fulcio writes for a workflow of acme/app. */
const CLAIMS: Claims = {
  9: WORKFLOW,
  11: 'github-hosted',
  12: HOME,
  13: 'c0ffee'.repeat(6),
  14: 'refs/tags/v1.0',
  16: 'https://github.com/acme',
  18: WORKFLOW,
}

let sigstore: PrivateSigstore
beforeAll(async () => {
  sigstore = await PrivateSigstore.start()
})

interface Spec {
  readonly identity?: string
  readonly issuer?: string
  readonly claims?: Claims
  readonly statement?: Partial<StatementSpec>
  readonly isOnlyStamped?: boolean
}

async function provenance(image: SignedImage, spec: Spec = {}) {
  const { identity = WORKFLOW, issuer = ISSUER, claims, statement, isOnlyStamped } = spec
  return keylessBundle(sigstore, {
    identity,
    issuer,
    claims: { ...CLAIMS, ...claims },
    payload: statementOf({ ...image.subject, predicateType: PROVENANCE, ...statement }),
    ...(isOnlyStamped && { isOnlyStamped }),
  })
}

function rule(members: object = {}) {
  return { github: 'acme/app', 'trusted-root': JSON.stringify(sigstore.trustedRoot()), ...members }
}

function answer(body: unknown, headers: WebAnswer['headers'] = {}): WebAnswer {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body))
  return { status: 200, headers, body: bytes }
}

const nothing: WebAnswer = {
  status: 404,
  headers: {},
  body: Buffer.from('{"message":"Not Found"}'),
}

/** What the rule says of an image whose provenance is stored beside it. */
async function verdictOn(spec: Spec, members: object = {}, options: JudgeOptions = {}) {
  const image = new SignedImage()
  image.addBundle(await provenance(image, spec))
  return judge(image, rule(members), { web: () => nothing, ...options })
}

describe('a rule for a repository of GitHub', () => {
  test('takes the provenance of its workflows, and tells which', async () => {
    expect(await verdictOn({})).toMatchObject({
      isTrusted: true,
      verified: {
        kind: 'github',
        identity: WORKFLOW,
        issuer: ISSUER,
        sourceRepository: HOME,
        sourceRef: 'refs/tags/v1.0',
        sourceDigest: 'c0ffee'.repeat(6),
        predicateType: PROVENANCE,
      },
    })
  })

  test.each([
    [{ github: 'ACME/App' }],
    [{ github: 'acme/*' }],
    [{ workflow: '.github/workflows/release.yml' }],
    [{ workflow: '.github/workflows/release.yml@refs/tags/v*' }],
    [{ workflow: 'acme/app/.github/workflows/release.yml' }],
    [{ github: 'acme/*', workflow: '.github/workflows/release.yml' }],
    [{ ref: 'refs/tags/v*' }],
    [{ runner: 'github-hosted' }],
  ])('is satisfied with %j', async (members) => {
    expect((await verdictOn({}, members)).isTrusted).toBe(true)
  })

  test.each([
    [{ github: 'acme/other' }],
    [{ github: 'acm/app' }],
    [{ github: 'acm/*' }],
    [{ github: 'acmee/*' }],
    [{ workflow: '.github/workflows/other.yml' }],
    [{ workflow: '.github/workflows/release.ym' }],
    [{ workflow: '.github/workflows/release.yml@refs/heads/main' }],
    [{ workflow: 'acme/builders/.github/workflows/release.yml' }],
    [{ ref: 'refs/heads/main' }],
    [{ ref: 'refs/tags/v1' }],
    [{ runner: 'self-hosted' }],
    [{ predicate: 'https://spdx.dev/Document' }],
  ])('is not satisfied with %j', async (members) => {
    expect((await verdictOn({}, members)).isTrusted).toBe(false)
  })

  test.each<[string, Spec]>([
    ['of another issuer', { issuer: `${ISSUER}/` }],
    ['of another repository', { claims: { 12: 'https://github.com/acme/app-evil' } }],
    ['of a repository below it', { claims: { 12: `${HOME}/evil` } }],
    ['of one that is called alike', { claims: { 12: 'https://github.com/acme/\u1d43pp' } }],
    ['of another owner', { claims: { 16: 'https://github.com/evil' } }],
    ['of another server', { claims: { 12: 'https://evil.net/acme/app' } }],
    ['without extensions of GitHub', { claims: { 12: '', 16: '', 14: '' } }],
    [
      'of a workflow elsewhere, for a build of this repository',
      { identity: 'https://github.com/evil/x/.github/workflows/a.yml@refs/heads/main' },
    ],
    [
      'of somebody with the name of the workflow in front',
      { identity: `${HOME}x/.github/workflows/a.yml@x` },
    ],
    ['of a person', { identity: 'dev@example.com' }],
    ['about another image', { statement: { digest: `sha256:${'b'.repeat(64)}` } }],
    [
      'that is only claimed by the statement',
      {
        claims: { 12: 'https://github.com/evil/x' },
        statement: {
          predicate: {
            buildDefinition: { externalParameters: { workflow: { repository: HOME } } },
          },
        },
      },
    ],
  ])('refuses provenance %s', async (_, spec) => {
    expect((await verdictOn(spec)).isTrusted).toBe(false)
  })

  test.each(['refs/tags/app@1.0', 'refs/pull/1/merge', 'a'.repeat(40)])(
    'takes a workflow by its path, whatever it was called at: %s',
    async (ref) => {
      const identity = `${HOME}/.github/workflows/release.yml@${ref}`
      for (const workflow of ['.github/workflows/release.yml', '.github/workflows/*.yml']) {
        expect((await verdictOn({ identity }, { workflow })).isTrusted).toBe(true)
      }
    },
  )

  test.each(['refs/heads/main', 'a'.repeat(40)])(
    'does not take a file whose name goes on behind an @ for another one: %s',
    async (ref) => {
      const identity = `${HOME}/.github/workflows/release.yml@other.yml@${ref}`
      const workflow = '.github/workflows/release.yml'
      expect((await verdictOn({ identity }, { workflow })).isTrusted).toBe(false)
    },
  )

  test('for all of an owner takes a path for one in the repository that was built', async () => {
    const identity =
      'https://github.com/acme/builders/.github/workflows/release.yml@refs/heads/main'
    const workflow = '.github/workflows/release.yml'
    const all = { github: 'acme/*' }
    expect((await verdictOn({ identity }, all)).isTrusted).toBe(true)
    expect((await verdictOn({ identity }, { ...all, workflow })).isTrusted).toBe(false)
    const named = { ...all, workflow: `acme/builders/${workflow}` }
    expect((await verdictOn({ identity }, named)).isTrusted).toBe(true)
  })

  test('does not take the sign for Kelvin for a K', async () => {
    const home = 'https://github.com/acme/\u212ait'
    const claims = { 12: home, 14: 'refs/tags/v1.0' }
    const members = { github: 'acme/kit', workflow: 'acme/app/.github/workflows/release.yml' }
    expect((await verdictOn({ claims }, members)).isTrusted).toBe(false)
    const own = { 12: 'https://github.com/acme/Kit' }
    expect((await verdictOn({ claims: own }, members)).isTrusted).toBe(true)
  })

  test('takes a reusable workflow elsewhere where it is named, for builds of the repository', async () => {
    const identity = 'https://github.com/acme/builders/.github/workflows/build.yml@refs/tags/v2'
    const workflow = 'acme/builders/.github/workflows/build.yml@refs/tags/v2'
    expect((await verdictOn({ identity }, { workflow })).isTrusted).toBe(true)
    expect((await verdictOn({ identity })).isTrusted).toBe(false)
    const elsewhere = { identity, claims: { 12: 'https://github.com/acme/other' } }
    expect((await verdictOn(elsewhere, { workflow })).isTrusted).toBe(false)
  })

  test('refuses a key, and a signature that states nothing', async () => {
    const image = new SignedImage()
    image.addBundle(
      keyBundle(newKey(), statementOf({ ...image.subject, predicateType: PROVENANCE })),
    )
    image.addBundle(
      await provenance(image, {
        statement: { predicateType: 'https://sigstore.dev/cosign/sign/v1' },
      }),
    )
    expect((await judge(image, rule(), { web: () => nothing })).isTrusted).toBe(false)
  })

  test('on ghe.com has its own issuer and addresses', async () => {
    const serverUrl = 'https://acme.ghe.com'
    const home = `${serverUrl}/acme/app`
    const identity = `${home}/.github/workflows/release.yml@refs/tags/v1.0`
    const claims = { 12: home, 16: `${serverUrl}/acme` }
    const issuer = 'https://token.actions.acme.ghe.com'
    const spec = { identity, claims, issuer }
    expect((await verdictOn(spec, {}, { serverUrl })).isTrusted).toBe(true)
    expect((await verdictOn({ ...spec, issuer: ISSUER }, {}, { serverUrl })).isTrusted).toBe(false)
    expect((await verdictOn(spec)).isTrusted).toBe(false)
  })

  test('takes what is only stamped by a root without logs, and by no other', async () => {
    const spec = { isOnlyStamped: true }
    const quiet = sigstore.trustedRoot({ hasLogs: false, organization: 'other' })
    expect((await verdictOn(spec)).isTrusted).toBe(false)
    const both = `${JSON.stringify(sigstore.trustedRoot({ organization: 'x' }))}\n${JSON.stringify(quiet)}`
    expect(await verdictOn(spec, { 'trusted-root': both })).toMatchObject({
      isTrusted: true,
      verified: { time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
    })
    expect((await verdictOn({}, { 'trusted-root': JSON.stringify(quiet) })).isTrusted).toBe(false)
  })
})

describe('the store of GitHub', () => {
  const base = 'https://api.github.com/repos/acme/app/attestations'

  test('is asked after the registry, with the token of the job', async () => {
    const image = new SignedImage()
    const bundle = await provenance(image)
    const asked: string[] = []
    const verdict = await judge(image, rule(), {
      web: (url, headers) => {
        asked.push(url)
        expect(headers['authorization']).toBe('Bearer token-of-the-job')
        return answer({ attestations: [{ bundle, repository_id: 1 }] })
      },
    })
    expect(verdict).toMatchObject({ isTrusted: true, verified: { from: 'github' } })
    expect(asked).toEqual([
      `${base}/${image.subject.digest}?per_page=100&predicate_type=https%3A%2F%2Fslsa.dev%2Fprovenance%2Fv1`,
    ])
    expect(image.looks).toEqual([`list ${image.subject.digest}`])
  })

  test('is asked before a registry whose lists cost more, and the registry where it has none', async () => {
    const image = new SignedImage()
    image.isCostly = true
    const bundle = await provenance(image)
    const stores = [{ attestations: [{ bundle, repository_id: 1 }] }, { attestations: [] }]
    for (const store of stores) await judge(image, rule(), { web: () => answer(store) })
    expect(image.looks.filter((look) => look.startsWith('list'))).toEqual([
      `list ${image.subject.digest}`,
    ])
  })

  test('is not asked where the registry has it', async () => {
    const image = new SignedImage()
    image.addBundle(await provenance(image))
    expect((await judge(image, rule())).isTrusted).toBe(true)
  })

  test('has bundles elsewhere, which are fetched without the token', async () => {
    const image = new SignedImage()
    const packed = compress(Buffer.from(JSON.stringify(await provenance(image))))
    const verdict = await judge(image, rule(), {
      web: (url, headers, givenBy) => {
        if (url.startsWith(base)) {
          return answer({ attestations: [{ bundle_url: 'https://store.example.com/1?sig=x' }] })
        }
        expect({ url, headers }).toEqual({ url: 'https://store.example.com/1?sig=x', headers: {} })
        // To no private address, unless the API is there itself.
        expect(new URL(givenBy ?? '').origin).toBe('https://api.github.com')
        return answer(packed)
      },
    })
    expect(verdict.isTrusted).toBe(true)
  })

  test('has pages, which are followed at the same place only', async () => {
    const image = new SignedImage()
    const bundle = await provenance(image)
    const other = await provenance(new SignedImage('another'))
    const next = `${base}/${image.subject.digest}?after=2`
    const pages = (link: string) => (url: string) =>
      url.includes('per_page')
        ? answer({ attestations: [{ bundle: other }] }, { link: `<${link}>; rel="next"` })
        : answer({ attestations: [{ bundle }] })
    expect((await judge(image, rule(), { web: pages(next) })).isTrusted).toBe(true)
    for (const away of [
      next.replace('api.github.com', 'evil.net'),
      next.replace('https:', 'http:'),
      next.replace('/attestations/', '/deployments/'),
      'https://[',
    ]) {
      expect((await judge(image, rule(), { web: pages(away) })).isTrusted).toBe(false)
    }
  })

  test.each<[string, (page: number) => number, number]>([
    ['to itself', () => 0, 1],
    ['in a circle', (page) => (page + 1) % 2, 10],
    ['without end', (page) => page + 1, 10],
  ])('has pages that lead %s, and is left in the end', async (_, nextOf, most) => {
    const image = new SignedImage()
    let asked = 0
    const web = (url: string) => {
      asked += 1
      const next = nextOf(Number(new URL(url).searchParams.get('after') ?? 0))
      const place = `${base}/${image.subject.digest}?per_page=100&predicate_type=${encodeURIComponent(PROVENANCE)}`
      const link = next === 0 ? place : `${place}&after=${next}`
      return answer({ attestations: [] }, { link: `<${link}>; rel="next"` })
    }
    expect((await judge(image, rule(), { web })).isTrusted).toBe(false)
    expect(asked).toBe(most)
  })

  test('is asked for a repository whose name has every character that names have', async () => {
    const image = new SignedImage()
    const asked: string[] = []
    const web = (url: string) => {
      asked.push(decodeURIComponent(new URL(url).pathname))
      return nothing
    }
    await judge(image, rule({ github: 'acme/a.b_c-d' }), { web })
    expect(asked).toEqual([`/repos/acme/a.b_c-d/attestations/${image.subject.digest}`])
  })

  test.each([404, 422])('says by %d that there is nothing', async (status) => {
    const image = new SignedImage()
    const verdict = await judge(image, rule(), { web: () => ({ ...nothing, status }) })
    expect(verdict).toMatchObject({
      isTrusted: false,
      reason: expect.stringContaining('no signature was found'),
    })
  })

  test('is asked for an organisation, and then for a user', async () => {
    const image = new SignedImage()
    const bundle = await provenance(image)
    const asked: string[] = []
    const verdict = await judge(image, rule({ github: 'acme/*' }), {
      web: (url) => {
        asked.push(new URL(url).pathname.split('/').slice(0, 3).join('/'))
        return url.includes('/orgs/') ? nothing : answer({ attestations: [{ bundle }] })
      },
    })
    expect(verdict.isTrusted).toBe(true)
    expect(asked).toEqual(['/orgs/acme', '/users/acme'])
  })

  test('that answers with the attestation of another image is not believed', async () => {
    const image = new SignedImage()
    const bundle = await provenance(new SignedImage('another'))
    const web = () => answer({ attestations: [{ bundle }] })
    expect((await judge(image, rule(), { web })).isTrusted).toBe(false)
  })

  test.each([
    ['no list', () => answer({ message: 'hello' })],
    ['no JSON', () => answer(Buffer.from('<html>'))],
    [
      'a failure',
      () => {
        throw new Error('HTTP 500')
      },
    ],
  ])('that answers with %s is a look-up that failed, and no verdict', async (_, web) => {
    await expect(judge(new SignedImage(), rule(), { web })).rejects.toThrow(
      /HTTP 500|no list of attestations|JSON/,
    )
  })

  test.each([
    ['no snappy', Buffer.from([1, 2, 3])],
    ['snappy that says it is huge', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0])],
  ])('that leads to %s has no attestation there', async (_, body) => {
    const image = new SignedImage()
    const web = (url: string) =>
      url.startsWith(base)
        ? answer({ attestations: [{ bundle_url: 'https://x.example.com/' }] })
        : answer(body)
    expect((await judge(image, rule(), { web })).isTrusted).toBe(false)
  })
})
