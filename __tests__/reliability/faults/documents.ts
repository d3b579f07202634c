import { expect } from '@jest/globals'
import type { ErrorCode } from '../../../src/registry/errors.ts'
import { buildImage, buildIndex, type BuiltImage } from '../../../testkit/image/image.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import { removeHeader, replyWith, setHeader } from '../../../testkit/registry/faults.ts'
import { ociIndex, ociManifest } from '../../../testkit/registry/media-types.ts'
import { readsTag } from '../matchers.ts'
import type { Cell, Row } from '../table.ts'
import { index, type FaultWorld } from '../world.ts'

const image = buildImage()
const json = image.manifest.bytes.toString()
const [layer] = image.layers
const entry = { mediaType: ociManifest, digest: image.manifest.digest, size: image.manifest.size }
const size = `"size":${layer?.size}`

/** What a document is like, the document, and the rule that the failure tells. */
const REFUSED: readonly (readonly [
  string,
  string | Uint8Array,
  RegExp,
  (ErrorCode | undefined)?,
])[] = [
  ['has a member twice', json.replace('{', '{"schemaVersion":1,'), /twice/],
  ['has two members that differ in case', json.replace('{', '{"Layers":[],'), /only in case/],
  ['has a member `__proto__`', json.replace('{', '{"__proto__":{"layers":[]},'), /__proto__/],
  ['begins with a byte order mark', `\uFEFF${json}`, /byte order mark/],
  ['is not UTF-8', Buffer.concat([Buffer.from(json), Buffer.from([0xc3, 0x28])]), /not UTF-8/],
  ['ends too early', json.slice(0, -1), /not valid JSON/],
  ['goes on behind its end', `${json} {}`, /not valid JSON/],
  ['is empty', '', /empty/],
  ['is a page of HTML', '<html>login</html>', /starts with/],
  [
    'nests 100,000 arrays',
    json.replace('{', `{"x":${'['.repeat(1e5)}${']'.repeat(1e5)},`),
    /inside one another/,
  ],
  [
    'has a million values',
    json.replace('{', `{"x":[${'0,'.repeat(1e6)}0],`),
    /more than 500000 values/,
  ],
  ['has a size that is negative', json.replace(size, '"size":-1'), /layers\[0\]\.size/],
  ['has a size that is a fraction', json.replace(size, '"size":1.5'), /layers\[0\]\.size/],
  [
    'has a size that no double holds',
    json.replace(size, '"size":9007199254740993'),
    /layers\[0\]\.size/,
  ],
  ['has a size of 1e400', json.replace(size, '"size":1e400'), /size/],
  ['has a size that is a text', json.replace(size, '"size":"5"'), /layers\[0\]\.size/],
  ['has layers that are no list', json.replace(/"layers":\[.*?\}\]/, '"layers":{}'), /layers/],
  ['has a config that is null', json.replace(/"config":\{.*?\}/, '"config":null'), /config/],
  ['is a list', '[]', /JSON object/],
  ['is null', 'null', /JSON object/],
  ['has a digest that is a path', json.replaceAll(layer?.digest ?? '', '../../token'), /digest/],
  [
    'has a digest of no known algorithm',
    json.replaceAll(layer?.digest ?? '', `md5:${'0'.repeat(32)}`),
    /digest/,
  ],
  ['is an image and an index', json.replace('{', '{"manifests":[],'), /ambiguous/],
  ['says another type than it is served as', json.replace(ociManifest, ociIndex), /mediaType/],
  ['has schemaVersion 1', json.replace('"schemaVersion":2', '"schemaVersion":1'), /schema 1/],
  [
    'has 1,001 layers',
    JSON.stringify({ ...parsed(), layers: Array.from({ length: 1001 }, () => layer) }),
    /1000 layers/,
  ],
]

