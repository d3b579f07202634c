import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parseReferrerFilter } from '../../src/oci/referrer-filter.ts'
import { Client } from '../../src/registry/client.ts'
import { nameSource } from '../../src/sync/named-source.ts'
import { Syncer, type SyncerOptions } from '../../src/sync/syncer.ts'
import { buildImage, type BuiltImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import {
  buildBundle,
  buildSignatures,
  giveReferrers,
  tagOf,
} from '../../testkit/image/referrers.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { NamedRegistry } from '../registry/named-registry.ts'
import { arm64, giveAll, index as signed } from './referrers-world.ts'

const image = buildImage()
const index = buildMultiPlatform()

let hub: NamedRegistry
let mirror: TestRegistry

beforeEach(async () => {
  hub = await NamedRegistry.start('docker.io', {}, 'registry-1.docker.io')
  mirror = await TestRegistry.start()
})

afterEach(async () => {
  await hub[Symbol.asyncDispose]()
  await mirror.close()
})

function sync(options: Partial<SyncerOptions> = {}) {
  const destination = new Client({ host: mirror.host, network: hub.network })
  const syncer = new Syncer({ source: hub.client(), destination, ...options })
  return syncer.sync('docker.io/acme/app:v1', 'copy:v1')
}

function give(what: BuiltImage, there?: BuiltImage) {
  pushTo(hub.registry.store, 'acme/app', 'v1', what)
  if (there !== undefined) pushTo(mirror.store, 'copy', 'v1', there)
}

/** Requests that Docker Hub counts. */
function pulls() {
  return hub.registry.count('GET', '/manifests/')
}

describe('an image of a registry that counts what is fetched (Q28)', () => {
  test('costs no pull where the destination shows the same', async () => {
    give(image, image)
    const outcome = await sync()
    expect(outcome).toMatchObject({
      status: 'unchanged',
      digest: image.manifest.digest,
      sourceDigest: image.manifest.digest,
    })
    expect(pulls()).toBe(0)
  })

  test('costs no pull as a whole index, and its platforms are told all the same', async () => {
    give(index, index)
    const outcome = await sync({ platforms: 'all' })
    expect(outcome).toMatchObject({ status: 'unchanged', digest: index.manifest.digest })
    expect(Object.keys(outcome.platforms)).toEqual(['linux/amd64', 'linux/arm64'])
    expect(pulls()).toBe(0)
  })

  test('is fetched where the destination shows another one, or none', async () => {
    give(image, buildImage({ config: { author: 'old' } }))
    expect((await sync()).status).toBe('copied')
    expect(pulls()).toBe(1)
  })

  test('is not looked up where the destination has nothing to compare it with', async () => {
    give(image)
    await sync()
    expect(hub.registry.count('HEAD', '/manifests/')).toBe(0)
    expect(pulls()).toBe(1)
  })

  test('is the same for all destinations, although the tag moves in between', async () => {
    give(image, image)
    pushTo(mirror.store, 'other', 'v1', buildImage({ config: { author: 'old' } }))
    const source = hub.client()
    const destination = new Client({ host: mirror.host, network: hub.network })
    const syncer = new Syncer({ source, destination, platforms: 'all' })
    const named = nameSource(source, 'acme/app:v1', { platforms: 'all' })
    const first = await syncer.sync('acme/app:v1', 'copy:v1', named)
    pushTo(hub.registry.store, 'acme/app', 'v1', buildImage({ config: { author: 'new' } }))
    const second = await syncer.sync('acme/app:v1', 'other:v1', named)
    expect(first).toMatchObject({ status: 'unchanged', digest: image.manifest.digest })
    expect(second).toMatchObject({ status: 'copied', digest: image.manifest.digest })
    expect(hub.registry.count('HEAD', '/manifests/v1')).toBe(1)
    expect(pulls()).toBe(1)
  })

  test('is fetched where only a part of the index that both show is wanted', async () => {
    give(index, index)
    const outcome = await sync({ platforms: [{ os: 'linux', architecture: 'amd64' }] })
    expect(outcome).toMatchObject({ status: 'copied', previousDigest: index.manifest.digest })
    expect(pulls()).toBeGreaterThan(0)
  })
})

describe('what belongs to an image of such a registry', () => {
  const all = { referrers: parseReferrerFilter('all'), platforms: 'all' } as const

  async function giveSigned() {
    pushTo(hub.registry.store, 'acme/app', 'v1', signed)
    giveAll(hub.registry.store, 'acme/app', false)
    await sync(all)
    hub.registry.clearRequests()
  }

  test.each(['all', 'application/vnd.dev.sigstore.* application/vnd.acme.*', 'cosign-tags'])(
    'costs no pull where the destination has it: %s',
    async (filter) => {
      await giveSigned()
      const outcome = await sync({ platforms: 'all', referrers: parseReferrerFilter(filter) })
      expect(outcome).toMatchObject({ status: 'unchanged', referrers: { copied: 0 } })
      expect(outcome.referrers?.existing).toBeGreaterThan(2)
      expect(pulls()).toBe(0)
    },
  )

  test('costs no pull in a dry run either', async () => {
    await giveSigned()
    expect((await sync({ ...all, dryRun: true })).status).toBe('unchanged')
    expect(pulls()).toBe(0)
  })

  test('costs one for each signature that is new', async () => {
    await giveSigned()
    const later = buildBundle(arm64, { signer: 'somebody else' })
    giveReferrers(hub.registry.store, 'acme/app', arm64, [later])
    expect(await sync(all)).toMatchObject({ status: 'copied', referrers: { copied: 1 } })
    expect(pulls()).toBe(1)
  })

  test('costs one for an image of signatures that has got one more', async () => {
    await giveSigned()
    const more = buildSignatures(arm64, ['release', 'somebody else'])
    pushTo(hub.registry.store, 'acme/app', tagOf(arm64, 'sig'), more)
    expect(await sync(all)).toMatchObject({ status: 'copied', referrers: { copied: 1 } })
    expect(pulls()).toBe(1)
  })
})
