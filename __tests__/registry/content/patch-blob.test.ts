import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { digestOf } from '../../../testkit/registry/content.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { failureOf, type RegistryWorld } from '../registry-world.ts'
import { blobWorld } from './blob-world.ts'

const bytes = Buffer.alloc(300_000, 'a layer')
const { worldWithBlob, copy, isStored } = blobWorld(bytes)
const whole = {
  method: 'PUT',
  path: '/blobs/uploads/',
  where: ({ headers }: { headers: { 'content-length'?: string | undefined } }) =>
    headers['content-length'] !== '0',
}

function writes({ destination }: RegistryWorld) {
  return destination.requests
    .filter(({ method }) => method === 'PUT' || method === 'PATCH')
    .map(({ method, bodyBytes, status }) => `${method} ${bodyBytes} ${status}`)
}

describe('a registry that fails at an upload in one request (Q69)', () => {
  test.each([500, 502, 520])('with %i twice is sent the blob by PATCH', async (status) => {
    await using world = await worldWithBlob({ network: { retries: 5 } })
    world.destination.fault(whole, replyWith(status))
    expect(await copy(world)).toBe('copied')
    expect(isStored(world)).toBe(true)
    expect(writes(world)).toEqual([
      `PUT 300000 ${status}`,
      `PUT 300000 ${status}`,
      'PATCH 300000 202',
      'PUT 0 201',
    ])
    const [patch] = world.destination.select('PATCH')
    expect(patch?.headers['content-range']).toBeUndefined()
    expect(patch?.headers['content-length']).toBe('300000')
  })

  test('is sent the next blobs by PATCH at once', async () => {
    await using world = await worldWithBlob({ network: { retries: 5 } })
    world.destination.fault(whole, replyWith(500))
    await copy(world)
    world.destination.clearRequests()
    const more = Buffer.from('another one')
    world.source.store.putBlob('acme/app', more)
    const content = { digest: digestOf(more) as Digest, size: more.length }
    expect(await copy(world, content)).toBe('copied')
    expect(writes(world)).toEqual(['PATCH 11 202', 'PUT 0 201'])
  })

  test('and at PATCH is told by its first word, and sent one PATCH', async () => {
    await using world = await worldWithBlob({ network: { retries: 3 } })
    world.destination.fault(whole, replyWith(500, { body: 'out of order' }))
    world.destination.fault({ method: 'PATCH' }, replyWith(405))
    const error = await failureOf(copy(world))
    expect(error).toMatchObject({ code: 'UPLOAD', status: 500, registryMessage: 'out of order' })
    expect(world.destination.count('PATCH')).toBe(1)
    expect(world.destination.select('PUT')).toHaveLength(4)
  })

  test('once is sent it again in the same way', async () => {
    await using world = await worldWithBlob({ network: { retries: 5 } })
    world.destination.fault(whole, replyWith(500), { times: 1 })
    expect(await copy(world)).toBe('copied')
    expect(world.destination.count('PATCH')).toBe(0)
  })

  test.each([429, 503, 504])('for want of room or time (%i) is sent no PATCH', async (status) => {
    await using world = await worldWithBlob({ network: { retries: 3 } })
    world.destination.fault(whole, replyWith(status))
    expect((await failureOf(copy(world))).status).toBe(status)
    expect(world.destination.count('PATCH')).toBe(0)
  })
})
