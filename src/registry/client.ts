import type { Digest } from '../oci/digest.ts'
import { FormatError } from '../oci/errors.ts'
import { buildImageIndex, type PlatformImage } from '../oci/image-index.ts'
import type { ImageManifest } from '../oci/manifest.ts'
import { normaliseRegistry, parseReference, type Reference } from '../oci/reference.ts'
import { fetchConfig } from './content/blobs.ts'
import { copyByDigest, type Route } from './copy/copy-image.ts'
import { copiedOf, type Copied, copyWhole } from './copy/copy-whole.ts'
import type { Login } from './credentials/login.ts'
import { type ErrorCode, RegistryError, type Side } from './errors.ts'
import type { FetchedManifest } from './learned/fetched-manifest.ts'
import { type Logger, silentLogger } from './logger.ts'
import {
  fetchIndex,
  fetchNamed,
  fetchSingle,
  type ManifestName,
  resolveNamed,
} from './content/named-manifest.ts'
import { Network } from './network/network.ts'
import { firstOfEach, listPlatforms } from './copy/platform-entries.ts'
import type { PullsLeft } from './pace/pull-limit.ts'
import { listTags } from './content/tags.ts'
import { publishManifest } from './content/push-manifest.ts'
import { Repository } from './http/repository.ts'
import { RegistryHttp } from './http/registry-http.ts'
import { SourceReferrers } from './copy/source-referrers.ts'
import { noHoldings } from './copy/unchanged-images.ts'

/** Which registry a client speaks to, and as whom. */
export interface ClientOptions {
  /** Registry host as people write it: `ghcr.io`, `docker.io`, `localhost:5000`. */
  readonly host: string
  /** Both or neither; without them access is anonymous. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** In place of user name and password: any kind of credentials, and where they come from. */
  readonly login?: Login
  readonly logger?: Logger
  /** Shared by all clients of a run; a client without one makes its own and has to be closed. */
  readonly network?: Network
}

/** A single image, opened: its manifest, and its config on demand. */
export interface ImageHandle extends FetchedManifest {
  readonly manifest: ImageManifest
  /** Fetches and verifies the config blob. */
  readConfig(): Promise<Buffer>
}

/** Where an image goes: under a tag, or by its digest alone. */
export interface Target {
  readonly repository: Repository
  readonly tag: string | undefined
}

/**
 * Talks to one registry as one identity, over the OCI Distribution API. References are given as
 * text or parsed; one without a host means this registry. Every method throws a RegistryError whose
 * `code` says what went wrong.
 */
export class Client {
  readonly registry: string
  readonly network: Network
  /** @internal */
  readonly holdings = noHoldings()
  /**
   * The same for plans, which must not take for there what they only would have brought.
   *
   * @internal
   */
  readonly planned = noHoldings()
  /** @internal */
  readonly referrers = new SourceReferrers()
  readonly #http: RegistryHttp
  readonly #ownsNetwork: boolean

