import type { SizedDigest } from '../../oci/digest.ts'
import { type Scope, pullScope, pushScope } from '../auth/scope.ts'
import { type ErrorPlace, RegistryError, type Side } from '../errors.ts'
import type { FetchedManifest, UnknownManifest } from '../learned/fetched-manifest.ts'
import { ManifestBudget } from '../learned/manifest-budget.ts'
import type { ManifestShare } from '../learned/manifest-room.ts'
import type { RegistryHttp } from './registry-http.ts'

/** One repository of a registry in one role: what the requests about its content have in common. */
export class Repository {
  readonly http: RegistryHttp
  /** `acme/app`. */
  readonly name: string
  readonly side: Side
  readonly #budget = new ManifestBudget()
  #share: ManifestShare | undefined
  /** By their reasons: an index of thousands is not to cost an error for each of its entries. */
  readonly #refusals = new Map<string, RegistryError>()

  constructor(http: RegistryHttp, name: string, side: Side) {
    this.http = http
    this.name = name
    this.side = side
  }

  /**
   * A destination asks for everything at once, so that looking at a tag and writing it need one
   * token.
   */
  get scope(): Scope {
    return this.side === 'destination' ? pushScope(this.name) : pullScope(this.name)
  }

  /** Tells that requests about it will come, so that a token for others can serve it, too. */
  expect(): void {
    this.http.expect([this.scope])
  }

  /**
   * `/v2/acme/app/…` (distribution-spec, Endpoints). The name and the rest are valid by their
   * grammar.
   */
  path(rest: string): string {
    return `/v2/${this.name}/${rest}`
  }

  place(operation: string, reference?: string): ErrorPlace {
    const { http } = this
    return {
      operation,
      side: this.side,
      registry: http.registry,
      repository: this.name,
      reference,
      // Read when an error is made of it: the first answer may be the one that tells.
      get family() {
        return http.family?.name
      },
    }
  }

  /**
   * Takes a document that is listed in another one out of what may be fetched because of the
   * reference that this repository was made for; see ManifestBudget. Throws INVALID_MANIFEST where
   * nothing is left.
   */
  spend(document: SizedDigest, operation: string, depth = 1): void {
    const refusal = this.#budget.spend(document, depth)
    if (refusal === undefined) return
    let error = this.#refusals.get(refusal)
    if (error === undefined) {
      const place = this.place(operation, document.digest)
      error = new RegistryError('INVALID_MANIFEST', refusal, place)
      this.#refusals.set(refusal, error)
    }
    throw error
  }

  /** From now on, there may have to be room for what an index of it lists. */
  shareRoom(share: ManifestShare): void {
    this.#share = share
  }

  /**
   * Comes back when there is room for what an index lists, at once where nobody shares any. To be
   * waited for where no other image waits for the same.
   */
  async roomFor(fetched: FetchedManifest | UnknownManifest): Promise<void> {
    if (fetched.manifest?.kind === 'index') await this.#share?.admit(fetched)
  }

  /** Whether both are served by one registry, so that blobs can be mounted. */
  sharesRegistryWith(other: Repository): boolean {
    return this.http.registry === other.http.registry
  }
}
