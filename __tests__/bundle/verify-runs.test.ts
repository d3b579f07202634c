import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { buildImage, buildIndex, type BuiltImage } from '../../testkit/image/image.ts'
import { buildAttestation, buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { giveReferrers } from '../../testkit/image/referrers.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import {
  keyBundle,
  keylessBundle,
  statementOf,
  storedBundle,
} from '../../testkit/signing/bundles.ts'
import { PrivateSigstore } from '../../testkit/signing/sigstore.ts'
import { TestProxy } from '../../testkit/servers/proxy.ts'
import { actionFile, kept, outputsOf, startPair, startRegistry } from './bundle.ts'
import { giveOldSignature, keyRule, privateKey, promote, signedBundle, writesTo } from './signed.ts'

const image = buildMultiPlatform()
const unsigned = buildMultiPlatform({ platforms: ['linux/amd64', 'linux/s390x'] })

/** Two images, of which only the first one is signed, and a list of both. */
async function signedAndUnsigned() {
  const pair = await startPair()
  const { source, destination } = pair
  pushTo(source.store, 'acme/app', 'v1', image)
  pushTo(source.store, 'acme/other', 'v1', unsigned)
  giveReferrers(source.store, 'acme/app', image, [signedBundle(image)])
  const images = ['app', 'other']
    .map((name) => `${source.host}/acme/${name}:v1 => ${destination.host}/prod/${name}:v1`)
    .join('\n')
  return { pair, images }
}

