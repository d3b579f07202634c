import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parseReference } from '../../src/oci/reference.ts'
import { Syncer } from '../../src/sync/syncer.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { failureOf, linesOf, SyncWorld, writesTo } from './sync-world.ts'

const image = buildImage()
const other = buildImage({ config: { author: 'somebody else' } })

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
  world.give('acme/app', 'v1', image)
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

describe('syncImage', () => {
  test('copies an image and returns the digest that the destination has', async () => {
    const digest = await world.syncer().syncImage(world.from('acme/app:v1'), world.to('copy:v1'))
    expect(digest).toBe(image.manifest.digest)
    expect(await world.pull('copy', 'v1')).toMatchObject({ digest, bytes: image.manifest.bytes })
  })

  test('takes parsed references as well', async () => {
    const source = parseReference(world.from('acme/app:v1'))
    const destination = parseReference(world.to('copy:v1'))
    await world.syncer().syncImage(source, destination)
    expect(world.destination.store.tag('copy', 'v1')).toBe(image.manifest.digest)
  })

  test('takes references without a host for those of its clients', async () => {
    await world.syncer().syncImage('acme/app:v1', 'copy:v1')
    expect(world.destination.store.tag('copy', 'v1')).toBe(image.manifest.digest)
  })

  test('needs nothing but the two clients', async () => {
    world.give('multi', 'v1', buildMultiPlatform({ platforms: ['linux/amd64', 'linux/s390x'] }))
    const [source, destination] = [world.client(world.source), world.client(world.destination)]
    await new Syncer({ source, destination }).syncImage('multi:v1', 'copy:v1')
    expect((await world.pull('copy', 'v1')).children).toHaveLength(1)
  })

  test('returns the digest of a tag that it leaves alone', async () => {
    pushTo(world.destination.store, 'copy', 'v1', other)
    const syncer = world.syncer({ onExisting: 'skip' })
    expect(await syncer.syncImage('acme/app:v1', 'copy:v1')).toBe(other.manifest.digest)
  })

  test.each([
    ['acme/App:v1', 'copy:v1', 'PARSE_SOURCE_REFERENCE'],
    ['https://example.com/acme/app', 'copy:v1', 'PARSE_SOURCE_REFERENCE'],
    ['other.example.com/acme/app:v1', 'copy:v1', 'PARSE_SOURCE_REFERENCE'],
    ['acme/app:v1', 'copy:', 'PARSE_DESTINATION_REFERENCE'],
    ['acme/app:v1', 'other.example.com/copy:v1', 'PARSE_DESTINATION_REFERENCE'],
    ['acme/app:v1', `copy@${image.manifest.digest}`, 'PARSE_DESTINATION_REFERENCE'],
    ['acme/app:v1', `copy:v1@${image.manifest.digest}`, 'PARSE_DESTINATION_REFERENCE'],
  ])('refuses %s => %s without a request', async (source, destination, code) => {
    const failure = await failureOf(world.syncer().syncImage(source, destination))
    expect(failure.code).toBe(code)
    expect([...linesOf(world.source), ...linesOf(world.destination)]).toEqual([])
  })

  test('says that the source is not there, whatever is wrong with the destination', async () => {
    world.destination.fault({}, replyWith(403))
    const failure = await failureOf(world.syncer().syncImage('acme/app:v2', 'copy:v1'))
    expect(failure).toMatchObject({ code: 'NOT_FOUND', side: 'source', reference: 'v2' })
  })

  test('says that the destination is out of reach, and has sent nothing by then', async () => {
    world.destination.fault({}, replyWith(403))
    const failure = await failureOf(world.syncer().syncImage('acme/app:v1', 'copy:v1'))
    expect(failure).toMatchObject({ code: 'DENIED', side: 'destination', status: 403 })
    // Not being let look is no answer (Q14), so that it is the upload that is refused.
    expect(failure.operation).toBe('start upload')
    expect(world.destination.requests.map(({ bodyBytes }) => bodyBytes).every((n) => n === 0)).toBe(
      true,
    )
  })

  test('does not write where it may not look, if what is there must stay', async () => {
    world.destination.fault({ method: 'HEAD', path: '/manifests/' }, replyWith(403))
    world.destination.fault({ method: 'GET', path: '/manifests/' }, replyWith(403))
    for (const onExisting of ['skip', 'fail'] as const) {
      const syncing = world.syncer({ onExisting }).syncImage('acme/app:v1', 'copy:v1')
      expect(await failureOf(syncing)).toMatchObject({ code: 'DENIED', operation: 'look up' })
    }
    expect(writesTo(world.destination)).toEqual([])
  })
})

