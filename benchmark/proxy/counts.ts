/** What went through the proxies of one registry, storage and token server included. */
export interface Counts {
  /** By method and what was asked for: `GET manifest`, `POST mount`. */
  readonly requests: Readonly<Record<string, number>>
  /** Bytes of blobs that were downloaded and uploaded. */
  readonly down: number
  readonly up: number
  /** Mounts that worked. */
  readonly mounts: number
  readonly connections: number
  /** Answers that were made up: refusals and resets. */
  readonly faults: number
}

export const noCounts: Counts = {
  requests: {},
  down: 0,
  up: 0,
  mounts: 0,
  connections: 0,
  faults: 0,
}

export function addCounts(all: readonly Counts[]): Counts {
  const requests = new Map<string, number>()
  for (const counts of all) {
    for (const [kind, count] of Object.entries(counts.requests)) {
      requests.set(kind, (requests.get(kind) ?? 0) + count)
    }
  }
  const sum = (of: (counts: Counts) => number) => all.reduce((total, one) => total + of(one), 0)
  return {
    requests: inOrder(requests),
    down: sum(({ down }) => down),
    up: sum(({ up }) => up),
    mounts: sum(({ mounts }) => mounts),
    connections: sum(({ connections }) => connections),
    faults: sum(({ faults }) => faults),
  }
}

/** Round trips for tokens and to storage are not in the floor. */
const EXTRAS = new Set(['GET token', 'POST token', 'GET storage', 'HEAD storage', 'refused'])

/** Requests that the floor speaks of. */
export function registryRequests({ requests }: Counts): number {
  return Object.entries(requests)
    .filter(([kind]) => !EXTRAS.has(kind))
    .reduce((sum, [, count]) => sum + count, 0)
}

export type Target =
  | 'blob'
  | 'manifest'
  | 'mount'
  | 'other'
  | 'ping'
  | 'referrers'
  | 'tags'
  | 'upload'

/** What a request to a registry is about. */
export function targetOf(method: string, path: string): Target {
  const [route = '', query = ''] = path.split('?')
  if (/^\/v2\/?$/.test(route)) return 'ping'
  if (/\/blobs\/uploads\//.test(route)) {
    return method === 'POST' && /(^|&)mount=/.test(query) ? 'mount' : 'upload'
  }
  if (/\/blobs\/[^/]+$/.test(route)) return 'blob'
  if (/\/manifests\/[^/]+$/.test(route)) return 'manifest'
  if (/\/referrers\/[^/]+$/.test(route)) return 'referrers'
  return route.endsWith('/tags/list') ? 'tags' : 'other'
}

/** Of the names, so that the same counts are always written in the same way. */
export function inOrder(requests: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...requests].sort(([one], [other]) => (one < other ? -1 : 1)))
}
