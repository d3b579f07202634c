import { expect } from '@jest/globals'
import { buildImage } from '../../../testkit/image/image.ts'
import { pushTo } from '../../../testkit/image/push.ts'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import {
  all,
  compress,
  extendBody,
  flipBit,
  removeHeader,
  setHeader,
  truncateBody,
} from '../../../testkit/registry/faults.ts'
import { spoilingRequest } from '../behaviours.ts'
import { looksAtTag, pushesChild, pushesTag, readsChild, readsTag } from '../matchers.ts'
import type { Cell, Row } from '../table.ts'
import { index, layer, LAYER_BYTES, previous, type FaultWorld } from '../world.ts'

const [amd64 = index, arm64 = index] = index.children
const otherLayer = arm64.layers[1] ?? layer
/** What a tag is moved to. */
const moved = buildImage({ config: { author: 'somebody else' } })
const readsFirstChild = { method: 'GET', path: amd64.manifest.digest }
const pushesFirstChild = { method: 'PUT', path: amd64.manifest.digest }

/** Without a length, as servers send what they make while they send it. */
const unsized = removeHeader('content-length')

const turnedOnTheWay = spoilingRequest((chunk, position) => {
  if (position > 0) return chunk
  const copy = Uint8Array.from(chunk)
  copy[0] = (copy[0] ?? 0) ^ 1
  return copy
})

const endless: Middleware = async (request, next) => {
  const { body: _body, ...answer } = await unsized(request, next)
  const chunks = (async function* () {
    for (;;) {
      yield Buffer.alloc(64 * 1024, 'endless ')
      await new Promise(setImmediate)
    }
  })()
  return { ...answer, body: { chunks } }
}