describe('the names of an image', () => {
  test('a source without a tag is latest, and so is its destination', async () => {
    world.give('acme/app', 'latest', other)
    await world.syncer().syncImage('acme/app', 'copy')
    expect(world.destination.store.tag('copy', 'latest')).toBe(other.manifest.digest)
  })

  test('a destination without a tag takes that of the source', async () => {
    await world.syncer().syncImage('acme/app:v1', 'copy')
    expect(world.destination.store.tags('copy')).toEqual(['v1'])
  })

  test('of a tag with a digest the digest is fetched and the tag is written', async () => {
    world.give('acme/app', 'v1', other)
    await world.syncer().syncImage(`acme/app:v1@${image.manifest.digest}`, 'copy')
    expect(world.destination.store.tag('copy', 'v1')).toBe(image.manifest.digest)
    expect(world.source.count('GET', '/manifests/v1')).toBe(0)
  })

  test('a digest to a tag gets that tag', async () => {
    await world.syncer().syncImage(`acme/app@${image.manifest.digest}`, 'copy:v9')
    expect(world.destination.store.tag('copy', 'v9')).toBe(image.manifest.digest)
  })

  test('a digest to no tag is pushed by digest alone, and then known to be there', async () => {
    const names = [`acme/app@${image.manifest.digest}`, 'copy'] as const
    const first = await world.syncer().sync(...names)
    expect(first).toMatchObject({ status: 'copied', digest: image.manifest.digest })
    expect(first).not.toHaveProperty('previousDigest')
    expect(world.destination.store.tags('copy')).toEqual([])
    await world.pull('copy', image.manifest.digest)
    world.clearRequests()
    expect((await world.syncer().sync(...names)).status).toBe('unchanged')
    expect(linesOf(world.source)).toHaveLength(1)
    expect(linesOf(world.destination)).toEqual([`HEAD manifests/${image.manifest.digest}`])
  })

  test('a digest of an index to no tag is pushed as the list that it makes', async () => {
    const index = buildMultiPlatform({ platforms: ['linux/amd64', 'linux/s390x'] })
    world.give('acme/app', undefined, index)
    const digest = await world.syncer().syncImage(`acme/app@${index.manifest.digest}`, 'copy')
    expect(digest).not.toBe(index.manifest.digest)
    expect((await world.pull('copy', digest)).children).toHaveLength(1)
    world.clearRequests()
    await world.syncer().syncImage(`acme/app@${index.manifest.digest}`, 'copy')
    expect(writesTo(world.destination)).toEqual([])
  })

  test('the content of a digest is checked', async () => {
    const lie = other.manifest.digest
    world.source.store.putManifest('acme/app', { ...image.manifest, digest: lie })
    const failure = await failureOf(world.syncer().syncImage(`acme/app@${lie}`, 'copy:v1'))
    expect(failure).toMatchObject({ code: 'DIGEST_MISMATCH', side: 'source', reference: lie })
    expect(writesTo(world.destination)).toEqual([])
  })
})

describe('checkExists', () => {
  test('is true for a tag and a digest of the destination', async () => {
    pushTo(world.destination.store, 'copy', 'v1', image)
    const syncer = world.syncer()
    expect(await syncer.checkExists(world.to('copy:v1'))).toBe(true)
    expect(await syncer.checkExists(`copy@${image.manifest.digest}`)).toBe(true)
    expect(linesOf(world.source)).toEqual([])
  })

  test('is false for a missing tag, and for a missing repository', async () => {
    pushTo(world.destination.store, 'copy', 'v1', image)
    const syncer = world.syncer()
    expect(await syncer.checkExists('copy:v2')).toBe(false)
    expect(await syncer.checkExists('copy')).toBe(false)
    expect(await syncer.checkExists('nothing:v1')).toBe(false)
  })

  test.each([
    [403, 'DENIED'],
    [429, 'RATE_LIMITED'],
    [500, 'REGISTRY'],
  ])('throws what is neither: HTTP %i', async (status, code) => {
    world.destination.fault({}, replyWith(status))
    const failure = await failureOf(world.syncer().checkExists('copy:v1'))
    expect(failure).toMatchObject({ code, status, side: 'destination' })
  })

  test('throws for what is no reference to the destination', async () => {
    for (const reference of ['copy:', 'other.example.com/copy:v1']) {
      const failure = await failureOf(world.syncer().checkExists(reference))
      expect(failure.code).toBe('PARSE_IMAGE_REFERENCE')
    }
  })
})
