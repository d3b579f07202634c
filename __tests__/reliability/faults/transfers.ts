import { expect } from '@jest/globals'
import type { Middleware } from '../../../testkit/registry/exchange.ts'
import {
  cutBody,
  dropAfterWork,
  dropBeforeHeaders,
  redirectTo,
  removeHeader,
  replyWith,
  setHeader,
  silentAfterWork,
  truncateBody,
} from '../../../testkit/registry/faults.ts'
import { refusal } from '../behaviours.ts'
import { bringsLayer, opensUpload, readsLayer } from '../matchers.ts'
import type { Cell, Row } from '../table.ts'
import { bigImage, layer, LAYER_BYTES, type FaultWorld } from '../world.ts'

const MiB = 1024 * 1024
const CUT = 100_000
const large = bigImage.layers[0] ?? layer
const readsLarge = { method: 'GET', path: large.digest }
const sendsWhole = {
  method: 'PUT',
  path: '/uploads/',
  where: ({ headers }: { headers: { 'content-length'?: string | undefined } }) =>
    Number(headers['content-length']) > MiB,
}
const sendsChunk = { method: 'PATCH', path: '/uploads/' }
/** As gateways do it: by the header, before the body has been read. */
const tooLarge = replyWith(413, { early: true, body: '<html>413 Request Entity Too Large</html>' })

export const transferRows: readonly Row[] = [
  {
    fault: 'The download breaks off after one byte',
    by: cutBody(1),
    source: { ends: 'NETWORK', hits: 6, does: 'gives up: single bytes are no progress' },
  },
  {
    fault: 'The download breaks off after each 2 MiB of 12',
    by: cutBody(2 * MiB),
    world: { image: bigImage, network: { retries: 1 } },
    source: {
      ends: 'copied',
      at: readsLarge,
      hits: 6,
      does: 'reads on each time, with all retries after each MiB, into one upload',
      check: ({ destination }) => expect(destination.count('PUT', '/uploads/')).toBe(2),
    },
  },
  {
    fault: 'The download ends too soon, as if it were complete',
    times: 1,
    by: (request, next) =>
      removeHeader('content-length')(request, async () => truncateBody(CUT)(request, next)),
    source: { ends: 'copied', does: 'reads on at the next byte', check: askedFor('bytes=100000-') },
  },
  resumed(
    '`Range` is ignored, and all is given again',
    'drops what it has',
    async (request, next) => {
      const { range: _range, ...headers } = request.headers
      return next({ ...request, headers })
    },
  ),
  resumed('`Range` is answered with 416', 'reads from the start', replyWith(416)),
  resumed(
    '`Range` is answered with another part',
    'reads from the start',
    setHeader('content-range', `bytes 5-${LAYER_BYTES - 1}/${LAYER_BYTES}`),
  ),
  resumed(
    '`Range` is answered with a part of something larger',
    'reads from the start',
    setHeader('content-range', `bytes ${CUT}-${LAYER_BYTES - 1}/${LAYER_BYTES + 1}`),
  ),
  resumed(
    '`Range` is answered without saying with what',
    'reads from the start',
    removeHeader('content-range'),
  ),
  {
    fault: 'The content changes between a broken download and its rest',
    source: {
      ends: 'DIGEST_MISMATCH',
      does: 'completes nothing of it',
      inject: (world) => {
        world.source.fault(readsLayer, cutBody(CUT), { times: 1 })
        return struck(world, ranged, async (request, next) => {
          const other = Buffer.alloc(LAYER_BYTES, 'another content of the same length')
          world.source.store.putBlob('acme/app', other, layer.digest)
          return next(request)
        })
      },
      check: ({ destination }) =>
        expect(destination.store.completedBlobs()).not.toContain(layer.digest),
    },
  },
  {
    fault: 'A signed address of storage is good for one request, and the download breaks off',
    times: 2,
    source: {
      ends: 'copied',
      does: 'asks the registry for a new address each time, and shows no signature',
      inject: async (world) => {
        const storage = await world.stranger({ store: world.source.store })
        let issued = 0
        const used = new Set<string>()
        world.source.fault(
          readsLayer,
          redirectTo(({ path }) => `${storage.url}${path}?signature=canary-signature-${++issued}`),
        )
        world.signatures.push('canary-signature')
        storage.fault(readsLayer, async (request, next) => {
          if (used.has(request.query)) return replyWith(403)(request, next)
          used.add(request.query)
          return next()
        })
        const cuts = storage.fault(readsLayer, cutBody(CUT), { times: 2 })
        return () => cuts.hits
      },
      check: ({ source }) => expect(source.count('GET', layer.digest)).toBe(3),
    },
  },
  {
    fault: 'The blob is stored, and the answer is lost',
    times: 1,
    by: dropAfterWork(),
    destination: {
      ends: 'copied',
      does: 'looks whether the blob arrived, and does not send it again',
      check: sentOnce,
    },
  },
  {
    fault: 'The blob is stored, and the answer comes later than the time limit',
    times: 1,
    world: { network: { timeoutMs: 200, retries: 1 } },
    by: silentAfterWork(),
    destination: {
      ends: 'copied',
      does: 'looks whether the blob arrived, and does not send it again',
      check: sentOnce,
    },
  },
  {
    fault: 'The upload session is not known any more',
    times: 2,
    by: refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry'),
    destination: { ends: 'copied', does: 'opens another session', check: opened(2) },
  },
  {
    fault: 'The upload session is not known any more',
    by: refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry'),
    destination: { ends: 'NOT_FOUND', hits: 4, does: 'gives up after three more sessions' },
  },
  {
    fault: 'No upload session can be opened',
    times: 3,
    by: replyWith(503),
    destination: { ends: 'copied', at: opensUpload, does: 'tries again' },
  },
  {
    fault: 'A blob is too large in one piece (413)',
    by: tooLarge,
    world: { image: bigImage },
    destination: {
      ends: 'copied',
      at: sendsWhole,
      hits: 1,
      does: 'sends it in chunks',
      check: ({ destination }) => expect(destination.count('PATCH')).toBe(2),
    },
  },
  {
    fault: 'Whatever is larger than 1 MiB is too large (413)',
    by: tooLarge,
    world: { image: bigImage },
    destination: {
      ends: 'copied',
      at: { method: ['PUT', 'PATCH'], path: '/uploads/', where: sendsWhole.where },
      hits: 2,
      does: 'sends it in chunks of 1 MiB',
      check: ({ destination }) => expect(destination.count('PATCH')).toBe(13),
    },
  },
  {
    fault: 'Whatever is not empty is too large (413)',
    by: tooLarge,
    world: { image: bigImage },
    destination: {
      ends: 'UPLOAD',
      at: { method: ['PUT', 'PATCH'], path: '/uploads/', where: sendsBytes },
      does: 'tries chunks of two sizes, and gives up',
      check: ({ destination }) => expect(destination.count('PATCH')).toBeLessThan(5),
    },
  },
  chunk('is answered with 500', replyWith(500)),
  chunk('is cut in its middle', dropBeforeHeaders({ requestBytes: CUT })),
  chunk('is taken, and the answer is lost', dropAfterWork()),
  {
    fault: 'The token ends in the middle of a transfer',
    times: 1,
    source: {
      ends: 'copied',
      does: 'fetches another token, and the blob with it',
      inject: (world) => ending(world, 'source'),
    },
    destination: {
      ends: 'copied',
      does: 'fetches another token, and sends the blob anew',
      inject: (world) => ending(world, 'destination'),
    },
  },
]