export const documentRows: readonly Row[] = [
  ...REFUSED.map(([what, bytes, rule, ends = 'INVALID_MANIFEST']): Row => ({
    fault: `The manifest ${what}`,
    source: refused(ends, rule, (world) => {
      world.source.store.putManifest(
        'acme/app',
        { bytes: Buffer.from(bytes), mediaType: ociManifest },
        'v1',
      )
    }),
  })),
  {
    fault: 'The manifest is served as an index',
    by: setHeader('content-type', ociIndex),
    world: { image },
    source: { ...refused('INVALID_MANIFEST', /served it as/), at: readsTag },
  },
  {
    fault: 'A platform image’s manifest is served as an index',
    by: setHeader('content-type', ociIndex),
    source: {
      ends: 'copied',
      at: { method: 'GET', path: '/manifests/sha256' },
      does: 'goes by the type that the verified list gives it',
    },
  },
  {
    fault: 'The manifest has 9 MiB',
    by: replyWith(200, {
      headers: { 'content-type': ociManifest },
      body: Buffer.alloc(9 * 2 ** 20, ' '),
    }),
    source: { ...refused('SIZE_MISMATCH', /longer than/), at: readsTag },
  },
  {
    fault: 'The manifest has 9 MiB, and does not say so',
    source: {
      ...refused('SIZE_MISMATCH', /longer than/),
      at: readsTag,
      by: (request, next) =>
        removeHeader('content-length')(request, async () =>
          replyWith(200, {
            headers: { 'content-type': ociManifest },
            body: Buffer.alloc(9 * 2 ** 20, ' '),
          })(request, next),
        ),
    },
  },
  {
    fault: 'The index has 1,001 entries',
    source: refused('INVALID_MANIFEST', /more than 1000 entries/, entries(1001)),
  },
  {
    fault: 'The index has 100,000 entries for one image',
    source: refused('SIZE_MISMATCH', /longer than 8388608 bytes/, entries(100_000)),
  },
  {
    fault: 'The index has 1,000 entries for one image',
    world: {
      platforms: 'all',
      image: buildIndex({ children: Array.from({ length: 1000 }, () => image) }),
    },
    source: {
      ends: 'copied',
      does: 'fetches and pushes it once',
      check: ({ source, destination }) => {
        expect(source.count('GET', image.manifest.digest)).toBe(1)
        expect(destination.count('PUT', image.manifest.digest)).toBe(1)
      },
    },
  },
  {
    fault: 'Indexes are nested six deep',
    world: { platforms: 'all', image: nested(6) },
    source: refused('INVALID_MANIFEST', /nested deeper than 4/),
  },
  {
    fault: 'An index lists itself, under a digest that is not its own',
    world: { platforms: 'all' },
    source: refused('DIGEST_MISMATCH', /digest/, (world) => {
      const digest = `sha256:${'1'.repeat(64)}`
      const bytes = Buffer.from(
        JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests: [] }),
      )
      const length =
        bytes.length + JSON.stringify({ mediaType: ociIndex, digest, size: 100 }).length
      const cyclic = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: ociIndex,
          manifests: [{ mediaType: ociIndex, digest, size: length }],
        }),
      )
      world.source.store.putManifest('acme/app', { bytes: cyclic, mediaType: ociIndex }, 'v1')
      world.source.store.putManifest('acme/app', { bytes: cyclic, mediaType: ociIndex, digest })
    }),
  },
  {
    fault: 'An entry of an index has a size of 9 PB',
    world: { platforms: 'all' },
    source: refused('INVALID_MANIFEST', /bytes together/, (world) => {
      const { bytes, mediaType } = index.manifest
      const changed = bytes.toString().replace(/"size":\d+/, '"size":9000000000000000')
      world.source.store.putManifest('acme/app', { bytes: Buffer.from(changed), mediaType }, 'v1')
    }),
  },
]

function parsed(): Record<string, unknown> {
  return JSON.parse(json) as Record<string, unknown>
}

function refused(ends: ErrorCode, rule: RegExp, inject?: (world: FaultWorld) => void): Cell {
  return {
    ends,
    does: 'names the document and the rule',
    ...(inject === undefined ? {} : { inject }),
    check: ({ destination, source }, { report }) => {
      expect(report.results[0]?.error?.message).toMatch(rule)
      expect(report.results[0]?.error?.message).toContain('acme/app')
      expect(destination.store.completedManifests()).toEqual([])
      expect(source.requests.length).toBeLessThan(20)
    },
  }
}

function putIndex(world: FaultWorld, manifests: readonly unknown[]) {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests }))
  world.source.store.putManifest('acme/app', { bytes, mediaType: ociIndex }, 'v1')
}

function entries(count: number) {
  return (world: FaultWorld) => {
    pushTo(world.source.store, 'acme/app', undefined, image)
    putIndex(
      world,
      Array.from({ length: count }, () => entry),
    )
  }
}

function nested(depth: number): BuiltImage {
  return depth === 0 ? image : buildIndex({ children: [nested(depth - 1)] })
}
