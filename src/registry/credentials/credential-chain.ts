import type { Reference } from '../../oci/reference.ts'
import type { Side } from '../errors.ts'
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
    const login = await source(side, reference)
    if (login !== undefined) return login
  }
  return { credentials: undefined, origin: 'nowhere' }
}

/** Credentials for a registry, or for the repositories beneath a prefix of it. */
export interface RegistryLogin extends Credentials {
  readonly registry: string
  /** Whole path components: `acme` covers `acme/app`, and not `acme2/app`. */
  readonly prefix?: string
}

/** Looks in a list of logins: the longest prefix that covers the repository wins. */
export function registryLogins(logins: readonly RegistryLogin[], origin: string): CredentialSource {
  const longestFirst = logins.toSorted((a, b) => (b.prefix ?? '').length - (a.prefix ?? '').length)
  return (_side, reference) => {
    const login = longestFirst.find((candidate) => covers(candidate, reference))
    return login === undefined ? undefined : { credentials: login, origin }
  }
}

function covers({ registry, prefix }: RegistryLogin, reference: Reference): boolean {
  if (registry !== reference.registry) return false
  return prefix === undefined || `${reference.repository}/`.startsWith(`${prefix}/`)
}
