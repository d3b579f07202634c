import { jsonReply } from '../registry/exchange.ts'
import { isObject } from '../registry/manifest-check.ts'
import { defineProfile } from './emulation.ts'
import { jsonError } from './error-bodies.ts'
import { plainLocations } from './locations.ts'
import { at, peekDocument } from './requests.ts'

/** CNCF Distribution with token authentication, behind a TLS proxy that tells it nothing. */
export const distribution = defineProfile(
  {
    id: 'distribution',
    name: 'Distribution',
    host: 'registry.example',
    username: 'acme',
    quirks: ['Q38', 'Q39', 'Q40', 'Q41', 'Q55'],
    immutableTags: false,
    referrersApi: false,
    createsRepositories: true,
    repository: (word) => `acme/${word}`,
  },
  ({ store, users }) => ({
    auth: {
      kind: 'bearer',
      users,
      realm: 'https://registry.example/auth',
      tokenPath: '/auth',
      service: 'registry.example',
    },
    options: {
      // Q40: a mount without pull on the source is answered by 401, with both scopes.
      mountDenied: 'challenge',
      cancelAction: 'delete',
      negotiate: true,
      singlePost: false,
      referrers: false,
    },
    behaviours: [
      // Q38 is in every session of the store: its query has to come back as it is.
      plainLocations('registry.example'),
      // Q55: a repository without tags has null for a list.
      at('tags', ['GET'], async (_request, next, { name }) => {
        const answer = await next()
        const isEmpty = answer.status === 200 && store.tags(name).length === 0
        return isEmpty ? jsonReply(200, { name, tags: null }) : answer
      }),
      // Q41: layers with URLs of their own are refused unless the configuration allows the URLs.
      at('manifest', ['PUT'], async (original, next) => {
        const { document, request } = await peekDocument(original)
        if (!hasForeignUrls(document)) return next(request)
        return jsonError(400, 'MANIFEST_INVALID', 'manifest invalid', {}, 'invalid URL on layer')
      }),
    ],
  }),
)

function hasForeignUrls(document: unknown): boolean {
  const layers = isObject(document) ? document['layers'] : undefined
  return Array.isArray(layers) && layers.some((layer) => isObject(layer) && 'urls' in layer)
}
