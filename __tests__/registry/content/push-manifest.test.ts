import { describe, expect, test } from '@jest/globals'
import { type Digest, digestOf } from '../../../src/oci/digest.ts'
import { pushManifest } from '../../../src/registry/content/push-manifest.ts'
import { verifyPushed } from '../../../src/registry/content/read-back-tag.ts'
import { reply, type Middleware } from '../../../testkit/registry/exchange.ts'
import {
  afterWork,
  all,
  cutBody,
  dropAfterWork,
  redirectTo,
  replyWith,
  setHeader,
  setStatus,
  silentAfterWork,
} from '../../../testkit/registry/faults.ts'
import { buildImage } from '../../../testkit/image/image.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage()
const { manifest } = image
const digest = manifest.digest as Digest
const content = { bytes: manifest.bytes, mediaType: manifest.mediaType, digest }
/** Takes a manifest without its blobs. */
const loose = { destination: { checkReferences: false } }

async function looseWorld(retries: number) {
  return RegistryWorld.start({ ...loose, network: { retries, timeoutMs: 500 } })
}

async function worldWithImage() {
  const world = await RegistryWorld.start({ network: { retries: 2 } })
  world.give(image)
  return world
}

describe('a manifest that is pushed', () => {
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
  ])('is refused where the registry answers with another digest %s (Q50)', async (_what, other) => {
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
    await verifyPushed(world.sourceRepository(), '1.0', digest)
    expect(world.source.requests.map(({ method }) => method)).toEqual(['HEAD'])
  })

  test('is refused where it is something else', async () => {
    await using world = await worldWithImage()
    const other = digestOf(Buffer.from('something else'))
    const error = await failureOf(verifyPushed(world.sourceRepository(), '1.0', other))
    expect(error).toMatchObject({ code: 'VERIFICATION', operation: 'verify', reference: '1.0' })
    expect(error.message).toContain(digest)
    expect(error.message).toContain(other)
  })

  test('is refused where it is nothing', async () => {
    await using world = await worldWithImage()
    const error = await failureOf(verifyPushed(world.sourceRepository(), '9.9', digest))
    expect(error.code).toBe('VERIFICATION')
    expect(error.message).toContain('nothing is there')
  })

  test('is computed where the registry names it by another algorithm', async () => {
    await using world = await worldWithImage()
    const sha512 = digestOf(manifest.bytes, 'sha512')
    await verifyPushed(world.sourceRepository(), '1.0', sha512)
    expect(world.source.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
    const other = digestOf(Buffer.from('something else'), 'sha512')
    const error = await failureOf(verifyPushed(world.sourceRepository(), '1.0', other))
    expect(error.code).toBe('VERIFICATION')
  })
})

describe('a tag that shows late what was written (Q58)', () => {
  test.each([
    ['nothing', replyWith(404)],
    ['what was there before', setHeader('docker-content-digest', digestOf(Buffer.from('old')))],
  ])('is looked at again while it shows %s', async (_what, late) => {
    await using world = await worldWithImage()
    const looks = world.source.fault({ method: 'HEAD' }, late, { times: 3 })
    await verifyPushed(world.sourceRepository(), '1.0', digest)
    expect(looks.hits).toBe(3)
    expect(world.clock.pauses).toEqual([250, 500, 1_000])
  })

  test('is not waited for any longer than some seconds', async () => {
    await using world = await worldWithImage()
    world.source.fault({ method: 'HEAD' }, replyWith(404))
    await failureOf(verifyPushed(world.sourceRepository(), '1.0', digest))
    expect(world.clock.pauses.reduce((sum, pause) => sum + pause, 0)).toBe(3_750)
  })
})

