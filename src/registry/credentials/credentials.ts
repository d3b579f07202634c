/** What a registry accepts as a login. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** The value of an `Authorization` header (RFC 7617); user and password are taken as UTF-8. */
export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`
}