  constructor(options: ClientOptions) {
    this.registry = normaliseRegistry(options.host)
    this.network = options.network ?? new Network()
    this.#ownsNetwork = options.network === undefined
    this.#http = new RegistryHttp(
      this.registry,
      loginOf(options),
      this.network,
      options.logger ?? silentLogger,
    )
  }

  /** The manifest or index that a reference names: media type, size, digest, and its bytes. */
  async getImage(reference: string | Reference): Promise<FetchedManifest> {
    const { repository, name } = this.#locate(reference, 'PARSE_IMAGE_REFERENCE')
    return fetchNamed(repository, name)
  }

  /** A single image. Throws GET_IMAGE where the reference names an index. */
  async getImageHandle(reference: string | Reference): Promise<ImageHandle> {
    const { repository, name } = this.#locate(reference, 'PARSE_IMAGE_REFERENCE')
    const fetched = await fetchSingle(repository, name, 'get image')
    const { config } = fetched.manifest
    return { ...fetched, readConfig: async () => fetchConfig(repository, config) }
  }

  /** The digest of what a reference names. Throws NOT_FOUND. */
  async getDigest(reference: string | Reference): Promise<Digest> {
    const { repository, name } = this.#locate(reference, 'PARSE_IMAGE_REFERENCE')
    const digest = await resolveNamed(repository, name)
    if (digest !== undefined) return digest
    const place = repository.place('get digest', name.digest ?? name.tag)
    throw new RegistryError('NOT_FOUND', 'not found', { ...place, status: 404 })
  }

  /**
   * Platform (`linux/arm64`, `windows/amd64:10.0.20348.1906`) to digest, of all images in an index.
   * Throws GET_IMAGE_INDEX where it is none.
   */
  async getPlatformDigests(reference: string | Reference): Promise<ReadonlyMap<string, Digest>> {
    const { repository, name } = this.#locate(reference, 'PARSE_IMAGE_REFERENCE')
    const index = await fetchIndex(repository, name)
    const entries = await listPlatforms(repository, index.manifest)
    return new Map(
      [...firstOfEach(entries)].map(([key, { descriptor }]) => [key, descriptor.digest]),
    )
  }

  /** All tags of a repository. Throws NOT_FOUND, and REGISTRY for what is no list of them. */
  async listTags(reference: string | Reference): Promise<readonly string[]> {
    return listTags(this.#locate(reference, 'PARSE_IMAGE_REFERENCE').repository)
  }

  /** True if it exists, false only if the registry says "not found"; everything else throws. */
  async checkExists(reference: string | Reference): Promise<boolean> {
    const { repository, name } = this.#locate(reference, 'PARSE_IMAGE_REFERENCE')
    return (await resolveNamed(repository, name)) !== undefined
  }

  /**
   * Copies a single image byte for byte: blobs, then the manifest under the destination's tag, or
   * by digest where it names none. Throws GET_IMAGE for an index.
   */
  async copyImage(
    source: string | Reference,
    destination: string | Reference,
    to: Client,
  ): Promise<Copied> {
    const route = this.#route(source, destination, to)
    return copyWhole(route, await fetchSingle(route.source, route.sourceName, 'copy image'))
  }

  /** Copies an index and all beneath it byte for byte. Throws GET_IMAGE_INDEX for a single image. */
  async copyIndex(
    source: string | Reference,
    destination: string | Reference,
    to: Client,
  ): Promise<Copied> {
    const route = this.#route(source, destination, to)
    return copyWhole(route, await fetchIndex(route.source, route.sourceName))
  }

  /**
   * Copies one image of an index by its digest, and pushes it to the destination's repository by
   * digest. The tags of the references play no part. Returns what `pushManifestList` needs, but for
   * the platform.
   */
  async copyPlatformImage(
    source: string | Reference,
    platformDigest: Digest,
    destination: string | Reference,
    to: Client,
  ): Promise<Copied & { readonly configMediaType: string }> {
    const route = this.#route(source, destination, to)
    const fetched = await fetchSingle(
      route.source,
      { digest: platformDigest },
      'copy platform image',
    )
    const moved = await copyByDigest(route, fetched)
    return { ...copiedOf(fetched, moved), configMediaType: fetched.manifest.config.mediaType }
  }

  /**
   * Pushes the index of these images (see buildImageIndex: sorted, so that the same images give the
   * same bytes) under a tag, or by digest where the reference names none, and checks what is shown
   * there then. Returns its digest, computed here.
   */
  async pushManifestList(
    reference: string | Reference,
    images: readonly PlatformImage[],
  ): Promise<Digest> {
    const { repository, tag } = this.target(reference, 'PARSE_MANIFEST_REFERENCE')
    const index = buildImageIndex(images)
    const name = tag ?? index.digest
    await publishManifest(repository, name, index)
    return index.digest
  }

  /**
   * The pulls that this login has left, where the registry has said so.
   *
   * @internal
   */
  get pullsLeft(): PullsLeft | undefined {
    const { registry, login, facts } = this.#http
    const { quota } = facts
    return quota.limit === undefined ? undefined : { registry, login, ...quota.limit }
  }

  /**
   * A repository of this registry, for the functions underneath that work on one.
   *
   * @internal
   */
  repository(name: string, side: Side): Repository {
    return new Repository(this.#http, name, side)
  }

  /**
   * Reads a reference to this registry. Throws the code where it is none, or names another one.
   *
   * @internal
   */
  parse(reference: string | Reference, code: ErrorCode, side: Side): Reference {
    const base = { registry: this.registry }
    try {
      const parsed = typeof reference === 'string' ? parseReference(reference, base) : reference
      if (parsed.registry === this.registry) return parsed
      const reason = `this client speaks to ${this.registry}, not to ${parsed.registry}`
      throw new FormatError('reference', reason)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      const place = { operation: 'parse reference', side, registry: this.registry }
      throw new RegistryError(code, error.message, { ...place, cause: error })
    }
  }

  /**
   * Where something is written to: what is written there decides the digest, never the reference.
   *
   * @internal
   */
  target(reference: string | Reference, code: ErrorCode): Target {
    const { repository: name, digest, tag } = this.parse(reference, code, 'destination')
    const repository = this.repository(name, 'destination')
    if (digest === undefined) return { repository, tag }
    const reason = 'a destination has no digest: that comes from what is copied'
    throw new RegistryError(code, reason, repository.place('parse reference', digest))
  }

  /** Ends the connections, unless they are those of a network that is shared. */
  async close(): Promise<void> {
    if (this.#ownsNetwork) await this.network.close()
  }

  #route(
    source: string | Reference,
    destination: string | Reference,
    to: Client,
  ): Route & { sourceName: ManifestName; destinationName: string | undefined } {
    const from = this.#locate(source, 'PARSE_SOURCE_REFERENCE')
    const target = to.target(destination, 'PARSE_DESTINATION_REFERENCE')
    return {
      source: from.repository,
      sourceName: from.name,
      destination: target.repository,
      destinationName: target.tag,
      ...to.holdings,
    }
  }

  #locate(
    reference: string | Reference,
    code: ErrorCode,
  ): { repository: Repository; name: ManifestName } {
    const { repository, digest, tag } = this.parse(reference, code, 'source')
    const isBare = digest === undefined && tag === undefined
    const name = { digest, tag: isBare ? 'latest' : tag }
    return { repository: this.repository(repository, 'source'), name }
  }
}

function loginOf({ login, username, password }: ClientOptions): Login {
  if (login !== undefined) return login
  const isGiven = username !== undefined && password !== undefined
  return { credentials: isGiven ? { username, password } : undefined, origin: 'the caller' }
}
