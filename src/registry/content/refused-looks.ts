import { LOG_IN, RegistryError } from '../errors.ts'
import { leavesRegistry } from '../http/redirects.ts'

/**
 * Statuses by which a registry does not let us look at what is there, or says the same of what does
 * not exist, and may take a push all the same: Harbor keeps tags from being pulled with 412 (Q25),
 * GHCR blobs with 403 (Q14), Artifactory says 403 of what is missing (Q31).
 */
export const REFUSED_LOOKS: readonly number[] = [403, 409, 410, 412, 422, 423, 424, 451, 498]

/**
 * Statuses by which registries and proxies say that they do not do HEAD, or not on this one (Q09,
 * Q56).
 */
export const NO_HEAD: readonly number[] = [400, 405, 406, 415, 501]

/**
 * Some fail at every HEAD and answer the GET of the same (Q56), so that only a GET tells whether it is
 * the registry that fails.
 */
export const HEAD_FAILS = 500

/** Whether a look was refused, or led elsewhere; not whether it failed, or the login that it needs. */
export function isRefusedLook(error: unknown): error is RegistryError {
  if (!(error instanceof RegistryError)) return false
  if (error.code === 'AUTHENTICATION' || error.operation === LOG_IN) return false
  if (error.code === 'DENIED' || leavesRegistry(error)) return true
  return REFUSED_LOOKS.includes(error.status ?? 0)
}
