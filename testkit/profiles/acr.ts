import { brittleSessions, limitedBodies, onlyAnnouncedLengths } from './chunked-uploads.ts'
import { defineProfile } from './emulation.ts'
import { htmlPage, jsonError } from './error-bodies.ts'
import type { Middleware } from '../registry/exchange.ts'
import { ImmutableTags } from './immutable-tags.ts'
import { at } from './requests.ts'
import { StorageHost } from './storage-host.ts'

const MiB = 1024 * 1024
const HOST = 'acme.azurecr.io'
const STORAGE = 'acme.westeurope.data.azurecr.io'
/** Bytes of the largest body, where bodies are limited (Q18). */
export const ACR_BODY_LIMIT = 20 * MiB

export const acr = defineProfile(
  {
    id: 'acr',
    name: 'Azure Container Registry',
    host: HOST,
    username: '3c2f6a0e-5b1d-4c7e-9f00-8d2a41b6c711',
    quirks: ['Q17', 'Q19', 'Q71'],
    immutableTags: true,
    referrersApi: true,
    createsRepositories: true,
    repository: (word) => `acme/${word}`,
  },
  ({ store, users }) => {
    const storage = new StorageHost(store, {
      host: STORAGE,
      path: (digest) => `/a1b2c3/docker/registry/v2/blobs/${digest.replace(':', '/')}/data`,
      query: { se: '2026-01-01T00:00:00Z', sp: 'r', sr: 'b' },
      signature: 'sig',
    })
    // A locked tag.
    const immutableTags = new ImmutableTags(store, () =>
      jsonError(
        405,
        'UNSUPPORTED',
        'The operation is disallowed on this registry, repository or image.',
      ),
    )
    return {
      auth: {
        kind: 'bearer',
        users,
        realm: `https://${HOST}/oauth2/token`,
        tokenPath: '/oauth2/token',
        service: HOST,
        expiresIn: 75 * 60,
        token: {
          // Nothing says how long it is good for.
          body: ({ token }) => ({ access_token: token }),
          refusePost: (form) =>
            form.get('grant_type') === 'refresh_token'
              ? undefined
              : jsonError(400, 'BAD_REQUEST', 'grant_type not supported'),
        },
      },
      options: { singlePost: false },
      behaviours: [
        immutableTags.behaviour,
        fewLookups(),
        // Q17
        onlyAnnouncedLengths(() =>
          jsonError(400, 'CONTENT_LENGTH_INVALID', 'invalid content length'),
        ),
        // Q19
        at('upload', ['GET', 'PATCH', 'PUT'], async (_request, next) => {
          const answer = await next()
          if (answer.status !== 404) return answer
          return jsonError(404, 'BLOB_UPLOAD_INVALID', 'blob upload invalid')
        }),
        brittleSessions(store),
        storage.redirect,
      ],
      hosts: { [STORAGE]: storage.handle },
      immutableTags,
    }
  },
)

/** Looks for referrers that are answered in a while (Q71). */
export const ACR_LOOKUPS = 30
/** Milliseconds of that while. */
const WHILE = 10_000

/** Q71: far fewer of them than of other requests. */
function fewLookups(): Middleware {
  let times: number[] = []
  return at('referrers', ['GET'], (_request, next) => {
    const now = Date.now()
    times = times.filter((time) => now - time < WHILE)
    if (times.length >= ACR_LOOKUPS) {
      return jsonError(429, 'TOOMANYREQUESTS', 'too many requests', { 'retry-after': '1' })
    }
    times.push(now)
    return next()
  })
}

/** Q18: reported by some and denied by others, so no profile has it unless asked. */
export const acrBodyLimit = limitedBodies(ACR_BODY_LIMIT, () =>
  htmlPage(413, '413 Request Entity Too Large'),
)
