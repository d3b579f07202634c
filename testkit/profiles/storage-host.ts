import { randomBytes } from 'node:crypto'
import { serveBlob } from '../registry/blobs.ts'
import type { Middleware, RegistryRequest, Reply } from '../registry/exchange.ts'
import type { Store } from '../registry/storage.ts'
import { htmlPage, xmlError } from './error-bodies.ts'
import { at } from './requests.ts'

export interface StorageOptions {
  readonly host: string
  /** Path of an object, from its digest. */
  readonly path: (digest: string) => string
  /** The query parameter with the signature, and what else is in the query before it. */
  readonly signature: string
  readonly query?: Readonly<Record<string, string>>
  /** Default 307. */
  readonly status?: number
  /** At the registry's own host, by a path: requests are then signed twice, and nobody minds. */
  readonly isOwnHost?: boolean
  /** HEAD is redirected as GET is. */
  readonly heads?: boolean
}

interface Grant {
  readonly repository: string
  readonly digest: string
  isUsed: boolean
}

/**
 * Where a registry sends those who want a blob: signed URLs, good for one GET each. As S3 does, it
 * refuses requests that are signed twice, by their URL and by an `Authorization` header.
 */
export class StorageHost {
  readonly #store: Store
  readonly #options: StorageOptions
  readonly #grants = new Map<string, Grant>()

  constructor(store: Store, options: StorageOptions) {
    this.#store = store
    this.#options = options
  }

  /** For the registry. */
  get redirect(): Middleware {
    const methods = this.#options.heads === true ? ['GET', 'HEAD'] : ['GET']
    return at('blob', methods, async (request, next, { name, digest }) => {
      const { range: _range, ...headers } = request.headers
      const answer = await next({ ...request, headers })
      if (answer.status !== 200) return answer
      const location = this.#sign({ repository: name, digest, isUsed: false })
      return htmlPage(this.#options.status ?? 307, 'Temporary Redirect', { location })
    })
  }

  /** For the other host. */
  readonly handle = (request: RegistryRequest): Reply => {
    const { method, params, headers } = request
    return this.#answer(method, params, headers.range, headers.authorization)
  }

  #sign(grant: Grant): string {
    const { host, path, query = {}, signature } = this.#options
    const signed = randomBytes(32).toString('hex')
    this.#grants.set(signed, grant)
    const search = new URLSearchParams({ ...query, [signature]: signed })
    const target = `${path(grant.digest)}?${search.toString()}`
    return this.#options.isOwnHost === true ? target : `https://${host}${target}`
  }

  #answer(
    method: string,
    params: URLSearchParams,
    range: string | undefined,
    authorization: string | undefined,
  ): Reply {
    if (authorization !== undefined && this.#options.isOwnHost !== true) {
      return xmlError(400, 'InvalidArgument', 'Only one auth mechanism allowed.')
    }
    const grant = this.#grants.get(params.get(this.#options.signature) ?? '')
    if (grant === undefined) return xmlError(403, 'SignatureDoesNotMatch', 'Bad signature.')
    if (grant.isUsed) return xmlError(403, 'AccessDenied', 'Request has expired')
    const blob = this.#store.blob(grant.repository, grant.digest)
    if (blob === undefined) return xmlError(404, 'NoSuchKey', 'The key does not exist.')
    grant.isUsed = method === 'GET'
    const headers = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes' }
    return serveBlob(blob, headers, range)
  }
}
