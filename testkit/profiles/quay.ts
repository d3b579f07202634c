import { jsonReply, type Middleware, type Reply } from '../registry/exchange.ts'
import { formatChallenge, type Challenge } from '../registry/bearer.ts'
import { isObject } from '../registry/manifest-check.ts'
import { bareType, dockerManifest, manifestTypes, ociIndex } from '../registry/media-types.ts'
import { repositoryScope, formatScopes } from '../registry/scope.ts'
import type { Store } from '../registry/storage.ts'
import { defineProfile } from './emulation.ts'
import { htmlPage, jsonError } from './error-bodies.ts'
import { absoluteLocations } from './locations.ts'
import { missing } from './missing.ts'
import { at, peekDocument } from './requests.ts'
import { StorageHost } from './storage-host.ts'

const HOST = 'quay.io'
const REALM = 'https://quay.io/v2/auth'
const STORAGE = 'cdn01.quay.io'
const SCHEMA_1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws'

export const quay = defineProfile(
  {
    id: 'quay',
    name: 'Quay',
    host: HOST,
    username: 'acme+robot',
    quirks: ['Q20', 'Q21', 'Q22', 'Q23'],
    immutableTags: false,
    referrersApi: true,
    createsRepositories: true,
    repository: (word) => `acme/${word}`,
  },
  ({ store, users }) => {
    const storage = new StorageHost(store, {
      host: STORAGE,
      path: (digest) => `/quayio-production-s3/sha256/${digest.slice(7, 9)}/${digest.slice(7)}`,
      query: { Expires: '1767225600', 'Key-Pair-Id': 'K1TESTKIT' },
      signature: 'Signature',
      status: 302,
    })
    return {
      auth: {
        kind: 'bearer',
        users,
        realm: REALM,
        tokenPath: '/v2/auth',
        service: HOST,
        // Q22: no token ever holds the right to cancel an upload.
        grants: (user, _repository, action) => user !== undefined && action !== 'delete',
        refuse: notAuthorized,
        token: {
          forStrangers: true,
          body: ({ token }) => ({ token }),
          refuseLogin: () => jsonReply(401, { error: 'Invalid username or password' }),
          refusePost: () => htmlPage(405, '405 Method Not Allowed'),
        },
      },
      options: { cancelAction: 'delete', singlePost: false },
      behaviours: [
        absoluteLocations(HOST),
        missing(store, { foreignRepository: (name) => notAuthorized({ scope: scopeOf(name) }) }),
        mountNeedsFrom,
        noMixedIndex,
        schema1(store),
        knownSubjects(store),
        storage.redirect,
      ],
      hosts: { [STORAGE]: storage.handle },
    }
  },
)

function scopeOf(name: string): string {
  return formatScopes([repositoryScope(name, 'pull')])
}

function notAuthorized({ scope, error }: { scope: string; error?: Challenge['error'] }): Reply {
  return jsonError(
    401,
    'UNAUTHORIZED',
    'access to the requested resource is not authorized',
    { 'www-authenticate': formatChallenge({ realm: REALM, service: HOST, scope, error }) },
    {},
  )
}

/** Q20 */
const mountNeedsFrom: Middleware = at('uploads', ['POST'], ({ params }, next) =>
  params.has('mount') && !params.has('from')
    ? jsonError(400, 'INVALID_REQUEST', 'missing from')
    : next(),
)

/** Q21: older versions; Docker's images do not go into OCI's indexes. */
const noMixedIndex: Middleware = at('manifest', ['PUT'], async (original, next) => {
  if (bareType(original.headers['content-type']) !== ociIndex) return next()
  const { document, request } = await peekDocument(original)
  const children = isObject(document) ? document['manifests'] : undefined
  const isMixed =
    Array.isArray(children) &&
    children.some((child) => isObject(child) && child['mediaType'] === dockerManifest)
  return isMixed ? jsonError(400, 'MANIFEST_INVALID', 'manifest invalid') : next(request)
})

/** Q22: who does not ask for the stored type gets an old one, which has another digest. */
function schema1(store: Store): Middleware {
  return at('manifest', ['GET', 'HEAD'], async ({ headers }, next, { name, reference }) => {
    const answer = await next()
    const type = store.manifest(name, reference)?.mediaType ?? ''
    const accepted = (headers.accept ?? '').split(',').map(bareType)
    if (answer.status !== 200 || accepted.includes(type) || !manifestTypes.includes(type)) {
      return answer
    }
    const old = { schemaVersion: 1, name, tag: reference, architecture: 'amd64', fsLayers: [] }
    return jsonReply(200, old, { 'content-type': SCHEMA_1 })
  })
}

/** Q23 */
function knownSubjects(store: Store): Middleware {
  return at('referrers', ['GET'], async (_request, next, { name, digest }) => {
    const answer = await next()
    const isUnknown = answer.status === 200 && store.manifest(name, digest) === undefined
    return isUnknown ? jsonError(400, 'MANIFEST_INVALID', 'manifest invalid') : answer
  })
}
