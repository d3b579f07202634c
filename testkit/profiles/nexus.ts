import { reply, type Reply } from '../registry/exchange.ts'
import { defineProfile } from './emulation.ts'
import { jsonError } from './error-bodies.ts'
import { ImmutableTags } from './immutable-tags.ts'
import { lateBlobs, lateTags } from './late-visibility.ts'
import { at, withHeaders, withoutHeaders } from './requests.ts'

export const nexus = defineProfile(
  {
    id: 'nexus',
    name: 'Nexus',
    host: 'nexus.example',
    username: 'deployer',
    quirks: ['Q33', 'Q34', 'Q56', 'Q58'],
    immutableTags: true,
    referrersApi: false,
    createsRepositories: true,
    repository: (word) => `acme/${word}`,
  },
  ({ store, users }) => {
    const immutableTags = new ImmutableTags(store, (name, tag) =>
      jsonError(400, 'DENIED', `Repository does not allow updating assets: ${name}:${tag}`),
    )
    return {
      auth: { kind: 'basic', users, refuse: () => unauthorized() },
      options: { referrers: false, singlePost: false },
      behaviours: [
        immutableTags.behaviour,
        // Q56: old versions.
        at('manifest', ['HEAD'], async (_request, next) => {
          const { status } = await next()
          return status === 401 ? unauthorized() : reply(405, { allow: 'GET, PUT, DELETE' })
        }),
        // Q33: the digest is not told, and the type has a parameter behind it.
        at('manifest', ['GET', 'PUT'], async (_request, next) => plainHeaders(await next())),
        // Q33
        lateBlobs(),
        // Q58
        lateTags(store),
      ],
      immutableTags,
    }
  },
)

/** Q34 */
function unauthorized(): Reply {
  return jsonError(401, 'UNAUTHORIZED', 'access to the requested resource is not authorized', {
    'www-authenticate': 'BASIC realm="Sonatype Nexus Repository Manager"',
  })
}

function plainHeaders(answer: Reply): Reply {
  const bare = withoutHeaders(answer, 'docker-content-digest', 'etag')
  const type = answer.headers['content-type']
  if (answer.status !== 200 || typeof type !== 'string') return bare
  return withHeaders(bare, { 'content-type': `${type};charset=utf-8` })
}
