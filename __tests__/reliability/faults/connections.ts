import { expect } from '@jest/globals'
import {
  cutBody,
  delayUntil,
  dropAfterHeaders,
  dropBeforeHeaders,
  stallBody,
} from '../../../testkit/registry/faults.ts'
import { at, nameServer } from '../../registry/network/name-server.ts'
import { never, stopReading } from '../behaviours.ts'
import { halfClosing, silentServer } from '../raw-servers.ts'
import { looksAtTag, opensUpload, pushesTag, readsTag } from '../matchers.ts'
import type { Row } from '../table.ts'
import { bigImage, layer, type FaultWorld, type Role } from '../world.ts'

const NAMED = 'registry.corp.test'
const impatient = patient(1)

function patient(retries: number) {
  return { network: { timeoutMs: 200, retries } }
}

export const connectionRows: readonly Row[] = [
  {
    fault: 'The connection is refused',
    source: {
      ends: 'NETWORK',
      does: 'tries the first request six times, and says that the connection was refused',
      inject: closed('source'),
      check: (_world, { told }) => expect(told).toContain('the connection was refused'),
    },
    destination: {
      ends: 'NETWORK',
      does: 'tries the first request six times, and says that the connection was refused',
      inject: closed('destination'),
      check: (_world, { told }) => expect(told).toContain('the connection was refused'),
    },
  },
  {
    fault: 'The connection is never made: the name of the host is not found, nor found not to be',
    often: 'once',
    world: { network: { timeoutMs: 300, retries: 1 } },
    source: {
      ends: 'copied',
      does: 'asks again after the time limit',
      world: { source: { tls: { names: [NAMED] } } },
      inject: unresolved('source', 1),
    },
    destination: {
      ends: 'copied',
      does: 'asks again after the time limit',
      world: { destination: { tls: { names: [NAMED] } } },
      inject: unresolved('destination', 1),
    },
  },
  {
    fault: 'The connection is never made: the name of the host is not found, nor found not to be',
    world: patient(0),
    source: {
      ends: 'TIMEOUT',
      does: 'gives it the time limit, and no more',
      inject: unresolved('source', Number.POSITIVE_INFINITY),
    },
    destination: {
      ends: 'TIMEOUT',
      does: 'gives it the time limit, and no more',
      inject: unresolved('destination', Number.POSITIVE_INFINITY),
    },
  },
  {
    fault: 'The connection is made, and TLS is never agreed upon',
    world: patient(0),
    source: { ends: 'TIMEOUT', does: 'gives it the time limit', inject: silent('source') },
    destination: {
      ends: 'TIMEOUT',
      does: 'gives it the time limit',
      inject: silent('destination'),
    },
  },
  {
    fault: 'The connection is reset before the headers of the answer',
    times: 2,
    by: dropBeforeHeaders({ reset: true }),
    source: { ends: 'copied', does: 'asks again', check: readsOfLayer(3) },
    destination: {
      ends: 'copied',
      does: 'looks whether the blob arrived, and sends it anew',
      check: ({ destination }) => expect(destination.count('HEAD', layer.digest)).toBe(2),
    },
  },
  {
    fault: 'The connection ends before the headers of the answer, for the tag',
    times: 2,
    by: dropBeforeHeaders(),
    source: { ends: 'copied', at: readsTag, does: 'asks again' },
    destination: { ends: 'copied', at: pushesTag, does: 'pushes the manifest again' },
  },
  {
    fault: 'The connection ends before the headers of the answer, for the tag',
    by: dropBeforeHeaders(),
    source: { ends: 'NETWORK', at: readsTag, hits: 6, does: 'gives up after six tries' },
    destination: { ends: 'NETWORK', at: pushesTag, hits: 6, does: 'gives up after six tries' },
  },
  {
    fault: 'The connection ends behind the headers of the answer',
    times: 2,
    by: dropAfterHeaders(),
    source: { ends: 'copied', does: 'asks again', check: readsOfLayer(3) },
    destination: { ends: 'copied', at: opensUpload, does: 'opens another session' },
  },
  {
    fault: 'The connection ends in the middle of the body',
    times: 2,
    source: {
      ends: 'copied',
      by: cutBody(100_000),
      does: 'reads on at the next byte, into the same upload',
      check: (world) => {
        expect(rangesOf(world)).toEqual([undefined, 'bytes=100000-', 'bytes=200000-'])
        expect(uploadsOfLayer(world)).toBe(1)
      },
    },
    destination: {
      ends: 'copied',
      by: dropBeforeHeaders({ requestBytes: 100_000 }),
      does: 'looks whether the blob arrived, and sends it anew from a fresh stream of the source',
      check: readsOfLayer(3),
    },
  },
  {
    fault: 'The connection is half closed: the answer ends, and requests are still read',
    often: 'once',
    source: {
      ends: 'copied',
      does: 'reads on at the next byte',
      inject: async (world) => between(world, 'source', `blobs/${layer.digest} `, 100_000),
      check: readsOfLayer(2),
    },
    destination: {
      ends: 'copied',
      does: 'does not wait for the answer, and sends the blob again',
      inject: async (world) =>
        between(world, 'destination', `&digest=${encodeURIComponent(layer.digest)} `, 0),
    },
  },
  {
    fault: 'The headers of the answer never come',
    times: 1,
    by: delayUntil(never),
    world: impatient,
    source: { ends: 'copied', does: 'asks again after the time limit', check: readsOfLayer(2) },
    destination: { ends: 'copied', does: 'sends again after the time limit' },
  },
  {
    fault: 'The headers of the answer never come',
    by: delayUntil(never),
    world: patient(0),
    source: { ends: 'TIMEOUT', at: readsTag, hits: 1, does: 'gives up after the retries' },
    destination: { ends: 'TIMEOUT', at: looksAtTag, hits: 1, does: 'gives up after the retries' },
  },
  {
    fault: 'The body stops in its middle, and the connection stays',
    times: 1,
    world: { ...impatient, image: bigImage },
    source: {
      ends: 'copied',
      by: stallBody(100_000),
      at: { method: 'GET', path: bigImage.layers[0]?.digest ?? '' },
      does: 'hangs up after the time limit, and reads on at the next byte',
      check: (world) =>
        expect(rangesOf(world, bigImage.layers[0]?.digest)).toEqual([undefined, 'bytes=100000-']),
    },
    destination: {
      ends: 'copied',
      by: stopReading(100_000),
      at: { method: 'PUT', path: '/uploads/', where: ({ headers }) => isLarge(headers) },
      does: 'hangs up after the time limit, and sends again',
    },
  },
  {
    fault: 'The body stops in its middle, and the connection stays',
    world: { ...patient(0), image: bigImage },
    source: {
      ends: 'TIMEOUT',
      by: stallBody(0),
      at: { method: 'GET', path: bigImage.layers[0]?.digest ?? '' },
      hits: 1,
      does: 'gives up after the retries',
    },
    destination: {
      ends: 'TIMEOUT',
      by: stopReading(100_000),
      at: { method: 'PUT', path: '/uploads/', where: ({ headers }) => isLarge(headers) },
      hits: 1,
      does: 'gives up after the retries',
    },
  },
]

