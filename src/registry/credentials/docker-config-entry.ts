import * as v from 'valibot'
import type { Credentials } from './login.ts'

/** The user name that stands for "the secret is an identity token" (docker-credential-helpers). */
const TOKEN_USER = '<token>'

const Text = v.nullish(v.string(), '')
const Entry = v.object({
  auth: Text,
  username: Text,
  password: Text,
  identitytoken: Text,
  registrytoken: Text,
})

/**
 * The credentials in one entry of `auths`; undefined for an entry that holds none, as credential
 * stores leave them. A token counts before a password, as it does for Docker.
 */
export function readEntry(entry: unknown): Credentials | 'broken' | undefined {
  const parsed = v.safeParse(Entry, entry)
  if (!parsed.success) return 'broken'
  const { identitytoken, registrytoken } = parsed.output
  const pair = userAndPassword(parsed.output)
  const username = pair === 'broken' || pair.username === TOKEN_USER ? '' : pair.username
  if (registrytoken !== '') {
    // It goes into a header as it stands.
    const isPlain = /^[\x21-\x7e]+$/.test(registrytoken)
    return isPlain ? { username, password: registrytoken, kind: 'registry-token' } : 'broken'
  }
  if (identitytoken !== '') return { username, password: identitytoken, kind: 'identity-token' }
  return pair === 'broken' ? 'broken' : credentialsOf(pair.username, pair.password)
}

/**
 * User name and secret as a credential helper gives them: with `<token>` for the user the secret is
 * an identity token. Undefined where one of them is missing; broken where the user name has a
 * colon, which cannot be sent (RFC 7617, section 2).
 */
export function credentialsOf(
  username: string,
  secret: string,
): Credentials | 'broken' | undefined {
  if (username === '' || secret === '') return undefined
  if (username === TOKEN_USER) return { username: '', password: secret, kind: 'identity-token' }
  return username.includes(':') ? 'broken' : { username, password: secret }
}

function userAndPassword({
  auth,
  username,
  password,
}: v.InferOutput<typeof Entry>): { username: string; password: string } | 'broken' {
  if (auth === '') return { username, password }
  const text = Buffer.from(auth, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 1) return 'broken'
  // Old clients filled the password up with zeros.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}
