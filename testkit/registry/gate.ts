import type { RegistryRequest, Reply } from './exchange.ts'
import type { Scope } from './scope.ts'

/** A path, what matches one, or false for no such endpoint at the registry's own host. */
export type TokenPath = string | RegExp | false

export type Scheme = 'http' | 'https'

/** A caller who was let in, and what else that caller may do. */
export interface Session {
  can(repository: string, action: string): boolean
}

export interface Gate {
  /** Where tokens are had at the registry's own host; by default `/token`. */
  readonly tokenPath?: TokenPath
  /** Lets the request in, or refuses it with a reply. No scope at all means "any known caller". */
  admit(request: RegistryRequest, needed: readonly Scope[]): Session | Reply
  /** The refusal that tells the caller what to come back with. */
  challenge(request: RegistryRequest, needed: readonly Scope[]): Reply
}

export function isReply(admitted: Session | Reply): admitted is Reply {
  return 'status' in admitted
}
