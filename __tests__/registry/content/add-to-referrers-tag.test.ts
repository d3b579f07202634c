import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { fetchManifest } from '../../../src/registry/content/manifests.ts'
import { addToReferrersTag } from '../../../src/registry/content/add-to-referrers-tag.ts'
import { buildImage, buildIndex, type BuiltImage } from '../../../testkit/image/image.ts'
import {
  buildBundle,
  buildReferrersIndex,
  buildSbom,
  tagOf,
} from '../../../testkit/image/referrers.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { dropAfterWork, replyWith } from '../../../testkit/registry/faults.ts'
import { ociIndex } from '../../../testkit/registry/media-types.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage()
const ours = buildBundle(image)
const theirs = buildSbom(image)
const tag = tagOf(image)
const put = { method: 'PUT', path: tag }

function digestOf(built: BuiltImage): Digest {
  return built.manifest.digest as Digest
}

async function startWorld(retries = 0) {
  const made = await RegistryWorld.start({
    destination: { referrers: false, checkReferences: false },
    network: { retries },
  })
  for (const built of [ours, theirs]) made.give(built, null)
  return made
}

async function add(world: RegistryWorld, ...referrers: readonly BuiltImage[]) {
  const source = world.sourceRepository()
  const fetched = await Promise.all(
    referrers.map(async (one) => fetchManifest(source, digestOf(one))),
  )
  await addToReferrersTag(world.destinationRepository(), digestOf(image), fetched)
}

/** What stands in the list at the destination. */
function listed(world: RegistryWorld) {
  const list = world.destination.store.manifest('mirror/app', tag)
  const document = JSON.parse(list?.bytes.toString() ?? '{"manifests": []}') as {
    manifests: { digest: string }[]
  }
  return document.manifests.map(({ digest }) => digest)
}

/** Somebody else writes the list, with what is theirs alone. */
function theyWrite(world: RegistryWorld) {
  world.destination.store.putManifest('mirror/app', buildReferrersIndex([theirs]).manifest, tag)
}

