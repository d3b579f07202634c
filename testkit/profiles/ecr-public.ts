import { formatChallenge, type Challenge } from '../registry/bearer.ts'
import type { Middleware, Reply } from '../registry/exchange.ts'
import { defineProfile } from './emulation.ts'
import { ecrChunks } from './ecr.ts'
import { jsonError } from './error-bodies.ts'
import { missing } from './missing.ts'
import { StorageHost } from './storage-host.ts'

const HOST = 'public.ecr.aws'
const STORAGE = 'd5l0dvt14r5h8.cloudfront.net'

export const ecrPublic = defineProfile(
  {
    id: 'ecr-public',
    name: 'ECR Public',
    host: HOST,
    username: 'AWS',
    quirks: ['Q01', 'Q02', 'Q06', 'Q10'],
    immutableTags: false,
    referrersApi: false,
    createsRepositories: false,
    repository: (word) => `a1b2c3d4/${word}`,
  },
  ({ store, users }) => {
    const storage = new StorageHost(store, {
      host: STORAGE,
      path: (digest) => `/docker/registry/v2/blobs/${digest.replace(':', '/')}/data`,
      query: { Expires: '1767225600', 'Key-Pair-Id': 'K1TESTKIT' },
      signature: 'Signature',
    })
    return {
      auth: {
        kind: 'bearer',
        users,
        anonymousPull: true,
        realm: `https://${HOST}/token/`,
        tokenPath: '/token/',
        service: HOST,
        expiresIn: 12 * 60 * 60,
        refuse,
        token: { body: ({ token }) => ({ token }), refuseLogin: () => invalidToken() },
      },
      // Q02, Q06
      options: { createRepositories: false, mount: false, singlePost: false, referrers: false },
      behaviours: [
        noBasic,
        missing(store, { repository: (name) => unknown(name) }),
        ecrChunks(),
        storage.redirect,
      ],
      hosts: { [STORAGE]: storage.handle },
    }
  },
)

/** Q10: the answer to whatever it cannot read, a token that is over included. */
function invalidToken(): Reply {
  const message = 'Your Authorization Token is invalid. Please run another docker login'
  return jsonError(400, 'DENIED', message)
}

function refuse(challenge: Challenge): Reply {
  if (challenge.error === 'invalid_token') return invalidToken()
  return jsonError(401, 'DENIED', 'Not Authorized', {
    'www-authenticate': formatChallenge({
      ...challenge,
      scope: 'aws',
    }),
  })
}

/** Q10: credentials are for the token endpoint alone. */
const noBasic: Middleware = (request, next) =>
  request.path.startsWith('/v2/') && /^basic /i.test(request.headers.authorization ?? '')
    ? invalidToken()
    : next()

function unknown(name: string): Reply {
  const message = `The repository with name '${name}' does not exist in the registry`
  return jsonError(404, 'NAME_UNKNOWN', message)
}

/** Q10: the month's data are used up; waiting does not help. */
export const ecrPublicDataLimit: Middleware = () =>
  jsonError(429, 'TOOMANYREQUESTS', 'toomanyrequests: Data limit exceeded')
