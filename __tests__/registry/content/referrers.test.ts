import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import {
  findReferrers,
  listCosignImages,
  listReferrers,
} from '../../../src/registry/content/referrers.ts'
import { buildImage, buildIndex, type BuiltImage } from '../../../testkit/image/image.ts'
import {
  buildBundle,
  buildReferrersIndex,
  buildSbom,
  buildSignatures,
  giveReferrers,
  tagOf,
} from '../../../testkit/image/referrers.ts'
import { ociIndex } from '../../../testkit/registry/media-types.ts'
import { reply, type Middleware } from '../../../testkit/registry/exchange.ts'
import { redirectTo, replyWith, setHeader } from '../../../testkit/registry/faults.ts'
import type { RegistryOptions } from '../../../testkit/registry/registry.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage()
const subject = image.manifest.digest as Digest
const signature = buildBundle(image)
const sbom = buildSbom(image)
const both = [digestOf(signature), digestOf(sbom)]
const api = '/referrers/'

function digestOf(built: BuiltImage): Digest {
  return built.manifest.digest as Digest
}

/** A source with an image, and with a signature and a bill of materials for it. */
async function worldWithReferrers(source: RegistryOptions = {}, retries = 0) {
  const world = await RegistryWorld.start({ source, network: { retries } })
  world.give(image)
  const tagged = source.referrers === false
  giveReferrers(world.source.store, 'acme/app', image, [signature, sbom], { tagged })
  return world
}

async function found(world: RegistryWorld, of: Digest = subject) {
  const referrers = await findReferrers(world.sourceRepository(), of)
  return referrers.map(({ digest }) => digest)
}

describe('the referrers of a manifest', () => {
  test('are listed by the API, in one request', async () => {
    await using world = await worldWithReferrers()
    const list = await listReferrers(world.sourceRepository(), subject)
    expect(list.from).toBe('api')
    expect(list.entries.map(({ digest }) => digest)).toEqual(both)
    expect(world.source.requests).toHaveLength(1)
  })

  test('are fetched and verified', async () => {
    await using world = await worldWithReferrers()
    const [first] = await findReferrers(world.sourceRepository(), subject)
    expect(first).toMatchObject({
      digest: digestOf(signature),
      mediaType: signature.manifest.mediaType,
    })
    expect(Buffer.from(first?.bytes ?? []).equals(signature.manifest.bytes)).toBe(true)
  })

  test('are collected from all pages', async () => {
    await using world = await worldWithReferrers({ referrersPageSize: 1 })
    expect(await found(world)).toEqual(both)
    expect(world.source.count('GET', api)).toBe(2)
  })

  test('are each one, also where a list under a tag has them twice', async () => {
    await using world = await worldWithReferrers({ referrers: false })
    const twice = buildReferrersIndex([signature, sbom, signature])
    world.source.store.putManifest('acme/app', twice.manifest, tagOf(image))
    expect(await found(world)).toEqual(both)
  })

  test('are none where the list is empty', async () => {
    await using world = await worldWithReferrers()
    expect(await found(world, digestOf(sbom))).toEqual([])
  })

  test('are none where the list is null, as Go writes it', async () => {
    await using world = await worldWithReferrers()
    const body = `{"schemaVersion":2,"mediaType":"${ociIndex}","manifests":null}`
    world.source.fault(
      { path: api },
      replyWith(200, { headers: { 'content-type': ociIndex }, body }),
    )
    expect(await found(world)).toEqual([])
  })

  test('that are listed and not there are an error', async () => {
    await using world = await worldWithReferrers()
    world.source.fault({ path: digestOf(sbom) }, replyWith(404))
    const error = await failureOf(found(world))
    expect(error).toMatchObject({ code: 'NOT_FOUND', reference: digestOf(sbom) })
  })

  test('that refer to something else are not counted, and told', async () => {
    await using world = await worldWithReferrers()
    const other = buildSbom(buildImage({ platform: 'linux/arm64' }))
    const list = buildReferrersIndex([signature, other, image])
    giveReferrers(world.source.store, 'acme/app', image, [other])
    world.source.fault({ path: api }, replyWith(200, { body: list.manifest.bytes }))
    expect(await found(world)).toEqual([digestOf(signature)])
    const told = world.log.lines.filter((line) => line.startsWith('info:'))
    expect(told).toEqual([
      expect.stringContaining(`${digestOf(other)} is listed as a referrer of ${subject}`),
      expect.stringContaining('refers to nothing: not counted'),
    ])
  })

  test('may be indexes', async () => {
    await using world = await worldWithReferrers()
    const index = buildIndex({ children: [], subject: image, artifactType: 'application/x' })
    giveReferrers(world.source.store, 'acme/app', image, [index])
    expect(await found(world)).toEqual([...both, digestOf(index)])
  })

  test('may refer to a sha512 digest', async () => {
    const large = buildImage({ algorithm: 'sha512' })
    const bundle = buildBundle(large)
    await using world = await RegistryWorld.start({ source: { referrers: false } })
    world.give(large)
    giveReferrers(world.source.store, 'acme/app', large, [bundle], { tagged: true })
    expect(await found(world, digestOf(large))).toEqual([digestOf(bundle)])
    expect(await listCosignImages(world.sourceRepository(), digestOf(large))).toEqual([])
  })
})

