import { formatChallenge, type Challenge } from '../registry/bearer.ts'
import type { Middleware, RegistryRequest, Reply } from '../registry/exchange.ts'
import { parseRoute } from '../registry/routes.ts'
import type { Store } from '../registry/storage.ts'
import { noChunks } from './chunked-uploads.ts'
import { defineProfile } from './emulation.ts'
import { htmlPage, jsonError, plainText } from './error-bodies.ts'
import { ImmutableTags } from './immutable-tags.ts'
import { locations } from './locations.ts'
import { refusedLogin } from './requests.ts'
import { StorageHost } from './storage-host.ts'

const HOST = 'europe-docker.pkg.dev'
const UPLOADS = '/artifacts-uploads/namespaces/acme-project/uploads/'
const DOWNLOADS = '/artifacts-downloads/namespaces/acme-project/downloads/'

export const artifactRegistry = defineProfile(
  {
    id: 'artifact-registry',
    name: 'Google Artifact Registry',
    host: HOST,
    username: '_json_key',
    password: (secret) => JSON.stringify({ type: 'service_account', private_key: secret }),
    quirks: ['Q15', 'Q16'],
    immutableTags: true,
    referrersApi: true,
    createsRepositories: true,
    repository: (word) => `acme-project/images/${word}`,
  },
  ({ store, users }) => {
    const storage = new StorageHost(store, {
      host: HOST,
      path: () => DOWNLOADS,
      signature: 'token',
      status: 302,
      isOwnHost: true,
    })
    const immutableTags = new ImmutableTags(store, (_name, tag) =>
      jsonError(
        400,
        'MANIFEST_INVALID',
        `cannot update tag ${tag}. The repository has enabled tag immutability`,
      ),
    )
    // Images come into being by a push, the repositories that hold them do not.
    const containers = new Set(['acme-project/images'])
    return {
      auth: {
        kind: 'bearer',
        users,
        realm: `https://${HOST}/v2/token`,
        tokenPath: '/v2/token',
        service: HOST,
        expiresIn: 3600,
        refuse,
        token: {
          body: ({ token, expiresIn }) => ({ token, expires_in: expiresIn }),
          // The endpoint itself refuses, in the registry's JSON.
          refuseLogin: () => jsonError(403, 'DENIED', 'Unauthenticated request.'),
          refusePost: () => htmlPage(404, 'Error 404 (Not Found)'),
        },
      },
      // Q16: a mount looks whether the blob is anywhere, `from` or not.
      options: { mountDiscovery: true, singlePost: false },
      behaviours: [
        ownPaths(store, storage),
        knownContainers(containers),
        immutableTags.behaviour,
        // Q15
        noChunks(() => jsonError(405, 'UNSUPPORTED', 'chunked uploads are not supported')),
        storage.redirect,
      ],
      immutableTags,
      createRepository(name) {
        containers.add(containerOf(name))
        store.createRepository(name)
      },
    }
  },
)

/** Q16: only who comes without a token is told where to get one. `/v2/` names no service. */
function refuse(challenge: Challenge): Reply {
  const { request, error } = challenge
  if (error === 'invalid_token') {
    return jsonError(401, 'UNAUTHORIZED', 'The access token is no longer valid.')
  }
  const service = request.path === '/v2/' ? undefined : challenge.service
  return jsonError(401, 'UNAUTHORIZED', 'Unauthenticated request.', {
    'www-authenticate': formatChallenge({ ...challenge, service }),
  })
}

/** Uploads and downloads go by paths that are none of the specification's. */
function ownPaths(store: Store, storage: StorageHost): Middleware {
  const outward = locations((path) => {
    const [, id] = /\/blobs\/uploads\/(.+)$/.exec(path) ?? []
    return id === undefined ? path : `${UPLOADS}${id}`
  })
  return (request, next) => {
    if (request.path.startsWith(DOWNLOADS)) return storage.handle(request)
    return outward(request, async () => next(inward(store, request)))
  }
}

function inward(store: Store, request: RegistryRequest): RegistryRequest {
  if (!request.path.startsWith(UPLOADS)) return request
  const session = store.uploads.get(request.path.slice(UPLOADS.length))
  return session === undefined ? request : { ...request, path: session.path }
}

function knownContainers(containers: ReadonlySet<string>): Middleware {
  return async (request, next) => {
    const route = parseRoute(request.path)
    if (!('name' in route) || containers.has(containerOf(route.name))) return next()
    return (
      (await refusedLogin(request, next)) ??
      jsonError(404, 'NAME_UNKNOWN', `Repository "${containerOf(route.name)}" not found`)
    )
  }
}

/** Project and repository, without the image. */
function containerOf(name: string): string {
  return name.split('/').slice(0, 2).join('/')
}

/** Q16 */
export const artifactRegistryQuota: Middleware = () => plainText(429, 'Quota Exceeded.')
