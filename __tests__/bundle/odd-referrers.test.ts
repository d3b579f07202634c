import { beforeAll, describe, expect, test } from '@jest/globals'
import {
  buildArtifact,
  buildImage,
  buildIndex,
  type BuiltImage,
} from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import {
  buildBundle,
  buildSbom,
  buildSignatures,
  giveReferrers,
  tagOf,
} from '../../testkit/image/referrers.ts'
import type { Middleware } from '../../testkit/registry/exchange.ts'
import { redirectTo, replyWith, setHeader } from '../../testkit/registry/faults.ts'
import { ociIndex, ociManifest } from '../../testkit/registry/media-types.ts'
import { TestRegistry } from '../../testkit/registry/registry.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { outputsOf, type Result } from './bundle.ts'

const image = buildImage()
const signature = buildBundle(image)
const sbom = buildSbom(image)
const subject = image.manifest.digest

interface Odd {
  readonly what: string
  /** What its repository holds beside the image at the source. */
  readonly give?: (place: Place) => void
  /** What becomes of the list of what refers to the image. */
  readonly list?: Middleware
  /** What becomes of all such lists. */
  readonly lists?: Middleware
  /** Without the referrers API. */
  readonly isTagged?: boolean
  /** `all` unless it says otherwise. */
  readonly referrers?: string
  /** How many came along, or the code of the failure. */
  readonly ends: number | string
}

/** A repository of the source. */
class Place {
  readonly registry: TestRegistry
  readonly name: string

  constructor(registry: TestRegistry, name: string) {
    this.registry = registry
    this.name = name
  }

  give(of: BuiltImage, ...own: readonly BuiltImage[]) {
    giveReferrers(this.registry.store, this.name, of, own, { tagged: true })
  }

  put(document: object, mediaType: string, tag?: string) {
    const bytes = Buffer.from(JSON.stringify(document))
    return this.registry.store.putManifest(this.name, { bytes, mediaType }, tag)
  }
}

function described({ manifest }: BuiltImage, more: object = {}) {
  const { mediaType, digest, size } = manifest
  return { mediaType, digest, size, ...more }
}

function listOf(...manifests: readonly object[]) {
  return { schemaVersion: 2, mediaType: ociIndex, manifests }
}

function answer(document: object | string, type = ociIndex): Middleware {
  const body = typeof document === 'string' ? document : JSON.stringify(document)
  return replyWith(200, { headers: { 'content-type': type }, body })
}

/** A manifest that refers to the image, by hand. */
function referrerWith(members: object) {
  const { config, layers } = signature
  const about = described(image)
  return { schemaVersion: 2, mediaType: ociManifest, config, layers, subject: about, ...members }
}

const thousands = Array.from({ length: 10_000 }, (_, index) => ({
  mediaType: ociManifest,
  digest: `sha256:${String(index).padStart(64, '0')}`,
  size: 5,
}))

const withSignature = (place: Place) => place.give(image, signature)

