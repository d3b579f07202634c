import { isObject } from '../registry/manifest-check.ts'
import type { Middleware } from '../registry/exchange.ts'
import type { Store } from '../registry/storage.ts'
import { defineProfile } from './emulation.ts'
import { jsonError } from './error-bodies.ts'
import { tokenService } from './hosts.ts'
import { ImmutableTags } from './immutable-tags.ts'
import { absoluteLocations } from './locations.ts'
import { at, peekDocument } from './requests.ts'
import { StorageHost } from './storage-host.ts'

const HOST = 'registry.gitlab.com'
const STORAGE = 'cdn.registry.gitlab-static.net'
/** Seconds; the shortest life of all. */
const TOKEN_LIFETIME = 60

export const gitlab = defineProfile(
  {
    id: 'gitlab',
    name: 'GitLab',
    host: HOST,
    username: 'gitlab+deploy-token-17',
    password: (secret) => `gldt-${secret}`,
    quirks: ['Q27', 'Q62'],
    immutableTags: true,
    referrersApi: false,
    createsRepositories: true,
    repository: (word) => `acme/tools/${word}`,
  },
  ({ store, users }) => {
    const storage = new StorageHost(store, {
      host: STORAGE,
      path: (digest) => `/gitlab/docker/registry/v2/blobs/${digest.replace(':', '/')}/data`,
      query: { Expires: '1767225600', KeyName: 'gprd-registry-cdn' },
      signature: 'Signature',
    })
    const immutableTags = new ImmutableTags(store, (_name, tag) =>
      jsonError(403, 'DENIED', `tag ${tag} is protected as immutable`),
    )
    return {
      auth: {
        kind: 'bearer',
        users,
        realm: 'https://gitlab.com/jwt/auth',
        tokenPath: false,
        service: 'container_registry',
        expiresIn: TOKEN_LIFETIME,
        token: {
          body: ({ token }) => ({ token }),
          refuseLogin: (cause) =>
            cause === 'wrong'
              ? jsonError(401, 'UNAUTHORIZED', 'HTTP Basic: Access denied.')
              : jsonError(403, 'DENIED', 'access forbidden'),
        },
      },
      options: {
        cancelAction: 'delete',
        mountDenied: 'challenge',
        singlePost: false,
        // Q62
        referrers: false,
        digestTags: true,
      },
      behaviours: [
        absoluteLocations(HOST),
        immutableTags.behaviour,
        knownSubjects(store),
        storage.redirect,
      ],
      hosts: { 'gitlab.com': tokenService('/jwt/auth'), [STORAGE]: storage.handle },
      immutableTags,
    }
  },
)

/** Q27: what a manifest is about has to be there first. */
function knownSubjects(store: Store): Middleware {
  return at('manifest', ['PUT'], async (original, next, { name }) => {
    const { document, request } = await peekDocument(original)
    const subject = isObject(document) ? document['subject'] : undefined
    if (!isObject(subject)) return next(request)
    const digest = String(subject['digest'])
    if (store.manifest(name, digest) !== undefined) return next(request)
    return jsonError(404, 'MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', {}, { digest })
  })
}