describe('a manifest whose blobs are not known yet', () => {
  const body = JSON.stringify({
    errors: [{ code: 'MANIFEST_BLOB_UNKNOWN', message: 'blob unknown' }],
  })

  test.each([400, 404])('is pushed again after %i (Q33, Q58)', async (status) => {
    await using world = await RegistryWorld.start({ ...loose, network: { retries: 5 } })
    world.destination.fault({ method: 'PUT' }, replyWith(status, { body }), { times: 2 })
    await pushManifest(world.destinationRepository(), '1.0', content)
    expect(world.destination.store.tag('mirror/app', '1.0')).toBe(digest)
  })

  test('is refused in the end, after three more tries (Q04)', async () => {
    await using world = await RegistryWorld.start({ ...loose, network: { retries: 5 } })
    const refused = world.destination.fault({ method: 'PUT' }, replyWith(400, { body }))
    const error = await failureOf(pushManifest(world.destinationRepository(), '1.0', content))
    expect(error.registryCode).toBe('MANIFEST_BLOB_UNKNOWN')
    expect(refused.hits).toBe(4)
  })
})

function refusal(status: number, message: string) {
  return replyWith(status, { body: JSON.stringify({ errors: [{ code: 'DENIED', message }] }) })
}

describe('a tag that the registry does not let be moved', () => {
  const other = buildImage({ platform: 'linux/s390x' })

  /** A destination with another image under the tag. */
  async function worldWithTag(tag: string, repository = 'mirror/app') {
    const world = await RegistryWorld.start(loose)
    pushTo(world.destination.store, repository, tag, other)
    return world
  }

  const frozen: [string, number, string][] = [
    ['Amazon ECR (Q03)', 400, 'tag 1.0 already exists and cannot be overwritten: it is immutable'],
    ['Harbor (Q25)', 412, 'Failed to process request due to 1.0 configured as immutable.'],
    ['Docker Hub (Q30)', 403, 'the tag is immutable'],
  ]

  test.each(frozen)('is told as such, for instance by %s', async (_who, status, message) => {
    await using world = await worldWithTag('1.0')
    const refused = world.destination.fault({ method: 'PUT' }, refusal(status, message))
    const error = await failureOf(pushManifest(world.destinationRepository(), '1.0', content))
    expect(error).toMatchObject({ code: 'EXISTS', status, registryMessage: message })
    expect(refused.hits).toBe(1)
  })

  test('is told as such where we may not look at it', async () => {
    await using world = await worldWithTag('1.0')
    world.destination.fault({}, refusal(403, 'the tag is immutable'))
    const error = await failureOf(pushManifest(world.destinationRepository(), '1.0', content))
    expect(error.code).toBe('EXISTS')
  })

  test('is fine where it shows the same digest by now (Q03)', async () => {
    await using world = await RegistryWorld.start(loose)
    const repository = world.destinationRepository()
    await pushManifest(repository, '1.0', content)
    world.destination.fault({ method: 'PUT' }, replyWith(400, { body: 'immutable' }))
    expect(await pushManifest(repository, '1.0', content)).toBe(true)
  })

  test('is not mistaken for one that is merely refused (Q41)', async () => {
    await using world = await worldWithTag('1.0')
    world.destination.fault({ method: 'PUT' }, replyWith(405, { body: 'read-only' }))
    const error = await failureOf(pushManifest(world.destinationRepository(), '1.0', content))
    expect(error).toMatchObject({ code: 'REGISTRY', status: 405, registryMessage: 'read-only' })
  })

  test.each([
    ['repository', 'mirror/immutable-base', '1.0', 'no access to mirror/immutable-base'],
    ['tag', 'mirror/app', 'immutable', 'no access to mirror/app:immutable'],
  ])('is not read out of the name of a %s', async (_what, name, tag, message) => {
    await using world = await worldWithTag(tag, name)
    world.destination.fault({ method: 'PUT' }, refusal(403, message))
    const repository = world.destinationRepository(name)
    expect((await failureOf(pushManifest(repository, tag, content))).code).toBe('DENIED')
  })

  test('is none that is not there yet', async () => {
    await using world = await RegistryWorld.start(loose)
    world.destination.fault({ method: 'PUT' }, refusal(403, 'immutable storage is full'))
    const error = await failureOf(pushManifest(world.destinationRepository(), '1.0', content))
    expect(error.code).toBe('DENIED')
  })
})

