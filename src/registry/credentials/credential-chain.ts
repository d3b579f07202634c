import type { Reference } from '../../oci/reference.ts'
import type { Side } from '../errors.ts'
import { isFor, type LoginScope, narrowestFirst } from './login-scope.ts'
import type { Credentials, Login } from './login.ts'

/** One place to look for credentials of a repository in a role. */
export type CredentialSource = (
  side: Side,
  reference: Reference,
) => Login | undefined | Promise<Login | undefined>

/** The first source that knows the repository decides; where none does, access is anonymous. */
export async function findLogin(
  sources: readonly CredentialSource[],
  side: Side,
  reference: Reference,
): Promise<Login> {
  for (const source of sources) {
    // The order is the meaning: no helper program is started where an earlier source decides.
    const found = source(side, reference)
    const login = found instanceof Promise ? await found : found
    if (login !== undefined) return login
  }
  return { credentials: undefined, origin: 'nowhere' }
}

/** Credentials for a registry, or for a part of it. */
export type RegistryLogin = Credentials & LoginScope

/** Looks in a list of logins: the narrowest scope that covers the repository wins. */
export function registryLogins(logins: readonly RegistryLogin[], origin: string): CredentialSource {
  const narrowest = narrowestFirst(logins)
  return (side, reference) => {
    const login = narrowest.find((candidate) => isFor(candidate, side, reference))
    return login === undefined ? undefined : { credentials: login, origin }
  }
}

/** Another place, for one scope alone. */
export function within(scope: LoginScope, source: CredentialSource): CredentialSource {
  return (side, reference) => (isFor(scope, side, reference) ? source(side, reference) : undefined)
}

/**
 * For repositories that are source and destination at once (a retag, a rollback): what the other
 * places know for the other role.
 */
export function ofOtherRole(
  sources: readonly CredentialSource[],
  isRetagged: (reference: Reference) => boolean,
): CredentialSource {
  return async (side, reference) => {
    if (!isRetagged(reference)) return undefined
    const other = side === 'source' ? 'destination' : 'source'
    const login = await findLogin(sources, other, reference)
    return login.credentials === undefined ? undefined : login
  }
}
