/** What a registry accepts as a login. */
export interface Credentials {
  /** May be empty with a token of either kind. */
  readonly username: string
  readonly password: string
  /**
   * What the password is; a password in the sense of RFC 7617 where absent. The token service
   * exchanges an identity token (an OAuth 2 refresh token) for access tokens; a registry token is
   * an access token already, and is sent as it is.
   */
  readonly kind?: 'password' | 'identity-token' | 'registry-token'
  /**
   * `host[:port]` of the token service that these may be sent to, beside those that are known to
   * belong to the registry.
   */
  readonly authHost?: string
  /** For every request to the registry itself, and to no other host. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Credentials, or their absence, and where they come from in words: `registry-auth`. */
export interface Login {
  readonly credentials: Credentials | undefined
  readonly origin: string
}

/** The value of an `Authorization` header (RFC 7617); user and password are taken as UTF-8. */
export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`
}

/** What must not be shown of credentials, in the forms in which it is sent. */
export function secretsOf(credentials: Credentials): readonly string[] {
  const { username, password, headers = {} } = credentials
  const keys = Object.values(headers)
  if (password.trim() === '') return keys
  return [...keys, password, Buffer.from(`${username}:${password}`).toString('base64')]
}

const NAMELESS = {
  password: 'a password without a user name',
  'identity-token': 'an identity token',
  'registry-token': 'a registry token',
}

/** Who asks without a login, in words. */
export const ANONYMOUS = 'anonymous'

/** Who asks where a login is known, and nobody has asked for it, in words. */
export function unsentText(login: Login): string {
  return `${UNSENT} (not sent: ${loginText(login)})`
}

/** Whether words about a login say that it was not sent. */
export function isUnsent(text: string | undefined): boolean {
  return text?.startsWith(UNSENT) === true
}

const UNSENT = 'nobody, as the registry asked neither for a password nor for a token'

/** Whose login it is and where it comes from, for people: `user octo from registry-auth`. */
export function loginText({ credentials, origin }: Login): string {
  if (credentials === undefined) return ANONYMOUS
  const { username, kind = 'password' } = credentials
  return `${username === '' ? NAMELESS[kind] : `user ${username}`} from ${origin}`
}