describe('a push that is answered as if nothing had been stored', () => {
  const page = replyWith(200, { headers: { 'content-type': 'text/html' }, body: '<p>Sign in</p>' })
  const digests = ['a', 'b'].map((hex) => `sha256:${hex.repeat(64)}`)
  const challenge = { 'www-authenticate': 'Bearer realm="http://127.0.0.1:1/token"' }
  const answers: readonly (readonly [string, Middleware, string])[] = [
    ['300', replyWith(300), 'REGISTRY'],
    ['301', redirectTo('/elsewhere', 301), 'REDIRECT'],
    ['302 to another host', redirectTo('http://192.0.2.1/sign-in', 302), 'REDIRECT'],
    ['303', redirectTo('/elsewhere', 303), 'REDIRECT'],
    ['304', replyWith(304), 'REGISTRY'],
    ['307 to another host', redirectTo('http://192.0.2.1/v2/', 307), 'REDIRECT'],
    ['307 to itself', redirectTo(({ path }) => path, 307), 'REDIRECT'],
    ['401', replyWith(401), 'AUTHENTICATION'],
    ['401 and a broken challenge', replyWith(401, { headers: challenge }), 'NETWORK'],
    ...[403, 404, 409, 423, 429].map((status) => [`${status}`, replyWith(status), ''] as const),
    ['a page', page, 'REGISTRY'],
    ['several digests', setHeader('docker-content-digest', digests), 'REGISTRY'],
  ]

  test.each(answers)('with %s is a success where the tag shows it', async (_what, answer) => {
    await using world = await looseWorld(0)
    world.destination.fault({ method: 'PUT' }, afterWork(answer))
    expect(await pushManifest(world.destinationRepository(), '1.0', content)).toBe(true)
  })

  test.each(answers.filter(([, , code]) => code !== ''))(
    'with %s is a failure where the tag shows something else',
    async (_what, answer, code) => {
      await using world = await looseWorld(0)
      pushTo(world.destination.store, 'mirror/app', '1.0', buildImage({ platform: 'linux/s390x' }))
      world.destination.fault({ method: 'PUT' }, async (request) =>
        answer(request, async () => Promise.resolve(reply(201))),
      )
      const error = await failureOf(pushManifest(world.destinationRepository(), '1.0', content))
      expect(error.code).toBe(code)
    },
  )
})