function sendsBytes({ headers }: { headers: { 'content-length'?: string | undefined } }) {
  return headers['content-length'] !== '0'
}

const ranged = {
  ...readsLayer,
  where: ({ headers }: { headers: { range?: string | undefined } }) => headers.range !== undefined,
}

function struck(
  { source }: FaultWorld,
  at: Parameters<FaultWorld['source']['fault']>[0],
  by: Middleware,
) {
  const fault = source.fault(at, by)
  return () => fault.hits
}

/** A download that breaks off once, at a registry that is strange about parts. */
function resumed(fault: string, does: string, by: Middleware): Row {
  const source: Cell = {
    ends: 'copied',
    does: `${does}, into the same upload`,
    inject: (world) => {
      world.source.fault(readsLayer, cutBody(CUT), { times: 1 })
      return struck(world, ranged, by)
    },
    check: (world) => {
      askedFor('bytes=100000-')(world)
      const { length } = world.destination.store.eventsOf('upload-opened')
      expect(world.destination.count('PUT', '/uploads/')).toBe(length)
      opened(0)(world)
    },
  }
  return { fault, often: 'once', source }
}

function askedFor(range: string) {
  return ({ source }: FaultWorld) => {
    const ranges = source.select('GET', layer.digest).map(({ headers }) => headers.range)
    expect(ranges.slice(0, 2)).toEqual([undefined, range])
  }
}

function sentOnce({ source, destination }: FaultWorld) {
  expect(source.count('GET', layer.digest)).toBe(1)
  const completed = destination.store.completedBlobs().filter((one) => one === layer.digest)
  expect(completed).toHaveLength(1)
}

/** So many more sessions than there are blobs. */
function opened(more: number) {
  return ({ destination }: FaultWorld) => {
    const blobs = new Set(destination.store.completedBlobs()).size
    expect(destination.store.eventsOf('upload-opened')).toHaveLength(blobs + more)
  }
}

function chunk(what: string, by: Middleware): Row {
  const destination: Cell = {
    ends: 'copied',
    does: 'goes on, or begins again with a fresh stream',
    inject: ({ destination: registry }) => {
      registry.fault(sendsWhole, tooLarge)
      const fault = registry.fault({ ...sendsChunk, nth: 2 }, by)
      return () => fault.hits
    },
    check: ({ destination: registry }) =>
      expect(registry.store.completedBlobs().filter((one) => one === large.digest)).toHaveLength(1),
  }
  return { fault: `A chunk of a blob ${what}`, times: 1, world: { image: bigImage }, destination }
}

function ending(world: FaultWorld, role: 'source' | 'destination') {
  const registry = world.at(role)
  const fault = registry.fault(
    role === 'source' ? readsLayer : bringsLayer,
    (_request, next) => {
      registry.revokeTokens()
      return next()
    },
    { times: 1 },
  )
  return () => fault.hits
}
