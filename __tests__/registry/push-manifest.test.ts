import { describe, expect, test } from '@jest/globals'
import { type Digest, digestOf } from '../../src/oci/digest.ts'
import { resolveDigest } from '../../src/registry/manifests.ts'
import { pushManifest, verifyPushed } from '../../src/registry/push-manifest.ts'
import { removeHeader, replyWith, setHeader } from '../../testkit/registry/faults.ts'
import { buildImage } from '../../testkit/image/image.ts'
import { failureOf, RegistryWorld } from './registry-world.ts'

const image = buildImage()
const { manifest } = image
const digest = manifest.digest as Digest
async function worldWithImage() {
  const world = await RegistryWorld.start({ network: { retries: 2 } })
  world.give(image)
  return world
}

describe('the digest of a reference', () => {
  test('is what HEAD says', async () => {
    await using world = await worldWithImage()
    expect(await resolveDigest(world.sourceRepository(), '1.0')).toBe(digest)
    expect(world.source.requests.map(({ method }) => method)).toEqual(['HEAD'])
  })

  test.each([
    ['says nothing', removeHeader('docker-content-digest')],
    ['says nothing of use', setHeader('docker-content-digest', 'sha256:short')],
    ['answers 405', replyWith(405)],
    ['answers 400', replyWith(400)],
    ['answers 501', replyWith(501)],
  ])('is computed where HEAD %s', async (_what, fault) => {
    await using world = await worldWithImage()
    world.source.fault({ method: 'HEAD' }, fault)
    expect(await resolveDigest(world.sourceRepository(), '1.0')).toBe(digest)
    expect(world.source.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
  })

  test('is computed by the algorithm of the reference', async () => {
    const large = buildImage({ algorithm: 'sha512' })
    await using world = await RegistryWorld.start()
    world.give(large)
    world.source.fault({ method: 'HEAD' }, removeHeader('docker-content-digest'))
    expect(await resolveDigest(world.sourceRepository(), large.manifest.digest)).toBe(
      large.manifest.digest,
    )
  })

  test('is none for what is not there', async () => {
    await using world = await worldWithImage()
    expect(await resolveDigest(world.sourceRepository(), '9.9')).toBeUndefined()
    expect(await resolveDigest(world.sourceRepository('no/such'), '1.0')).toBeUndefined()
  })

  test('is none for what only GET knows not to be there', async () => {
    await using world = await worldWithImage()
    world.source.fault({ method: 'HEAD' }, replyWith(405))
    expect(await resolveDigest(world.sourceRepository(), '9.9')).toBeUndefined()
  })

  test('is not told twice', async () => {
    await using world = await worldWithImage()
    world.source.fault({}, setHeader('docker-content-digest', [digest, `sha256:${'0'.repeat(64)}`]))
    const error = await failureOf(resolveDigest(world.sourceRepository(), '1.0'))
    expect(error.code).toBe('REGISTRY')
  })

  test.each([
    [401, 'AUTHENTICATION'],
    [403, 'DENIED'],
    [410, 'REGISTRY'],
    [500, 'REGISTRY'],
  ])('is an error where the answer is %i', async (status, code) => {
    await using world = await worldWithImage()
    world.source.fault({}, replyWith(status))
    expect(await failureOf(resolveDigest(world.sourceRepository(), '1.0'))).toMatchObject({
      code,
      operation: 'look up',
      status,
    })
  })
})

describe('a manifest that is pushed', () => {
  const content = { bytes: manifest.bytes, mediaType: manifest.mediaType, digest }
  const loose = { destination: { checkReferences: false } }

  test('arrives byte for byte under its own type', async () => {
    await using world = await RegistryWorld.start(loose)
    await pushManifest(world.destinationRepository(), '1.0', content)
    const [request] = world.destination.requests
    expect(request?.headers['content-type']).toBe(manifest.mediaType)
    expect(request?.headers['content-length']).toBe(String(manifest.size))
    expect(world.destination.store.manifest('mirror/app', '1.0')?.bytes).toEqual(manifest.bytes)
  })

  test.each([
    ['of the same algorithm', `sha256:${'0'.repeat(64)}`],
    ['of no form', 'sha256:##[error]\u0009nonsense'],
  ])('is refused where the registry answers with another digest %s', async (_what, other) => {
    await using world = await RegistryWorld.start(loose)
    world.destination.fault({ method: 'PUT' }, setHeader('docker-content-digest', other))
    const error = await failureOf(pushManifest(world.destinationRepository(), '1.0', content))
    expect(error).toMatchObject({
      code: 'VERIFICATION',
      operation: 'push manifest',
      side: 'destination',
      reference: '1.0',
      status: 201,
    })
    expect(error.message).toContain(digest)
    expect(error.message).not.toContain('##[')
  })

  test.each([
    ['nothing', undefined],
    ['a digest of another algorithm', digestOf(manifest.bytes, 'sha512')],
  ])('is not doubted where the registry answers with %s', async (_what, value) => {
    await using world = await RegistryWorld.start(loose)
    world.destination.fault({ method: 'PUT' }, setHeader('docker-content-digest', value))
    await pushManifest(world.destinationRepository(), '1.0', content)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(digest)
  })
})

describe('what a tag shows afterwards', () => {
  test('is accepted where it is what was pushed', async () => {
    await using world = await worldWithImage()
    await verifyPushed(world.sourceRepository(), '1.0', { digest })
    expect(world.source.requests.map(({ method }) => method)).toEqual(['HEAD'])
  })

  test('is refused where it is something else', async () => {
    await using world = await worldWithImage()
    const other = digestOf(Buffer.from('something else'))
    const error = await failureOf(verifyPushed(world.sourceRepository(), '1.0', { digest: other }))
    expect(error).toMatchObject({ code: 'VERIFICATION', operation: 'verify', reference: '1.0' })
    expect(error.message).toContain(digest)
    expect(error.message).toContain(other)
  })

  test('is refused where it is nothing', async () => {
    await using world = await worldWithImage()
    const error = await failureOf(verifyPushed(world.sourceRepository(), '9.9', { digest }))
    expect(error.code).toBe('VERIFICATION')
    expect(error.message).toContain('nothing is there')
  })

  test('is computed where the registry names it by another algorithm', async () => {
    await using world = await worldWithImage()
    const sha512 = digestOf(manifest.bytes, 'sha512')
    await verifyPushed(world.sourceRepository(), '1.0', { digest: sha512 })
    expect(world.source.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
    const other = digestOf(Buffer.from('something else'), 'sha512')
    const error = await failureOf(verifyPushed(world.sourceRepository(), '1.0', { digest: other }))
    expect(error.code).toBe('VERIFICATION')
  })
})
