import type { Middleware, Reply } from '../registry/exchange.ts'
import { limitedBodies } from './chunked-uploads.ts'
import { defineProfile } from './emulation.ts'
import { htmlPage, jsonError } from './error-bodies.ts'
import { at, withHeaders, withoutHeaders } from './requests.ts'

const KiB = 1024
const HOST = 'registry.acme.workers.dev'
/** Bytes that any request may carry (Q45); a hundredth of what it really is, so that images stay small. */
export const CLOUDFLARE_BODY_LIMIT = 1024 * KiB
/** Bytes that every chunk but the last has to have (Q46), smaller in the same way. */
export const CLOUDFLARE_CHUNK_MINIMUM = 64 * KiB

/** Cloudflare's serverless registry, a worker in front of an object store. */
export const cloudflare = defineProfile(
  {
    id: 'cloudflare',
    name: 'Cloudflare serverless registry',
    host: HOST,
    username: 'acme',
    quirks: ['Q45', 'Q46'],
    immutableTags: false,
    referrersApi: false,
    createsRepositories: true,
    repository: (word) => `acme/${word}`,
  },
  ({ users }) => ({
    auth: { kind: 'basic', users, refuse: () => unauthorized() },
    options: {
      chunkMinLength: CLOUDFLARE_CHUNK_MINIMUM,
      referrers: false,
      singlePost: false,
      tagsPageSize: 50,
    },
    behaviours: [
      // Q45: not the worker says so but what is in front of it.
      limitedBodies(CLOUDFLARE_BODY_LIMIT, () => htmlPage(413, '413 Payload Too Large')),
      chunkMaximum,
      bareLinks,
      untypedManifests,
    ],
  }),
)

function unauthorized(): Reply {
  return jsonError(401, 'UNAUTHORIZED', 'authentication required', {
    'www-authenticate': `Basic realm="https://${HOST}/v2/"`,
  })
}

/** Q46: a header that no specification knows. */
const chunkMaximum: Middleware = at('uploads', ['POST'], async (_request, next) => {
  const answer = await next()
  if (answer.status !== 202) return answer
  return withHeaders(answer, { 'oci-chunk-max-length': String(CLOUDFLARE_BODY_LIMIT) })
})

/** Q46: no angle brackets around the URL of the next page. */
const bareLinks: Middleware = at('tags', ['GET'], async (_request, next) => {
  const answer = await next()
  const { link } = answer.headers
  return typeof link === 'string'
    ? withHeaders(answer, { link: link.replace(/[<>]/g, '') })
    : answer
})

/** Q46: headers are not to be relied on, so the document has to say itself what it is. */
const untypedManifests: Middleware = at('manifest', ['GET', 'HEAD'], async (_request, next) => {
  const answer = await next()
  return answer.status === 200 ? withoutHeaders(answer, 'content-type', 'content-length') : answer
})
