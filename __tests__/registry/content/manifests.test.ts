import { describe, expect, test } from '@jest/globals'
import { type Digest, digestOf } from '../../../src/oci/digest.ts'
import { MAX_MANIFEST_BYTES } from '../../../src/oci/manifest.ts'
import { fetchManifest, resolveDigest } from '../../../src/registry/content/manifests.ts'
import { reply } from '../../../testkit/registry/exchange.ts'
import {
  compress,
  extendBody,
  flipBit,
  removeHeader,
  replyWith,
  setHeader,
  truncateBody,
} from '../../../testkit/registry/faults.ts'
import { buildImage, buildIndex } from '../../../testkit/image/image.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage()
const { manifest } = image
const digest = manifest.digest as Digest
const expected = { digest, size: manifest.size, mediaType: manifest.mediaType }
const reading = { method: 'GET', path: '/manifests/' }

async function worldWithImage() {
  const world = await RegistryWorld.start({ network: { retries: 2 } })
  world.give(image)
  return world
}

describe('a manifest that is fetched', () => {
  test('by tag is what its bytes are', async () => {
    await using world = await worldWithImage()
    const fetched = await fetchManifest(world.sourceRepository(), '1.0')
    expect(fetched).toMatchObject(expected)
    expect(Buffer.from(fetched.bytes).equals(manifest.bytes)).toBe(true)
    expect(fetched.manifest.kind).toBe('image')
  })

  test('by tag is what its bytes are, whatever digest the registry tells (Q50)', async () => {
    await using world = await worldWithImage()
    world.source.fault(reading, setHeader('docker-content-digest', `sha256:${'0'.repeat(64)}`))
    expect((await fetchManifest(world.sourceRepository(), '1.0')).digest).toBe(digest)
  })

  test('by a sha512 digest is verified by it', async () => {
    const large = buildImage({ algorithm: 'sha512' })
    await using world = await RegistryWorld.start()
    world.give(large)
    const fetched = await fetchManifest(world.sourceRepository(), large.manifest.digest)
    expect(fetched.digest).toBe(large.manifest.digest)
    world.source.fault(reading, flipBit(5))
    const error = await failureOf(fetchManifest(world.sourceRepository(), large.manifest.digest))
    expect(error.code).toBe('DIGEST_MISMATCH')
  })

  test.each([
    ['damaged', flipBit(40), 'DIGEST_MISMATCH'],
    ['truncated', truncateBody(40), 'SIZE_MISMATCH'],
    ['extended', extendBody(Buffer.from(' ')), 'SIZE_MISMATCH'],
    [
      'extended without telling',
      [removeHeader('content-length'), extendBody(Buffer.from(' '))],
      'SIZE_MISMATCH',
    ],
    ['empty', truncateBody(0), 'SIZE_MISMATCH'],
  ])('is refused where it is %s, against what a descriptor says', async (_what, faults, code) => {
    await using world = await worldWithImage()
    for (const fault of [faults].flat()) world.source.fault(reading, fault)
    const error = await failureOf(fetchManifest(world.sourceRepository(), digest, expected))
    expect(error).toMatchObject({
      code,
      operation: 'get manifest',
      side: 'source',
      reference: digest,
    })
    expect(world.source.requests).toHaveLength(1)
  })

  test('is looked at for its size first, for its digest then, and read last', async () => {
    await using world = await worldWithImage()
    const nonsense = Buffer.from('{"schemaVersion": 1')
    world.source.intercept(() => reply(200, {}, nonsense))
    const codeFor = async (size: number, promised: Digest) => {
      const wanted = { ...expected, size, digest: promised }
      return (await failureOf(fetchManifest(world.sourceRepository(), promised, wanted))).code
    }
    expect(await codeFor(nonsense.length + 1, digest)).toBe('SIZE_MISMATCH')
    expect(await codeFor(nonsense.length, digest)).toBe('DIGEST_MISMATCH')
    expect(await codeFor(nonsense.length, digestOf(nonsense))).toBe('INVALID_MANIFEST')
  })

  test('by digest is refused where it is another one', async () => {
    await using world = await worldWithImage()
    world.source.fault(reading, flipBit(40))
    expect((await failureOf(fetchManifest(world.sourceRepository(), digest))).code).toBe(
      'DIGEST_MISMATCH',
    )
  })

  test.each([
    ['says so', false],
    ['does not say so', true],
  ])('is not read beyond eight mebibytes where its answer %s', async (_what, silent) => {
    await using world = await worldWithImage()
    let sent = 0
    const block = Buffer.alloc(1024 * 1024, ' ')
    const chunks = function* () {
      for (; sent < 1000; sent++) yield block
    }
    const size = silent ? {} : { size: 1000 * block.length }
    world.source.intercept(() => ({
      status: 200,
      headers: {},
      body: { ...size, chunks: chunks() },
    }))
    const error = await failureOf(fetchManifest(world.sourceRepository(), '1.0'))
    expect(error).toMatchObject({ code: 'SIZE_MISMATCH', transient: false })
    expect(error.message).toContain(String(MAX_MANIFEST_BYTES))
    expect(sent).toBeLessThan(64)
  })

  test.each<[string, string | undefined]>([
    ['with parameters', `${manifest.mediaType}; charset=utf-8`],
    ['in capitals', manifest.mediaType.toUpperCase()],
    ['that means nothing', 'text/plain'],
    ['of any JSON', 'application/json'],
    ['that is missing', undefined],
    ['that is empty', ''],
  ])('may have a content type %s (Q46)', async (_what, type) => {
    await using world = await worldWithImage()
    world.source.fault(reading, setHeader('content-type', type))
    const fetched = await fetchManifest(world.sourceRepository(), '1.0')
    expect(fetched.mediaType).toBe(manifest.mediaType)
  })

  test('may not have a content type of another kind of manifest', async () => {
    await using world = await worldWithImage()
    world.source.fault(
      reading,
      setHeader('content-type', buildIndex({ children: [] }).manifest.mediaType),
    )
    const error = await failureOf(fetchManifest(world.sourceRepository(), '1.0'))
    expect(error.code).toBe('INVALID_MANIFEST')
  })

  test('is what a verified descriptor says, whatever its content type', async () => {
    await using world = await worldWithImage()
    world.source.fault(
      reading,
      setHeader('content-type', buildIndex({ children: [] }).manifest.mediaType),
    )
    const fetched = await fetchManifest(world.sourceRepository(), digest, expected)
    expect(fetched.mediaType).toBe(manifest.mediaType)
  })

  test('may not have two content types', async () => {
    await using world = await worldWithImage()
    world.source.fault(reading, setHeader('content-type', ['text/plain', manifest.mediaType]))
    const error = await failureOf(fetchManifest(world.sourceRepository(), '1.0'))
    expect(error).toMatchObject({ code: 'REGISTRY', status: 200 })
  })

  test.each(['gzip', 'x-gzip', 'br'])(
    'that is stored as it comes is right, although it is said to be %s',
    async (encoding) => {
      await using world = await worldWithImage()
      world.source.fault(reading, setHeader('content-encoding', encoding))
      for (const reference of ['1.0', digest]) {
        const fetched = await fetchManifest(world.sourceRepository(), reference)
        expect(Buffer.from(fetched.bytes).equals(manifest.bytes)).toBe(true)
      }
    },
  )

  test.each(['gzip', 'x-gzip'])('in compressed form (%s) is read (Q47)', async (encoding) => {
    await using world = await worldWithImage()
    world.source.fault(reading, setHeader('content-encoding', encoding))
    world.source.fault(reading, compress())
    for (const reference of ['1.0', digest]) {
      const fetched = await fetchManifest(world.sourceRepository(), reference)
      expect(fetched).toMatchObject(expected)
      expect(Buffer.from(fetched.bytes).equals(manifest.bytes)).toBe(true)
    }
  })

  test('is refused in a compressed form that nobody asked for and we do not know', async () => {
    await using world = await worldWithImage()
    world.source.fault(reading, setHeader('content-encoding', 'zstd'))
    world.source.fault(reading, compress())
    const error = await failureOf(fetchManifest(world.sourceRepository(), '1.0'))
    expect(error).toMatchObject({ code: 'UNSUPPORTED', operation: 'get manifest' })
  })

  test('is read no further than a manifest may be, however small it was compressed', async () => {
    await using world = await worldWithImage()
    world.source.fault(reading, compress())
    const bomb = replyWith(200, { body: ' '.repeat(MAX_MANIFEST_BYTES + 1) })
    world.source.fault(reading, bomb)
    const error = await failureOf(fetchManifest(world.sourceRepository(), '1.0'))
    expect(error).toMatchObject({ code: 'UNSUPPORTED' })
  })

  test.each([
    ['a page', '<html>Sign in</html>'],
    [
      'an older form',
      '{"schemaVersion":1,"name":"acme/app","tag":"1.0","fsLayers":[],"history":[]}',
    ],
    ['two forms at once', '{"schemaVersion":2,"manifests":[],"layers":[]}'],
    ['hostile', '{"schemaVersion":2,"mediaType":"\\n::error::\\u001b[31m##[error]"}'],
  ])('is refused where it is %s', async (_what, body) => {
    await using world = await worldWithImage()
    world.source.fault(reading, replyWith(200, { body }))
    const error = await failureOf(fetchManifest(world.sourceRepository(), '1.0'))
    expect(error).toMatchObject({ code: 'INVALID_MANIFEST', reference: '1.0' })
    for (const opener of ['\n', '\u001B', '##[']) expect(error.message).not.toContain(opener)
  })
})

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
  ])('is computed where HEAD %s (Q09, Q50, Q56)', async (_what, fault) => {
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
