import type { Middleware, Reply } from '../registry/exchange.ts'
import { defineProfile } from './emulation.ts'
import { jsonError } from './error-bodies.ts'
import { at, bodyText } from './requests.ts'

/** zot with `http.compat` set to docker2s2; without that it takes OCI's types alone (Q36). */
export const zot = defineProfile(
  {
    id: 'zot',
    name: 'zot',
    host: 'zot.example',
    username: 'acme',
    quirks: ['Q36', 'Q37'],
    immutableTags: false,
    referrersApi: true,
    createsRepositories: true,
    repository: (word) => `acme/${word}`,
  },
  ({ users }) => ({
    auth: { kind: 'basic', users, refuse: () => unauthorized() },
    // Q37 is how the store's registry has it: `0-0` for nothing, `bytes */N` for a range beyond.
    options: { mountDiscovery: true },
    behaviours: [mountFromAnywhere, strictPost, missingBlobs],
  }),
)

function unauthorized(): Reply {
  return jsonError(401, 'UNAUTHORIZED', 'authentication required', {
    'www-authenticate': 'Basic realm="Authorization Required"',
  })
}

/** `from` is not read: all blobs are one store. */
const mountFromAnywhere: Middleware = at('uploads', ['POST'], (request, next) => {
  if (!request.params.has('mount')) return next()
  const params = new URLSearchParams(request.params)
  params.delete('from')
  return next({ ...request, params, query: params.toString() })
})

/** Q36 */
const strictPost: Middleware = at('uploads', ['POST'], ({ params, headers }, next) => {
  if (params.has('from') && !params.has('mount')) {
    return jsonError(405, 'UNSUPPORTED', 'from needs mount')
  }
  if (!params.has('digest')) return next()
  if (headers['content-type'] !== 'application/octet-stream') {
    return jsonError(415, 'UNSUPPORTED', 'content type is not application/octet-stream')
  }
  return headers['content-length'] === undefined
    ? jsonError(400, 'SIZE_INVALID', 'no Content-Length')
    : next()
})

/** Q36: blobs that a manifest names in vain make it invalid. */
const missingBlobs: Middleware = at('manifest', ['PUT'], async (_request, next) => {
  const answer = await next()
  if (answer.status !== 400 || !(await bodyText(answer)).includes('MANIFEST_BLOB_UNKNOWN')) {
    return answer
  }
  return jsonError(400, 'MANIFEST_INVALID', 'manifest invalid')
})
