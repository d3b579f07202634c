import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { presentReferrers, listsByItself } from '../../../src/registry/content/pushed-referrers.ts'
import { buildImage, type BuiltImage } from '../../../testkit/image/image.ts'
import { buildBundle, buildSbom, giveReferrers } from '../../../testkit/image/referrers.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { ociIndex } from '../../../testkit/registry/media-types.ts'
import type { RegistryOptions } from '../../../testkit/registry/registry.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage()
const signature = buildBundle(image)
const sbom = buildSbom(image)
const empty = replyWith(200, {
  headers: { 'content-type': ociIndex },
  body: '{"schemaVersion": 2, "manifests": []}',
})

function digestOf({ manifest }: BuiltImage): Digest {
  return manifest.digest as Digest
}

async function startWorld(destination: RegistryOptions = {}) {
  const made = await RegistryWorld.start({ destination })
  const tagged = destination.referrers === false
  giveReferrers(made.destination.store, 'mirror/app', image, [signature, sbom], { tagged })
  return made
}

async function lists(world: RegistryWorld) {
  return listsByItself(world.destinationRepository(), digestOf(image), digestOf(signature))
}

describe('whether a destination lists what was pushed', () => {
  test.each([
    ['with the API', {}, true],
    ['with the API, and without saying so', { subjectHeader: false }, true],
    ['without the API', { referrers: false }, false],
    [
      'without the API, although it says so (Q65)',
      { referrers: false, subjectHeader: true },
      false,
    ],
  ])('is looked for once: %s', async (_how, options, expected) => {
    await using world = await startWorld(options)
    expect(await Promise.all([lists(world), lists(world)])).toEqual([expected, expected])
    expect(world.destination.count('GET', '/referrers/')).toBe(1)
  })

  test('may show late (Q58)', async () => {
    await using world = await startWorld()
    world.destination.fault({ path: '/referrers/' }, empty, { times: 2 })
    expect(await lists(world)).toBe(true)
    expect(world.clock.pauses).toEqual([250, 500])
  })

  test('is a failure where it never does', async () => {
    await using world = await startWorld()
    world.destination.fault({ path: '/referrers/' }, empty)
    const error = await failureOf(lists(world))
    expect(error).toMatchObject({ code: 'VERIFICATION', side: 'destination' })
    expect(error.message).toContain(`pushed ${digestOf(signature)}`)
  })

  test('is a failure where the look fails, and asked again then', async () => {
    await using world = await startWorld()
    world.destination.fault({ path: '/referrers/' }, replyWith(403), { times: 1 })
    expect((await failureOf(lists(world))).code).toBe('DENIED')
    expect(await lists(world)).toBe(true)
  })
})

describe('what a destination has of some referrers', () => {
  const asked = [signature, sbom, image].map(digestOf)

  async function held(world: RegistryWorld) {
    return [...(await presentReferrers(world.destinationRepository(), digestOf(image), asked))]
  }

  test('is what the API lists', async () => {
    await using world = await startWorld()
    expect(await held(world)).toEqual([digestOf(signature), digestOf(sbom)])
    expect(world.destination.requests).toHaveLength(1)
  })

  test('proves that it lists', async () => {
    await using world = await startWorld()
    await held(world)
    await lists(world)
    expect(world.destination.requests).toHaveLength(1)
  })

  test('is what is under the tag, as far as it is there', async () => {
    await using world = await startWorld({ referrers: false })
    world.destination.store.repository('mirror/app')?.manifests.delete(digestOf(sbom))
    expect(await held(world)).toEqual([digestOf(signature)])
  })
})
