import { afterEach, describe, expect, test } from '@jest/globals'
import { buildImage, buildIndex } from '../../testkit/image/image.ts'
import { digestOf } from '../../testkit/registry/content.ts'
import { MiB, ociIndex, ociManifest } from '../../testkit/registry/media-types.ts'
import { pairsOf, run } from './run-world.ts'
import { SyncWorld } from './sync-world.ts'

/** More than may have their manifests in memory at a time, if each has as many as it may. */
const NAMES = Array.from({ length: 8 }, (_, number) => `app${number}`)
const AT_ONCE = 4

let world: SyncWorld

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

/** An image for Linux in an index that promises 64 MiB of manifests for Windows beside it. */
function giveLarge(name: string) {
  const image = buildImage({ config: { author: name } })
  const { manifests } = JSON.parse(buildIndex({ children: [image] }).manifest.bytes.toString()) as {
    manifests: readonly unknown[]
  }
  const others = Array.from({ length: 8 }, (_, number) => ({
    mediaType: ociManifest,
    digest: digestOf(Buffer.from(`${name} ${number}`)),
    size: 8 * MiB,
    platform: { os: 'windows', architecture: 'amd64', 'os.version': `10.${number}` },
  }))
  const index = { schemaVersion: 2, mediaType: ociIndex, manifests: [...manifests, ...others] }
  world.give(name, undefined, image)
  const bytes = Buffer.from(JSON.stringify(index))
  world.source.store.putManifest(name, { bytes, mediaType: ociIndex }, 'v1')
  return image.manifest.digest
}

async function startWorld(oneRegistry = false) {
  world = await SyncWorld.start({ oneRegistry, source: { checkReferences: false } })
  return new Map(NAMES.map((name) => [name, giveLarge(name)]))
}

/** The image for Linux beneath a tag of the destination. */
async function linuxAt(name: string) {
  const { children } = await world.pull(name, 'v1')
  return children.map((child) => child.digest)
}

describe('images that promise more manifests than there is room for', () => {
  test('take turns, and keep nobody from anything who promises few', async () => {
    const digests = await startWorld()
    world.give('small', 'v1', buildImage())
    const held = world.source.hold({ method: 'GET', path: '/manifests/sha256:' })
    const asked = () =>
      new Set(
        world.source.requests
          .filter(({ path }) => path.includes('/manifests/sha256:'))
          .map(({ path }) => path.split('/')[2]),
      )
    const before: number[] = []
    const lines = [...NAMES, 'small'].map((name) => `${name}:v1 => ${name}:v1`)
    const { totals } = await run(world, pairsOf(world, ...lines), {
      onDone: () => {
        if (before.length === 0) before.push(asked().size)
        held.release()
      },
    })
    expect(before[0]).toBeLessThanOrEqual(AT_ONCE)
    expect(totals).toMatchObject({ copied: NAMES.length + 1 })
    for (const [name, digest] of digests) expect(await linuxAt(name)).toEqual([digest])
  })

  test('do not wait for one whose tag waits for theirs', async () => {
    const digests = await startWorld()
    const lines = NAMES.map((name) => `${name}:v1 => ${name}:v1`)
    const { totals } = await run(world, pairsOf(world, ...lines), {
      asSet: {
        clientAtEnd: (side) => world.client(world[side]),
        onTag: () => undefined,
        onMoving: () => undefined,
        onPhase: () => undefined,
      },
    })
    expect(totals).toMatchObject({ copied: NAMES.length })
    for (const [name, digest] of digests) expect(await linuxAt(name)).toEqual([digest])
  })

  test('do not wait for one whose tag is their source', async () => {
    const digests = await startWorld(true)
    const nameAt = (at: number) => NAMES[at % NAMES.length] ?? ''
    const lines = NAMES.map((name, at) => `${name}:v1 => ${nameAt(at + AT_ONCE)}:v1`)
    const { totals } = await run(world, pairsOf(world, ...lines))
    expect(totals).toMatchObject({ copied: NAMES.length })
    for (const [at, name] of NAMES.entries()) {
      expect(await linuxAt(nameAt(at + AT_ONCE))).toEqual([digests.get(name)])
    }
  })

  test('have their turn also behind some that fail', async () => {
    const digests = await startWorld()
    const broken = NAMES.slice(0, 5)
    for (const name of broken)
      world.source.store.repository(name)?.manifests.delete(digests.get(name) ?? '')
    const lines = NAMES.map((name) => `${name}:v1 => ${name}:v1`)
    const { totals } = await run(world, pairsOf(world, ...lines))
    expect(totals).toMatchObject({ copied: 3, failed: 5 })
  })
})
