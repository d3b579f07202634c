import { formatChallenge, type Challenge } from '../registry/bearer.ts'
import type { Reply } from '../registry/exchange.ts'
import { isDigest } from '../registry/names.ts'
import { defineProfile } from './emulation.ts'
import { jsonError } from './error-bodies.ts'
import { ImmutableTags } from './immutable-tags.ts'
import { lateTags } from './late-visibility.ts'
import { absoluteLocations } from './locations.ts'
import { missing } from './missing.ts'
import { at } from './requests.ts'

const HOST = 'acme.jfrog.io'

export const artifactory = defineProfile(
  {
    id: 'artifactory',
    name: 'Artifactory',
    host: HOST,
    username: 'acme-ci',
    password: (secret) => `cmVmdGtu${secret}`,
    quirks: ['Q31', 'Q49', 'Q51', 'Q58'],
    immutableTags: true,
    referrersApi: false,
    createsRepositories: true,
    repository: (word) => `docker-virtual/acme/${word}`,
  },
  ({ store, users }) => {
    // No right to delete, which is what an overwrite counts as.
    const immutableTags = new ImmutableTags(store, (name) =>
      jsonError(403, 'DENIED', `Not enough permissions to overwrite artifact in ${name}`),
    )
    return {
      auth: {
        kind: 'bearer',
        users,
        tokenPath: /^\/artifactory\/api\/docker\/[^/]+\/v2\/token$/,
        service: HOST,
        takesBasic: true,
        expiresIn: 3600,
        refuse,
        token: {
          body: ({ token, expiresIn }) => ({ token, expires_in: expiresIn }),
          refusePost: () => jsonError(401, 'UNAUTHORIZED', 'Wrong username was used'),
          refuseLogin: () => jsonError(401, 'UNAUTHORIZED', 'Wrong username was used'),
        },
      },
      // A mount always becomes an upload.
      options: { mount: false, referrers: false, singlePost: false },
      behaviours: [
        // Q51
        absoluteLocations(`${HOST}:443`),
        // Q31: in a virtual repository whatever is missing could be what nobody may see.
        missing(store, {
          repository: () => forbidden(),
          manifest: (reference) =>
            isDigest(reference)
              ? jsonError(404, 'MANIFEST_UNKNOWN', 'The named manifest is not known')
              : forbidden(),
        }),
        immutableTags.behaviour,
        // Q49
        at('manifest', ['PUT'], async (_request, next) => okInsteadOfCreated(await next())),
        // Q58: the members of a cluster learn of it one after the other.
        lateTags(store),
      ],
      immutableTags,
    }
  },
)

function forbidden(): Reply {
  return jsonError(403, 'DENIED', 'The client does not have permission for manifest')
}

/** Both schemes in one header, and a realm that depends on the repository. */
function refuse(challenge: Challenge): Reply {
  const repository = challenge.needed[0]?.name.split('/')[0] ?? 'docker-virtual'
  const realm = `https://${HOST}/artifactory/api/docker/${repository}/v2/token`
  const bearer = formatChallenge({ ...challenge, realm })
  return jsonError(401, 'UNAUTHORIZED', 'The client does not have permission for manifest', {
    'www-authenticate': `Basic realm="Artifactory Realm", ${bearer}`,
  })
}

function okInsteadOfCreated(answer: Reply): Reply {
  return answer.status === 201 ? { ...answer, status: 200 } : answer
}

/** Q32: old versions take a body by PATCH alone. */
export const artifactoryOldUploads = at('upload', ['PUT'], ({ headers }, next) =>
  Number(headers['content-length'] ?? 0) > 0
    ? jsonError(400, 'UNSUPPORTED', 'no data was patched to the upload')
    : next(),
)
