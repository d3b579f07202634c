import { reply, type Middleware, type Reply } from '../registry/exchange.ts'
import { isObject } from '../registry/manifest-check.ts'
import { bareType, isIndexType, ociIndex, ociManifest } from '../registry/media-types.ts'
import { isDigest, isTag } from '../registry/names.ts'
import { lostChunks } from './chunked-uploads.ts'
import { defineProfile } from './emulation.ts'
import { jsonError, plainText } from './error-bodies.ts'
import { ImmutableTags } from './immutable-tags.ts'
import { absoluteLocations } from './locations.ts'
import { missing } from './missing.ts'
import { at, bodyText, peekDocument } from './requests.ts'
import { StorageHost } from './storage-host.ts'

const ACCOUNT = '123456789012'
const HOST = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`
const STORAGE = 'prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com'
/** A password that was good for twelve hours, some time ago (Q08). */
export const ECR_EXPIRED_PASSWORD = 'expired-ecr-password'
/** Entries that a page of tags may hold (Q09). */
export const ECR_PAGE_LIMIT = 1000

export const ecr = defineProfile(
  {
    id: 'ecr',
    name: 'ECR private',
    host: HOST,
    username: 'AWS',
    quirks: ['Q01', 'Q02', 'Q03', 'Q04', 'Q05', 'Q06', 'Q07', 'Q08', 'Q09'],
    immutableTags: true,
    referrersApi: true,
    createsRepositories: false,
    repository: (word) => `acme/${word}`,
  },
  ({ store, users }) => {
    const storage = new StorageHost(store, {
      host: STORAGE,
      path: (digest) => `/6f4a-${ACCOUNT}/${digest}`,
      query: { 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Expires': '3600' },
      signature: 'X-Amz-Signature',
    })
    // Q03: even what the tag names already is refused.
    const immutableTags = new ImmutableTags(store, (name, tag) =>
      jsonError(
        400,
        'TAG_INVALID',
        `The image tag '${tag}' already exists in the '${name}' repository and cannot be overwritten because the repository is immutable.`,
      ),
    )
    return {
      auth: { kind: 'basic', users, refuse: () => notAuthorized() },
      // Q02, Q06
      options: { createRepositories: false, mount: false, singlePost: false },
      behaviours: [
        expiredLogin,
        absoluteLocations(HOST),
        missing(store, { repository: unknownRepository }),
        immutableTags.behaviour,
        tagGrammar,
        pageLimit,
        needsMediaType,
        missingChildren,
        ecrChunks(),
        // Q07
        storage.redirect,
      ],
      hosts: { [STORAGE]: storage.handle },
      immutableTags,
    }
  },
)

function notAuthorized(): Reply {
  return plainText(401, 'Not Authorized\n', {
    'www-authenticate': `Basic realm="https://${HOST}/",service="ecr.amazonaws.com"`,
  })
}

/** Q08: 403 and not 401, and no JSON. */
const expiredLogin: Middleware = (request, next) => {
  const expired = Buffer.from(`AWS:${ECR_EXPIRED_PASSWORD}`).toString('base64')
  if (request.headers.authorization !== `Basic ${expired}`) return next()
  return plainText(403, 'Your authorization token has expired. Reauthenticate and try again.')
}

/** Q02 */
export function unknownRepository(name: string): Reply {
  const message = `The repository with name '${name}' does not exist in the registry with id '${ACCOUNT}'`
  return jsonError(404, 'NAME_UNKNOWN', message)
}

/** Q01: 201 instead of 202, and a `Range` that stays where the first chunk ended. */
export function ecrChunks(): Middleware {
  return lostChunks(
    (answer) => ({ ...answer, status: 201 }),
    ({ path, query }, received) =>
      reply(201, { location: `${path}?${query}`, range: `0-${received - 1}` }),
  )
}

/** Q09: a tag that cannot be one is refused, where others know no such manifest. */
const tagGrammar: Middleware = at('manifest', ['GET', 'HEAD'], (_request, next, { reference }) => {
  if (isDigest(reference) || isTag(reference)) return next()
  return jsonError(400, 'INVALID_PARAMETER', 'Invalid parameter at ImageTag')
})

/** Q09 */
const pageLimit: Middleware = at('tags', ['GET'], ({ params }, next) =>
  Number(params.get('n') ?? 0) > ECR_PAGE_LIMIT
    ? jsonError(400, 'INVALID_PARAMETER', 'Invalid parameter at maxResults')
    : next(),
)

/** Q05: OCI manifests that do not say what they are. */
const needsMediaType: Middleware = at('manifest', ['PUT'], async (original, next) => {
  const type = bareType(original.headers['content-type'])
  if (type !== ociManifest && type !== ociIndex) return next()
  const { document, request } = await peekDocument(original)
  if (isObject(document) && 'mediaType' in document) return next(request)
  return jsonError(405, 'UNSUPPORTED', 'Invalid parameter at ImageManifest: Invalid JSON syntax')
})

/** Q04: an index comes after what it names. */
const missingChildren: Middleware = at('manifest', ['PUT'], async (request, next) => {
  const answer = await next()
  if (answer.status !== 400 || !isIndexType(bareType(request.headers['content-type'])))
    return answer
  if (!(await bodyText(answer)).includes('MANIFEST_BLOB_UNKNOWN')) return answer
  const message = 'Images with digests required for pushing image do not exist'
  return jsonError(400, 'MANIFEST_BLOB_UNKNOWN', message)
})

/** Q09: too many of one action in a second. */
export const ecrThrottling: Middleware = () =>
  jsonError(429, 'TOOMANYREQUESTS', 'Rate exceeded (ThrottlingException)')