/** What registries answer that have no such API, with the API itself switched on behind it. */
const withoutApi: readonly (readonly [string, Middleware])[] = [
  ...[404, 405, 406, 501].map((status) => [String(status), replyWith(status)] as const),
  ['400 (Q23)', replyWith(400)],
  ['401 that asks for no login (Q61)', replyWith(401)],
  ['a page for people', replyWith(200, { headers: { 'content-type': 'text/html' }, body: '<p>' })],
  ['another document', replyWith(200, { body: '{"errors": []}' })],
  ['an index of another kind', replyWith(200, { body: '{"mediaType": "a/b", "manifests": []}' })],
  ['nothing', replyWith(200)],
  ['a redirect to another host (Q12)', redirectTo('https://github.com/-/v2/packages', 303)],
  ['a redirect to where nobody may go', redirectTo('http://10.0.0.1/', 302)],
  ['a redirect to nowhere', redirectTo('http://[', 302)],
]

describe('in a repository without the API, the referrers of a manifest', () => {
  test.each(withoutApi)(
    'are those under the tag, where it answers with %s',
    async (_what, fault) => {
      await using world = await worldWithReferrers({ referrers: false })
      world.source.fault({ path: api }, fault)
      const list = await listReferrers(world.sourceRepository(), subject)
      expect(list.from).toBe('tag')
      expect(list.entries.map(({ digest }) => digest)).toEqual(both)
      expect(list.entries[0]).toMatchObject({ annotations: expect.any(Object) as object })
    },
  )

  test('are looked for there after one request, and one list of tags', async () => {
    await using world = await worldWithReferrers({ referrers: false })
    const repository = world.sourceRepository()
    const others = [signature, sbom].map(digestOf)
    await Promise.all([subject, ...others].map(async (one) => listReferrers(repository, one)))
    expect(world.source.count('GET', api)).toBe(1)
    expect(world.source.count('GET', '/tags/list')).toBe(1)
    expect(world.source.requests).toHaveLength(3)
  })

  test('are looked for at each tag where tags are not listed', async () => {
    await using world = await worldWithReferrers({ referrers: false })
    world.source.fault({ path: '/tags/list' }, replyWith(403))
    expect(await found(world)).toEqual(both)
    expect(await found(world, digestOf(sbom))).toEqual([])
  })

  test('are none where the tag shows the manifest itself (Q62)', async () => {
    await using world = await worldWithReferrers({ referrers: false })
    world.source.store.putTag('acme/app', tagOf(image), subject)
    expect(await found(world)).toEqual([])
  })

  test('are none where the tag holds an image, which is told', async () => {
    await using world = await worldWithReferrers({ referrers: false })
    world.give(buildImage({ platform: 'linux/arm64' }), tagOf(image))
    expect(await found(world)).toEqual([])
    expect(world.log.lines.join()).toContain('and not a list of referrers: not counted')
  })

  test('are not what an index lists that is no list of referrers', async () => {
    await using world = await worldWithReferrers({ referrers: false })
    world.give(buildIndex({ children: [buildImage({ platform: 'linux/arm64' })] }), tagOf(image))
    expect(await found(world)).toEqual([])
  })

  test('are an error where the tag cannot be read', async () => {
    await using world = await worldWithReferrers({ referrers: false })
    world.source.fault({ path: `/manifests/${tagOf(image)}` }, replyWith(403))
    expect(await failureOf(found(world))).toMatchObject({ code: 'DENIED', reference: tagOf(image) })
  })
})

