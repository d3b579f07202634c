import { describe, expect, test } from '@jest/globals'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import {
  buildBundle,
  buildSignatures,
  giveReferrers,
  tagOf,
} from '../../testkit/image/referrers.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import type { RegistryOptions, TestRegistry } from '../../testkit/registry/registry.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { outputsOf, startPair, startRegistry } from './bundle.ts'

const image = buildMultiPlatform({ attestations: true })
const [amd64 = image] = image.children

/** A signed image at the source. */
async function startSigned() {
  const pair = await startPair()
  pushTo(pair.source.store, 'acme/app', 'v1', image)
  giveReferrers(pair.source.store, 'acme/app', amd64, [buildBundle(amd64)])
  return pair
}

test('an object of a list says what comes along, whatever the inputs say', async () => {
  const { source, destination } = await startSigned()
  const images = `
    - source: ${source.host}/acme/app:v1
      destination: ${destination.host}/prod/app:signed
      referrers: all
      attestations: keep
    - source: ${source.host}/acme/app:v1
      destination: ${destination.host}/prod/other:plain
  `
  const { parsed } = await run({ images })
  expect(parsed.results).toMatchObject([
    { status: 'copied', referrers: { copied: 1, existing: 0, filtered: 0, lost: [] } },
    { status: 'copied' },
  ])
  const [first, second] = parsed.results
  expect(second).not.toHaveProperty('referrers')
  expect(first?.digest).not.toBe(second?.digest)
  const again = await run({ images, referrers: 'application/spdx+json', attestations: 'keep' })
  expect(again.parsed.results).toMatchObject([
    { status: 'unchanged', referrers: { copied: 0, existing: 1, filtered: 0, lost: [] } },
    { status: 'copied', digest: first?.digest, referrers: { copied: 0, filtered: 1 } },
  ])
})

test('a pinned list says it as well, so that it gives the same again', async () => {
  const { source, destination } = await startSigned()
  const types = 'application/vnd.dev.sigstore.* cosign-tags'
  const images = `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`
  const { outputs, parsed } = await run({ images, referrers: types, attestations: 'keep' })
  expect(outputs['pinned']).toBe(`- source: ${source.host}/acme/app@${image.manifest.digest}
  destination: ${destination.host}/prod/app:v1
  platforms: [linux/amd64, linux/arm64]
  attestations: keep
  referrers: ["application/vnd.dev.sigstore.*","cosign-tags"]`)
  const again = await run({ images: outputs['pinned'] ?? '' })
  expect(again.parsed.results).toMatchObject([
    { status: 'unchanged', digest: parsed.digest, referrers: { copied: 0, existing: 1 } },
  ])
})

describe('to several destinations, all or nothing', () => {
  const signature = buildBundle(amd64)
  const indexSignature = buildBundle(image)
  const [sig, list] = [tagOf(image, 'sig'), tagOf(image)]

  /** One with the API, one without, and one that shows images in the place of lists. */
  async function startSet() {
    const source = await startRegistry()
    pushTo(source.store, 'acme/app', 'v1', image)
    pushTo(source.store, 'acme/app', sig, buildSignatures(image))
    giveReferrers(source.store, 'acme/app', amd64, [signature])
    giveReferrers(source.store, 'acme/app', image, [indexSignature])
    const options: RegistryOptions[] = [
      {},
      { referrers: false },
      { referrers: false, digestTags: true },
    ]
    const targets = await Promise.all(options.map(startRegistry))
    const to = targets.map(({ host }) => `${host}/prod/app:v1`).join(' ')
    const inputs = {
      images: `${source.host}/acme/app:v1 => ${to}`,
      platforms: 'all',
      referrers: 'all',
    }
    return { targets, inputs }
  }

  /** What of all that belongs to the image a registry does not have, or does not list. */
  function missingAt({ store }: TestRegistry, hasApi: boolean): string[] {
    const listed = store.manifest('prod/app', list)?.bytes.toString() ?? ''
    return [
      ...[signature, indexSignature, image]
        .map(({ manifest }) => manifest.digest)
        .filter((digest) => store.manifest('prod/app', digest) === undefined),
      ...(store.tag('prod/app', sig) === undefined ? [sig] : []),
      ...(hasApi || listed.includes(indexSignature.manifest.digest) ? [] : [list]),
    ]
  }

  test('everything is everywhere before the first tag moves', async () => {
    const { targets, inputs } = await startSet()
    const missing: string[][] = []
    for (const target of targets) {
      target.fault({ method: 'PUT', path: /\/manifests\/v1$/ }, async (_request, next) => {
        missing.push(targets.flatMap((one, at) => missingAt(one, at === 0)))
        return next()
      })
    }
    const { exitCode, parsed } = await run({ ...inputs, 'all-or-nothing': 'true' })
    expect(exitCode).toBe(0)
    expect(parsed.results.map(({ status }) => status)).toEqual(['copied', 'copied', 'copied'])
    expect(missing).toEqual([[], [], []])
  })

  test.each([
    ['a signature is refused', signature.manifest.digest],
    ['a list is refused', list],
    ["cosign's tag is refused", sig],
  ])('no tag moves anywhere where %s at one of them', async (_, name) => {
    const { targets, inputs } = await startSet()
    targets[1]?.fault({ method: 'PUT', path: name }, replyWith(403))
    const { exitCode, parsed } = await run({ ...inputs, 'all-or-nothing': 'true' })
    expect(exitCode).toBe(1)
    expect(parsed.results).toMatchObject([
      { status: 'skipped', error: { code: 'ABORTED' } },
      { status: 'failed', error: { code: 'DENIED' } },
      { status: 'skipped', error: { code: 'ABORTED' } },
    ])
    for (const { store } of targets) expect(store.tag('prod/app', 'v1')).toBeUndefined()
  })

  test('what is staged is there with all that belongs to it, and published by its tags', async () => {
    const { targets, inputs } = await startSet()
    const staged = await run({ ...inputs, stage: 'true' })
    expect(staged.exitCode).toBe(0)
    expect(targets.flatMap((one, at) => missingAt(one, at === 0))).toEqual([])
    for (const { store } of targets) expect(store.tag('prod/app', 'v1')).toBeUndefined()
    for (const target of targets) target.clearRequests()
    const images = staged.outputs['pinned'] ?? ''
    const { parsed } = await run({ images, 'all-or-nothing': 'true' })
    expect(parsed.results).toMatchObject(
      targets.map(() => ({ status: 'copied', referrers: { copied: 0, existing: 3 } })),
    )
    for (const { store } of targets) {
      expect(store.tag('prod/app', 'v1')).toBe(image.manifest.digest)
    }
  })
})

async function run(inputs: Record<string, string>) {
  const result = await runAction({ inputs })
  return { ...result, parsed: outputsOf(result) }
}
