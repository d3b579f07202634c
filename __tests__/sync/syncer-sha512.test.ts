import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { digestOf } from '../../testkit/registry/content.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { SyncWorld } from './sync-world.ts'

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
})

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

describe('sha512', () => {
  const strong = buildImage({ algorithm: 'sha512' })
  const { bytes, digest } = strong.manifest
  const sha256 = digestOf(bytes)

  beforeEach(() => {
    world.give('strong', 'v1', strong)
  })

  test('names a source, while the tag is known by sha256 as everywhere', async () => {
    const outcome = await world.syncer().sync(`strong@${digest}`, 'copy:v1')
    expect(outcome).toMatchObject({ status: 'copied', sourceDigest: digest, digest: sha256 })
    expect(world.destination.store.tag('copy', 'v1')).toBe(sha256)
    const pulled = await world.pull('copy', 'v1')
    expect(pulled.blobs.map((blob) => blob.digest)).toEqual([...strong.blobs.keys()])
    expect((await world.syncer().sync(`strong@${digest}`, 'copy:v1')).status).toBe('unchanged')
  })

  test('names what is pushed without a tag', async () => {
    const outcome = await world.syncer().sync(`strong@${digest}`, 'copy')
    expect(outcome).toMatchObject({ status: 'copied', digest })
    expect((await world.pull('copy', digest)).bytes).toEqual(bytes)
    expect((await world.syncer().sync(`strong@${digest}`, 'copy')).status).toBe('unchanged')
  })

  test('is kept in a list that is copied whole', async () => {
    const index = buildMultiPlatform({ index: { children: [strong], algorithm: 'sha512' } })
    world.give('strong', 'all', index)
    await world.syncer({ platforms: 'all' }).syncImage('strong:all', 'copy:all')
    const pulled = await world.pull('copy', 'all')
    expect(pulled.bytes).toEqual(index.manifest.bytes)
    expect(pulled.children.map((child) => child.digest)).toEqual([digest])
  })

  test('is kept in the entries of a new list', async () => {
    const index = buildMultiPlatform({ index: { children: [strong] } })
    world.give('strong', 'some', index)
    await world.syncer().syncImage('strong:some', 'copy:some')
    const pulled = await world.pull('copy', 'some')
    expect(pulled.children.map((child) => child.digest)).toEqual([digest])
  })
})
