import { describe, expect, test } from '@jest/globals'
import { buildImage, buildIndex } from '../../testkit/image/image.ts'
import { replyWith } from '../../testkit/registry/faults.ts'
import { ociIndex } from '../../testkit/registry/media-types.ts'
import {
  buildBundle,
  bundleType,
  giveReferrers,
  signPredicate,
  simpleSigning,
  tagOf,
} from '../../testkit/image/referrers.ts'
import {
  copy,
  cosignImages,
  digestOf,
  index,
  indexSignature,
  referrersWorld,
} from './referrers-world.ts'
import { failureOf, writesTo } from './sync-world.ts'

const single = buildIndex({ children: [buildImage({ config: { author: 'acme' } })] })

const lost = [
  {
    digest: digestOf(indexSignature),
    artifactType: bundleType,
    subject: digestOf(index),
    predicateType: signPredicate,
  },
  {
    digest: digestOf(cosignImages.get(tagOf(index, 'sig')) ?? index),
    artifactType: simpleSigning,
    subject: digestOf(index),
  },
]

describe('what belongs to an index of which a part is copied', () => {
  test('is not pushed, but counted and named in one warning', async () => {
    await using world = await referrersWorld()
    const { referrers } = await copy(world, 'all')
    expect(referrers).toMatchObject({ copied: 6, existing: 0, filtered: 0, lost })
    const store = world.destination.store
    expect(store.manifest('mirror/app', digestOf(indexSignature))).toBeUndefined()
    expect(store.tag('mirror/app', tagOf(index, 'sig'))).toBeUndefined()
    const warnings = world.log.lines.filter((line) => line.startsWith('warning'))
    expect(warnings).toEqual([
      `warning: ${world.source.host}/acme/app:v1: 2 referrers of the source's index do not fit the new ` +
        `index: ${bundleType} (${signPredicate}) ${lost[0]?.digest ?? ''}, ${simpleSigning} ` +
        `${lost[1]?.digest ?? ''}; take the index whole with platforms: all, or sign the copy`,
    ])
  })

  test('is named again where the copy is there already', async () => {
    await using world = await referrersWorld()
    await copy(world, 'all')
    expect(await copy(world, 'all')).toMatchObject({ status: 'unchanged', referrers: { lost } })
  })

  test('is not lost where it is not wanted', async () => {
    await using world = await referrersWorld()
    const { referrers } = await copy(world, 'application/spdx+json')
    expect(referrers).toMatchObject({ copied: 1, lost: [] })
    expect(world.log.lines.filter((line) => line.startsWith('warning'))).toEqual([])
  })

  test('is a failure where it must not be lost, before anything is written', async () => {
    await using world = await referrersWorld()
    const error = await failureOf(copy(world, 'all', { onLostReferrers: 'fail' }))
    expect(error).toMatchObject({
      code: 'LOST_REFERRERS',
      side: 'source',
      reference: digestOf(index),
    })
    expect(error.message).toContain('2 referrers of the source')
    expect(writesTo(world.destination)).toEqual([])
  })

  test('is a failure in a dry run, and for an image that is there', async () => {
    await using world = await referrersWorld()
    const strict = { onLostReferrers: 'fail' } as const
    expect((await failureOf(copy(world, 'all', { ...strict, dryRun: true }))).code).toBe(
      'LOST_REFERRERS',
    )
    await copy(world, 'none')
    expect((await failureOf(copy(world, 'all', strict))).code).toBe('LOST_REFERRERS')
  })

  test('is not lost with the whole index, nor with a single image', async () => {
    await using world = await referrersWorld()
    const strict = { onLostReferrers: 'fail' } as const
    expect((await copy(world, 'all', { ...strict, platforms: 'all' })).status).toBe('copied')
    world.give('acme/app', 'v1', buildImage())
    expect((await copy(world, 'all', strict)).status).toBe('copied')
  })

  test('is lost as well where it belongs to an index beneath, of which something is taken', async () => {
    await using world = await referrersWorld()
    const nested = buildIndex({ children: [buildImage()] })
    const unwanted = buildIndex({ children: [buildImage({ platform: 'linux/s390x' })] })
    const signatures = [buildBundle(nested), buildBundle(unwanted)] as const
    world.give('acme/app', 'v1', buildIndex({ children: [nested, unwanted] }))
    giveReferrers(world.source.store, 'acme/app', nested, [signatures[0]])
    giveReferrers(world.source.store, 'acme/app', unwanted, [signatures[1]])
    const { referrers } = await copy(world, 'all')
    expect(referrers?.lost).toMatchObject([
      { digest: digestOf(signatures[0]), subject: digestOf(nested) },
    ])
    const error = await failureOf(copy(world, 'all', { onLostReferrers: 'fail' }))
    expect(error.code).toBe('LOST_REFERRERS')
  })

  test('is lost as well where only the configs tell the platforms of the index beneath', async () => {
    await using world = await referrersWorld()
    const { platform: _, ...nameless } = buildImage()
    const nested = buildIndex({ children: [nameless] })
    world.give('acme/app', 'v1', buildIndex({ children: [nested] }))
    giveReferrers(world.source.store, 'acme/app', nested, [buildBundle(nested)])
    const { referrers } = await copy(world, 'all')
    expect(referrers?.lost).toMatchObject([{ subject: digestOf(nested) }])
  })

  test.each([
    [
      'all',
      { lost: [{ artifactType: 'application/vnd.acme.scan', digest: `sha256:${'a'.repeat(64)}` }] },
    ],
    ['application/spdx+json', { lost: [], filtered: 1 }],
  ])('is not fetched where nobody can read it: %s', async (filter, expected) => {
    await using world = await referrersWorld()
    const entry = {
      mediaType: 'application/vnd.oci.artifact.manifest.v1+json',
      artifactType: 'application/vnd.acme.scan',
      digest: `sha256:${'a'.repeat(64)}`,
      size: 100,
    }
    const list = JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests: [entry] })
    const headers = { 'content-type': ociIndex }
    const path = `/referrers/${digestOf(single)}`
    world.give('acme/app', 'v1', single)
    world.source.fault({ path }, replyWith(200, { headers, body: list }))
    expect((await copy(world, filter)).referrers).toMatchObject(expected)
  })
})
