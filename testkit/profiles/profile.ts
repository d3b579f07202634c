import type { TestRegistry } from '../registry/registry.ts'
import type { RecordedRequest } from '../registry/request-log.ts'

/** A registry that people use, as far as clients can tell it from others. */
export interface Profile {
  /** For file names and test titles: `docker-hub`. */
  readonly id: string
  /** As its makers write it: `Docker Hub`. */
  readonly name: string
  /** What users write in front of a repository: `docker.io`, `harbor.example`. */
  readonly host: string
  /** Ids of the quirks that it shows (docs/registry-quirks.md). */
  readonly quirks: readonly string[]
  /** Whether tags can be frozen. */
  readonly immutableTags: boolean
  /** Whether it has the referrers API; without that clients keep lists under tags. */
  readonly referrersApi: boolean
  /** Whether a push creates the repository; without that it has to be created before. */
  readonly createsRepositories: boolean
  /** A repository as this registry wants it named, from one plain word: `acme/app`. */
  repository(word: string): string
  start(): Promise<RunningProfile>
}

/** A request, and the host that it arrived at. */
export interface ProfileRequest {
  /** As clients know it: `auth.docker.io`. */
  readonly host: string
  readonly request: RecordedRequest
}

export interface RunningProfile extends AsyncDisposable {
  readonly profile: Profile
  /** The API. Its store is where images are put and looked for. */
  readonly registry: TestRegistry
  /** May pull and push every repository. */
  readonly account: { readonly username: string; readonly password: string }
  /** `host:port` of every host that belongs to it, to the `127.0.0.1:port` that stands in for it. */
  readonly routes: Readonly<Record<string, string>>
  /** The authority that signed the certificates of all its hosts, PEM. */
  readonly ca: string
  /** What arrived at any of its hosts, in order. */
  readonly requests: readonly ProfileRequest[]
  /** Creates an empty repository, where a push does not. */
  createRepository(name: string): void
  /** From now on the tags that exist cannot be moved. Throws where the registry has no such thing. */
  freezeTags(): void
  /** From now on no token that was issued so far is valid; where there are none, nothing happens. */
  expireTokens(): void
  close(): Promise<void>
}