describe('a look for referrers that fails', () => {
  test.each([
    [403, 'DENIED'],
    [410, 'REGISTRY'],
    [429, 'RATE_LIMITED'],
    [500, 'REGISTRY'],
    [504, 'TIMEOUT'],
  ])('with %d is an error, not "there is none"', async (status, code) => {
    await using world = await worldWithReferrers()
    world.source.fault({ path: api }, replyWith(status))
    const error = await failureOf(found(world))
    expect(error).toMatchObject({ code, operation: 'list referrers', reference: subject })
    expect(world.source.requests).toHaveLength(1)
  })

  test('with 401 that asks for a login is an error', async () => {
    await using world = await worldWithReferrers()
    const headers = { 'www-authenticate': 'Basic realm="x"' }
    world.source.fault({ path: api }, replyWith(401, { headers }))
    expect((await failureOf(found(world))).code).toBe('AUTHENTICATION')
  })

  test('for a moment is repeated, and decides nothing about the API', async () => {
    await using world = await worldWithReferrers({}, 2)
    world.source.fault({ path: api }, replyWith(500), { times: 1 })
    expect(await found(world)).toEqual(both)
  })

  test('does not keep others from looking', async () => {
    await using world = await worldWithReferrers()
    world.source.fault({ path: api }, replyWith(500), { times: 1 })
    const repository = world.sourceRepository()
    const looks = [subject, digestOf(sbom)].map(async (one) => listReferrers(repository, one))
    const [first, second] = await Promise.allSettled(looks)
    expect(first?.status).toBe('rejected')
    expect(second).toMatchObject({ status: 'fulfilled', value: { from: 'api', entries: [] } })
  })

  test.each([
    ['is no JSON', '{"manifests": ['],
    ['has entries without a digest', '{"schemaVersion": 2, "manifests": [{"mediaType": "a/b"}]}'],
    ['is of another kind', '{"schemaVersion": 2, "mediaType": "a/b", "manifests": []}'],
  ])('since what was promised as an index %s, is an error', async (_why, body) => {
    await using world = await worldWithReferrers()
    world.source.fault(
      { path: api },
      replyWith(200, { headers: { 'content-type': ociIndex }, body }),
    )
    expect((await failureOf(found(world))).code).toBe('INVALID_MANIFEST')
  })

  test('since its pages go in a circle, is an error', async () => {
    await using world = await worldWithReferrers({ referrersPageSize: 1 })
    const circle = `</v2/acme/app/referrers/${subject}>; rel="next"`
    world.source.fault({ path: api }, setHeader('link', circle))
    expect(await failureOf(found(world))).toMatchObject({ code: 'INVALID_MANIFEST' })
    expect(world.source.count('GET', api)).toBe(1)
  })

  test('since it has no end, is an error after a hundred pages', async () => {
    await using world = await worldWithReferrers()
    let page = 0
    const list = buildReferrersIndex([signature]).manifest.bytes
    world.source.fault({ path: api }, () =>
      reply(200, { link: `<?last=${++page}>; rel="next"`, 'content-type': ociIndex }, list),
    )
    expect((await failureOf(found(world))).message).toContain('more than 100 pages')
    expect(world.source.count('GET', api)).toBe(100)
  })

  test('since it goes on at another host, is an error, and nobody is asked there', async () => {
    await using world = await worldWithReferrers()
    await using other = await worldWithReferrers()
    const link = `<${other.source.url}/v2/acme/app/referrers/${subject}?last=1>; rel="next"`
    world.source.fault({ path: api }, setHeader('link', link))
    expect((await failureOf(found(world))).code).toBe('REDIRECT')
    expect(other.source.requests).toHaveLength(0)
  })

  test('since it lists more than a thousand, is an error', async () => {
    await using world = await worldWithReferrers()
    const entry = { mediaType: 'a/b', size: 2 }
    const manifests = Array.from({ length: 1001 }, (_, index) => ({
      ...entry,
      digest: `sha256:${String(index).padStart(64, '0')}`,
    }))
    world.source.fault({ path: api }, replyWith(200, { body: JSON.stringify({ manifests }) }))
    expect((await failureOf(found(world))).message).toContain('more than 1000 referrers')
  })

  test('since it lists one digest with two sizes, is an error, on two pages as well', async () => {
    await using world = await worldWithReferrers()
    const entry = { mediaType: 'a/b', digest: digestOf(signature), size: 2 }
    let page = 0
    world.source.fault({ path: api }, () => {
      const manifests = [{ ...entry, size: 2 + page++ }]
      const link = page === 1 ? { link: '<?last=1>; rel="next"' } : {}
      return reply(200, { 'content-type': ociIndex, ...link }, JSON.stringify({ manifests }))
    })
    const error = await failureOf(found(world))
    expect(error.code).toBe('INVALID_MANIFEST')
    expect(error.message).toContain('with two sizes, 2 and 3 bytes')
  })

  test('since a page is larger than four mebibytes, is an error', async () => {
    await using world = await worldWithReferrers()
    const body = `{"manifests": [], "x": "${'x'.repeat(4 * 1024 * 1024)}"}`
    world.source.fault(
      { path: api },
      replyWith(200, { headers: { 'content-type': ociIndex }, body }),
    )
    expect((await failureOf(found(world))).code).toBe('INVALID_MANIFEST')
  })
})

