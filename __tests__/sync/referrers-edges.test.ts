import { expect, test } from '@jest/globals'
import { parseReferrerFilter } from '../../src/oci/referrer-filter.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { buildImage, type BuiltImage } from '../../testkit/image/image.ts'
import { pullAllReferrers } from '../../testkit/image/pull-referrers.ts'
import {
  buildBundle,
  buildSbom,
  buildSignatures,
  giveReferrers,
  tagOf,
} from '../../testkit/image/referrers.ts'
import { digestOf as sha256Of } from '../../testkit/registry/content.ts'
import { pushTo } from '../../testkit/image/push.ts'
import {
  copy,
  digestOf,
  digestsOf,
  index,
  indexSignature,
  referrersWorld,
} from './referrers-world.ts'
import { failureOf, SyncWorld } from './sync-world.ts'

const all = { referrers: parseReferrerFilter('all') }
const noApi = { referrers: false }

test.each([
  ['the API', {}],
  ['the tag schema', noApi],
])('an image that is named by sha512 has what refers to that, with %s', async (_how, options) => {
  await using world = await SyncWorld.start({ source: options, destination: options })
  const strong = buildImage({ algorithm: 'sha512' })
  const sbom = buildSbom(strong)
  const own = [buildBundle(strong), sbom]
  const tagged = options === noApi
  world.give('acme/strong', 'v1', strong)
  giveReferrers(world.source.store, 'acme/strong', strong, own, { tagged })
  giveReferrers(world.source.store, 'acme/strong', sbom, [buildBundle(sbom)], { tagged })
  const { digest } = strong.manifest
  const outcome = await world.syncer(all).sync(`acme/strong@${digest}`, 'mirror/strong:v1')
  expect(outcome).toMatchObject({
    status: 'copied',
    digest: sha256Of(strong.manifest.bytes),
    referrers: { copied: 3, existing: 0 },
  })
  const { url } = world.destination
  expect(await pullAllReferrers(url, 'mirror/strong', [digest])).toEqual(
    digestsOf([...own, buildBundle(sbom)]),
  )
  // What refers to it has to find it by that name.
  expect((await world.pull('mirror/strong', digest)).digest).toBe(digest)
  const again = await world.syncer(all).sync(`acme/strong@${digest}`, 'mirror/strong:v1')
  expect(again).toMatchObject({ status: 'unchanged', referrers: { copied: 0, existing: 3 } })
})

const signed = buildImage({ layers: [{ files: { app: 'signed' } }] })
const [one, two] = [buildSignatures(signed, ['one']), buildSignatures(signed, ['one', 'two'])]

/** The source has a signature more than the destination, whose tags cannot be moved. */
async function worldWithFrozenTags(frozen: RegExp, held: BuiltImage) {
  const world = await SyncWorld.start({ source: noApi, destination: noApi })
  world.give('acme/app', 'v1', signed)
  giveReferrers(world.source.store, 'acme/app', signed, [buildBundle(signed)], { tagged: true })
  pushTo(world.source.store, 'acme/app', tagOf(signed, 'sig'), two)
  pushTo(world.destination.store, 'mirror/app', tagOf(signed, 'sig'), held)
  giveReferrers(
    world.destination.store,
    'mirror/app',
    signed,
    [buildBundle(signed, { signer: 'somebody else' })],
    { tagged: true },
  )
  const message = 'it cannot be overwritten because the repository is immutable'
  world.destination.fault(
    { method: 'PUT', path: frozen },
    replyWith(400, { body: JSON.stringify({ errors: [{ code: 'TAG_INVALID', message }] }) }),
  )
  return world
}

test.each([
  ['signatures', /\.sig$/, one],
  ['a list', /manifests\/sha256-[0-9a-f]{64}$/, two],
])('a tag of %s that cannot be moved is told apart, and the image waits', async (_, path, held) => {
  await using world = await worldWithFrozenTags(path, held)
  const failure = await failureOf(copy(world, 'all'))
  expect(failure).toMatchObject({ code: 'EXISTS', side: 'destination', status: 400 })
  expect(failure.reference).toMatch(/^sha256-/)
  expect(world.destination.store.tag('mirror/app', 'v1')).toBeUndefined()
})

test.each([
  ['that is new', false],
  ['that is there', true],
])(
  "tags of cosign's that are listed and not there do not count, for an image %s",
  async (_, isThere) => {
    await using world = await referrersWorld()
    if (isThere) await copy(world, 'none', { platforms: 'all' })
    // Distribution goes on listing tags whose manifests were deleted.
    world.source.fault({ path: /\.sig$/ }, replyWith(404))
    const { referrers } = await copy(world, 'all', { platforms: 'all' })
    expect(referrers).toMatchObject({ copied: 7, existing: 0 })
    const { referrers: filtered } = await copy(world, 'all', {}, 'mirror/app:v2')
    expect(filtered?.lost.map(({ digest }) => digest)).toEqual([digestOf(indexSignature)])
  },
)

test('a run that is cancelled between referrers and tag leaves the tag where it was', async () => {
  const cancel = new AbortController()
  await using world = await referrersWorld({
    destination: noApi,
    network: { signal: cancel.signal },
  })
  const held = world.destination.hold({ method: 'PUT', path: /manifests\/v1$/ })
  const failed = failureOf(copy(world, 'all', { platforms: 'all' }))
  await held.arrived()
  cancel.abort()
  expect(await failed).toMatchObject({ code: 'CANCELLED' })
  const { store, url } = world.destination
  expect(store.tag('mirror/app', 'v1')).toBeUndefined()
  expect(await pullAllReferrers(url, 'mirror/app', [digestOf(index)])).toEqual([
    digestOf(indexSignature),
  ])
})