describe('a push whose answer is lost', () => {
  /** The answer is worth nothing, although the manifest was stored. */
  const losses: readonly (readonly [string, Middleware])[] = [
    ['that breaks off', dropAfterWork()],
    ['that breaks off behind its status', all(cutBody(0), setStatus(500))],
    ...[500, 501, 502, 503, 504, 520].map((status) => [`${status}`, setStatus(status)] as const),
    ['that comes too late', silentAfterWork()],
  ]
  const references = [
    ['a tag', '1.0'],
    ['its digest', digest],
  ] as const
  const cases = losses.flatMap(([what, loss]) =>
    references.map(([where, reference]) => [where, what, reference, loss] as const),
  )

  test.each(cases)('under %s with an answer %s is found to be there', async (...of) => {
    const [, , reference, loss] = of
    await using world = await looseWorld(3)
    const lost = world.destination.fault({ method: 'PUT' }, loss)
    expect(await pushManifest(world.destinationRepository(), reference, content)).toBe(true)
    expect(lost.hits).toBe(1)
    expect(world.destination.store.completedManifests()).toEqual([digest])
  })

  test.each(references)('under %s without another try is looked for', async (_where, reference) => {
    await using world = await looseWorld(0)
    const lost = world.destination.fault({ method: 'PUT' }, dropAfterWork())
    expect(await pushManifest(world.destinationRepository(), reference, content)).toBe(true)
    expect(lost.hits).toBe(1)
  })

  test.each(references)(
    'under %s is hashed where the registry names no digest',
    async (_where, reference) => {
      await using world = await looseWorld(1)
      world.destination.use(setHeader('docker-content-digest', undefined))
      world.destination.fault({ method: 'PUT' }, setStatus(504))
      expect(await pushManifest(world.destinationRepository(), reference, content)).toBe(true)
      expect(world.destination.count('GET')).toBe(1)
    },
  )

  test.each(references)(
    'under %s is read in the end where every HEAD fails (Q56)',
    async (_where, reference) => {
      await using world = await looseWorld(0)
      world.destination.fault({ method: 'PUT' }, setStatus(504))
      world.destination.fault({ method: 'HEAD' }, replyWith(500))
      expect(await pushManifest(world.destinationRepository(), reference, content)).toBe(true)
      expect(world.destination.count('GET')).toBe(1)
    },
  )

  test('is not there where it cannot be read either', async () => {
    await using world = await looseWorld(0)
    world.destination.fault({ method: 'PUT' }, setStatus(504))
    world.destination.fault({ method: ['HEAD', 'GET'] }, replyWith(500))
    const error = await failureOf(pushManifest(world.destinationRepository(), '1.0', content))
    expect(error).toMatchObject({ operation: 'push manifest', status: 504 })
  })

  test('is looked for some seconds in the end, since it may be under way', async () => {
    await using world = await looseWorld(0)
    world.destination.fault({ method: 'PUT' }, setStatus(504))
    world.destination.fault({ method: 'HEAD' }, replyWith(404), { times: 1 })
    world.destination.fault({ method: 'HEAD' }, replyWith(500), { times: 1 })
    expect(await pushManifest(world.destinationRepository(), '1.0', content)).toBe(true)
    expect(world.clock.pauses).toEqual([250, 500])
  })

  test('is tried again where it did not arrive', async () => {
    await using world = await looseWorld(3)
    world.destination.fault({ method: 'PUT' }, replyWith(502))
    world.destination.fault({ method: 'HEAD' }, replyWith(404), { times: 2 })
    const error = await failureOf(pushManifest(world.destinationRepository(), '1.0', content))
    expect(error).toMatchObject({ operation: 'push manifest', status: 502 })
    expect(world.destination.count('PUT')).toBe(4)
  })

  test('stays a failure where the tag shows something else', async () => {
    await using world = await looseWorld(1)
    world.destination.fault({ method: 'PUT' }, replyWith(502))
    pushTo(world.destination.store, 'mirror/app', '1.0', buildImage({ platform: 'linux/s390x' }))
    const error = await failureOf(pushManifest(world.destinationRepository(), '1.0', content))
    expect(error).toMatchObject({ operation: 'push manifest', status: 502 })
  })

  test.each(references)(
    'under %s, and that is refused then, is found to be there all the same',
    async (_where, reference) => {
      await using world = await RegistryWorld.start({ ...loose, network: { retries: 2 } })
      world.destination.fault({ method: 'PUT' }, dropAfterWork(), { times: 1 })
      world.destination.fault({ method: 'PUT', nth: 2 }, replyWith(409))
      // The first look comes before the registry shows what it has.
      world.destination.fault({ method: 'HEAD' }, replyWith(404), { times: 1 })
      expect(await pushManifest(world.destinationRepository(), reference, content)).toBe(true)
      expect(world.destination.count('PUT')).toBe(2)
    },
  )

  test('is not looked for where the registry has refused it', async () => {
    await using world = await RegistryWorld.start({ ...loose, network: { retries: 2 } })
    world.destination.fault({ method: 'PUT' }, replyWith(429))
    await failureOf(pushManifest(world.destinationRepository(), digest, content))
    expect(world.destination.requests.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'PUT'])
  })
})
