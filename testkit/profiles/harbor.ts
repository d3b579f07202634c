import type { Middleware } from '../registry/exchange.ts'
import { parseRoute } from '../registry/routes.ts'
import type { Store } from '../registry/storage.ts'
import { defineProfile } from './emulation.ts'
import { htmlPage, jsonError } from './error-bodies.ts'
import { ImmutableTags } from './immutable-tags.ts'
import { absoluteLocations } from './locations.ts'
import { missing } from './missing.ts'
import { at, refusedLogin } from './requests.ts'
import { StorageHost } from './storage-host.ts'

const HOST = 'harbor.example'
const STORAGE = 's3.harbor.example'

export const harbor = defineProfile(
  {
    id: 'harbor',
    name: 'Harbor',
    host: HOST,
    username: 'robot$acme+sync',
    quirks: ['Q24', 'Q25', 'Q26', 'Q52', 'Q61'],
    immutableTags: true,
    referrersApi: false,
    createsRepositories: true,
    repository: (word) => `acme/${word}`,
  },
  ({ store, users }) => {
    // Q52: the object store is a sub-domain of the registry, and another origin all the same.
    const storage = new StorageHost(store, {
      host: STORAGE,
      path: (digest) => `/harbor/docker/registry/v2/blobs/${digest.replace(':', '/')}/data`,
      query: { 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Expires': '1200' },
      signature: 'X-Amz-Signature',
    })
    // Q25
    const immutableTags = new ImmutableTags(store, (name, tag) =>
      jsonError(
        412,
        'PRECONDITION',
        `Failed to process request due to '${name}:${tag}' configured as immutable.`,
      ),
    )
    const projects = new Set(['acme'])
    return {
      auth: {
        kind: 'bearer',
        users,
        realm: `https://${HOST}/service/token`,
        tokenPath: '/service/token',
        service: 'harbor-registry',
        expiresIn: 1800,
        token: {
          // Both members are there, and one of them is empty.
          body: ({ token, expiresIn, issuedAt }) => ({
            token,
            access_token: '',
            expires_in: expiresIn,
            issued_at: issuedAt.toISOString(),
          }),
          // Q26
          refusePost: () => htmlPage(405, 'Method Not Allowed'),
          refuseLogin: () => jsonError(401, 'UNAUTHORIZED', 'unauthorized: unauthorized'),
        },
      },
      options: { mountDenied: 'upload', cancelAction: 'delete' },
      behaviours: [
        absoluteLocations(HOST),
        knownProjects(projects),
        // Q61: before 2.8.
        at('referrers', ['GET'], async (request, next) => {
          const refusal = await refusedLogin(request, next)
          return refusal ?? jsonError(401, 'UNAUTHORIZED', 'unauthorized: unauthorized')
        }),
        // Q26: codes that the specification does not have.
        missing(store, {
          repository: (name) => jsonError(404, 'NOT_FOUND', `repository ${name} not found`),
          manifest: (reference, name) =>
            jsonError(404, 'NOT_FOUND', `artifact ${name}:${reference} not found`),
        }),
        immutableTags.behaviour,
        mountFromProjects(projects, store),
        storage.redirect,
      ],
      hosts: { [STORAGE]: storage.handle },
      immutableTags,
      createRepository(name) {
        projects.add(projectOf(name))
      },
    }
  },
)

function projectOf(name: string): string {
  return name.split('/')[0] ?? ''
}

/** A push makes repositories, never the project that they are in. */
function knownProjects(projects: ReadonlySet<string>): Middleware {
  return async (request, next) => {
    const route = parseRoute(request.path)
    if (!('name' in route) || projects.has(projectOf(route.name))) return next()
    return (
      (await refusedLogin(request, next)) ??
      jsonError(404, 'NOT_FOUND', `project ${projectOf(route.name)} not found`)
    )
  }
}

/** Q24: a mount from where nobody may look is refused instead of becoming an upload. */
function mountFromProjects(projects: ReadonlySet<string>, store: Store): Middleware {
  return at('uploads', ['POST'], ({ params }, next) => {
    const from = params.get('from')
    if (from === null || !params.has('mount')) return next()
    if (!projects.has(projectOf(from))) {
      return jsonError(401, 'UNAUTHORIZED', `project ${projectOf(from)} not found`)
    }
    return store.repository(from) === undefined
      ? jsonError(403, 'DENIED', 'requested access to the resource is denied')
      : next()
  })
}

/** Q25: what was found in the image is worse than the project allows. */
export const harborVulnerabilityPolicy = at('manifest', ['GET'], () =>
  jsonError(412, 'PROJECTPOLICYVIOLATION', 'current image with vulnerabilities cannot be pulled'),
)

/** Q25: nothing more fits into the project. */
export const harborQuota = at('manifest', ['PUT'], () =>
  jsonError(403, 'DENIED', 'adding 1 MiB of storage resource, which when updated will exceed'),
)

/** Q25 */
export const harborReadOnly = at('uploads', ['POST'], () =>
  jsonError(403, 'DENIED', 'The system is in read only mode. Any modification is prohibited.'),
)
