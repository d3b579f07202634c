import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { BuiltImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pullAndVerify } from '../../testkit/image/pull.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { buildSbom, giveReferrers } from '../../testkit/image/referrers.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { keyBundle, statementOf, storedBundle } from '../../testkit/signing/bundles.ts'
import { type ActionResult, runAction } from '../../testkit/runner/action-runner.ts'
import { errorsOf, outputsOf, startRegistry } from './bundle.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = publicKey.export({ format: 'pem', type: 'spki' }).toString()
const apps = ['api', 'web'].map(imageOf)
const olds = ['old api', 'old web'].map(imageOf)

function imageOf(name: string): BuiltImage {
  return buildMultiPlatform({ layers: (platform) => [{ files: { name, platform } }] })
}

/** Two signed images, each of which goes to two registries, one of which has an older one of each. */
async function startWorld() {
  const source = await startRegistry()
  const targets = [await startRegistry(), await startRegistry()] as const
  for (const [place, app] of apps.entries()) {
    pushTo(source.store, `acme/app${place}`, 'v1', app)
    const signature = storedBundle(app, keyBundle(privateKey, statementOf(app.manifest)))
    giveReferrers(source.store, `acme/app${place}`, app, [signature])
    for (const child of app.children) {
      giveReferrers(source.store, `acme/app${place}`, child, [buildSbom(child)])
    }
  }
  const lines = apps.map(
    (_, place) =>
      `${source.host}/acme/app${place}:v1 => ` +
      targets.map(({ host }) => `${host}/prod/app${place}:v1`).join(' '),
  )
  return { source, targets, images: lines.join('\n') }
}

type World = Awaited<ReturnType<typeof startWorld>>

/**
 * What arrived at each registry, in an order and with names that chance does not change: of what two
 * repositories share, either of them gets it first.
 */
function askedOf({ source, targets }: World): readonly string[][] {
  return [source, ...targets].map(({ requests }) =>
    requests.map(({ method, path }) => `${method} ${named(path)}`).sort(),
  )
}

function named(path: string): string {
  return path.replace(/(uploads\/|sha256:).+/, '$1…').replace(/app\d+\/blobs/, 'app…/blobs')
}

function countOf(world: World): number {
  return askedOf(world).flat().length
}

function forget({ source, targets }: World) {
  for (const registry of [source, ...targets]) registry.clearRequests()
}

async function run(world: World, inputs: Readonly<Record<string, string>>): Promise<ActionResult> {
  const result = await runAction({ inputs: { images: world.images, ...inputs } })
  expect(errorsOf(result)).toEqual([])
  return result
}

function giveOld(target: TestRegistry) {
  for (const [place, old] of olds.entries()) pushTo(target.store, `prod/app${place}`, 'v1', old)
}

describe('all or nothing costs no request more', () => {
  test.each<[string, Readonly<Record<string, string>>, boolean]>([
    ['for two destinations of each image', {}, true],
    ['for whole images', { platforms: 'all' }, true],
    ['with what belongs to them', { platforms: 'all', referrers: 'all' }, true],
    ['with what belongs to parts of them', { platforms: 'linux/amd64', referrers: 'all' }, true],
    ['with rules', { verify: JSON.stringify({ key }) }, true],
    ['with on-existing: fail', { 'on-existing': 'fail' }, false],
    ['with on-existing: skip, where there are some', { 'on-existing': 'skip' }, true],
    ['in a dry run', { 'dry-run': 'true' }, true],
    ['for what is there already', { 'on-existing': 'overwrite', again: 'true' }, false],
  ])('%s', async (_what, { again, ...inputs }, hasOld) => {
    const [one, other] = [await startWorld(), await startWorld()]
    for (const world of [one, other]) {
      if (hasOld) giveOld(world.targets[0])
      if (again !== undefined) await run(world, inputs)
      forget(world)
    }
    await run(one, inputs)
    await run(other, { ...inputs, 'all-or-nothing': 'true' })
    expect(askedOf(other)).toEqual(askedOf(one))
  })
})

describe('the run that publishes what was staged', () => {
  test.each([
    ['of filtered images', {}],
    ['of whole images', { platforms: 'all' }],
    ['with what belongs to them', { platforms: 'all', referrers: 'all' }],
    ['with what belongs to parts of them', { platforms: 'linux/amd64', referrers: 'all' }],
  ])(
    'asks as if nothing were new, and a HEAD and a PUT of each more: %s',
    async (_what, inputs) => {
      const world = await startWorld()
      giveOld(world.targets[0])
      const staged = await run(world, { ...inputs, stage: 'true' })
      const list = { ...world, images: staged.outputs['pinned'] ?? '' }
      forget(world)
      const published = await run(list, { 'all-or-nothing': 'true' })
      const publishing = countOf(world)
      const { counts, digests } = outputsOf(published)
      expect(counts.copied).toBe(4)
      expect(digests).toEqual(outputsOf(staged).digests)
      forget(world)
      const again = await run(list, {})
      expect(outputsOf(again).counts.unchanged).toBe(4)
      expect(publishing).toBeLessThanOrEqual(countOf(world) + 2 * 4)
    },
  )

  test.each(['true', 'false'])(
    'brings again what a registry has collected since, all-or-nothing: %s',
    async (together) => {
      const world = await startWorld()
      const staged = await run(world, { stage: 'true' })
      const { results } = outputsOf(staged)
      const [first, second] = world.targets
      // The root of one image is gone at one registry, a child of another at the other.
      first.store.repository('prod/app0')?.manifests.delete(results[0]?.digest ?? '')
      const child = apps[1]?.children[0]
      second.store.repository('prod/app1')?.manifests.delete(child?.manifest.digest ?? '')
      second.store.repository('prod/app1')?.blobs.delete(child?.layers[0]?.digest ?? '')
      const list = { ...world, images: staged.outputs['pinned'] ?? '' }
      const published = await run(list, { 'all-or-nothing': together })
      expect(outputsOf(published).counts.copied).toBe(4)
      for (const { url } of world.targets) {
        for (const name of ['app0', 'app1']) await pullAndVerify(url, `prod/${name}`, 'v1')
      }
    },
  )
})