describe('a list of referrers under a tag', () => {
  test('begins with what is to be in it, with type and annotations', async () => {
    await using world = await startWorld()
    await add(world, ours, theirs)
    const list = world.destination.store.manifest('mirror/app', tag)
    expect(list?.mediaType).toBe(ociIndex)
    expect(JSON.parse(list?.bytes.toString() ?? '')).toEqual({
      schemaVersion: 2,
      mediaType: ociIndex,
      manifests: [
        {
          mediaType: ours.manifest.mediaType,
          digest: digestOf(ours),
          size: ours.manifest.size,
          annotations: {
            'dev.sigstore.bundle.content': 'dsse-envelope',
            'dev.sigstore.bundle.predicateType': 'https://sigstore.dev/cosign/sign/v1',
          },
          artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        },
        {
          mediaType: theirs.manifest.mediaType,
          digest: digestOf(theirs),
          size: theirs.manifest.size,
          artifactType: 'application/spdx+json',
        },
      ],
    })
    const methods = world.destination.requests.map(({ method }) => method)
    expect(methods).toEqual(['GET', 'PUT', 'GET'])
  })

  test('keeps what stands in it, in its place, and all that it says', async () => {
    await using world = await startWorld()
    const entry = { mediaType: 'a/b', digest: digestOf(theirs), size: 5, 'x-theirs': [1] }
    const before = { schemaVersion: 2, manifests: [entry], annotations: { made: 'by hand' } }
    const bytes = Buffer.from(JSON.stringify(before))
    world.destination.store.putManifest('mirror/app', { bytes, mediaType: ociIndex }, tag)
    await add(world, ours)
    const list = world.destination.store.manifest('mirror/app', tag)
    const after = JSON.parse(list?.bytes.toString() ?? '') as typeof before
    expect(after).toEqual({
      ...before,
      manifests: [entry, expect.objectContaining({ digest: digestOf(ours) })],
    })
  })

  test('loses entries whose manifests are gone, where the registry does not take it with them', async () => {
    await using world = await startWorld()
    const { store } = world.destination
    for (const one of [theirs, ours]) pushTo(store, 'mirror/app', undefined, one)
    const gone = buildSbom(image, 'gone')
    store.putManifest('mirror/app', buildReferrersIndex([gone, theirs]).manifest, tag)
    const refusal = { errors: [{ code: 'MANIFEST_BLOB_UNKNOWN', message: digestOf(gone) }] }
    world.destination.fault(put, async (request, next) => {
      const body = JSON.stringify(refusal)
      const isWhole = request.method === 'PUT' && world.destination.count('PUT') === 1
      return isWhole ? replyWith(400, { body })(request, next) : next()
    })
    await add(world, ours)
    expect(listed(world)).toEqual([digestOf(theirs), digestOf(ours)])
    expect(world.log.lines.join('\n')).toContain(`${digestOf(gone)} of the list of referrers of`)
  })

  test('keeps them elsewhere, and where the registry refuses it for something else', async () => {
    await using world = await startWorld()
    const gone = buildSbom(image, 'gone')
    const { store } = world.destination
    store.putManifest('mirror/app', buildReferrersIndex([gone]).manifest, tag)
    await add(world, ours)
    expect(listed(world)).toEqual([digestOf(gone), digestOf(ours)])
    const body = JSON.stringify({ errors: [{ code: 'MANIFEST_BLOB_UNKNOWN' }] })
    for (const one of [gone, ours]) pushTo(store, 'mirror/app', undefined, one)
    world.destination.fault(put, replyWith(400, { body }))
    expect((await failureOf(add(world, theirs))).registryCode).toBe('MANIFEST_BLOB_UNKNOWN')
    expect(listed(world)).toEqual([digestOf(gone), digestOf(ours)])
  })

  test('is not written where nothing is missing', async () => {
    await using world = await startWorld()
    await add(world, ours)
    world.destination.clearRequests()
    await add(world, ours)
    expect(world.destination.requests.map(({ method }) => method)).toEqual(['GET'])
  })

  test('is written by one at a time', async () => {
    await using world = await startWorld()
    await Promise.all([add(world, ours), add(world, theirs)])
    expect(listed(world).toSorted()).toEqual([digestOf(ours), digestOf(theirs)].toSorted())
  })

  test('gets ours again where another program has written over it', async () => {
    await using world = await startWorld()
    world.destination.fault(
      put,
      async (_request, next) => {
        const answer = await next()
        theyWrite(world)
        return answer
      },
      { times: 2 },
    )
    await add(world, ours)
    expect(listed(world)).toEqual([digestOf(theirs), digestOf(ours)])
    expect(world.destination.count('PUT')).toBe(3)
  })

  test('is given up where the other program always wins', async () => {
    await using world = await startWorld()
    world.destination.fault(put, async (_request, next) => {
      const answer = await next()
      theyWrite(world)
      return answer
    })
    const error = await failureOf(add(world, ours))
    expect(error).toMatchObject({ code: 'VERIFICATION', side: 'destination', reference: tag })
    expect(world.destination.count('PUT')).toBe(3)
  })

  test('is read again before it is sent again, so that nothing is lost in the meantime', async () => {
    await using world = await startWorld(3)
    world.destination.fault(
      put,
      async () => {
        theyWrite(world)
        return Promise.resolve({ status: 500, headers: {} })
      },
      { times: 1 },
    )
    await add(world, ours)
    expect(listed(world)).toEqual([digestOf(theirs), digestOf(ours)])
  })

  test('is not written twice where the answer was lost', async () => {
    await using world = await startWorld(3)
    world.destination.fault(put, dropAfterWork(), { times: 1 })
    await add(world, ours)
    expect(listed(world)).toEqual([digestOf(ours)])
    expect(world.destination.count('PUT')).toBe(1)
  })

  test('is waited for where the registry shows it late (Q58)', async () => {
    await using world = await startWorld()
    world.destination.fault({ method: 'GET', path: tag }, replyWith(404), { times: 2 })
    await add(world, ours)
    expect(world.destination.count('PUT')).toBe(1)
    expect(world.clock.pauses).toEqual([500])
  })

  test('begins empty where the tag shows the image itself (Q62)', async () => {
    await using world = await startWorld()
    world.destination.store.putManifest('mirror/app', image.manifest, tag)
    await add(world, ours)
    expect(listed(world)).toEqual([digestOf(ours)])
  })

  test('cannot be kept where the tag still shows the image then (Q62)', async () => {
    await using world = await startWorld()
    world.destination.fault(
      { method: 'GET', path: tag },
      replyWith(200, { body: image.manifest.bytes }),
    )
    const error = await failureOf(add(world, ours))
    expect(error.code).toBe('UNSUPPORTED')
    expect(error.message).toContain('referrers: none')
  })

  test.each([
    ['an image', buildImage({ platform: 'linux/arm64' })],
    ["a list of Docker's", buildIndex({ children: [], format: 'docker' })],
  ])('cannot be kept where the tag holds %s, and nothing is written', async (_what, held) => {
    await using world = await startWorld()
    world.destination.store.putManifest('mirror/app', held.manifest, tag)
    const error = await failureOf(add(world, ours))
    expect(error).toMatchObject({ code: 'UNSUPPORTED', reference: tag })
    expect(error.message).toContain('referrers: none')
    expect(world.destination.count('PUT')).toBe(0)
  })

  test('may not be moved where tags are immutable', async () => {
    await using world = await startWorld()
    theyWrite(world)
    const body = JSON.stringify({ errors: [{ code: 'TAG_INVALID', message: 'tag is immutable' }] })
    world.destination.fault(put, replyWith(400, { body }))
    expect((await failureOf(add(world, ours))).code).toBe('EXISTS')
    expect(listed(world)).toEqual([digestOf(theirs)])
  })
})
