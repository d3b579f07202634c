/** What a slot is for: small requests never wait behind the bodies of blobs. */
export type Lane = 'metadata' | 'read' | 'write'

/**
 * What registries count apart. Writing a manifest is a small request like others, but the one that
 * is limited most.
 */
export type Kind = Lane | 'manifest-write'

export const KINDS: readonly Kind[] = ['metadata', 'read', 'write', 'manifest-write']

/** The kind of a request by its method, and its path with the query. */
export function kindOf(method: string, path: string): Kind {
  const isReading = method === 'GET' || method === 'HEAD'
  if (path.includes('/manifests/')) return isReading ? 'metadata' : 'manifest-write'
  // Asking for a mount is as small a request as any.
  if (/\/blobs\/uploads\/\?.*mount=/.test(path)) return 'metadata'
  // Upload sessions may be anywhere.
  if (!isReading) return 'write'
  return method === 'GET' && /\/blobs\/[^/]+:/.test(path) ? 'read' : 'metadata'
}

export function laneOf(kind: Kind): Lane {
  return kind === 'manifest-write' ? 'metadata' : kind
}