describe('an image that nobody vouches for', () => {
  test('keeps all of a set from moving', async () => {
    const { pair, images } = await signedAndUnsigned()
    const { results, totals } = outputsOf(await promote(pair, { images, 'all-or-nothing': 'true' }))
    expect(results.map(({ status, error }) => [status, error?.code])).toEqual([
      ['skipped', 'ABORTED'],
      ['failed', 'UNTRUSTED'],
    ])
    // What became of the image but for its tag is told all the same.
    expect(results[0]).toMatchObject({
      sourceDigest: image.manifest.digest,
      verified: { rule: 1, kind: 'key', digest: image.manifest.digest },
    })
    expect(results[0]?.bytes.copied).toBeGreaterThan(0)
    expect(totals).toMatchObject({ verified: 1 })
    for (const name of ['app', 'other']) {
      expect(pair.destination.store.tag(`prod/${name}`, 'v1')).toBeUndefined()
    }
  })

  test('is not brought by a run that moves no tag either', async () => {
    const { pair, images } = await signedAndUnsigned()
    const outputs = outputsOf(await promote(pair, { images, stage: 'true' }))
    expect(outputs.results.map(({ status }) => status)).toEqual(['copied', 'failed'])
    const written = writesTo(pair.destination).map(({ path }) => path)
    expect(written.some((path) => path.includes('/prod/app/'))).toBe(true)
    expect(written.some((path) => path.includes('/prod/other/'))).toBe(false)
  })

  test('fails for each of its destinations, after one look', async () => {
    const { pair } = await signedAndUnsigned()
    const { source, destination } = pair
    const to = ['a', 'b'].map((tag) => `${destination.host}/prod/other:${tag}`)
    const images = `${source.host}/acme/other:v1 => ${to.join(' ')}`
    const { results } = outputsOf(await promote(pair, { images }))
    expect(results.map(({ error }) => error?.code)).toEqual(['UNTRUSTED', 'UNTRUSTED'])
    expect(source.count('GET', /\/referrers\//)).toBe(1)
    expect(writesTo(destination)).toEqual([])
  })

  test('does not keep others from being copied, and is a comment in the pinned list', async () => {
    const { pair, images } = await signedAndUnsigned()
    const result = await promote(pair, { images })
    expect(outputsOf(result).counts).toMatchObject({ copied: 1, failed: 1 })
    expect(result.outputs['pinned']).toMatch(/^# failed \(UNTRUSTED\): .*\/acme\/other:v1/m)
  })

  test('fails in the copy of a pinned list too, whose digests are checked anew', async () => {
    const { pair, images } = await signedAndUnsigned()
    const { outputs } = await promote(pair, { images, verify: 'accept: true', 'dry-run': 'true' })
    const { results } = outputsOf(await promote(pair, { images: outputs['pinned'] ?? '' }))
    expect(results.map(({ error }) => error?.code)).toEqual([undefined, 'UNTRUSTED'])
  })
})

describe('the images of an index that is copied as it is', () => {
  const [signedChild] = image.children
  if (signedChild === undefined) throw new Error('there is no image')
  const evil = buildImage({ platform: { os: 'linux', architecture: 'arm64' } })
  const attestation = { 'vnd.docker.reference.type': 'attestation-manifest' }

  test.each<[string, BuiltImage]>([
    ['an index in it', buildIndex({ children: [evil] })],
    ['one that is called an attestation', { ...evil, entryAnnotations: attestation }],
    ['one that names no platform', buildImage({ config: { author: 'evil' } })],
    [
      'an index that names no platform that there is',
      {
        ...buildIndex({ children: [evil] }),
        platform: { os: 'unknown', architecture: 'unknown' },
      },
    ],
  ])('have to be signed all of them: %s', async (_, extra) => {
    const pair = await startPair()
    const index = buildIndex({ children: [signedChild, extra] })
    pushTo(pair.source.store, 'acme/app', 'v1', index)
    giveReferrers(pair.source.store, 'acme/app', signedChild, [signedBundle(signedChild)])
    const inputs = { verify: `${keyRule}\nplatforms: true`, platforms: 'all' }
    expect(outputsOf(await promote(pair, inputs)).results[0]?.error?.code).toBe('UNTRUSTED')
    expect(writesTo(pair.destination)).toEqual([])
    giveReferrers(pair.source.store, 'acme/app', extra, [signedBundle(extra)])
    expect((await promote(pair, inputs)).exitCode).toBe(0)
  })

  test('may have attestations of BuildKit beside them, which nobody signs', async () => {
    const pair = await startPair()
    const index = buildIndex({ children: [signedChild, buildAttestation(signedChild)] })
    pushTo(pair.source.store, 'acme/app', 'v1', index)
    giveReferrers(pair.source.store, 'acme/app', signedChild, [signedBundle(signedChild)])
    const inputs = { verify: `${keyRule}\nplatforms: true`, platforms: 'all' }
    expect((await promote(pair, inputs)).exitCode).toBe(0)
  })
})

describe('what a rule costs at the source, for an image that is there already:', () => {
  const single = buildImage()

  async function requestsWith(
    give: (registry: TestRegistry) => void,
    verify: string,
    options: Parameters<typeof startPair>[0] = {},
  ): Promise<number> {
    const pair = await startPair(options)
    pushTo(pair.source.store, 'acme/app', 'v1', single)
    pushTo(pair.destination.store, 'prod/app', 'v1', single)
    give(pair.source)
    const result = await promote(pair, { verify })
    expect({ ...outputsOf(result).counts }).toMatchObject({ unchanged: 1 })
    return pair.source.requests.length
  }

  const bundled = ({ store }: TestRegistry) =>
    giveReferrers(store, 'acme/app', single, [signedBundle(single)])
  const tagged = ({ store }: TestRegistry) =>
    giveReferrers(store, 'acme/app', single, [signedBundle(single)], { tagged: true })
  const withoutApi = { source: { referrers: false } }

  test.each<[string, number, (registry: TestRegistry) => void, string, object]>([
    ['nothing where it lets all pass', 0, () => undefined, 'accept: true', {}],
    ['the list, the bundle’s manifest, and the bundle', 3, bundled, keyRule, {}],
    ['as much for cosign’s tag', 3, (one) => giveOldSignature(one, single), keyRule, {}],
    ['two more without the API', 5, tagged, keyRule, withoutApi],
  ])('%s (%d)', async (_, more, give, verify, options) => {
    const without = await requestsWith(() => undefined, '', options)
    expect((await requestsWith(give, verify, options)) - without).toBe(more)
  })
})

test('what is listed for an image and refers to another one does not count, whatever it states', async () => {
  const { source, destination } = await startPair({ source: { referrers: false } })
  pushTo(source.store, 'acme/app', 'v1', image)
  pushTo(source.store, 'acme/app', undefined, unsigned)
  const foreign = storedBundle(unsigned, keyBundle(privateKey, statementOf(image.manifest)))
  giveReferrers(source.store, 'acme/app', image, [foreign], { tagged: true })
  const result = await promote({ source, destination })
  expect(outputsOf(result).results[0]?.error?.code).toBe('UNTRUSTED')
  expect(result.log.join('\n')).toContain('refers to another manifest')
})

test('a trust root is asked for by way of the proxy, and without it nothing is copied', async () => {
  const sigstore = await PrivateSigstore.start()
  const { source, destination } = await startPair()
  const name = 'tuf-repo-cdn.sigstore.dev'
  const mirror = await startRegistry({ tls: { names: [name] } })
  const proxy = kept(await TestProxy.start({ routes: { [`${name}:443`]: mirror.host } }))
  pushTo(source.store, 'acme/app', 'v1', image)
  const who = { identity: 'dev@example.com', issuer: 'https://issuer.example.com' }
  const bundle = await keylessBundle(sigstore, { ...who, payload: statementOf(image.manifest) })
  giveReferrers(source.store, 'acme/app', image, [storedBundle(image, bundle)])
  const result = await runAction({
    inputs: {
      images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`,
      verify: JSON.stringify(who),
      retries: '0',
    },
    workspace: { 'ca.pem': mirror.ca ?? '' },
    env: { https_proxy: proxy.url, NODE_EXTRA_CA_CERTS: 'ca.pem' },
  })
  const { error } = outputsOf(result).results[0] ?? {}
  expect(error?.code).toBe('REGISTRY')
  expect(error?.message).toMatch(/^get trusted root at tuf-repo-cdn\.sigstore\.dev: /)
  expect(result.log.join('\n')).toMatch(/hint: The runner has to reach the hosts of trust roots/)
  expect(mirror.requests.map(({ path }) => path)).toContain('/timestamp.json')
  expect(writesTo(destination)).toEqual([])
})

test('a run without rules does without all that they are checked with', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'action-'))
  try {
    const project = dirname(actionFile)
    cpSync(actionFile, join(folder, 'action.yml'))
    cpSync(join(project, 'dist'), join(folder, 'dist'), { recursive: true })
    rmSync(join(folder, 'dist/trust'), { recursive: true })
    const { source, destination } = await startPair()
    pushTo(source.store, 'acme/app', 'v1', image)
    const images = `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`
    const run = async (inputs: Readonly<Record<string, string>>) =>
      runAction({ action: folder, inputs: { images, ...inputs } })
    expect((await run({})).exitCode).toBe(0)
    expect((await run({ verify: 'accept: true' })).exitCode).toBe(1)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
