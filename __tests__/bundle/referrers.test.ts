import { expect, test } from '@jest/globals'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { buildBundle, giveReferrers } from '../../testkit/image/referrers.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { outputsOf, startPair } from './bundle.ts'

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

async function run(inputs: Record<string, string>) {
  const result = await runAction({ inputs })
  return { ...result, parsed: outputsOf(result) }
}
