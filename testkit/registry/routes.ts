import type { TokenPath } from './gate.ts'
import { repositoryScope, type Scope } from './scope.ts'

/** The endpoints of distribution-spec 1.1, "Endpoints", plus the token endpoint of distribution. */
export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'token' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'manifest'; readonly name: string; readonly reference: string }
  | { readonly kind: 'blob'; readonly name: string; readonly digest: string }
  | { readonly kind: 'referrers'; readonly name: string; readonly digest: string }
  | { readonly kind: 'uploads'; readonly name: string }
  | { readonly kind: 'tags'; readonly name: string }
  | { readonly kind: 'upload'; readonly name: string; readonly id: string }

/** Tried in order: what is longest behind the name comes first, since a name may contain such words itself. */
const patterns: readonly [RegExp, (name: string, last: string) => Route][] = [
  [/^\/v2\/(.+)\/blobs\/uploads\/$/, (name) => ({ kind: 'uploads', name })],
  [/^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/, (name, id) => ({ kind: 'upload', name, id })],
  [/^\/v2\/(.+)\/tags\/list$/, (name) => ({ kind: 'tags', name })],
  [/^\/v2\/(.+)\/referrers\/([^/]+)$/, (name, digest) => ({ kind: 'referrers', name, digest })],
  [/^\/v2\/(.+)\/blobs\/([^/]+)$/, (name, digest) => ({ kind: 'blob', name, digest })],
  [
    /^\/v2\/(.+)\/manifests\/([^/]+)$/,
    (name, reference) => ({ kind: 'manifest', name, reference }),
  ],
]

/** `path` as it stands in the request line. */
export function parseRoute(path: string, tokenPath: TokenPath = '/token'): Route {
  if (path === '/v2/' || path === '/v2') return { kind: 'base' }
  if (isTokenPath(path, tokenPath)) return { kind: 'token' }
  for (const [pattern, route] of patterns) {
    const match = pattern.exec(path)
    if (match === null) continue
    const name = decoded(match[1])
    const last = decoded(match[2])
    return name === undefined || last === undefined ? { kind: 'unknown' } : route(name, last)
  }
  return { kind: 'unknown' }
}

function isTokenPath(path: string, pattern: TokenPath): boolean {
  if (pattern === false) return false
  return typeof pattern === 'string' ? path === pattern : pattern.test(path)
}

function decoded(component = ''): string | undefined {
  try {
    return decodeURIComponent(component)
  } catch {
    return undefined
  }
}

/** What a token must hold for a request (distribution's table of actions). */
export function neededScopes(
  route: Route,
  method: string,
  cancelAction: 'push' | 'delete',
): readonly Scope[] {
  if (!('name' in route)) return []
  switch (method) {
    case 'GET':
    case 'HEAD':
      return [repositoryScope(route.name, 'pull')]
    case 'DELETE':
      return [repositoryScope(route.name, route.kind === 'upload' ? cancelAction : 'delete')]
    default:
      return [repositoryScope(route.name, 'pull', 'push')]
  }
}
