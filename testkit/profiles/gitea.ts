import { formatChallenge, type Challenge } from '../registry/bearer.ts'
import type { Middleware, Reply } from '../registry/exchange.ts'
import { parseRoute } from '../registry/routes.ts'
import type { Store } from '../registry/storage.ts'
import { defineProfile } from './emulation.ts'
import { jsonError, plainText } from './error-bodies.ts'
import { missing } from './missing.ts'
import { at, withHeaders } from './requests.ts'

const MiB = 1024 * 1024

export const gitea = defineProfile(
  {
    id: 'gitea',
    name: 'Gitea/Forgejo',
    host: 'gitea.example',
    username: 'acme',
    quirks: ['Q35'],
    immutableTags: false,
    referrersApi: false,
    createsRepositories: true,
    repository: (word) => `acme/${word}`,
  },
  ({ store, users }) => ({
    auth: {
      kind: 'bearer',
      users,
      realm: 'https://gitea.example/v2/token',
      tokenPath: '/v2/token',
      service: false,
      takesBasic: true,
      expiresIn: 24 * 60 * 60,
      refuse,
      token: {
        body: ({ token }) => ({ token }),
        refusePost: () => plainText(405, 'Method Not Allowed\n'),
        refuseLogin: () => unauthorized({}),
      },
    },
    options: { referrers: false, manifestLimit: 10 * MiB },
    behaviours: [
      strictNames,
      onlySha256,
      missing(store, {
        repository: () => notFound(),
        manifest: () => notFound(),
        blob: () => notFound(),
      }),
      emptySessions(store),
      placedChunks(store),
    ],
  }),
)

/** Two headers, one of them with nothing behind the scheme. */
function refuse(challenge: Challenge): Reply {
  return unauthorized({
    'www-authenticate': [formatChallenge({ ...challenge, scope: '*' }), 'Basic'],
  })
}

function unauthorized(headers: Reply['headers']): Reply {
  return jsonError(401, 'UNAUTHORIZED', '', headers)
}

/** Q35 */
function notFound(): Reply {
  return plainText(404, '404 page not found\n')
}

/** Q35: names that the specification allows and this registry does not. */
const strictNames: Middleware = (request, next) => {
  const route = parseRoute(request.path)
  return 'name' in route && /__|--/.test(route.name)
    ? jsonError(400, 'NAME_INVALID', 'invalid repository name')
    : next()
}

/** Q35 */
const onlySha256: Middleware = (request, next) =>
  /sha512(?::|%3a)/i.test(`${request.path}?${request.query}`)
    ? jsonError(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content')
    : next()

/** Q35: a session without bytes ends before its first one. */
function emptySessions(store: Store): Middleware {
  return at('upload', ['GET', 'PATCH'], async (_request, next, { id }) => {
    const answer = await next()
    const isEmpty = answer.status < 300 && store.uploads.get(id)?.received === 0
    return isEmpty ? withHeaders(answer, { range: '0--1' }) : answer
  })
}

/** Q35: only the first chunk may come without its place. */
function placedChunks(store: Store): Middleware {
  return at('upload', ['PATCH'], (request, next, { id }) => {
    const isFirst = (store.uploads.get(id)?.received ?? 0) === 0
    if (isFirst || request.headers['content-range'] !== undefined) return next()
    return jsonError(400, 'BLOB_UPLOAD_INVALID', 'stream uploads after first write are not allowed')
  })
}