describe('what cosign keeps under tags for a manifest', () => {
  async function worldWithTags(source: RegistryOptions = {}) {
    const world = await worldWithReferrers(source)
    world.give(buildSignatures(image), tagOf(image, 'sig'))
    world.give(buildImage({ format: 'docker' }), tagOf(image, 'sbom'))
    return world
  }
  const kept = [
    { kind: 'sig', tag: tagOf(image, 'sig') },
    { kind: 'sbom', tag: tagOf(image, 'sbom') },
  ]

  test('is found by one list of tags', async () => {
    await using world = await worldWithTags()
    expect(await listCosignImages(world.sourceRepository(), subject)).toEqual(kept)
    expect(await listCosignImages(world.sourceRepository(), digestOf(sbom))).toEqual([])
    expect(world.source.requests).toHaveLength(1)
  })

  test('is found tag by tag where tags are not listed', async () => {
    await using world = await worldWithTags()
    world.source.fault({ path: '/tags/list' }, replyWith(405))
    expect(await listCosignImages(world.sourceRepository(), subject)).toEqual(kept)
    expect(world.source.count('HEAD')).toBe(3)
  })

  test('is an error where the look fails', async () => {
    await using world = await worldWithTags()
    world.source.fault({ path: '/tags/list' }, replyWith(403))
    world.source.fault({ method: ['HEAD', 'GET'], path: '.sig' }, replyWith(500))
    expect((await failureOf(listCosignImages(world.sourceRepository(), subject))).code).toBe(
      'REGISTRY',
    )
  })
})
