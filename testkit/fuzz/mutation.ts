import type { Middleware, RegistryRequest } from '../registry/exchange.ts'
import type { Store } from '../registry/storage.ts'
import type { Random } from './random.ts'

/** What a mutation may know of the exchange that it is to spoil. */
export interface Scene {
  readonly random: Random
  readonly request: RegistryRequest
  /** What the registry holds. */
  readonly store: Store
  readonly hosts: Hosts
}

/** `host:port` of servers that are not the registry's own. */
export interface Hosts {
  /** The registry in the other role. */
  readonly other: string
  /** A registry that nobody has named. */
  readonly stranger: string
  /** Nothing listens there. */
  readonly closed: string
}

/** Decides by chance what to do to one exchange. */
export type Mutation = (scene: Scene) => Middleware
