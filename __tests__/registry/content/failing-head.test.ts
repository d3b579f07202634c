import { describe, expect, test } from '@jest/globals'
import type { SizedDigest } from '../../../src/oci/digest.ts'
import { Syncer } from '../../../src/sync/syncer.ts'
import { lookUpBlob } from '../../../src/registry/content/blobs.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import { replyWith, setHeader } from '../../../testkit/registry/faults.ts'
import { failureOf, image, RegistryWorld } from '../registry-world.ts'

const large = buildImage({ layers: [{ bytes: Buffer.alloc(200_000, 'layer') }] })
const [layer] = large.layers

/** A world whose registries fail at every HEAD, and answer what else they are asked. */
async function failing(side: 'source' | 'destination') {
  const world = await RegistryWorld.start()
  world.give(large, '1.0')
  world[side].fault({ method: 'HEAD' }, replyWith(500))
  return world
}

describe('a registry that fails at every HEAD (Q56)', () => {
  test('gets an image all the same', async () => {
    await using world = await failing('destination')
    const syncer = new Syncer({ source: world.from, destination: world.to })
    await syncer.syncImage('acme/app:1.0', 'mirror/app:1.0')
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(large.manifest.digest)
    await world.pull(large.manifest.digest)
  })

  test('is seen to have what it has, and is written nothing', async () => {
    await using world = await failing('destination')
    const syncer = new Syncer({ source: world.from, destination: world.to })
    await syncer.syncImage('acme/app:1.0', 'mirror/app:1.0')
    world.destination.clearRequests()
    const again = await syncer.sync('acme/app:1.0', 'mirror/app:1.0')
    expect(again.status).toBe('unchanged')
    expect(world.destination.count('PUT') + world.destination.count('POST')).toBe(0)
  })

  test('is asked for a tag that must not be overwritten', async () => {
    await using world = await failing('destination')
    await new Syncer({ source: world.from, destination: world.to }).syncImage(
      'acme/app:1.0',
      'mirror/app:1.0',
    )
    world.give(image, '2.0')
    const syncer = new Syncer({ source: world.from, destination: world.to, onExisting: 'skip' })
    const outcome = await syncer.sync('acme/app:2.0', 'mirror/app:1.0')
    expect(outcome.status).toBe('skipped')
  })

  test('is a source whose tags can be looked up', async () => {
    await using world = await failing('source')
    expect(await world.from.getDigest('acme/app:1.0')).toBe(large.manifest.digest)
    expect(await world.from.checkExists('acme/app:gone')).toBe(false)
  })

  test('and at GET too is told of by the GET, after its retries', async () => {
    await using world = await failing('source')
    const body = JSON.stringify({ errors: [{ code: 'UNKNOWN', message: 'disk full' }] })
    world.source.fault({ method: 'GET', path: '/manifests/' }, replyWith(500, { body }))
    const error = await failureOf(world.from.getDigest('acme/app:1.0'))
    expect(error).toMatchObject({ operation: 'look up', status: 500, registryMessage: 'disk full' })
    expect(world.source.count('HEAD')).toBe(1)
  })
})

/** How a destination shows a blob that answers its GET in that way. */
async function look(blob: object = { ...layer }, get?: Middleware) {
  await using world = await failing('destination')
  await new Syncer({ source: world.from, destination: world.to }).syncImage(
    'acme/app:1.0',
    'mirror/app:1.0',
  )
  if (get !== undefined) world.destination.fault({ method: 'GET', path: '/blobs/' }, get)
  const seen = await lookUpBlob(world.destinationRepository(), blob as SizedDigest)
  const [asked] = world.destination.select('GET', '/blobs/sha256:')
  return { seen, range: asked?.headers.range }
}

const withoutParts: Middleware = async (request, next) => {
  const { range: _range, ...headers } = request.headers
  return next({ ...request, headers })
}

describe('a blob of it', () => {
  test('is found by its first byte', async () => {
    expect(await look()).toEqual({ seen: 'there', range: 'bytes=0-0' })
  })

  test('is found where there are no parts of blobs', async () => {
    expect((await look({ ...layer }, withoutParts)).seen).toBe('there')
  })

  test('is missing where the GET says so', async () => {
    const gone = { ...layer, digest: `sha256:${'0'.repeat(64)}` }
    expect((await look(gone)).seen).toBe('missing')
  })

  test.each([
    ['where its length is', setHeader('content-range', 'bytes 0-0/7')],
    ['where it has no byte and should have some', replyWith(416)],
  ])('is another one %s', async (_where, get) => {
    expect((await look({ ...layer }, get)).seen).toBe('other')
  })
})
