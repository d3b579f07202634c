import { describe, expect, test } from '@jest/globals'
import type { Digest } from '../../../src/oci/digest.ts'
import { parseReferrerFilter } from '../../../src/oci/referrer-filter.ts'
import { findAllReferrers } from '../../../src/registry/copy/find-referrers.ts'
import { SourceReferrers } from '../../../src/registry/copy/source-referrers.ts'
import {
  buildArtifact,
  buildImage,
  buildIndex,
  type BuiltImage,
} from '../../../testkit/image/image.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import {
  buildBundle,
  buildReferrersIndex,
  buildSbom,
  giveReferrers,
  tagOf,
} from '../../../testkit/image/referrers.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import type { RegistryOptions } from '../../../testkit/registry/registry.ts'
import { failureOf, RegistryWorld } from '../registry-world.ts'

const image = buildImage()

function digestOf(built: BuiltImage): Digest {
  return built.manifest.digest as Digest
}

async function startWorld(source: RegistryOptions = {}) {
  const made = await RegistryWorld.start({ source })
  made.give(image)
  return made
}

async function find(world: RegistryWorld, filter = 'all', subjects = [digestOf(image)]) {
  return findAllReferrers({
    source: world.sourceRepository(),
    destination: world.destinationRepository(),
    found: new SourceReferrers(),
    filter: parseReferrerFilter(filter),
    subjects,
  })
}

/** A chain of referrers, each of the one before. */
function chain(length: number): BuiltImage[] {
  const links: BuiltImage[] = []
  for (let link = 0; link < length; link++) links.push(buildSbom(links.at(-1) ?? image))
  return links
}

describe('all that belongs to an image', () => {
  test('is found level by level', async () => {
    await using world = await startWorld()
    const links = chain(8)
    for (const link of links) giveReferrers(world.source.store, 'acme/app', image, [link])
    const { levels } = await find(world)
    const found = levels.map(({ referrers }) => referrers.map(({ digest }) => digest))
    expect(found).toEqual(links.map((link) => [digestOf(link)]))
  })

  test('is not more than eight levels deep', async () => {
    await using world = await startWorld()
    for (const link of chain(9)) giveReferrers(world.source.store, 'acme/app', image, [link])
    const error = await failureOf(find(world))
    expect(error).toMatchObject({ code: 'INVALID_MANIFEST', side: 'source' })
    expect(error.message).toContain('more than 8 deep')
  })

  test('is not more than a thousand, and not fetched to the end then', async () => {
    await using world = await startWorld()
    const many = Array.from({ length: 600 }, (_, index) => buildSbom(image, `${index}`))
    giveReferrers(world.source.store, 'acme/app', image, many)
    const [first = image] = many
    const more = Array.from({ length: 600 }, (_, index) => buildSbom(first, `${index}`))
    giveReferrers(world.source.store, 'acme/app', first, more)
    expect((await failureOf(find(world))).message).toContain('more than 1000 referrers')
    expect(world.source.count('GET', '/manifests/')).toBe(600)
  })

  test('is not more than a repository may give, under tags of cosign as well', async () => {
    await using world = await startWorld()
    // 17 times four mebibytes: one more than there is room for.
    const signed = Array.from({ length: 17 }, (_, index) => buildImage({ config: { index } }))
    for (const one of signed) {
      const annotations = { of: digestOf(one), padding: 'x'.repeat(4 * 1024 * 1024 - 2000) }
      pushTo(world.source.store, 'acme/app', tagOf(one, 'sig'), buildImage({ annotations }))
    }
    const error = await failureOf(find(world, 'cosign-tags', signed.map(digestOf)))
    expect(error).toMatchObject({ code: 'INVALID_MANIFEST', side: 'source' })
    expect(error.message).toContain('bytes together')
  })

  test('may run in a circle through an index, and is looked for once', async () => {
    await using world = await startWorld()
    const index = buildIndex({ children: [image], subject: image, artifactType: 'application/x' })
    giveReferrers(world.source.store, 'acme/app', image, [index])
    const { levels } = await find(world)
    expect(levels).toHaveLength(1)
    expect(world.source.count('GET', '/referrers/')).toBe(2)
  })

  test('may be listed in a circle, and is looked for once', async () => {
    await using world = await startWorld({ referrers: false })
    const sbom = buildSbom(image)
    const { store } = world.source
    giveReferrers(store, 'acme/app', image, [sbom], { tagged: true })
    store.putManifest('acme/app', buildReferrersIndex([image, sbom]).manifest, tagOf(sbom))
    expect((await find(world)).levels).toHaveLength(1)
  })

  test('is looked for in the parts of an index that belongs to it, too', async () => {
    await using world = await startWorld()
    const part = buildArtifact({ artifactType: 'application/y' })
    const index = buildIndex({ children: [part], subject: image, artifactType: 'application/x' })
    const signature = buildBundle(part)
    giveReferrers(world.source.store, 'acme/app', image, [index, signature])
    const { levels } = await find(world)
    expect(levels[1]?.referrers.map(({ digest }) => digest)).toEqual([digestOf(signature)])
  })

  test('is never asked for by type: some registries ignore that', async () => {
    await using world = await startWorld()
    giveReferrers(world.source.store, 'acme/app', image, [buildSbom(image), buildBundle(image)])
    const { levels, filtered } = await find(world, 'application/spdx+json')
    expect(levels[0]?.referrers).toHaveLength(1)
    expect(filtered).toBe(1)
    const queries = world.source.select('GET', '/referrers/').map(({ query }) => query)
    expect(queries).toEqual(['', ''])
  })

  test('is not read where it is of a form that nobody knows, and not wanted', async () => {
    await using world = await startWorld()
    const old = {
      mediaType: 'application/vnd.oci.artifact.manifest.v1+json',
      digest: `sha256:${'0'.repeat(64)}`,
      size: 300,
      artifactType: 'application/vnd.cncf.notary.signature',
    }
    const body = JSON.stringify({ manifests: [old] })
    world.source.fault({ path: `/referrers/${digestOf(image)}` }, replyWith(200, { body }))
    expect(await find(world, 'application/spdx+json')).toEqual({ levels: [], filtered: 1 })
    expect((await failureOf(find(world))).code).toBe('NOT_FOUND')
  })
})