function isLarge(headers: { 'content-length'?: string | undefined }) {
  return Number(headers['content-length']) > 1_000_000
}

function closed(role: Role) {
  return async (world: FaultWorld) => world.at(role).close()
}

/** A registry with TLS under a name that is looked up in vain for the first `times` times. */
function unresolved(role: Role, times: number) {
  return (world: FaultWorld) => {
    const { url, ca } = world.at(role)
    const name = `${NAMED}:${new URL(url).port}`
    world.hosts[role] = name
    let asked = 0
    world.network = {
      ...(ca === undefined ? {} : { tls: new Map([[name, { ca }]]) }),
      lookup: (_name, options, callback) => {
        asked += 1
        if (asked <= times) return
        const found = { address: '127.0.0.1', family: 4 }
        if (options.all === true) callback(null, [found])
        else callback(null, found.address, found.family)
      },
    }
    return () => Math.min(asked, times)
  }
}

/** A server that takes connections and never says anything. */
function silent(role: Role) {
  return async (world: FaultWorld) => {
    const server = await silentServer()
    world.helpers.push(server)
    const name = at(NAMED, server)
    world.hosts[role] = name
    world.network = { lookup: nameServer({ [NAMED]: ['127.0.0.1'] }).lookup }
    return () => server.hits()
  }
}

async function between(world: FaultWorld, role: Role, mark: string, bytes: number) {
  const forwarder = await halfClosing(world.at(role), mark, bytes)
  world.helpers.push(forwarder)
  world.hosts[role] = forwarder.host
  return () => forwarder.hits()
}

function readsOfLayer(count: number) {
  return ({ source }: FaultWorld) => expect(source.count('GET', layer.digest)).toBe(count)
}

/** What was asked for: all, or from which byte on. */
function rangesOf({ source }: FaultWorld, digest = layer.digest) {
  return source.select('GET', digest).map(({ headers }) => headers.range)
}

function uploadsOfLayer({ destination }: FaultWorld) {
  const hex = layer.digest.replace('sha256:', '')
  return destination.requests.filter(({ method, query }) => method === 'PUT' && query.includes(hex))
    .length
}
