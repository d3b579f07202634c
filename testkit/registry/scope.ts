/** One entry of a token's scope: `repository:acme/app:pull,push` (distribution's token scope grammar). */
export interface Scope {
  readonly type: string
  readonly name: string
  readonly actions: readonly string[]
}

/** Reads scopes that are separated by spaces. A name may hold colons, so the outermost ones separate. */
export function parseScopes(text: string): Scope[] {
  return text
    .split(' ')
    .filter((entry) => entry !== '')
    .flatMap((entry) => {
      const first = entry.indexOf(':')
      const last = entry.lastIndexOf(':')
      if (first < 1 || first === last) return []
      const actions = entry.slice(last + 1).split(',')
      return [{ type: entry.slice(0, first), name: entry.slice(first + 1, last), actions }]
    })
}

export function formatScopes(scopes: readonly Scope[]): string {
  return scopes.map(({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`).join(' ')
}

export function repositoryScope(name: string, ...actions: string[]): Scope {
  return { type: 'repository', name, actions }
}

/** Whether `granted` holds every action of every entry of `needed`. */
export function covers(granted: readonly Scope[], needed: readonly Scope[]): boolean {
  return needed.every(({ type, name, actions }) =>
    actions.every((action) =>
      granted.some(
        (scope) => scope.type === type && scope.name === name && scope.actions.includes(action),
      ),
    ),
  )
}
