import { beforeAll, describe, expect, test } from '@jest/globals'
import { compress } from 'snappyjs'
import { buildImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { giveReferrers } from '../../testkit/image/referrers.ts'
import { jsonReply, type Middleware, reply } from '../../testkit/registry/exchange.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { keylessBundle, statementOf, storedBundle } from '../../testkit/signing/bundles.ts'
import { PrivateSigstore } from '../../testkit/signing/sigstore.ts'
import { outputsOf, startPair, startRegistry } from './bundle.ts'

const HOME = 'https://github.com/acme/app'
const WORKFLOW = `${HOME}/.github/workflows/release.yml@refs/tags/v1.0`
const TOKEN = 'token-of-the-job-0123456789'
const image = buildImage()
const { digest } = image.manifest
const otherImage = buildImage({ config: { author: 'another' } })

let root = ''
let bundle: object
let other: object
beforeAll(async () => {
  const sigstore = await PrivateSigstore.start()
  root = JSON.stringify(sigstore.trustedRoot())
  const provenanceOf = async (subject: { digest: string }) =>
    keylessBundle(sigstore, {
      identity: WORKFLOW,
      issuer: 'https://token.actions.githubusercontent.com',
      claims: { 12: HOME, 13: 'c0ffee', 14: 'refs/tags/v1.0', 16: 'https://github.com/acme' },
      payload: statementOf({ ...subject, predicateType: 'https://slsa.dev/provenance/v1' }),
    })
  bundle = await provenanceOf(image.manifest)
  other = await provenanceOf(otherImage.manifest)
})

/** Promotes an image by a rule for a repository, with a GitHub that answers in that way. */
async function promote(answer: Middleware, inputs: Readonly<Record<string, string>> = {}) {
  const pair = await startPair()
  const github = await startRegistry({ middleware: [answer] })
  pushTo(pair.source.store, 'acme/app', 'v1', image)
  const result = await runAction({
    inputs: {
      images: `${pair.source.host}/acme/app:v1 => ${pair.destination.host}/prod/app:v1`,
      verify: `github: acme/app\ntrusted-root: '${root}'`,
      'github-token': TOKEN,
      retries: '0',
      ...inputs,
    },
    env: { GITHUB_API_URL: github.url, GITHUB_SERVER_URL: 'https://github.com' },
  })
  const [first] = outputsOf(result).results
  return { ...pair, github, result, first }
}

function tokensAt({ requests }: TestRegistry) {
  return requests.map(({ headers }) => headers.authorization)
}

describe("GitHub's store", () => {
  test('is asked with the token of the job, and once', async () => {
    const { github, first, source } = await promote(() =>
      jsonReply(200, { attestations: [{ bundle, repository_id: 1 }] }),
    )
    expect(first).toMatchObject({
      status: 'copied',
      verified: { kind: 'github', from: 'github', identity: WORKFLOW, sourceDigest: 'c0ffee' },
    })
    const [request, ...more] = github.requests
    expect(more).toEqual([])
    expect(request?.path).toBe(`/repos/acme/app/attestations/${digest}`)
    expect(request?.headers.authorization).toBe(`Bearer ${TOKEN}`)
    expect(source.count('GET', /\/referrers\//)).toBe(1)
  })

  test('is not asked where the registry has the attestation', async () => {
    const pair = await startPair()
    const github = await startRegistry()
    pushTo(pair.source.store, 'acme/app', 'v1', image)
    giveReferrers(pair.source.store, 'acme/app', image, [storedBundle(image, bundle)])
    const result = await runAction({
      inputs: {
        images: `${pair.source.host}/acme/app:v1 => ${pair.destination.host}/prod/app:v1`,
        verify: `github: acme/app\ntrusted-root: '${root}'`,
      },
      env: { GITHUB_API_URL: github.url },
    })
    expect(outputsOf(result).results[0]).toMatchObject({ verified: { from: 'referrer' } })
    expect(github.requests).toEqual([])
  })

  test('is asked first where the registry has shown that it has no API for lists', async () => {
    const { source, destination } = await startPair({ source: { referrers: false } })
    const github = await startRegistry({
      middleware: [
        (request) =>
          jsonReply(200, {
            attestations: [
              { bundle: request.path.endsWith(digest) ? bundle : other, repository_id: 1 },
            ],
          }),
      ],
    })
    pushTo(source.store, 'acme/app', 'v1', image)
    pushTo(source.store, 'acme/app', 'v2', otherImage)
    const images = ['v1', 'v2'].map(
      (tag) => `${source.host}/acme/app:${tag} => ${destination.host}/prod/app:${tag}`,
    )
    const verify = `github: acme/app\ntrusted-root: '${root}'`
    const result = await runAction({
      inputs: { images: images.join('\n'), verify, concurrency: '1' },
      env: { GITHUB_API_URL: github.url },
    })
    expect(outputsOf(result).counts.copied).toBe(2)
    const lists = source.requests.filter(({ path }) => /\/(?:referrers|tags)\//.test(path))
    expect(lists.map(({ path }) => path)).toEqual([
      `/v2/acme/app/referrers/${digest}`,
      '/v2/acme/app/tags/list',
    ])
  })

  test('leads to bundles elsewhere, which are fetched without the token', async () => {
    const packed = compress(Buffer.from(JSON.stringify(bundle)))
    const store = await startRegistry({ middleware: [() => reply(200, {}, packed)] })
    const { first, result } = await promote(() =>
      jsonReply(200, { attestations: [{ bundle: null, bundle_url: `${store.url}/b?sig=s3cret` }] }),
    )
    expect(first).toMatchObject({ verified: { from: 'github' } })
    expect(store.requests[0]?.query).toBe('sig=s3cret')
    expect(tokensAt(store)).toEqual([undefined])
    expect(result.unmaskedLog.join('\n')).not.toContain('s3cret')
  })

  test('has pages, which it names by the number of the repository', async () => {
    const { first, github } = await promote(({ path, query, headers }) => {
      if (query.includes('after=2')) return jsonReply(200, { attestations: [{ bundle }] })
      const next = `http://${headers.host}/repositories/7/attestations/${path.split('/').at(-1)}`
      const link = `<${next}?per_page=100&after=2>; rel="next"`
      return jsonReply(200, { attestations: [{ bundle: other }] }, { link })
    })
    expect(first).toMatchObject({ verified: { from: 'github' } })
    expect(github.requests).toHaveLength(2)
  })

  test.each<[string, Middleware, RegExp]>([
    [
      'nothing',
      () => jsonReply(404, { message: 'Not Found' }),
      /no signature was found, nor one at GitHub; .*attestations: read/,
    ],
    ['nothing, in another way', () => jsonReply(422, {}), /no signature was found/],
    ['an empty list', () => jsonReply(200, { attestations: [] }), /no signature was found/],
    [
      'that of another image',
      () => jsonReply(200, { attestations: [{ bundle: other }] }),
      /about another image/,
    ],
    ['an entry without a bundle', () => jsonReply(200, { attestations: [{}] }), /has no bundle/],
  ])('that has %s leaves the image untrusted', async (_, answer, words) => {
    const { first, destination } = await promote(answer)
    expect(first?.error?.code).toBe('UNTRUSTED')
    expect(first?.error?.message).toMatch(words)
    expect(destination.store.tag('prod/app', 'v1')).toBeUndefined()
  })

  test.each<[string, Middleware, string, RegExp]>([
    ['401', () => jsonReply(401, {}), 'AUTHENTICATION', /attestations: read/],
    ['403', () => jsonReply(403, {}), 'DENIED', /attestations: read/],
    ['500', () => jsonReply(500, {}), 'REGISTRY', /HTTP 500/],
    ['no JSON', () => reply(200, {}, '<html>'), 'REGISTRY', /no list of attestations/],
    ['a list of another form', () => jsonReply(200, []), 'REGISTRY', /no list of attestations/],
    [
      'a redirect to a private address',
      () => reply(302, { location: 'http://10.0.0.1/' }),
      'REDIRECT',
      /private/,
    ],
    [
      'a bundle at a private address',
      () => jsonReply(200, { attestations: [{ bundle_url: 'https://10.0.0.1/' }] }),
      'REDIRECT',
      /10\.0\.0\.1/,
    ],
  ])(
    'that answers with %s is a look-up that failed, and no verdict',
    async (_, answer, code, words) => {
      const { first, destination, result } = await promote(answer)
      expect(first?.error?.code).toBe(code)
      expect(first?.error?.message).toMatch(/^get attestations at /)
      expect(`${first?.error?.message}\n${result.log.join('\n')}`).toMatch(words)
      expect(destination.requests.filter(({ method }) => method === 'PUT')).toEqual([])
      expect(result.log.join('\n')).not.toContain(TOKEN)
    },
  )
})
