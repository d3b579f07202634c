import type { Reference } from '../../oci/reference.ts'
import type { Side } from '../errors.ts'

/** What a login is for. */
export interface LoginScope {
  readonly registry: string
  /** Whole path components: `acme` covers `acme/app`, and not `acme2/app`. */
  readonly prefix?: string
  /** In which roles; in both where absent. */
  readonly sides?: readonly Side[]
}

/** Whether a login is for a repository in a role. */
export function isFor(
  { registry, prefix, sides }: LoginScope,
  side: Side,
  reference: Reference,
): boolean {
  if (registry !== reference.registry || sides?.includes(side) === false) return false
  return prefix === undefined || `${reference.repository}/`.startsWith(`${prefix}/`)
}

/** Those for the least first: the longest path, and then the fewest roles. */
export function narrowestFirst<S extends LoginScope>(scopes: readonly S[]): readonly S[] {
  const length = ({ prefix = '' }: LoginScope): number => prefix.length
  const roles = ({ sides }: LoginScope): number => sides?.length ?? 3
  return scopes.toSorted((a, b) => length(b) - length(a) || roles(a) - roles(b))
}

const SIDES: ReadonlyMap<string, Side> = new Map([
  ['pull', 'source'],
  ['push', 'destination'],
])

/**
 * The roles that actions stand for, as docker/login-action writes them behind the `@` of a scope:
 * `pull` is for sources, `push` for destinations, `pull,push` for both. Undefined for anything else.
 */
export function sidesOf(actions: string): readonly Side[] | undefined {
  const sides = actions.split(',').map((action) => SIDES.get(action.trim()))
  const known = [...new Set(sides)].flatMap((side) => side ?? [])
  return sides.includes(undefined) ? undefined : known
}
