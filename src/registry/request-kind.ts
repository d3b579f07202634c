/**
 * What a slot is for: small requests never wait behind the bodies of blobs, nor behind looks for
 * referrers.
 */
export type Lane = 'metadata' | 'lookup' | 'read' | 'write'

/**
 * What registries count apart. Writing a manifest is a small request like others, but one that is
 * limited most; so are looks for referrers (Q71).
 */
export type Kind = Lane | 'manifest-write'

export const KINDS: readonly Kind[] = ['metadata', 'lookup', 'read', 'write', 'manifest-write']

/** The kind of a request by its method, and its path with the query. */
export function kindOf(method: string, path: string): Kind {
  const isReading = method === 'GET' || method === 'HEAD'
  if (path.includes('/manifests/')) return isReading ? 'metadata' : 'manifest-write'
  if (isReading && /\/referrers\/[^/]+:/.test(path)) return 'lookup'
  // Asking for a mount is as small a request as any.
  if (/\/blobs\/uploads\/\?.*mount=/.test(path)) return 'metadata'
  // Upload sessions may be anywhere.
  if (!isReading) return 'write'
  return method === 'GET' && /\/blobs\/[^/]+:/.test(path) ? 'read' : 'metadata'
}

export function laneOf(kind: Kind): Lane {
  return kind === 'manifest-write' ? 'metadata' : kind
}

/** Whether what goes in a lane has a body of any size. */
export function hasBody(lane: Lane): boolean {
  return lane === 'read' || lane === 'write'
}
