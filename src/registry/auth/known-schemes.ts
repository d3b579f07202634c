import { type Scheme, sameScheme } from './scheme.ts'
import type { Scope } from './scope.ts'

/**
 * How a registry wants to be spoken to, as far as it has said so. One host may stand for several
 * registries, each with its token service, so that it is kept by resource (Q60).
 */
export class KnownSchemes {
  readonly #byResource = new Map<string, Scheme>()
  /** What all of them have shown so far, for the resources that have not. */
  #common: Scheme | 'various' | undefined

  for(scopes: readonly Scope[]): Scheme | undefined {
    const known = this.#byResource.get(resourceOf(scopes))
    return known ?? (this.#common === 'various' ? undefined : this.#common)
  }

  /** Whether a token of that scheme may be asked for with this scope beside others. */
  mayJoin(scope: Scope, scheme: Scheme): boolean {
    const known = this.for([scope])
    return known === undefined ? this.#common === undefined : sameScheme(known, scheme)
  }

  learn(scopes: readonly Scope[], scheme: Scheme): void {
    this.#byResource.set(resourceOf(scopes), scheme)
    if (this.#common === undefined) this.#common = scheme
    else if (this.#common !== 'various' && !sameScheme(this.#common, scheme)) {
      this.#common = 'various'
    }
  }
}

/** The repository that a request is about; a mount names the one that it writes to first. */
export function resourceOf(scopes: readonly Scope[]): string {
  return scopes[0]?.resource ?? ''
}
