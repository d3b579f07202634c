import { FormatError } from '../../oci/errors.ts'

/** Access to one resource (distribution: token scope documentation), actions sorted. */
export interface Scope {
  /** `repository:acme/app`. */
  readonly resource: string
  readonly actions: readonly string[]
}

/** Shared, since a run keeps one for each of its repositories. */
const PULL: readonly string[] = ['pull']
const PULL_AND_PUSH: readonly string[] = ['pull', 'push']

export function pullScope(repository: string): Scope {
  return { resource: `repository:${repository}`, actions: PULL }
}

export function pushScope(repository: string): Scope {
  return { resource: `repository:${repository}`, actions: PULL_AND_PUSH }
}

/** `repository:acme/app:pull,push`. */
export function formatScope(scope: Scope): string {
  return `${scope.resource}:${scope.actions.join(',')}`
}

/** Reads `type:name:actions`; the name may hold colons, so the first and the last one decide. */
export function parseScope(text: string): Scope {
  const last = text.lastIndexOf(':')
  const first = text.indexOf(':')
  if (first < 1 || last === first || last === text.length - 1) {
    throw new FormatError('challenge', 'a token scope has the form type:name:actions')
  }
  const actions = [...new Set(text.slice(last + 1).split(','))]
    .filter((action) => action !== '')
    .sort()
  return { resource: text.slice(0, last), actions }
}

/**
 * One entry per resource with the actions of all, in the order of first mention: some token servers
 * overwrite an earlier entry of the same repository, and some read the first one only.
 */
export function mergeScopes(scopes: readonly Scope[]): readonly Scope[] {
  const merged = new Map<string, Set<string>>()
  for (const scope of scopes) {
    const actions = merged.get(scope.resource) ?? new Set()
    for (const action of scope.actions) actions.add(action)
    merged.set(scope.resource, actions)
  }
  return [...merged].map(([resource, actions]) => ({ resource, actions: [...actions].sort() }))
}

/** Whether everything wanted is among what is held. */
export function covers(held: readonly Scope[], wanted: readonly Scope[]): boolean {
  return wanted.every((want) =>
    held.some(
      (have) =>
        have.resource === want.resource &&
        want.actions.every((action) => have.actions.includes(action)),
    ),
  )
}

/**
 * The scopes that a challenge asks for. What is not of their form is of no use, and is left out; so
 * is the right to delete, which giving an upload back may want, and nothing that matters.
 */
export function readScopes(text = ''): readonly Scope[] {
  return text.split(' ').flatMap((part) => {
    try {
      const { resource, actions } = parseScope(part)
      const useful = actions.filter((action) => action !== 'delete')
      return useful.length === 0 ? [] : [{ resource, actions: useful }]
    } catch {
      return []
    }
  })
}
