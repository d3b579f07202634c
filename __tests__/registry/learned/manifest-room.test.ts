import { describe, expect, test } from '@jest/globals'
import type { Descriptor } from '../../../src/oci/descriptor.ts'
import type { Digest } from '../../../src/oci/digest.ts'
import type { FetchedManifest } from '../../../src/registry/learned/fetched-manifest.ts'
import {
  ManifestRoom,
  type ManifestShare,
  MAX_ROOM_BYTES,
} from '../../../src/registry/learned/manifest-room.ts'
import { digestOf } from '../../../testkit/registry/content.ts'
import { MiB, ociIndex, ociLayer, ociManifest } from '../../../testkit/registry/media-types.ts'
import { settle } from '../pace/pace-world.ts'

let count = 0

function digest() {
  count += 1
  return digestOf(Buffer.from(String(count))) as Digest
}

/** An index that lists manifests of so many MiB each. */
function indexOf(sizes: readonly number[], mediaType: string = ociManifest): FetchedManifest {
  const manifests = sizes.map((size): Descriptor => ({
    mediaType,
    digest: digest(),
    size: size * MiB,
  }))
  return {
    digest: digest(),
    size: 0,
    mediaType: ociIndex,
    bytes: Buffer.alloc(0),
    manifest: { kind: 'index', mediaType: ociIndex, manifests },
  }
}

const FULL = Array<number>(8).fill(8)

/** Asks for room, and tells who has it. */
function ask(...wishes: readonly (readonly [ManifestShare, FetchedManifest])[]) {
  const admitted: number[] = []
  const all = wishes.map(async ([share, index], at) => {
    await share.admit(index)
    admitted.push(at)
  })
  return { admitted, all: Promise.all(all) }
}

function shares(number: number) {
  const room = new ManifestRoom()
  return Array.from({ length: number }, () => room.share())
}

describe('the room for what the images of a registry list', () => {
  test('is enough for four that spend their budgets; others wait until one of these is done', async () => {
    const all = shares(6)
    const { admitted } = ask(...all.map((share) => [share, indexOf(FULL)] as const))
    await settle()
    expect(admitted).toEqual([0, 1, 2, 3])
    all[2]?.end()
    await settle()
    expect(admitted).toEqual([0, 1, 2, 3, 4])
    all[0]?.end()
    await settle()
    expect(admitted).toEqual([0, 1, 2, 3, 4, 5])
  })

  test('is enough for a thousand honest ones', async () => {
    const all = shares(1_000)
    const { admitted } = ask(...all.map((share) => [share, indexOf([0.001, 0.001])] as const))
    await settle()
    expect(admitted).toHaveLength(1_000)
  })

  test('always lets the oldest go on, and of the others nobody before who came first', async () => {
    const [oldest, second, third, fourth, late] = shares(5)
    if (!oldest || !second || !third || !fourth || !late) throw new Error('there are five')
    const nested = indexOf([8])
    const first = [oldest, second, third, fourth].map(
      (share) => [share, share === oldest ? indexOf([8]) : indexOf(FULL)] as const,
    )
    const { admitted } = ask(...first)
    await settle()
    expect(admitted).toEqual([0, 1, 2, 3])
    const next = ask(
      [late, indexOf(FULL)],
      [second, nested],
      [late, indexOf([1])],
      [oldest, indexOf(FULL)],
    )
    await settle()
    // What the second has is all that its budget gives, so that it needs no more.
    expect(new Set(next.admitted)).toEqual(new Set([1, 3]))
    oldest.end()
    await settle()
    expect(next.admitted).toHaveLength(4)
  })

  test('counts an index once, and neither blobs nor what is too large for a manifest', async () => {
    const [one, other] = shares(2)
    if (!one || !other) throw new Error('there are two')
    const index = indexOf(FULL)
    const { admitted } = ask(
      [one, index],
      [one, index],
      ...Array.from({ length: 100 }, () => [one, indexOf([9, 9])] as const),
      ...Array.from({ length: 100 }, () => [one, indexOf(FULL, ociLayer)] as const),
      [other, indexOf(FULL)],
    )
    await settle()
    expect(admitted).toHaveLength(203)
    expect(MAX_ROOM_BYTES).toBe(256 * MiB)
  })

  test('is not taken any more by who is done', async () => {
    const all = shares(5)
    for (const share of all.slice(0, 4)) share.end()
    const { admitted } = ask(...all.map((share) => [share, indexOf(FULL)] as const))
    await settle()
    expect(admitted).toEqual([0, 1, 2, 3, 4])
  })
})
