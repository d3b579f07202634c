import { formatChallenge, type Challenge } from '../registry/bearer.ts'
import { reply, type Middleware, type Reply } from '../registry/exchange.ts'
import { lostChunks } from './chunked-uploads.ts'
import { defineProfile } from './emulation.ts'
import { htmlPage, jsonError } from './error-bodies.ts'
import { missing } from './missing.ts'
import { at } from './requests.ts'
import { StorageHost } from './storage-host.ts'

const MiB = 1024 * 1024
const STORAGE = 'pkg-containers.githubusercontent.com'
/** Bytes of the largest chunk (Q11). */
export const GHCR_CHUNK_LIMIT = 4 * MiB

export const ghcr = defineProfile(
  {
    id: 'ghcr',
    name: 'GHCR',
    host: 'ghcr.io',
    username: 'octo',
    password: (secret) => `ghp_${secret}`,
    quirks: ['Q11', 'Q12', 'Q14'],
    immutableTags: false,
    referrersApi: false,
    createsRepositories: true,
    repository: (word) => `acme/${word}`,
  },
  ({ store, users }) => {
    const storage = new StorageHost(store, {
      host: STORAGE,
      path: (digest) => `/ghcr1/blobs/${digest}`,
      query: { se: '2026-01-01T00:00:00Z', sp: 'r', sv: '2024-08-04' },
      signature: 'sig',
    })
    return {
      auth: {
        kind: 'bearer',
        users,
        realm: 'https://ghcr.io/token',
        service: 'ghcr.io',
        refuse,
        token: {
          body: ({ token }) => ({ token }),
          refuseLogin: (cause) =>
            cause === 'wrong'
              ? jsonError(403, 'DENIED', 'denied: denied')
              : jsonError(401, 'UNAUTHORIZED', 'authentication required'),
        },
      },
      options: { referrers: false, singlePost: false },
      behaviours: [
        // Q14
        missing(store, { repository: () => jsonError(403, 'DENIED', 'denied') }),
        // Q12
        at('referrers', ['GET'], () =>
          reply(303, { location: 'https://github.com/-/v2/packages/container/referrers' }),
        ),
        onlyMountsOfOneOwner,
        chunkLimit,
        overwritingChunks(),
        storage.redirect,
      ],
      hosts: {
        [STORAGE]: storage.handle,
        'github.com': () => htmlPage(429, 'Too many requests'),
      },
    }
  },
)

/** Without a repository in the request, the challenge makes one up. */
function refuse(challenge: Challenge): Reply {
  const scope = challenge.scope === '' ? 'repository:user/image:pull' : challenge.scope
  return jsonError(401, 'UNAUTHORIZED', 'authentication required', {
    'www-authenticate': formatChallenge({ ...challenge, scope }),
  })
}

const onlyMountsOfOneOwner: Middleware = at('uploads', ['POST'], (request, next, { name }) => {
  const from = request.params.get('from')
  if (from === null || from.split('/')[0] === name.split('/')[0]) return next()
  return next({ ...request, query: '', params: new URLSearchParams() })
})

/** Q11: only chunks that say their place are limited. */
const chunkLimit: Middleware = at('upload', ['PATCH'], ({ headers }, next) =>
  headers['content-range'] !== undefined &&
  Number(headers['content-length'] ?? 0) > GHCR_CHUNK_LIMIT
    ? jsonError(416, 'BLOB_UPLOAD_INVALID', 'request body is too large')
    : next(),
)

/** Q11: each chunk is taken for the first. */
function overwritingChunks(): Middleware {
  return lostChunks(
    (answer) => answer,
    ({ path, query, headers }) =>
      reply(202, {
        location: `${path}?${query}`,
        range: `0-${Number(headers['content-length'] ?? 1) - 1}`,
      }),
  )
}

/** Q59: what stands in front of the registry gives up for a moment. */
export const ghcrBadGateway: Middleware = () => htmlPage(502, 'Bad Gateway')
