import type { AuthOptions } from './auth.ts'
import type { CertificateOptions } from './certificate.ts'
import type { Middleware } from './exchange.ts'
import type { RecordedRequest } from './request-log.ts'
import { manifestTypes, MiB } from './media-types.ts'
import type { Store } from './storage.ts'

/** Everything that registries differ in and a test may want to set. The defaults are a full registry. */
export interface RegistryOptions {
  /** HTTPS, with a certificate for 127.0.0.1 and localhost unless told otherwise. */
  readonly tls?: boolean | CertificateOptions
  /** Where it listens; default 127.0.0.1. */
  readonly address?: '127.0.0.1' | '::1'
  /** Default a free one. With that of a registry that was closed, and its store, it is back again. */
  readonly port?: number
  readonly auth?: AuthOptions
  /** A store to share with another registry; by default a new one. */
  readonly store?: Store
  /** Milliseconds since the epoch; default `Date.now`. Token expiry goes by it. */
  readonly now?: () => number

  /** Cross-repository mounts; without them every mount opens an upload. */
  readonly mount?: boolean
  /** A mount without `from` looks through every repository. */
  readonly mountDiscovery?: boolean
  /** A mount whose token lacks pull on the source: opens an upload, or challenges as distribution does. */
  readonly mountDenied?: 'upload' | 'challenge'
  /** POST with `digest` and the whole body; without it such a POST opens an upload. */
  readonly singlePost?: boolean
  /** Bytes, announced as `OCI-Chunk-Min-Length` and enforced. */
  readonly chunkMinLength?: number
  /** The token action that cancelling an upload needs; distribution and Quay want `delete`. */
  readonly cancelAction?: 'push' | 'delete'
  /** Pushing creates the repository; ECR does not do that. */
  readonly createRepositories?: boolean
  /** Blob uploads are hashed and counted, and their bytes dropped. */
  readonly discardBlobs?: boolean
  readonly deleteEnabled?: boolean
  /** `Range` on blobs. */
  readonly ranges?: boolean

  /** Bytes of the largest manifest that is taken. */
  readonly manifestLimit?: number
  /** Media types of the manifests that are taken. */
  readonly manifestTypes?: readonly string[]
  /** Refuse a manifest whose media type is not in `Accept`, as distribution does. */
  readonly negotiate?: boolean
  /** The blobs and manifests that a manifest names must be there first, in the size that it says. */
  readonly checkReferences?: boolean

  /** The referrers API. */
  readonly referrers?: boolean
  /** Whether pushes are answered with `OCI-Subject`; unless given, as the API is there. */
  readonly subjectHeader?: boolean
  /** `sha256-<hex>` is another name of that digest, as at GitLab. */
  readonly digestTags?: boolean
  /** Referrers per page. */
  readonly referrersPageSize?: number
  /** Tags per page at most, whatever `n` says. */
  readonly tagsPageSize?: number

  /** Told of every request as it arrives, for a record that several servers share. */
  readonly onRequest?: (request: RecordedRequest) => void
  /** Behaviour that wraps every request, first one outermost: how a profile of a real registry is made. */
  readonly middleware?: readonly Middleware[]
}

export type Settings = Required<
  Omit<
    RegistryOptions,
    'address' | 'auth' | 'chunkMinLength' | 'onRequest' | 'port' | 'store' | 'subjectHeader' | 'tls'
  >
> &
  Pick<RegistryOptions, 'chunkMinLength' | 'subjectHeader'>

export function settingsOf(options: RegistryOptions): Settings {
  return {
    now: Date.now,
    mount: true,
    mountDiscovery: false,
    mountDenied: 'upload',
    singlePost: true,
    cancelAction: 'push',
    createRepositories: true,
    discardBlobs: false,
    deleteEnabled: true,
    ranges: true,
    // The size that distribution-spec 1.1 asks every registry to take at least.
    manifestLimit: 4 * MiB,
    manifestTypes,
    negotiate: false,
    checkReferences: true,
    referrers: true,
    digestTags: false,
    referrersPageSize: Number.POSITIVE_INFINITY,
    tagsPageSize: Number.POSITIVE_INFINITY,
    middleware: [],
    ...options,
  }
}
