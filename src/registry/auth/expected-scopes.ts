import { formatScope, mergeScopes, type Scope } from './scope.ts'

/**
 * Scopes that are asked for in one request. What is granted comes back inside of the token, which
 * goes into a header of every request, and many servers take no more than 8 KiB of one: a signed
 * token with that many entries, and the certificates that some carry, stays below.
 */
const MAX_SCOPES = 32
/** Characters of them together: for the same reason, and for the address that they are asked at. */
const MAX_CHARACTERS = 2_000
/** A service that has failed for many scopes so often is asked for one at a time. */
const MAX_FAILURES = 2

/** By resource. */
type Batch = Map<string, Scope>

/**
 * The scopes that a run will want at one registry, as one identity, in batches that one token can
 * hold; and what is known about asking for them together.
 */
export class ExpectedScopes {
  /** Each resource's, which stays the same, so that a token that ends is asked for as it was. */
  readonly #batches = new Map<string, Batch>()
  readonly #alone = new Set<string>()
  #last: Batch = new Map()
  #lastCharacters = 0
  #failures = 0

  add(scope: Scope): void {
    const { resource } = scope
    const batch = this.#batches.get(resource) ?? this.#batchFor(scope)
    const known = batch.get(resource)
    for (const merged of mergeScopes(known === undefined ? [scope] : [known, scope])) {
      batch.set(resource, merged)
    }
    this.#batches.set(resource, batch)
  }

  /** These, before all others, with what the run wants beside them of what may be joined to them. */
  around(wanted: readonly Scope[], mayJoin: (scope: Scope) => boolean): readonly Scope[] {
    const batch = this.#batches.get(wanted[0]?.resource ?? '') ?? new Map<string, Scope>()
    const others = [...batch.values()].filter(
      (scope) => !this.#alone.has(scope.resource) && mayJoin(scope),
    )
    return mergeScopes([...wanted, ...others])
  }

  /** Whether only a token of their own is known to serve them. */
  areAlone(scopes: readonly Scope[]): boolean {
    return (
      this.#failures >= MAX_FAILURES || scopes.some(({ resource }) => this.#alone.has(resource))
    )
  }

  /** A token for more than them was refused where they are needed. */
  refused(scopes: readonly Scope[]): void {
    // Of several, as a mount needs them, it may be any that is missing.
    const [scope, ...others] = scopes
    if (scope !== undefined && others.length === 0) this.#alone.add(scope.resource)
  }

  /** The service gave no token for many scopes. */
  failed(isTransient: boolean): void {
    this.#failures += isTransient ? 1 : MAX_FAILURES
  }

  /** A token of their own did what one for many did not. */
  doNotMix(): void {
    this.#failures = MAX_FAILURES
  }

  #batchFor(scope: Scope): Batch {
    const characters = formatScope(scope).length
    this.#lastCharacters += characters
    if (this.#last.size === MAX_SCOPES || this.#lastCharacters > MAX_CHARACTERS) {
      this.#last = new Map()
      this.#lastCharacters = characters
    }
    return this.#last
  }
}
