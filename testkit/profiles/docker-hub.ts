import { formatChallenge } from '../registry/bearer.ts'
import { jsonReply, type Middleware, type Reply } from '../registry/exchange.ts'
import { formatScopes, repositoryScope } from '../registry/scope.ts'
import { defineProfile } from './emulation.ts'
import { jsonError, plainText } from './error-bodies.ts'
import { tokenService } from './hosts.ts'
import { ImmutableTags } from './immutable-tags.ts'
import { missing } from './missing.ts'
import { at, withHeaders } from './requests.ts'
import { StorageHost } from './storage-host.ts'

const REALM = 'https://auth.docker.io/token'
const SERVICE = 'registry.docker.io'
const STORAGE = 'production.cloudflare.docker.com'
/** Pulls in six hours, for those who pay nothing. */
export const DOCKER_HUB_PULLS = 100

export const dockerHub = defineProfile(
  {
    id: 'docker-hub',
    name: 'Docker Hub',
    host: 'docker.io',
    api: 'registry-1.docker.io',
    username: 'acme',
    password: (secret) => `dckr_pat_${secret}`,
    quirks: ['Q28', 'Q30', 'Q65'],
    immutableTags: true,
    referrersApi: false,
    createsRepositories: true,
    repository: (word) => `acme/${word}`,
  },
  ({ store, users }) => {
    const storage = new StorageHost(store, {
      host: STORAGE,
      path: (digest) => `/registry-v2/docker/registry/v2/blobs/${digest.replace(':', '/')}/data`,
      query: { expires: '1767225600' },
      signature: 'signature',
      heads: true,
    })
    const immutableTags = new ImmutableTags(store, () =>
      // Q30
      jsonError(403, 'DENIED', 'requested access to the resource is denied: tag is immutable'),
    )
    return {
      auth: {
        kind: 'bearer',
        users,
        realm: REALM,
        service: SERVICE,
        tokenPath: false,
        expiresIn: 300,
        token: {
          forStrangers: true,
          refuseLogin: () => jsonReply(401, { details: 'incorrect username or password' }),
        },
      },
      // A mount needs pull on the source in the same token; without it an upload begins.
      options: {
        mountDenied: 'upload',
        cancelAction: 'delete',
        negotiate: true,
        // Q65
        referrers: false,
        subjectHeader: true,
      },
      behaviours: [
        rateLimitHeaders(),
        missing(store, { foreignRepository: unauthorized }),
        immutableTags.behaviour,
        storage.redirect,
      ],
      hosts: { 'auth.docker.io': tokenService('/token'), [STORAGE]: storage.handle },
      immutableTags,
    }
  },
)

/** Q28: GET counts as a pull, HEAD does not. */
function rateLimitHeaders(): Middleware {
  let left = DOCKER_HUB_PULLS
  return at('manifest', ['GET', 'HEAD'], async ({ method }, next) => {
    const answer = await next()
    if (answer.status !== 200) return answer
    if (method === 'GET') left = Math.max(left - 1, 0)
    return withHeaders(answer, {
      'ratelimit-limit': `${DOCKER_HUB_PULLS};w=21600`,
      'ratelimit-remaining': `${left};w=21600`,
      'docker-ratelimit-source': '192.0.2.17',
    })
  })
}

/** Q30: to a token for pulls, a repository that is not there looks as one that it has no right to. */
function unauthorized(name: string): Reply {
  const needed = [repositoryScope(name, 'pull')]
  const challenge = formatChallenge({
    realm: REALM,
    service: SERVICE,
    scope: formatScopes(needed),
    error: 'insufficient_scope',
  })
  return jsonError(
    401,
    'UNAUTHORIZED',
    'authentication required',
    { 'www-authenticate': challenge },
    needed,
  )
}

/** Q29: the pulls of the account are used up; waiting minutes does not help. */
export const dockerHubQuota: Middleware = at('manifest', ['GET'], () =>
  jsonError(429, 'TOOMANYREQUESTS', 'You have reached your pull rate limit.'),
)

/** Q29: too much from one address; over in a moment. */
export const dockerHubAbuseLimit: Middleware = () => plainText(429, 'Too Many Requests\n')
