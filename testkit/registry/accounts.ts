/** Who may do what. An anonymous caller is `undefined`. */
export type Grants = (user: string | undefined, repository: string, action: string) => boolean

export interface AccountOptions {
  /** Name to password. */
  readonly users: Readonly<Record<string, string>>
  /** Everybody may pull, signed in or not. */
  readonly anonymousPull?: boolean
  /** Default: a user may do everything, the public may pull where `anonymousPull` is set. */
  readonly grants?: Grants
}

export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly user: string }
  | { readonly kind: 'refused' }

export class Accounts {
  readonly #options: AccountOptions

  constructor(options: AccountOptions) {
    this.#options = options
  }

  get admitsAnonymous(): boolean {
    return this.#options.anonymousPull === true
  }

  checkPassword(user: string, password: string): boolean {
    const { users } = this.#options
    return Object.hasOwn(users, user) && users[user] === password
  }

  /** Reads a Basic header (RFC 7617). Any other header is refused, none at all is anonymous. */
  identify(authorization: string | undefined): Caller {
    if (authorization === undefined) return { kind: 'anonymous' }
    const encoded = /^basic +([a-z0-9+/]+=*)$/i.exec(authorization)?.[1]
    if (encoded === undefined) return { kind: 'refused' }
    const text = Buffer.from(encoded, 'base64').toString()
    const colon = text.indexOf(':')
    const user = text.slice(0, colon)
    if (colon < 0 || !this.checkPassword(user, text.slice(colon + 1))) return { kind: 'refused' }
    return { kind: 'user', user }
  }

  allows(user: string | undefined, repository: string, action: string): boolean {
    const { grants } = this.#options
    if (grants !== undefined) return grants(user, repository, action)
    return user !== undefined || (this.admitsAnonymous && action === 'pull')
  }
}
