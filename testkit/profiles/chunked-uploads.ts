import type { Middleware, RegistryRequest, Reply } from '../registry/exchange.ts'
import { drain } from '../registry/faults.ts'
import type { Store } from '../registry/storage.ts'
import { at } from './requests.ts'

/** No chunk is taken. */
export function noChunks(refuse: () => Reply): Middleware {
  return at('upload', ['PATCH'], refuse)
}

/**
 * The first chunk is taken and every later one lost, though `lost` answers as if it were there. The
 * closing PUT then finds bytes that are not the blob.
 */
export function lostChunks(
  first: (answer: Reply) => Reply,
  lost: (request: RegistryRequest, received: number) => Reply,
): Middleware {
  const begun = new Map<string, number>()
  return at('upload', ['PATCH'], async (request, next, { id }) => {
    const before = begun.get(id)
    if (before !== undefined) {
      await drain(request)
      return lost(request, before)
    }
    const answer = await next()
    if (answer.status !== 202) return answer
    begun.set(id, lastOf(answer) + 1)
    return first(answer)
  })
}

/** Bodies whose length nobody announced are refused. */
export function onlyAnnouncedLengths(refuse: () => Reply): Middleware {
  return at('upload', ['PATCH', 'PUT'], (request, next) =>
    request.headers['transfer-encoding'] === undefined ? next() : refuse(),
  )
}

/** Bodies of more bytes than `limit` are refused before they are read. */
export function limitedBodies(limit: number, refuse: () => Reply): Middleware {
  return (request, next) =>
    Number(request.headers['content-length'] ?? 0) > limit ? refuse() : next()
}

/** A session that refused a chunk is over. */
export function brittleSessions(store: Store): Middleware {
  return at('upload', ['PATCH'], async (_request, next, { id }) => {
    const answer = await next()
    if (answer.status >= 400) store.uploads.delete(id)
    return answer
  })
}

function lastOf(answer: Reply): number {
  const { range } = answer.headers
  return typeof range === 'string' ? Number(range.split('-')[1]) : -1
}
