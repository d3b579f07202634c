import { describe, expect, test } from '@jest/globals'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { giveReferrers } from '../../testkit/image/referrers.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import {
  keyBundle,
  keylessBundle,
  statementOf,
  storedBundle,
} from '../../testkit/signing/bundles.ts'
import { PrivateSigstore } from '../../testkit/signing/sigstore.ts'
import { errorsOf, outputsOf, startPair, warningsOf } from './bundle.ts'
import { giveOldSignature, keyRule, privateKey, promote, signedBundle, writesTo } from './signed.ts'

const image = buildMultiPlatform()

describe('with rules', () => {
  test.each<[string, (registry: TestRegistry) => void]>([
    ['a referrer', ({ store }) => giveReferrers(store, 'acme/app', image, [signedBundle(image)])],
    ["cosign's tag", (registry) => giveOldSignature(registry, image)],
  ])('an image is copied that is signed in %s', async (_, give) => {
    const pair = await startPair()
    pushTo(pair.source.store, 'acme/app', 'v1', image)
    give(pair.source)
    const result = await promote(pair)
    expect(result).toMatchObject({ exitCode: 0, annotations: [] })
    const [first] = outputsOf(result).results
    expect(first).toMatchObject({
      status: 'copied',
      verified: { rule: 1, kind: 'key', digest: image.manifest.digest },
    })
    expect(result.log.join('\n')).toMatch(/^ *verified: by a key \(rule 1\), found /m)
  })

  test('an image is copied that is signed where the registry has no list of referrers', async () => {
    const pair = await startPair({ source: { referrers: false } })
    pushTo(pair.source.store, 'acme/app', 'v1', image)
    giveReferrers(pair.source.store, 'acme/app', image, [signedBundle(image)], { tagged: true })
    expect((await promote(pair)).exitCode).toBe(0)
  })

  test.each([{}, { referrers: false }])(
    'what an image is verified by is found once, for its copy as well: %j',
    async (options) => {
      const pair = await startPair({ source: options })
      pushTo(pair.source.store, 'acme/app', 'v1', image)
      const tagged = options.referrers === false
      giveReferrers(pair.source.store, 'acme/app', image, [signedBundle(image)], { tagged })
      giveOldSignature(pair.source, image)
      const result = await promote(pair, { referrers: 'all', platforms: 'all' })
      expect(outputsOf(result).results).toMatchObject([
        { status: 'copied', verified: { from: 'referrer' }, referrers: { copied: 2 } },
      ])
      const looks = pair.source.select('GET', /\/referrers\/|\/manifests\//).map(({ path }) => path)
      expect(new Set(looks).size).toBe(looks.length)
    },
  )

  test("so is an image of cosign's, where that vouches", async () => {
    const pair = await startPair()
    pushTo(pair.source.store, 'acme/app', 'v1', image)
    giveOldSignature(pair.source, image)
    const result = await promote(pair, { referrers: 'cosign-tags', platforms: 'all' })
    expect(outputsOf(result).results).toMatchObject([
      { status: 'copied', verified: { from: 'tag' }, referrers: { copied: 1 } },
    ])
    expect(pair.source.count(undefined, '.sig')).toBe(1)
  })

  test.each([
    ['that nobody has signed', () => undefined],
    [
      'that only has the signature of another',
      ({ source }: { source: TestRegistry }) => {
        const other = buildImage()
        const bundle = keyBundle(privateKey, statementOf(other.manifest))
        giveReferrers(source.store, 'acme/app', image, [storedBundle(image, bundle)])
      },
    ],
    [
      'that the destination has signed, and the source has not',
      ({ destination }: { destination: TestRegistry }) =>
        giveReferrers(destination.store, 'prod/app', image, [signedBundle(image)]),
    ],
  ])('an image is refused %s, and nothing is written', async (_, give) => {
    const pair = await startPair()
    pushTo(pair.source.store, 'acme/app', 'v1', image)
    give(pair)
    const result = await promote(pair)
    expect(result.exitCode).toBe(1)
    expect(outputsOf(result).results[0]?.error).toMatchObject({
      code: 'UNTRUSTED',
      message: expect.stringContaining(`nothing satisfies rule 1 for ${image.manifest.digest}`),
    })
    expect(writesTo(pair.destination)).toEqual([])
    expect(pair.destination.store.tag('prod/app', 'v1')).toBeUndefined()
  })

  test.each(['dry-run', 'unchanged'])(
    'it is the same in a run that would write nothing: %s',
    async (kind) => {
      const pair = await startPair()
      pushTo(pair.source.store, 'acme/app', 'v1', image)
      const inputs = { platforms: 'all', ...(kind === 'dry-run' && { 'dry-run': 'true' }) }
      if (kind === 'unchanged') pushTo(pair.destination.store, 'prod/app', 'v1', image)
      expect(outputsOf(await promote(pair, inputs)).results[0]?.error?.code).toBe('UNTRUSTED')
      giveReferrers(pair.source.store, 'acme/app', image, [signedBundle(image)])
      const [passed] = outputsOf(await promote(pair, inputs)).results
      expect(passed).toMatchObject({ verified: { kind: 'key' } })
    },
  )

  test('one look is enough for all destinations', async () => {
    const pair = await startPair()
    pushTo(pair.source.store, 'acme/app', 'v1', image)
    giveReferrers(pair.source.store, 'acme/app', image, [signedBundle(image)])
    const to = ['a', 'b', 'c'].map((tag) => `${pair.destination.host}/prod/app:${tag}`)
    const images = `${pair.source.host}/acme/app:v1 => ${to.join(' ')}`
    expect(outputsOf(await promote(pair, { images })).counts.copied).toBe(3)
    expect(pair.source.count('GET', /\/referrers\//)).toBe(1)
  })

  test('a registry that denies tags that are not there has no signature under them (Q31)', async () => {
    const pair = await startPair()
    pushTo(pair.source.store, 'acme/app', 'v1', image)
    pair.source.fault({ path: /\.(?:sig|att)$/ }, replyWith(403))
    expect(outputsOf(await promote(pair)).results[0]?.error?.code).toBe('UNTRUSTED')
    giveOldSignature(pair.source, image)
    expect(outputsOf(await promote(pair)).results[0]?.error?.code).toBe('DENIED')
  })

  test('a look that fails is a failure of its own, and no verdict', async () => {
    const pair = await startPair()
    pushTo(pair.source.store, 'acme/app', 'v1', image)
    pair.source.fault({ path: /\/referrers\// }, replyWith(500))
    const { error } = outputsOf(await promote(pair)).results[0] ?? {}
    expect(error?.code).toBe('REGISTRY')
    expect(error?.message).toContain('HTTP 500')
    expect(writesTo(pair.destination)).toEqual([])
  })

  test('a tag that moves between the look and the copy is not followed', async () => {
    const pair = await startPair()
    const evil = buildImage()
    pushTo(pair.source.store, 'acme/app', 'v1', image)
    pushTo(pair.source.store, 'acme/app', undefined, evil)
    giveReferrers(pair.source.store, 'acme/app', image, [signedBundle(image)])
    pair.source.fault({ path: /\/referrers\// }, async (_request, next) => {
      pair.source.store.putTag('acme/app', 'v1', evil.manifest.digest)
      return next()
    })
    const { results } = outputsOf(await promote(pair, { platforms: 'all' }))
    expect(results[0]?.digest).toBe(image.manifest.digest)
    expect(pair.destination.store.tag('prod/app', 'v1')).toBe(image.manifest.digest)
  })

  test('the images of the platforms may be signed in place of the index, where a rule says so', async () => {
    const pair = await startPair()
    pushTo(pair.source.store, 'acme/app', 'v1', image)
    for (const child of image.children.slice(0, 2)) {
      giveReferrers(pair.source.store, 'acme/app', child, [signedBundle(child)])
    }
    expect((await promote(pair)).exitCode).toBe(1)
    expect((await promote(pair, { verify: `${keyRule}\nplatforms: true` })).exitCode).toBe(0)
  })

  test('an identity is checked offline with the root that is named', async () => {
    const sigstore = await PrivateSigstore.start()
    const pair = await startPair()
    pushTo(pair.source.store, 'acme/app', 'v1', image)
    const who = { identity: 'dev@example.com', issuer: 'https://issuer.example.com' }
    const bundle = await keylessBundle(sigstore, { ...who, payload: statementOf(image.manifest) })
    giveReferrers(pair.source.store, 'acme/app', image, [storedBundle(image, bundle)])
    const root = JSON.stringify(sigstore.trustedRoot())
    const verify = (identity: string) =>
      `identity: ${identity}\nissuer: ${who.issuer}\ntrusted-root: '${root}'`
    const passed = outputsOf(await promote(pair, { verify: verify('dev@example.com') }))
    expect(passed.results[0]).toMatchObject({ verified: { identity: 'dev@example.com' } })
    const refused = outputsOf(await promote(pair, { verify: verify('ops@example.com') }))
    expect(refused.results[0]?.error?.message).toContain('is made by dev@example.com')
  })
})

test('rules behind one that is for all images are warned of', async () => {
  const pair = await startPair()
  pushTo(pair.source.store, 'acme/app', 'v1', image)
  const result = await promote(pair, { verify: `- accept: true\n- reject: true` })
  expect(outputsOf(result).counts.copied).toBe(1)
  expect(warningsOf(result)).toEqual([
    'Input verify: rule 1 is for all images, so that no rule behind it ever counts.',
  ])
})

describe('rules that cannot be used', () => {
  test.each([
    ['identity: x@y', 'verify: rule 1 has an identity without its issuer'],
    ['- key: missing.pub', 'verify: rule 1 has a key, "missing.pub", that does not exist'],
    ['[]', 'verify: holds no rule'],
    ['key: [', 'verify: line 1 is not valid YAML'],
    ['accept: true\n---\nreject: true', 'verify: holds several documents'],
  ])('end the run before any request: %j', async (verify, message) => {
    const pair = await startPair()
    const result = await promote(pair, { verify })
    expect(result.exitCode).toBe(1)
    expect(errorsOf(result).join('\n')).toContain(message)
    expect([...pair.source.requests, ...pair.destination.requests]).toEqual([])
  })
})