const odd: readonly Odd[] = [
  {
    what: 'the pages of the list go in a circle',
    list: setHeader('link', '<?last=1>; rel="next"'),
    ends: 'INVALID_MANIFEST',
  },
  {
    what: 'the list goes on at another host',
    list: setHeader('link', '<https://elsewhere.example/v2/>; rel="next"'),
    ends: 'REDIRECT',
  },
  {
    what: 'an image is listed as referring to itself',
    list: answer(listOf(described(image))),
    ends: 0,
  },
  {
    what: 'a signature is listed as referring to itself',
    give: withSignature,
    lists: answer(listOf(described(signature))),
    ends: 1,
  },
  {
    what: 'an index refers to an image and lists its signature',
    give: (place) => {
      const both = buildIndex({ children: [signature], subject: image, artifactType: 'a/b' })
      place.give(image, both)
    },
    ends: 2,
  },
  {
    what: 'the type is that of the config alone',
    give: (place) => place.give(image, buildImage({ subject: image })),
    referrers: 'application/vnd.oci.image.config.v1+json',
    ends: 1,
  },
  {
    what: 'the list says that it was filtered, and was not',
    give: (place) => place.give(image, signature, sbom),
    list: setHeader('oci-filters-applied', 'artifactType'),
    referrers: 'application/spdx+json',
    ends: 1,
  },
  {
    what: 'annotations are null, numbers and empty',
    give: (place) => {
      withSignature(place)
      for (const annotations of [null, { number: 1 }, {}]) {
        place.put(referrerWith({ artifactType: 'a/b', annotations }), ociManifest)
      }
    },
    ends: 4,
  },
  {
    what: 'a type is an empty text',
    give: (place) => {
      withSignature(place)
      place.put(referrerWith({ artifactType: '' }), ociManifest)
    },
    ends: 2,
  },
  { what: '10,000 are listed', list: answer(listOf(...thousands)), ends: 'INVALID_MANIFEST' },
  {
    what: '10,000 are listed under a tag',
    give: (place) => place.put(listOf(...thousands), ociIndex, tagOf(image)),
    isTagged: true,
    ends: 'INVALID_MANIFEST',
  },
  ...[5, 50_000_000].map((size): Odd => ({
    what: `the list says ${size} bytes of one that has others`,
    give: withSignature,
    list: answer(listOf(described(signature, { size }))),
    ends: 'SIZE_MISMATCH',
  })),
  {
    what: 'the list gives one two sizes',
    give: withSignature,
    list: answer(listOf(described(signature, { size: 5 }), described(signature))),
    ends: 'INVALID_MANIFEST',
  },
  {
    what: 'the list has one twice',
    give: withSignature,
    list: answer(listOf(described(signature), described(signature))),
    ends: 1,
  },
  {
    what: 'it gives its subject another size',
    give: (place) => {
      withSignature(place)
      place.put(referrerWith({ subject: described(image, { size: 3 }) }), ociManifest)
    },
    ends: 2,
  },
  {
    what: 'a digest in the list is of an algorithm that nobody can check',
    list: answer(listOf({ mediaType: ociManifest, digest: `sha384:${'a'.repeat(96)}`, size: 3 })),
    ends: 'INVALID_MANIFEST',
  },
  { what: 'the list is null', list: answer({ ...listOf(), manifests: null }), ends: 0 },
  { what: 'the list is empty, and not even JSON', list: answer(''), ends: 'INVALID_MANIFEST' },
  {
    what: 'the list has a member twice',
    list: answer('{"manifests":[],"manifests":[]}'),
    ends: 'INVALID_MANIFEST',
  },
  {
    what: 'the list comes as plain JSON',
    give: withSignature,
    list: answer(listOf(described(signature)), 'application/json'),
    ends: 1,
  },
  ...[404, 405, 400, 401, 406, 501].map((status): Odd => ({
    what: `the API answers ${status} with a page`,
    give: withSignature,
    lists: replyWith(status, { headers: { 'content-type': 'text/html' }, body: '<p>no</p>' }),
    ends: 1,
  })),
  {
    what: 'the API is at another host',
    give: withSignature,
    lists: redirectTo('https://elsewhere.example/'),
    ends: 1,
  },
  ...[403, 410, 500].map((status): Odd => ({
    what: `the list is answered with ${status}`,
    list: replyWith(status),
    ends: status === 403 ? 'DENIED' : 'REGISTRY',
  })),
  {
    what: 'the tag for the list shows an image',
    give: (place) => pushTo(place.registry.store, place.name, tagOf(image), buildImage()),
    isTagged: true,
    ends: 0,
  },
  {
    what: 'the tag for the list shows an index of images',
    give: (place) => {
      const other = buildIndex({ children: [buildArtifact({ artifactType: 'a/b' })] })
      pushTo(place.registry.store, place.name, tagOf(image), other)
    },
    isTagged: true,
    ends: 0,
  },
  {
    what: "cosign's tag shows the image itself",
    give: ({ registry, name }) => pushTo(registry.store, name, tagOf(image, 'sig'), image),
    ends: 1,
  },
  {
    what: "cosign's tag shows an index",
    give: ({ registry, name }) => {
      const index = buildIndex({ children: [buildSignatures(image)] })
      pushTo(registry.store, name, tagOf(image, 'sig'), index)
    },
    ends: 1,
  },
]

describe.each(['the API', 'lists under tags'])('to a registry with %s', (kind) => {
  let results: readonly Result[] = []

  beforeAll(async () => {
    const source = await TestRegistry.start()
    const old = await TestRegistry.start({ referrers: false })
    const destination = await TestRegistry.start({ referrers: kind === 'the API' })
    const entries = odd.map((one, at) => {
      const place = new Place(one.isTagged === true ? old : source, `acme/app-${at}`)
      const { registry, name } = place
      pushTo(registry.store, name, 'v1', image)
      one.give?.(place)
      const lists = `/v2/${name}/referrers/`
      if (one.list) registry.fault({ path: `${lists}${subject}` }, one.list)
      if (one.lists) registry.fault({ path: lists }, one.lists)
      const { referrers = 'all' } = one
      const ends = {
        source: `${registry.host}/${name}:v1`,
        destination: `${destination.host}/${name}:v1`,
      }
      return { ...ends, referrers, platforms: 'all' }
    })
    const run = await runAction({ inputs: { images: JSON.stringify(entries), retries: '1' } })
    ;({ results } = outputsOf(run))
    for (const registry of [source, old, destination]) await registry.close()
  })

  test.each(odd.map(({ what, ends }, at) => [what, ends, at] as const))(
    '%s: %s',
    (_what, ends, at) => {
      const { status, referrers, error } = results[at] ?? {}
      const expected =
        typeof ends === 'number'
          ? { status: 'copied', count: ends, code: undefined }
          : { status: 'failed', count: undefined, code: ends }
      expect({ status, count: referrers?.copied, code: error?.code }).toEqual(expected)
    },
  )
})
