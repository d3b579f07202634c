import * as v from 'valibot'
import { FormatError } from '../../oci/errors.ts'
import { normaliseRegistry } from '../../oci/reference.ts'
import type { RegistryLogin } from './chain.ts'

const Configuration = v.object({ auths: v.optional(v.record(v.string(), v.unknown())) })
const Entry = v.object({
  auth: v.optional(v.string()),
  username: v.optional(v.string()),
  password: v.optional(v.string()),
})

/**
 * The logins that stand in a Docker configuration itself (`auths` with `auth` or `username` and `password`). An entry
 * that cannot be read is told to `warn`, without what stands in it, and does not touch the others. Throws a FormatError
 * where the whole file cannot be read.
 */
export function parseDockerConfig(text: string, warn: (message: string) => void): readonly RegistryLogin[] {
  let parsed
  try {
    parsed = v.safeParse(Configuration, JSON.parse(text))
  } catch {
    throw new FormatError('json', 'it is not valid JSON')
  }
  if (!parsed.success) throw new FormatError('json', 'it is not an object with auths')
  return Object.entries(parsed.output.auths ?? {}).flatMap(([key, entry]) => {
    const registry = registryOfKey(key)
    const login = v.safeParse(Entry, entry)
    if (registry === undefined || !login.success) {
      warn(`an entry of the Docker configuration cannot be read and is not used: ${key}`)
      return []
    }
    const credentials = credentialsOf(login.output)
    if (credentials === 'broken') {
      warn(`the Docker configuration's auth for ${registry} is not base64 of user:password and is not used`)
      return []
    }
    return credentials === undefined ? [] : [{ registry, ...credentials }]
  })
}

/** Docker writes hosts, and URLs for its own registry: `https://index.docker.io/v1/`. */
function registryOfKey(key: string): string | undefined {
  const host = key.replace(/^https?:\/\//i, '').replace(/\/.*$/s, '')
  try {
    return normaliseRegistry(host)
  } catch {
    return undefined
  }
}

function credentialsOf(
  entry: v.InferOutput<typeof Entry>,
): { username: string; password: string } | 'broken' | undefined {
  if (entry.auth !== undefined && entry.auth !== '') {
    const text = Buffer.from(entry.auth, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    return colon < 1 ? 'broken' : { username: text.slice(0, colon), password: text.slice(colon + 1) }
  }
  const { username, password } = entry
  if (username === undefined || username === '' || password === undefined || password === '') return undefined
  return { username, password }
}
