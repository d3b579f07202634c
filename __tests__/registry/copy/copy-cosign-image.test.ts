import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { fetchManifest } from '../../../src/registry/content/manifests.ts'
import { copyCosignImage, needsCosignImage } from '../../../src/registry/copy/copy-cosign-image.ts'
import { buildImage, buildIndex, type BuiltImage } from '../../../testkit/image/image.ts'
import { buildSignatures, tagOf } from '../../../testkit/image/referrers.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage()
const tag = tagOf(image, 'sig')
const one = buildSignatures(image, ['release'])
const two = buildSignatures(image, ['release', 'security'])
const other = buildSignatures(image, ['somebody else'])

async function startWorld(source: BuiltImage, destination?: BuiltImage, retries = 0) {
  const made = await RegistryWorld.start({ network: { retries } })
  made.give(source, tag)
  if (destination !== undefined) pushTo(made.destination.store, 'mirror/app', tag, destination)
  return made
}

function sourceIn(world: RegistryWorld, { manifest }: BuiltImage) {
  const repository = world.sourceRepository()
  return {
    tag,
    digest: manifest.digest as Digest,
    fetch: async () => fetchManifest(repository, tag),
  }
}

describe('signatures under a tag of cosign', () => {
  test.each([
    ['there are none at the destination', one, undefined, true],
    ['the destination has the same', one, one, false],
    ['the source has more', two, one, true],
    ['the destination has more', one, two, false],
    ['the same signatures are in another image', one, buildImage({ ...rebuilt(one) }), false],
  ])('are written only if needed: where %s', async (_where, source, destination, isNeeded) => {
    await using world = await startWorld(source, destination)
    expect(await needsCosignImage(world.destinationRepository(), sourceIn(world, source))).toBe(
      isNeeded,
    )
  })

  test.each([
    ['signatures of somebody else', other],
    ['more and less than the source', buildSignatures(image, ['security', 'somebody else'])],
    ['an index', buildIndex({ children: [image] })],
  ])('are never taken away: where the destination has %s', async (_what, destination) => {
    await using world = await startWorld(two, destination)
    const error = await failureOf(
      needsCosignImage(world.destinationRepository(), sourceIn(world, two)),
    )
    expect(error).toMatchObject({ code: 'EXISTS', side: 'destination', reference: tag })
  })

  test('are not compared where nobody may look', async () => {
    await using world = await startWorld(one, other)
    world.destination.fault({ path: /manifests|tags/ }, replyWith(403))
    const error = await failureOf(
      needsCosignImage(world.destinationRepository(), sourceIn(world, one)),
    )
    expect(error.code).toBe('DENIED')
  })

  test('are written where the list of tags shows that there are none (Q31)', async () => {
    await using world = await startWorld(one)
    pushTo(world.destination.store, 'mirror/app', '1.0', image)
    world.destination.fault({ method: ['HEAD', 'GET'], path: '/manifests/' }, replyWith(403))
    expect(await needsCosignImage(world.destinationRepository(), sourceIn(world, one))).toBe(true)
  })

  test('are copied with what they consist of, in the types of Docker as well', async () => {
    const docker = buildImage({ format: 'docker' })
    await using world = await startWorld(docker)
    const { outcome } = await copyCosignImage(routeIn(world), sourceIn(world, docker))
    expect(outcome).toBe('copied')
    expect((await world.pull(tag)).digest).toBe(docker.manifest.digest)
  })

  test.each([
    ['the same', one, 'existing'],
    ['more', two, 'existing'],
  ])(
    'are left alone where somebody has pushed %s while the blobs were on their way',
    async (...row) => {
      const [, theirs, expected] = row
      await using world = await startWorld(one)
      const held = world.destination.hold({ method: 'PUT', path: '/blobs/uploads/' })
      const copying = copyCosignImage(routeIn(world), sourceIn(world, one))
      await held.arrived()
      pushTo(world.destination.store, 'mirror/app', tag, theirs)
      held.release()
      expect((await copying).outcome).toBe(expected)
      expect(world.destination.store.tag('mirror/app', tag)).toBe(theirs.manifest.digest)
    },
  )

  test('are never taken away that came while the blobs were on their way', async () => {
    await using world = await startWorld(one)
    const held = world.destination.hold({ method: 'PUT', path: '/blobs/uploads/' })
    const copying = failureOf(copyCosignImage(routeIn(world), sourceIn(world, one)))
    await held.arrived()
    pushTo(world.destination.store, 'mirror/app', tag, other)
    held.release()
    expect(await copying).toMatchObject({ code: 'EXISTS', reference: tag })
    expect(world.destination.store.tag('mirror/app', tag)).toBe(other.manifest.digest)
  })

  test('are never taken away that came between two tries', async () => {
    await using world = await startWorld(one, undefined, 2)
    let tries = 0
    world.destination.fault({ method: 'PUT', path: '.sig' }, async (request, next) => {
      tries += 1
      pushTo(world.destination.store, 'mirror/app', tag, other)
      return replyWith(503)(request, next)
    })
    const failure = await failureOf(copyCosignImage(routeIn(world), sourceIn(world, one)))
    expect(failure.code).toBe('EXISTS')
    expect(tries).toBe(1)
  })
})

function routeIn(world: RegistryWorld) {
  return {
    source: world.sourceRepository(),
    destination: world.destinationRepository(),
    ...world.to.holdings,
  }
}

/** The spec of an image with the same layers and another config. */
function rebuilt(signatures: BuiltImage) {
  return { members: { layers: signatures.layers }, config: { author: 'another tool' } }
}
