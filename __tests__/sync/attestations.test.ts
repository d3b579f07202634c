import { describe, expect, test } from '@jest/globals'
import { buildImage, buildIndex } from '../../testkit/image/image.ts'
import { buildAttestation, buildMultiPlatform } from '../../testkit/image/multi-platform.ts'
import { goldenAttested, putAttested } from './golden.ts'
import { linesOf, SyncWorld } from './sync-world.ts'

const keep = { attestations: 'keep' } as const
const [amd64, arm64, s390x] = ['linux/amd64', 'linux/arm64', 'linux/s390x'].map((platform) =>
  buildImage({ platform }),
) as [ReturnType<typeof buildImage>, ReturnType<typeof buildImage>, ReturnType<typeof buildImage>]

async function worldWith(image: ReturnType<typeof buildImage>) {
  const world = await SyncWorld.start()
  world.give('acme/app', 'v1', image)
  return world
}

/** Digests of what the index at the destination lists, in its order. */
async function listed(world: SyncWorld) {
  const { children } = await world.pull('copy', 'v1')
  return children.map(({ digest }) => digest)
}

describe('the index of a filtered copy that keeps attestations', () => {
  test('has the bytes that go-containerregistry gives it', async () => {
    await using world = await SyncWorld.start()
    putAttested(world.source.store, 'acme/app', 'v1')
    const { digest } = await world.syncer(keep).sync('acme/app:v1', 'copy:v1')
    expect(digest).toBe(goldenAttested.digest)
    const pulled = await world.pull('copy', 'v1')
    expect(pulled.size).toBe(goldenAttested.size)
    expect(pulled.children.slice(2).map((child) => child.digest)).toEqual(
      goldenAttested.attestations,
    )
    expect((await world.syncer(keep).sync('acme/app:v1', 'copy:v1')).status).toBe('unchanged')
  })

  test('is known to be there with one request to each side', async () => {
    await using world = await worldWith(buildMultiPlatform({ attestations: true }))
    await world.syncer(keep).sync('acme/app:v1', 'copy:v1')
    world.clearRequests()
    expect((await world.syncer(keep).sync('acme/app:v1', 'copy:v1')).status).toBe('unchanged')
    expect(linesOf(world.source)).toEqual(['GET manifests/v1'])
    expect(linesOf(world.destination)).toEqual(['HEAD manifests/v1'])
  })

  test('has those of the platforms that are kept, behind them and in their order', async () => {
    const images = [arm64, s390x, amd64]
    const attestations = images.map(buildAttestation)
    await using world = await worldWith(buildIndex({ children: [...attestations, ...images] }))
    await world.syncer(keep).sync('acme/app:v1', 'copy:v1')
    const kept = [amd64, arm64, buildAttestation(amd64), buildAttestation(arm64)]
    expect(await listed(world)).toEqual(kept.map(({ manifest }) => manifest.digest))
    expect(world.log.lines).toEqual(['info: left out: attestation, linux/s390x'])
  })

  test('has each of them once', async () => {
    const attestation = buildAttestation(amd64)
    await using world = await worldWith(buildIndex({ children: [amd64, attestation, attestation] }))
    await world.syncer(keep).sync('acme/app:v1', 'copy:v1')
    expect(await listed(world)).toEqual([amd64, attestation].map(({ manifest }) => manifest.digest))
  })

  test('has those that the same index lists', async () => {
    const nested = buildIndex({ children: [amd64, buildAttestation(amd64)] })
    const index = buildIndex({ children: [nested, arm64, buildAttestation(arm64)] })
    await using world = await worldWith(index)
    await world.syncer(keep).sync('acme/app:v1', 'copy:v1')
    const kept = [amd64, arm64, buildAttestation(amd64), buildAttestation(arm64)]
    expect(await listed(world)).toEqual(kept.map(({ manifest }) => manifest.digest))
    world.give('acme/app', 'v1', buildIndex({ children: [nested, buildAttestation(arm64)] }))
    await world.syncer(keep).sync('acme/app:v1', 'copy:v1')
    expect(await listed(world)).toHaveLength(2)
  })

  test('has no entry that only looks like one', async () => {
    const { entryAnnotations: _, ...unnamed } = buildAttestation(amd64)
    const other = {
      ...buildAttestation(amd64),
      entryAnnotations: {
        'vnd.docker.reference.digest': amd64.manifest.digest,
        'vnd.docker.reference.type': 'something-else',
      },
    }
    await using world = await worldWith(buildIndex({ children: [amd64, unnamed, other] }))
    await world.syncer(keep).sync('acme/app:v1', 'copy:v1')
    expect(await listed(world)).toEqual([amd64.manifest.digest])
  })

  test('pushes them behind the images that they are about, and before the tag', async () => {
    await using world = await worldWith(buildMultiPlatform({ attestations: true }))
    await world.syncer(keep).sync('acme/app:v1', 'copy:v1')
    const order = world.destination.store.completedManifests('copy')
    const [first, second, ...attestations] = (await listed(world)).map((one) => order.indexOf(one))
    expect(Math.max(first ?? -1, second ?? -1)).toBeLessThan(Math.min(...attestations))
    expect(Math.max(...attestations)).toBeLessThan(order.length - 1)
  })

  test('is the same as without where there are none', async () => {
    await using world = await worldWith(buildMultiPlatform())
    const { digest } = await world.syncer().sync('acme/app:v1', 'copy:v1')
    expect(await world.syncer(keep).sync('acme/app:v1', 'copy:v1')).toMatchObject({
      status: 'unchanged',
      digest,
    })
  })
})

test('with all platforms, attestations are kept anyway', async () => {
  const index = buildMultiPlatform({ attestations: true })
  await using world = await worldWith(index)
  const all = { platforms: 'all' } as const
  const { digest } = await world.syncer({ ...keep, ...all }).sync('acme/app:v1', 'copy:v1')
  expect(digest).toBe(index.manifest.digest)
  expect((await world.syncer(all).sync('acme/app:v1', 'copy:v1')).status).toBe('unchanged')
})
