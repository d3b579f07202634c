import type { LoginScope } from '../registry/credentials/login-scope.ts'
import { isUnsent } from '../registry/credentials/login.ts'
import { GUEST, LOG_IN } from '../registry/errors.ts'
import type { Refusal } from '../registry/families/family.ts'
import type { RunContext } from './context.ts'

/** What is known of a failure. Every `RegistryError` has this shape. */
export type Failure = Omit<Refusal, 'workflowRepository'>

/** Whether it is somebody who was refused. */
export function isRefusal({ code }: Failure): boolean {
  return code === 'AUTHENTICATION' || code === 'DENIED'
}

/** Why a registry points to where nobody should go, and what to do if that is right. */
export function outerAddress(way: string): string {
  return (
    'A registry that does not know its own outer address points to such ones: correct that there ' +
    '(`http.host` of Distribution, `external_url` of Harbor and GitLab, or the headers that the proxy ' +
    `before it sets). If the address is right and yours, ${way}.`
  )
}

const LED_AWAY =
  'Nobody has judged the login: a proxy with a sign-in page may stand before the token service, or the ' +
  'registry names an address of it that is out of date. Its redirects are not followed, as they would ' +
  'take the login along.'

const ANOTHER_ANSWERED =
  'Nobody has judged the login: what answered may be no token service, or a proxy before it.'

/** A token service that must not be asked: nobody has judged the login yet. */
export function wrongAddress({ code, operation, status }: Failure): string | undefined {
  if (code !== 'AUTHENTICATION' || operation !== LOG_IN) return undefined
  if (status !== undefined && status < 300) return ANOTHER_ANSWERED
  if (status !== undefined) return status < 400 ? LED_AWAY : undefined
  return outerAddress('name that host as `auth-host` of an entry in `registry-auth`')
}

/** A login that nobody has asked for. */
export function notAsked(failure: Failure): string | undefined {
  if (!isRefusal(failure) || !isUnsent(failure.login)) return undefined
  return (
    'Whoever refused this did not ask for a login, so that none was sent: look at the address, and at ' +
    'what a proxy or a firewall before the registry lets through.'
  )
}

/** Another registry, which the one of the list leads to. */
export function leadsToAnother(failure: Failure): string | undefined {
  if (!isRefusal(failure) || failure.login !== GUEST) return undefined
  return (
    'The host that this registry redirects to wants a login of its own, and a redirect takes none along: ' +
    'name that host in the list, and give a login for it.'
  )
}

/** More would bury the advice. */
const MAX_LOGINS = 5

/** That no login is known for a registry, and where there are some. */
export function missingLogin(
  { registry = 'this registry' }: Failure,
  { logins = [] }: RunContext,
): string {
  const named = new Set(logins.map(scopeText))
  named.delete(registry)
  const others = [...named].slice(0, MAX_LOGINS).join(', ')
  const more = named.size > MAX_LOGINS ? ', …' : ''
  const known = others === '' ? '' : `; logins exist for ${others}${more}`
  return `No login is known for ${registry}${known}`
}

function scopeText({ registry, prefix, sides }: LoginScope): string {
  const name = prefix === undefined ? registry : `${registry}/${prefix}`
  return sides?.length === 1 ? `${name} (as ${sides[0]})` : name
}
