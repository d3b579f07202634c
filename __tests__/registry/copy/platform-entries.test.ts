import { describe, expect, test } from '@jest/globals'
import type { Descriptor } from '../../../src/oci/descriptor.ts'
import { formatPlatform } from '../../../src/oci/platform.ts'
import { fetchManifest } from '../../../src/registry/content/manifests.ts'
import { listPlatforms } from '../../../src/registry/copy/platform-entries.ts'
import {
  buildArtifact,
  buildImage,
  buildIndex,
  descriptorOf,
  type BuiltImage,
} from '../../../testkit/image/image.ts'
import { buildMultiPlatform } from '../../../testkit/image/multi-platform.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

async function listIn(world: RegistryWorld, index: BuiltImage) {
  world.give(index)
  const repository = world.sourceRepository()
  const { manifest } = await fetchManifest(repository, '1.0')
  if (manifest.kind !== 'index') throw new Error('the test needs an index')
  const leftOut: Descriptor[] = []
  const entries = await listPlatforms(repository, manifest, (entry) => leftOut.push(entry))
  return { names: entries.map(({ platform }) => formatPlatform(platform)), entries, leftOut }
}

describe('the platforms of an index', () => {
  test('are its entries in their order', async () => {
    const index = buildMultiPlatform({ platforms: ['linux/arm64', 'linux/amd64', 'windows/amd64'] })
    await using world = await RegistryWorld.start()
    const { names, entries, leftOut } = await listIn(world, index)
    expect(names).toEqual(['linux/arm64', 'linux/amd64', 'windows/amd64'])
    expect(entries.map(({ descriptor }) => descriptor.digest)).toEqual(
      index.children.map(({ manifest }) => manifest.digest),
    )
    expect(leftOut).toEqual([])
  })

  test('are without attestations and what names no platform', async () => {
    const artifact = buildArtifact({ artifactType: 'application/vnd.acme' })
    const { children } = buildMultiPlatform({ attestations: true })
    await using world = await RegistryWorld.start()
    const { names, leftOut } = await listIn(
      world,
      buildIndex({ children: [...children, artifact] }),
    )
    expect(names).toEqual(['linux/amd64', 'linux/arm64'])
    expect(leftOut).toHaveLength(3)
  })

  test('are in the place of a nested index those of that', async () => {
    const index = buildIndex({
      children: [
        buildImage({ platform: 'linux/s390x' }),
        buildIndex({ children: [buildMultiPlatform()] }),
        buildImage({ platform: 'linux/riscv64' }),
      ],
    })
    await using world = await RegistryWorld.start()
    const { names } = await listIn(world, index)
    expect(names).toEqual(['linux/s390x', 'linux/amd64', 'linux/arm64', 'linux/riscv64'])
  })

  test('of an index that is nested many times are fetched once', async () => {
    let index = buildMultiPlatform()
    for (let depth = 0; depth < 3; depth++) {
      const entry = descriptorOf(index)
      const members = { manifests: Array.from({ length: 200 }, () => entry) }
      index = buildIndex({ children: [index], members })
    }
    await using world = await RegistryWorld.start()
    const { names } = await listIn(world, index)
    expect(names).toEqual(['linux/amd64', 'linux/arm64'])
    expect(world.source.requests).toHaveLength(4)
  })

  test('are not searched for without end', async () => {
    let index = buildMultiPlatform()
    for (let depth = 0; depth < 5; depth++) index = buildIndex({ children: [index] })
    await using world = await RegistryWorld.start()
    const error = await failureOf(listIn(world, index))
    expect(error).toMatchObject({ code: 'INVALID_MANIFEST', operation: 'get image index' })
    expect(error.message).toContain('nested deeper than 4')
  })
})
