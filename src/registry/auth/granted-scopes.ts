import * as v from 'valibot'
import { formatScope, mergeScopes, type Scope } from './scope.ts'

/** The claim that says what a token is good for (distribution: token authentication, JWT). */
const Claims = v.object({
  access: v.array(v.object({ type: v.string(), name: v.string(), actions: v.array(v.string()) })),
})

/**
 * What a token says that it is good for; undefined where it does not say, as tokens need not. It is
 * read to understand a refusal: whether a token is good enough, the registry decides.
 *
 * @param authorization the value of the header that it was sent in
 */
function grantedScopes(authorization = ''): readonly Scope[] | undefined {
  const [, claims = ''] = authorization.split('.')
  try {
    const text = Buffer.from(claims, 'base64url').toString('utf8')
    const { access } = v.parse(Claims, JSON.parse(text))
    const scopes = access.map(({ type, name, actions }) => ({
      resource: `${type}:${name}`,
      actions,
    }))
    return mergeScopes(scopes)
  } catch {
    return undefined
  }
}

/** Whether a token says that it is not good for all of that. */
export function lacksAny(authorization: string | undefined, scopes: readonly Scope[]): boolean {
  const granted = grantedScopes(authorization)
  return granted !== undefined && missingScopes(scopes, granted).length > 0
}

/** Which rights an account was seen to have, or to lack, as not every token tells. */
export class SeenRights {
  /** Resources to whether they could be read. */
  readonly #reading = new Map<string, boolean>()

  /** Takes in whether requests that read were let in. */
  noteReading(scopes: readonly Scope[], isAllowed: boolean): void {
    for (const { resource } of scopes) this.#reading.set(resource, isAllowed)
  }

  /**
   * The rights that are missing where these were refused, as scopes: what the token leaves out, else
   * those that were not seen to be there.
   */
  missing(authorization: string | undefined, scopes: readonly Scope[]): string {
    const granted = grantedScopes(authorization)
    const known = granted === undefined ? [] : missingScopes(scopes, granted)
    const missing = known.length > 0 ? known : scopes.map((scope) => this.#withoutSeen(scope))
    return missing.map(formatScope).join(' ')
  }

  #withoutSeen({ resource, actions }: Scope): Scope {
    const isReadable = this.#reading.get(resource)
    if (isReadable === undefined || actions.length < 2) return { resource, actions }
    return { resource, actions: actions.filter((action) => (action === 'pull') !== isReadable) }
  }
}

function missingScopes(wanted: readonly Scope[], granted: readonly Scope[]): readonly Scope[] {
  return wanted.flatMap(({ resource, actions }) => {
    const has = granted.find((scope) => scope.resource === resource)?.actions ?? []
    const missing = has.includes('*') ? [] : actions.filter((action) => !has.includes(action))
    return missing.length === 0 ? [] : [{ resource, actions: missing }]
  })
}
