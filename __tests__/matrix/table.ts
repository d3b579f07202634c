import type { Profile } from '../../testkit/profiles/profile.ts'
import { profiles } from '../../testkit/profiles/profiles.ts'

export const roles = ['source', 'destination'] as const
export type Role = (typeof roles)[number]

/** What is done between two registries, and the column that it has in the table. */
export const operations = {
  single: 'Single image',
  large: 'Large layer',
  docker: "Docker's format",
  filtered: 'Some platforms',
  whole: 'All platforms',
  signed: 'Referrers',
  retag: 'Retag',
  overwrite: 'Overwrite',
  unchanged: 'Unchanged',
  immutable: 'Immutable tag',
  missing: 'Missing repository',
  refused: 'Bad credentials',
  expired: 'Expired token',
} as const

export type Operation = keyof typeof operations

/** What is known beforehand of an operation at a registry in a role; the tests hold it to that. */
export type Verdict =
  | { readonly kind: 'passes'; readonly note?: string }
  /** The registry does not take it, and the failure says so. */
  | { readonly kind: 'refused'; readonly note: string }
  | { readonly kind: 'not applicable'; readonly note: string }

export function verdictOn(profile: Profile, operation: Operation, role: Role): Verdict {
  if (operation === 'docker') return verdictOnDocker(profile, role)
  if (operation === 'signed') {
    return profile.referrersApi
      ? passes()
      : passes('Under tags: the emulation has no referrers API.')
  }
  if (operation === 'immutable') {
    if (role === 'source') return never('Nothing is written to a source.')
    return profile.immutableTags ? passes() : never('The emulation has no immutable tags.')
  }
  if (operation === 'missing') {
    if (role === 'source') return passes('The failure names the repository.')
    return profile.createsRepositories
      ? passes('The push creates it.')
      : passes('The failure says how to create it.')
  }
  if (operation === 'expired' && withoutTokens.has(profile.id)) {
    return never('The password goes with each request; there are no tokens.')
  }
  return passes()
}

function verdictOnDocker({ id }: Profile, role: Role): Verdict {
  if (role === 'source') return passes()
  if (id === 'zot') return passes('Where its configuration says `"compat": ["docker2s2"]`.')
  if (id === 'quay') return refused("Older versions take no Docker images in OCI's indexes.")
  return passes()
}

function passes(note?: string): Verdict {
  return note === undefined ? { kind: 'passes' } : { kind: 'passes', note }
}

function refused(note: string): Verdict {
  return { kind: 'refused', note }
}

function never(note: string): Verdict {
  return { kind: 'not applicable', note }
}

/** By id: these ask for Basic credentials with each request. */
const withoutTokens: ReadonlySet<string> = new Set(['ecr', 'nexus', 'zot', 'cloudflare'])

/** One registry in one role, with the partner at the other end. */
export interface Cell {
  readonly profile: Profile
  readonly partner: Profile
  readonly role: Role
  /** For the titles of tests: `from Docker Hub`. */
  readonly title: string
}

/** The cells of an operation in which something happens. */
export function cellsOf(operation: Operation): Cell[] {
  return roles.flatMap((role) =>
    profiles
      .filter((profile) => verdictOn(profile, operation, role).kind !== 'not applicable')
      .map((profile) => ({
        profile,
        partner: operation === 'retag' ? profile : partnerOf(profile),
        role,
        title: `${role === 'source' ? 'from' : 'to'} ${profile.name}`,
      })),
  )
}

/**
 * The plain registry, so that a cell that fails is about the registry that it names. How each two
 * get on is another test's question.
 */
function partnerOf(profile: Profile): Profile {
  return profile.id === 'distribution' ? byId('docker-hub') : byId('distribution')
}

function byId(id: string): Profile {
  const profile = profiles.find((one) => one.id === id)
  if (profile === undefined) throw new Error(`there is no profile ${id}`)
  return profile
}