export const bytesRows: readonly Row[] = [
  {
    fault: 'One bit of a layer is turned',
    times: 1,
    source: { ends: 'copied', by: flipBit(200_000), does: 'drops the upload, and reads it again' },
    destination: {
      ends: 'UPLOAD',
      by: turnedOnTheWay,
      spoiltOnArrival: true,
      does: 'fails, since the registry refuses what reached it',
    },
  },
  {
    fault: 'One bit of a layer is turned',
    by: flipBit(200_000),
    source: mismatch('DIGEST_MISMATCH', 2, 'gives up after two tries'),
  },
  {
    fault: 'One bit of a platform image’s manifest is turned',
    source: {
      ...mismatch('DIGEST_MISMATCH', undefined, 'fails'),
      by: flipBit(20),
      at: readsFirstChild,
    },
    destination: {
      ends: 'REGISTRY',
      by: turnedOnTheWay,
      at: pushesFirstChild,
      does: 'fails, since the registry refuses what reached it',
    },
  },
  {
    fault: 'The last byte of a layer is missing',
    by: truncateBody(LAYER_BYTES - 1),
    source: mismatch('SIZE_MISMATCH', undefined, 'fails before it sends a byte'),
  },
  {
    fault: 'The last byte of a layer is missing, and the length is not told',
    by: all(unsized, truncateBody(LAYER_BYTES - 1)),
    source: {
      ends: 'copied',
      does: 'asks for the last byte',
      check: ({ source }) => expect(source.count('GET', layer.digest)).toBe(2),
    },
  },
  {
    fault: 'A layer has one byte more',
    by: extendBody(Buffer.from('x')),
    source: mismatch('SIZE_MISMATCH', undefined, 'fails before it sends a byte'),
  },
  {
    fault: 'A layer has one byte more, and the length is not told',
    by: all(unsized, extendBody(Buffer.from('x'))),
    source: mismatch('SIZE_MISMATCH', undefined, 'stops at the byte that is too much'),
  },
  {
    fault: 'A layer never ends',
    by: endless,
    source: mismatch('SIZE_MISMATCH', undefined, 'stops at the byte that is too much'),
  },
  {
    fault: 'A platform image’s manifest never ends',
    by: endless,
    source: {
      ...mismatch('SIZE_MISMATCH', 1, 'stops at the byte that is too much'),
      at: readsFirstChild,
    },
  },
  {
    fault: 'The tag’s manifest never ends',
    by: endless,
    source: { ...mismatch('SIZE_MISMATCH', undefined, 'stops at 8 MiB'), at: readsTag },
  },
  {
    fault: 'Two layers of one size are swapped',
    by: renamed(
      new Map([
        [layer.digest, otherLayer.digest],
        [otherLayer.digest, layer.digest],
      ]),
    ),
    source: {
      ends: 'DIGEST_MISMATCH',
      at: { method: 'GET', path: '/blobs/' },
      does: 'completes neither',
      check: ({ destination }) => {
        expect(destination.store.completedBlobs()).not.toContain(layer.digest)
        expect(destination.store.completedBlobs()).not.toContain(otherLayer.digest)
      },
    },
    destination: {
      ends: 'UPLOAD',
      at: { method: 'PUT', path: '/uploads/' },
      by: spoilingRequest((chunk) => chunk.toReversed()),
      spoiltOnArrival: true,
      does: 'fails, since the registry refuses what reached it',
    },
  },
  {
    fault: 'A platform image is answered with its sibling',
    by: renamed(new Map([[amd64.manifest.digest, arm64.manifest.digest]])),
    source: {
      ends: 'DIGEST_MISMATCH',
      at: readsChild,
      does: 'pushes neither under the name of the other',
    },
  },
  {
    fault: 'The tag moves to another image during the copy',
    times: 1,
    source: {
      ends: 'copied',
      at: { ...readsTag, where: ({ headers }) => headers.authorization !== undefined },
      does: 'copies what the tag showed at first, and asks for it once',
      by: moving(({ source }) => pushTo(source.store, 'acme/app', 'v1', moved)),
      inject: (world) => remember(world),
      // The first of them was asked for a login.
      check: ({ source }) => expect(source.count('GET', '/manifests/v1')).toBe(2),
    },
    destination: {
      ends: 'copied',
      at: looksAtTag,
      does: 'overwrites it, as it would have done a moment later',
      by: moving(({ destination }) => {
        pushTo(destination.store, 'prod/app', 'v1', moved)
      }),
      inject: (world) => remember(world),
    },
  },
  {
    fault: 'Docker-Content-Digest of a manifest is that of another one',
    by: setHeader('docker-content-digest', previous.manifest.digest),
    source: {
      ends: 'copied',
      at: { method: 'GET', path: '/manifests/' },
      does: 'goes by the bytes, and not by the header',
    },
    destination: {
      ends: 'VERIFICATION',
      at: pushesChild,
      does: 'fails before the tag is written',
    },
  },
  {
    fault: 'Docker-Content-Digest of the tag that was pushed is that of another image',
    by: setHeader('docker-content-digest', previous.manifest.digest),
    destination: {
      ends: 'VERIFICATION',
      at: pushesTag,
      hits: 1,
      tagMayBeWritten: true,
      does: 'fails, and names both digests',
      check: (_world, { report }) =>
        expect(report.results[0]?.error?.message).toContain(previous.manifest.digest),
    },
  },
  {
    fault: 'Docker-Content-Digest of a layer that was uploaded is that of something else',
    by: setHeader('docker-content-digest', previous.manifest.digest),
    destination: {
      ends: 'VERIFICATION',
      hits: 1,
      does: 'fails, and pushes no tag',
      check: ({ destination }) => expect(destination.count('PUT', '/manifests/v1')).toBe(0),
    },
  },
  {
    fault: 'Content-Length of a layer is too small',
    by: setHeader('content-length', String(LAYER_BYTES - 10)),
    source: mismatch('SIZE_MISMATCH', undefined, 'fails before it sends a byte'),
  },
  {
    fault: 'Content-Length of a layer is a terabyte',
    by: setHeader('content-length', String(2 ** 40)),
    source: mismatch('SIZE_MISMATCH', undefined, 'fails before it sends a byte'),
  },
  {
    fault: 'Content-Length of a manifest is a terabyte',
    by: setHeader('content-length', String(2 ** 40)),
    source: {
      ...mismatch('SIZE_MISMATCH', undefined, 'reads nothing of it'),
      at: readsTag,
    },
  },
  {
    fault: 'A layer is compressed on the way',
    by: compress(),
    source: mismatch('UNSUPPORTED', 1, 'fails before it sends a byte'),
  },
  {
    fault: 'A manifest is compressed on the way, in a form that nobody knows',
    by: all(setHeader('content-encoding', 'x'), compress()),
    source: { ...mismatch('UNSUPPORTED', undefined, 'fails'), at: readsTag },
  },
]

function mismatch(ends: Cell['ends'], hits: number | undefined, does: string): Cell {
  return {
    ends,
    does,
    ...(hits === undefined ? {} : { hits }),
    check: ({ destination }) =>
      expect(destination.store.completedBlobs()).not.toContain(layer.digest),
  }
}

/** Answers requests for one digest with what another one has. */
function renamed(names: ReadonlyMap<string, string>): Middleware {
  return (request, next) => {
    const [digest = ''] = /sha256:[0-9a-f]{64}/.exec(request.path) ?? []
    const other = names.get(digest)
    if (other === undefined) return next()
    return next({ ...request, path: request.path.replace(digest, other) })
  }
}

let current: FaultWorld | undefined

function remember(world: FaultWorld) {
  current = world
}

/** Answers, and then somebody else does something. */
function moving(change: (world: FaultWorld) => void): Middleware {
  return async (_request, next) => {
    const answer = await next()
    if (current !== undefined) change(current)
    return answer
  }
}
