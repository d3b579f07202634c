import type { AuthFile } from './docker-config.ts'
import { type CredentialSource, registryLogins } from './credential-chain.ts'
import type { CredentialHelpers } from './helper.ts'

/**
 * Looks where an auth file points to: the helper for the registry, else the one for all, else the
 * file itself. Docker does the same, and ends there: where a helper has nothing, it does not look at
 * `auths`. Here it does, for files in which an entry was left behind when the store was set up; what
 * was logged out of is in neither.
 */
export function configuredLogins(
  file: AuthFile,
  origin: string,
  helpers: CredentialHelpers,
): CredentialSource {
  const inline = registryLogins(file.logins, origin)
  const extra = file.headers === undefined ? {} : { headers: file.headers }
  return async (side, reference) => {
    const { registry } = reference
    // An empty name for a registry takes it out of the store (docker/cli, GetCredentialsStore).
    const helper = file.helpers.get(registry) ?? file.store ?? ''
    const found = helper === '' ? undefined : await helpers.find(helper, registry)
    if (found === undefined) return inline(side, reference)
    return {
      credentials: { ...found, ...extra },
      origin: `docker-credential-${helper} of ${origin}`,
    }
  }
}
