import type { ErrorPlace } from '../errors.ts'
import type { Challenge } from './challenge.ts'
import { parseRealm } from './realm.ts'

/** How a registry wants to be spoken to, once it has said so. */
export type Scheme = { readonly kind: 'basic' } | BearerScheme

export interface BearerScheme {
  readonly kind: 'bearer'
  readonly realm: URL
  readonly service: string | undefined
}

export function sameScheme(one: Scheme, other: Scheme): boolean {
  if (one.kind === 'basic' || other.kind === 'basic') return one.kind === other.kind
  return one.realm.href === other.realm.href && one.service === other.service
}

export interface SchemeRules {
  /** The registry's origin. */
  readonly home: string
  /** `host[:port]` of a token service that the user named. */
  readonly authHost: string | undefined
  readonly place: ErrorPlace
}

/**
 * The scheme of the first of these challenges that can be answered; there is at least one. Throws
 * what is wrong with the token service of the first one where none of them can be.
 */
export function schemeNamed(
  challenges: readonly Challenge[],
  { home, authHost, place }: SchemeRules,
): Scheme {
  let refusal: unknown
  for (const { scheme, parameters } of challenges) {
    if (scheme === 'basic') return { kind: 'basic' }
    try {
      const realm = parseRealm(parameters.get('realm') ?? '', home, place, authHost)
      const service = parameters.get('service')
      return { kind: 'bearer', realm, service: service === '' ? undefined : service }
    } catch (error) {
      refusal ??= error
    }
  }
  throw refusal
}
